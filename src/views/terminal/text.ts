import { defineText } from '../text/define.ts';

export const text = defineText({
  en: {
    typeHere: (name: string) => `Terminal ${name}: type a command. Tab completes, Shift+Tab leaves the terminal`,
    printed: (name: string) => `Terminal ${name}: what was printed`,
    editor: (path: string) => `Editor ${path}`,
    noFile: 'no file name',
    changed: 'changed',
    loses: 'What you changed is lost.',
    goOn: 'Go on editing',
    discard: 'Discard it',
    leave: 'Leave',
    save: 'Save and leave',
  },
  'zh-CN': {
    typeHere: (name: string) => `终端 ${name}：输入命令。Tab 补全，Shift+Tab 离开终端`,
    printed: (name: string) => `终端 ${name} 的输出`,
    editor: (path: string) => `编辑器 ${path}`,
    noFile: '没有文件名',
    changed: '已修改',
    loses: '修改将会丢失。',
    goOn: '继续编辑',
    discard: '放弃修改',
    leave: '离开',
    save: '保存并离开',
  },
});
