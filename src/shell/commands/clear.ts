import { done, type Command } from '../command.ts';

/** Home, erase the screen, erase what was scrolled away: what ncurses 6 prints for xterm. */
export const clear: Command = { name: 'clear', summary: { en: 'empties the screen', 'zh-CN': '清屏' }, run: () => done('\u001b[H\u001b[2J\u001b[3J') };
