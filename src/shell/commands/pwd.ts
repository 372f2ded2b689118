import { done, type Command } from '../command.ts';

export const pwd: Command = {
  name: 'pwd',
  summary: { en: 'the directory you are in', 'zh-CN': '当前目录' },
  run: (_args, context) => done(`${context.session.cwd}\n`),
};
