/** What `zkServer.sh status` does last: a Java program that sends `srvr` to the client port (FourLetterWordMain), and `grep Mode`. */
import { MILLISECOND, type ConnectionId, type Env, type Message, type Program } from '../../kernel/program.ts';
import type { PlaybackStep } from './playback.ts';
import { JVM_START } from '../tools/java.ts';

export interface StatusConfig {
  readonly host: string;
  readonly port: number;
  /** What the script says before. */
  readonly said: readonly Pick<PlaybackStep, 'stdout' | 'stderr'>[];
}

interface Status {
  readonly config: StatusConfig;
  readonly connection: ConnectionId | null;
  readonly answer: string;
}

const TIMEOUT = 5_000 * MILLISECOND;

function end({ answer }: Status, env: Env): void {
  const mode = answer.split('\n').filter((line) => line.includes('Mode')).join(' ');
  env.print('stdout', mode === '' ? 'Error contacting service. It is probably not running.\n' : `${mode}\n`);
  env.exit(mode === '' ? 1 : 0);
}

export const zkServerStatus: Program<Status, StatusConfig> = {
  start(config, env) {
    for (const { stdout, stderr } of config.said) {
      if (stderr !== undefined) env.print('stderr', stderr);
      if (stdout !== undefined) env.print('stdout', stdout);
    }
    env.setTimer('main', JVM_START);
    return { config, connection: null, answer: '' };
  },
  handle(state, event, env) {
    switch (event.type) {
      case 'timer':
        if (event.name === 'main') {
          env.setTimer('timeout', TIMEOUT);
          return { ...state, connection: env.connect({ host: state.config.host, port: state.config.port }, 'server') };
        }
        end(state, env);
        return state;
      case 'connected':
        env.send(event.connection, { type: 'Text', text: 'srvr' } as Message);
        return state;
      case 'received':
        return { ...state, answer: state.answer + ((event.message as Message & { readonly text?: string }).text ?? '') };
      case 'connectFailed':
      case 'closed':
        end(state, env);
        return state;
      case 'signal':
        env.exit(event.signal === 'SIGINT' ? 130 : 143);
        return state;
      default:
        return state;
    }
  },
};
