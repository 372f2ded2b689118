import type { KernelAction } from '../../kernel/world.ts';
import { done, failed, lines, type Command } from '../command.ts';
import { processesOf } from '../machine/system.ts';

type Signal = Extract<KernelAction, { readonly type: 'kill' }>['signal'];

const SIGNALS: Readonly<Record<string, Signal>> = {
  '1': 'SIGHUP', HUP: 'SIGHUP', '2': 'SIGINT', INT: 'SIGINT', '9': 'SIGKILL', KILL: 'SIGKILL', '15': 'SIGTERM', TERM: 'SIGTERM', '18': 'SIGCONT', CONT: 'SIGCONT', '19': 'SIGSTOP', STOP: 'SIGSTOP', '20': 'SIGSTOP', TSTP: 'SIGSTOP',
};

export const kill: Command = {
  name: 'kill',
  summary: { en: 'sends a signal to a process', 'zh-CN': '向进程发信号' },
  run(args, context) {
    let rest = [...args];
    let signal: Signal = 'SIGTERM';
    const [first] = rest;
    if (first === '-l') return done(' 1) SIGHUP\t 2) SIGINT\t 9) SIGKILL\t15) SIGTERM\t18) SIGCONT\t19) SIGSTOP\n');
    if (first !== undefined && first.startsWith('-') && first !== '--') {
      const name = (first === '-s' || first === '-n' ? (rest[1] ?? '') : first.slice(1)).toUpperCase().replace(/^SIG/, '');
      if (!Object.hasOwn(SIGNALS, name)) return failed(`bash: kill: ${first.slice(1)}: invalid signal specification`);
      signal = SIGNALS[name]!;
      rest = rest.slice(first === '-s' || first === '-n' ? 2 : 1);
    }
    if (rest.length === 0) return failed('kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]', 2);
    const known = processesOf(context.world, context.host);
    const problems: string[] = [];
    const actions = rest.flatMap((word): KernelAction[] => {
      if (word.startsWith('%')) {
        const job = context.jobs.find(({ id }) => String(id) === word.slice(1));
        if (!job) problems.push(`bash: kill: ${word}: no such job`);
        return (job?.stages ?? []).flatMap((stage) => (stage.type === 'child' ? [{ type: 'kill' as const, process: stage.process, signal }] : []));
      }
      if (!/^-?\d+$/.test(word)) {
        problems.push(`bash: kill: ${word}: arguments must be process or job IDs`);
        return [];
      }
      const target = known.find(({ pid }) => pid === Number(word));
      if (target === undefined) problems.push(`bash: kill: (${word}) - No such process`);
      else if (target.process === undefined) problems.push(`bash: kill: (${word}) - Operation not permitted`);
      return target?.process === undefined ? [] : [{ type: 'kill', process: target.process.name, signal }];
    });
    return done('', { actions, stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
};
