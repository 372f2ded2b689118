/** A broker in the foreground: its log on the terminal, Ctrl-C ends it, and the script ends with it. */
import { values } from '../kernel/append-list.ts';
import type { Env, Program } from '../kernel/program.ts';
import { logText } from '../kernel/log-files.ts';

interface Console {
  readonly broker: string;
  readonly shown: number;
}

const PAUSE = 50_000;

function look(state: Console, env: Env): Console {
  const { world } = env.system;
  const process = world.processes.find(({ name }) => name === state.broker);
  if (!process) return state;
  for (const line of values(process.lines, state.shown)) {
    env.print('stdout', logText(world.wallClockBaseMs + Math.floor(line.at / 1_000), line.level, line.text));
  }
  if (process.status === 'dead' && process.startedAt !== null) env.exit(process.exitCode ?? 0);
  return { ...state, shown: process.lines.length };
}

export const brokerConsoleProgram: Program<Console, { readonly broker: string }> = {
  start({ broker }, env) {
    env.setTimer('look', PAUSE);
    return { broker, shown: 0 };
  },
  handle(state, event, env) {
    if (event.type === 'signal') env.system.perform({ type: 'kill', process: state.broker, signal: 'SIGTERM' });
    if (event.type !== 'timer') return state;
    env.setTimer('look', PAUSE);
    return look(state, env);
  },
};
