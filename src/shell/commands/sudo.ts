import { failed, type Command } from '../command.ts';

/** What stands behind it is run as it stands, by the shell; alone it tells how it is used. */
export const sudo: Command = {
  name: 'sudo',
  summary: { en: 'runs a command as root, which everybody here is', 'zh-CN': '以 root 身份执行命令（这里本来就是 root）' },
  run: () => failed('usage: sudo -h | -K | -k | -V\nusage: sudo [-AbEHknPS] [-u user] [VAR=value] [-i|-s] [<command>]'),
};
