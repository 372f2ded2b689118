/** A broker in the foreground: its log on the terminal, Ctrl-C ends it, and the script ends with it. */
import { values } from '../../kernel/append-list.ts';
import type { Env, Program } from '../../kernel/program.ts';
import { logText } from '../../kernel/log-files.ts';

interface Console {
  readonly broker: string;
  readonly shown: number;
  readonly wasInterrupted: boolean;
}

const PAUSE = 50_000;
const CONSOLE = 'server';
/** What a shell sees of a program that SIGINT ended. */
const INTERRUPTED = 130;

function look(state: Console, env: Env): Console {
  const { world } = env.system;
  const process = world.processes.find(({ name }) => name === state.broker);
  if (!process) return state;
  for (const line of values(process.lines, state.shown)) {
    // What has a file of its own (log4j.properties) does not come to the console.
    if (line.file !== CONSOLE) continue;
    env.print('stdout', logText(world.wallClockBaseMs + Math.floor(line.at / 1_000), line.level, line.text));
  }
  if (process.status === 'dead' && process.startedAt !== null) env.exit(state.wasInterrupted ? INTERRUPTED : (process.exitCode ?? 0));
  return { ...state, shown: process.lines.length };
}

export const brokerConsoleProgram: Program<Console, { readonly broker: string }> = {
  start({ broker }, env) {
    env.setTimer('look', PAUSE);
    return { broker, shown: 0, wasInterrupted: false };
  },
  handle(state, event, env) {
    if (event.type === 'signal') {
      const isInterrupt = event.signal === 'SIGINT';
      env.system.perform({ type: 'kill', process: state.broker, signal: isInterrupt ? 'SIGINT' : 'SIGTERM' });
      return { ...state, wasInterrupted: isInterrupt };
    }
    if (event.type !== 'timer') return state;
    env.setTimer('look', PAUSE);
    return look(state, env);
  },
};
