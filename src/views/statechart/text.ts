import { defineText } from '../text/define.ts';

export const words = defineText({
  en: {
    at: (machine: string, states: string) => `State machine ${machine}. It is in ${states}.`,
    ways: 'From here:',
    way: (label: string, to: string) => `${label} leads to ${to}`,
    anywhere: 'from any state',
    to: 'to',
    whole: 'Whole chart',
    read: 'Readable',
  },
  'zh-CN': {
    at: (machine: string, states: string) => `状态机 ${machine}。当前状态：${states}。`,
    ways: '从这里可以走：',
    way: (label: string, to: string) => `${label} 转到 ${to}`,
    anywhere: '任何状态下',
    to: '转到',
    whole: '看全图',
    read: '看清楚',
  },
});
