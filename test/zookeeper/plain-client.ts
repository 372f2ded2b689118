/** `echo WORD | nc HOST PORT`: a plain connection that sends four letters and keeps what comes back. */
import type { ConnectionId, Program } from '../../src/kernel/program.ts';
import type { PlainText } from '../../src/zookeeper/messages.ts';

export interface PlainConfig {
  readonly host: string;
  readonly port: number;
  readonly word: string;
}

export interface PlainState {
  readonly config: PlainConfig;
  readonly connection: ConnectionId;
  readonly text: string;
  readonly outcome: 'waiting' | 'refused' | 'closed';
}

export const plainProgram: Program<PlainState, PlainConfig> = {
  start: (config, env) => ({ config, connection: env.connect({ host: config.host, port: config.port }, 'plain'), text: '', outcome: 'waiting' }),
  handle(state, event, env) {
    switch (event.type) {
      case 'connected':
        env.send(event.connection, { type: 'Text', text: `${state.config.word}\n` } satisfies PlainText as never);
        return state;
      case 'received': return { ...state, text: state.text + (event.message as unknown as PlainText).text };
      case 'closed': return { ...state, outcome: 'closed' };
      case 'connectFailed': return { ...state, outcome: 'refused' };
      default: return state;
    }
  },
};
