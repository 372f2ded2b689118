import { done, lines, type Command } from '../command.ts';

export const history: Command = {
  name: 'history',
  summary: { en: 'what was typed', 'zh-CN': '命令历史' },
  run(args, context) {
    const { history: typed } = context.session;
    if (args[0] === '-c') return done('', { session: { history: [] } });
    const count = /^\d+$/.test(args[0] ?? '') ? Number(args[0]) : typed.length;
    return done(lines(typed.map((line, index) => `${String(index + 1).padStart(5)}  ${line}`).slice(Math.max(0, typed.length - count))));
  },
};
