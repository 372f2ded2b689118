import { defineText } from '../../views/text/define.ts';

export const terminalText = defineText({
  en: {
    open: 'Terminals',
    on: (machine: string) => `terminal on ${machine}`,
    runs: 'busy',
    beside: 'Side by side',
    leave: 'leaves the terminal',
    waits: 'A command runs, but time stands still: press play.',
    none: 'There is no terminal at this moment of the history. Open one: a new branch begins here.',
  },
  'zh-CN': {
    open: '终端',
    on: (machine: string) => `在 ${machine} 上开终端`,
    runs: '忙',
    beside: '并排显示',
    leave: '离开终端',
    waits: '命令还在运行，但时间停住了：请按播放。',
    none: '历史的这一刻还没有终端。可以开一个：新分支从这里开始。',
  },
});
