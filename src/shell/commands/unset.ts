import { done, type Command } from '../command.ts';

export const unset: Command = {
  name: 'unset',
  summary: { en: 'forgets a variable', 'zh-CN': '删除变量' },
  run: (args, context) => done('', { session: { variables: Object.fromEntries(Object.entries(context.session.variables).filter(([name]) => !args.includes(name))) } }),
};
