import { defineText } from '../text/define.ts';

export const text = defineText({
  en: {
    previousMilestone: 'Previous milestone',
    stepBack: 'Step back',
    play: 'Play',
    pause: 'Pause',
    step: 'Step forward',
    nextMilestone: 'Next milestone',
    follow: 'Follow the action',
    fixed: 'Fixed pace',
    ratio: (amount: string) => `1 s shows ${amount}`,
    pace: 'Pace',
    chatter: { shown: 'Chatter shown', dimmed: 'Chatter dimmed', hidden: 'Chatter hidden' },
    branch: 'Branch',
    region: 'Playback',
  },
  'zh-CN': {
    previousMilestone: '上一个里程碑',
    stepBack: '后退一步',
    play: '播放',
    pause: '暂停',
    step: '前进一步',
    nextMilestone: '下一个里程碑',
    follow: '跟随事件',
    fixed: '固定速度',
    ratio: (amount) => `1 秒播放 ${amount}`,
    pace: '速度',
    chatter: { shown: '显示背景消息', dimmed: '背景消息已淡化', hidden: '背景消息已隐藏' },
    branch: '分支',
    region: '播放控制',
  },
});
