import { defineText } from '../../views/text/define.ts';

export const text = defineText({
  en: {
    allDone: 'Everything in the tutorial was done. The cluster is yours.',
    allDoneLine: 'Kill a broker, or begin one of the stories from the list at the top.',
  },
  'zh-CN': {
    allDone: '教程里的每一条都做完了，集群归你了。',
    allDoneLine: '杀掉一个 broker 试试，或者从上方列表里挑一个故事。',
  },
});
