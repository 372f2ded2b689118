import { defineText } from '../text/define.ts';

export const words = defineText({
  en: {
    title: 'Branches side by side',
    only: 'There is one history so far.',
    onlyHow: 'Go back in time and do something else there: the old future stays as a branch, and both can be compared here.',
    left: (at: string) => `left at ${at} s`,
    first: 'the first history',
    at: (at: string) => `at ${at} s`,
    end: (at: string) => `ends at ${at} s`,
    here: 'here',
    look: 'Look there',
    differences: (count: number) => (count === 0 ? 'Nothing differs.' : count === 1 ? 'One thing differs.' : `${count} things differ.`),
    whatDiffers: 'Only what differs',
    nothingDone: 'nothing was done',
  },
  'zh-CN': {
    title: '分支对比',
    only: '目前只有一条历史。',
    onlyHow: '回到过去，在那里做点别的：旧的未来会作为分支保留下来，可以在这里互相比较。',
    left: (at: string) => `从 ${at} 秒处分出`,
    first: '最初的历史',
    at: (at: string) => `${at} 秒时`,
    end: (at: string) => `到 ${at} 秒为止`,
    here: '当前',
    look: '去那里看',
    differences: (count: number) => (count === 0 ? '没有差别。' : `有 ${count} 处不同。`),
    whatDiffers: '只看不同之处',
    nothingDone: '什么也没做',
  },
});
