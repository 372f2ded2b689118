/**
 * `ping` of iputils s20160308, CentOS 7's: an echo request a second, what came back, and the totals at its end, which Ctrl-C brings too.
 * A neighbour that has no such address is found out after the three seconds in which ARP asks, for all that was sent until then.
 */
import type { Env, Micros, Program } from '../../kernel/program.ts';
import { lookUp } from '../../kernel/hosts-file.ts';
import { addressFor, type FoundAddress } from '../../kernel/network.ts';

export interface PingConfig {
  /** As it was asked for, and the address that was found for it. */
  readonly target: string;
  readonly address: string;
  /** Null: until it is interrupted. */
  readonly count: number | null;
  readonly intervalMs: number;
  /** How long it waits for a first answer after the last request. */
  readonly lingerMs: number;
}

interface Ping {
  readonly config: PingConfig;
  readonly sent: number;
  readonly received: number;
  readonly errors: number;
  /** Requests of which nobody knows yet what became; undefined: none. */
  readonly firstOpen: number | undefined;
  /** Most requests that were under way at once. */
  readonly pipe: number;
  /** Round trips in microseconds. */
  readonly least: number;
  readonly most: number;
  readonly sum: number;
  readonly squares: number;
}

const ARP_GIVES_UP: Micros = 3_000_000;
const millis = (micros: number): string => (Math.floor(micros) / 1_000).toFixed(3);

function nameOf({ name, address }: FoundAddress): string {
  return name === undefined || name === address ? address : `${name} (${address})`;
}

function request(state: Ping, env: Env): Ping {
  const { config } = state;
  const next: Ping = { ...state, sent: state.sent + 1 };
  const isLast = next.sent === config.count;
  if (!isLast) env.setTimer('request', config.intervalMs * 1_000);
  const found = addressFor(env.system.world.network.hosts, env.host, config.address);
  if (found?.isUp === true) {
    const micros = 40 + Math.floor(env.random() * 60);
    const { network, volumes } = env.system.world;
    const named = lookUp(network.hosts, volumes, env.host, config.target) ?? found;
    env.print('stdout', `64 bytes from ${nameOf(named)}: icmp_seq=${next.sent} ttl=64 time=${millis(micros)} ms\n`);
    return finishIfDone({ ...next, received: next.received + 1, least: Math.min(next.least, micros), most: Math.max(next.most, micros), sum: next.sum + micros, squares: next.squares + micros * micros }, env);
  }
  if (found?.isLocal === true && next.firstOpen === undefined) env.setTimer('unreachable', ARP_GIVES_UP);
  if (isLast) env.setTimer('linger', (next.received > 0 ? config.intervalMs : config.lingerMs) * 1_000);
  return found?.isLocal === true ? { ...next, firstOpen: next.firstOpen ?? next.sent } : next;
}

function unreachable(state: Ping, env: Env): Ping {
  const first = state.firstOpen!;
  const own = addressFor(env.system.world.network.hosts, env.host, state.config.address)?.own ?? '127.0.0.1';
  for (let sequence = first; sequence <= state.sent; sequence++) env.print('stdout', `From ${own} icmp_seq=${sequence} Destination Host Unreachable\n`);
  const open = state.sent - first + 1;
  return finishIfDone({ ...state, errors: state.errors + open, firstOpen: undefined, pipe: Math.max(state.pipe, open) }, env);
}

function finishIfDone(state: Ping, env: Env): Ping {
  if (state.config.count !== null && state.received + state.errors >= state.config.count) finish(state, env);
  return state;
}

function finish({ config, sent, received, errors, pipe, least, most, sum, squares }: Ping, env: Env): void {
  const parts = [`${sent} packets transmitted`, `${received} received`];
  if (errors > 0) parts.push(`+${errors} errors`);
  if (sent > 0) parts.push(`${Math.floor(((sent - received) * 100) / sent)}% packet loss`, `time ${Math.round((sent - 1) * config.intervalMs)}ms`);
  const ends: string[] = [];
  if (received > 0) {
    const mean = Math.floor(sum / received);
    const deviation = Math.floor(Math.sqrt(Math.max(0, Math.floor(squares / received) - mean * mean)));
    ends.push(`rtt min/avg/max/mdev = ${[least, mean, most, deviation].map(millis).join('/')} ms`);
  }
  if (pipe > 1) ends.push(`pipe ${pipe}`);
  env.print('stdout', `\n--- ${config.target} ping statistics ---\n${parts.join(', ')}\n${ends.join(', ')}\n`);
  env.exit(received > 0 ? 0 : 1);
}

export const pingProgram: Program<Ping, PingConfig> = {
  start(config, env) {
    env.print('stdout', `PING ${config.target} (${config.address}) 56(84) bytes of data.\n`);
    return request({ config, sent: 0, received: 0, errors: 0, firstOpen: undefined, pipe: 0, least: Number.MAX_SAFE_INTEGER, most: 0, sum: 0, squares: 0 }, env);
  },
  handle(state, event, env) {
    if (event.type === 'signal') {
      if (event.signal === 'SIGINT') finish(state, env);
      else env.exit(event.signal === 'SIGHUP' ? 129 : 143);
      return state;
    }
    if (event.type !== 'timer') return state;
    if (event.name === 'request') return request(state, env);
    if (event.name === 'unreachable') return unreachable(state, env);
    finish(state, env);
    return state;
  },
};
