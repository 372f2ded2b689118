import { defineText } from '../text/define.ts';

export const words = defineText({
  en: {
    title: 'Promises',
    states: { kept: 'kept', owed: 'owed', broken: 'broken', neverMade: 'never made' },
    jump: (at: string) => `at ${at} s`,
    jumpTo: (at: string, what: string) => `Go to ${at} s: ${what}`,
    empty: 'No promise is watched yet.',
    emptyHow: 'They appear with the first server or broker that starts.',
  },
  'zh-CN': {
    title: '承诺',
    states: { kept: '守住', owed: '欠着', broken: '已打破', neverMade: '未曾承诺' },
    jump: (at: string) => `于 ${at} s`,
    jumpTo: (at: string, what: string) => `跳到 ${at} s：${what}`,
    empty: '还没有可以检查的承诺。',
    emptyHow: '第一台服务器或 broker 启动后就会出现。',
  },
});
