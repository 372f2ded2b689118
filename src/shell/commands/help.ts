import { done, failed, lines, type Command } from '../command.ts';

export const help: Command = {
  name: 'help',
  summary: { en: 'this list', 'zh-CN': '本列表' },
  run([name], context) {
    if (name !== undefined) {
      const command = context.commands.find((one) => one.name === name);
      return command === undefined ? failed(`bash: help: no help topics match \`${name}'.`) : done(lines([`${command.name}: ${command.summary.en}`, `${' '.repeat(command.name.length)}  ${command.summary['zh-CN']}`]));
    }
    const widest = Math.max(...context.commands.map((command) => command.name.length));
    return done(lines(context.commands.map((command) => `${command.name.padEnd(widest)}  ${command.summary.en} · ${command.summary['zh-CN']}`)));
  },
};

export const man: Command = {
  name: 'man',
  summary: { en: 'one line of help', 'zh-CN': '命令的一行说明' },
  run([name], context) {
    if (name === undefined) return failed('What manual page do you want?');
    const command = context.commands.find((one) => one.name === name);
    return command === undefined ? failed(`No manual entry for ${name}`, 16) : done(lines([`${command.name} - ${command.summary.en}`, `${command.name} - ${command.summary['zh-CN']}`]));
  },
};
