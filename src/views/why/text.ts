import { defineText } from '../text/define.ts';

export const words = defineText({
  en: { none: 'Nothing caused this: it is how the world began.', skipped: (n: number) => `${n} in between`, go: (at: string) => `Go to ${at} s`, back: (at: string) => `Back to ${at} s` },
  'zh-CN': { none: '没有更早的原因：世界一开始就是这样。', skipped: (n: number) => `中间还有 ${n} 步`, go: (at: string) => `跳到 ${at} s`, back: (at: string) => `回到 ${at} s` },
});
