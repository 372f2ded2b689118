import { defineText } from '../text/define.ts';

export const words = defineText({
  en: { title: (process: string) => `Log of ${process}`, all: 'all files', file: 'file', level: 'level from', find: 'find', follow: 'Follow', copy: 'Copy', older: (n: number) => `${n} older lines`, empty: 'No lines yet.', emptyHow: 'They appear when the process starts.', noMatch: 'No line matches.' },
  'zh-CN': { title: (process: string) => `${process} 的日志`, all: '全部文件', file: '文件', level: '最低级别', find: '查找', follow: '跟随', copy: '复制', older: (n: number) => `更早还有 ${n} 行`, empty: '还没有日志。', emptyHow: '进程启动后就会出现。', noMatch: '没有匹配的行。' },
});
