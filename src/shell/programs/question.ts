/** A client that asks before it does something: it reads one line, and runs the command that a `y` stands for. */
import type { Env, Message, Program } from '../../kernel/program.ts';
import { findProcess } from '../../kernel/world.ts';
import { freeName } from '../command.ts';
import type { BashConfig } from '../bash/state.ts';
import type { InputCommand } from '../tools/input.ts';

export interface QuestionConfig {
  readonly question: string;
  /** What a `y` runs. */
  readonly command: BashConfig;
  /** What is said to everything else. */
  readonly refused: string;
}

interface Question {
  readonly config: QuestionConfig;
  readonly read: string;
  /** The shell that does it. */
  readonly running: string | null;
}

/** As Docker's client compares it: `y`, small or capital, and nothing else. */
function answer(state: Question, line: string, env: Env): Question {
  const { config } = state;
  if (line.replace(/\r$/, '').toLowerCase() !== 'y') {
    env.print('stdout', config.refused);
    env.exit(0);
    return state;
  }
  const name = freeName(env.system.world, `${env.self}-answer`);
  env.system.perform({ type: 'addProcess', process: { name, program: 'bash', host: env.host, parent: env.self, commandLine: config.command.line ?? '', config: config.command } });
  env.system.perform({ type: 'start', process: name });
  return { ...state, running: name };
}

export const questionProgram: Program<Question, QuestionConfig> = {
  start(config, env) {
    env.print('stdout', config.question);
    return { config, read: '', running: null };
  },
  handle(state, event, env) {
    switch (event.type) {
      case 'command': {
        const command = event.command as InputCommand | Message;
        if (state.running !== null) return state;
        if (command.type === 'endOfInput') return answer(state, state.read, env);
        if (command.type !== 'input') return state;
        const read = state.read + (command as InputCommand & { readonly text: string }).text;
        const end = read.indexOf('\n');
        return end < 0 ? { ...state, read } : answer({ ...state, read }, read.slice(0, end), env);
      }
      case 'output':
        env.print(event.stream, event.text);
        return state;
      case 'ended':
        env.exit(event.exitCode);
        return state;
      case 'signal':
        if (state.running !== null && findProcess(env.system.world, state.running)?.status === 'running') env.system.perform({ type: 'kill', process: state.running, signal: event.signal });
        env.exit(event.signal === 'SIGINT' ? 130 : 143);
        return state;
      default:
        return state;
    }
  },
};
