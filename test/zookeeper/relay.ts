/**
 * A TCP relay in front of a port, as the one that made the recordings: it accepts before it knows whether anybody listens behind it, and
 * closes what it accepted when nobody does.
 */
import type { Address, ConnectionId, Message, Program } from '../../src/kernel/program.ts';

export interface RelayConfig {
  readonly listen: number;
  readonly to: Address;
}

interface RelayState {
  readonly config: RelayConfig;
  /** Each connection's other half, and what waits until that is connected. */
  readonly halves: Readonly<Record<ConnectionId, { readonly other: ConnectionId; readonly waiting: readonly Message[] | null }>>;
}

export const relayProgram: Program<RelayState, RelayConfig> = {
  start(config, env) {
    env.listen(config.listen);
    return { config, halves: {} };
  },
  handle(state, event, env) {
    switch (event.type) {
      case 'accepted': {
        const onward = env.connect(state.config.to, 'onward');
        return {
          ...state,
          halves: { ...state.halves, [event.connection]: { other: onward, waiting: [] }, [onward]: { other: event.connection, waiting: null } },
        };
      }
      case 'connected': {
        const { other } = state.halves[event.connection]!;
        const half = state.halves[other];
        for (const message of half?.waiting ?? []) env.send(event.connection, message);
        return half ? { ...state, halves: { ...state.halves, [other]: { ...half, waiting: null } } } : state;
      }
      case 'received': {
        const half = state.halves[event.connection];
        if (!half) return state;
        if (half.waiting) return { ...state, halves: { ...state.halves, [event.connection]: { ...half, waiting: [...half.waiting, event.message] } } };
        env.send(half.other, event.message);
        return state;
      }
      case 'closed':
      case 'connectFailed': {
        const half = state.halves[event.connection];
        if (half) env.close(half.other);
        return state;
      }
      default: return state;
    }
  },
};
