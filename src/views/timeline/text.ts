import { defineText } from '../text/define.ts';

export const text = defineText({
  en: {
    name: 'Timeline. Home and End jump, Page Up and Page Down move by a second, plus and minus zoom, m goes to the next message.',
    at: (seconds: string) => `${seconds} seconds`,
    deadline: (seconds: string) => `deadline ${seconds}`,
    notComputed: 'not computed yet',
    quiet: (count: number) => `${count} quiet`,
    seconds: 's',
    fork: (branch: string) => `the branch ${branch} leaves here`,
  },
  'zh-CN': {
    name: '时间线。Home 与 End 跳到两端，Page Up 与 Page Down 移动一秒，加减号缩放，m 到下一条报文。',
    at: (seconds) => `${seconds} 秒`,
    deadline: (seconds) => `期限 ${seconds}`,
    notComputed: '尚未计算',
    quiet: (count) => `${count} 条安静`,
    seconds: 's',
    fork: (branch) => `分支 ${branch} 从这里分出`,
  },
});
