import { defineText } from '../text/define.ts';

export const words = defineText({
  en: { title: (name: string) => `Data of ${name}`, changed: 'changed by the last event', added: 'new with the last event', inside: 'changed inside', was: (value: string) => `was ${value}`, empty: 'Nothing is known here yet.' },
  'zh-CN': { title: (name: string) => `${name} 的数据`, changed: '被上一个事件改变', added: '上一个事件新增', inside: '内部有改变', was: (value: string) => `原为 ${value}`, empty: '这里还没有数据。' },
});
