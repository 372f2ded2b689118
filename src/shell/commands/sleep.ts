import { failed, freeName, type Command } from '../command.ts';
import { missingOperand } from './shared.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

export const sleep: Command = {
  name: 'sleep',
  summary: { en: 'waits', 'zh-CN': '等待' },
  run(args, context) {
    if (args.length === 0) return missingOperand('sleep');
    let seconds = 0;
    for (const arg of args) {
      const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(arg);
      if (!match) return failed(`sleep: invalid time interval ‘${arg}’\nTry 'sleep --help' for more information.`);
      seconds += Number(match[1]) * UNITS[match[2] === '' ? 's' : match[2]!]!;
    }
    const process = { name: freeName(context.world, 'sleep'), program: 'playback', host: context.host, parent: context.shell, commandLine: `sleep ${args.join(' ')}`, config: { steps: [{ afterMs: Math.min(seconds, 1e9) * 1_000 }] } };
    return { type: 'child', process };
  },
};
