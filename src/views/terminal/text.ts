import { defineText } from '../text/define.ts';

export const text = defineText({
  en: {
    typeHere: 'Terminal: type a command',
  },
  'zh-CN': {
    typeHere: '终端：输入命令',
  },
});
