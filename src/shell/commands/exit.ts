import { done, type Command } from '../command.ts';

const leaving = (name: string): Command => ({
  name,
  summary: { en: 'leaves the shell', 'zh-CN': '退出' },
  run: ([code], context) => done('', { exitCode: /^\d+$/.test(code ?? '') ? Number(code) & 255 : context.session.status, exits: true }),
});

export const exit = leaving('exit');
export const logout = leaving('logout');
