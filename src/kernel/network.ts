/**
 * Links are TCP: each direction of a connection is one ordered queue. A partition is a filter over links, so that cutting
 * one way costs nothing; what is sent into a cut is retransmitted as TCP does it, with doubling pauses, and arrives late
 * when the link heals. Refused, reset and timed out are three different things.
 */
import type { DeliverItem } from './agenda.ts';
import type { Address, ConnectionId, Micros } from './program.ts';

export interface Host {
  readonly name: string;
  /** Names and dotted addresses under which other hosts reach this one. */
  readonly names: readonly string[];
  readonly isUp: boolean;
  /** Counts power-ons; what was in flight inside a host does not survive a change. */
  readonly boot: number;
  /** Published ports: a connection to `port` here goes on to another host. */
  readonly forwards: readonly { readonly port: number; readonly toHost: string; readonly toPort: number }[];
}

/** A filter on what travels from one process to another. `*` is everybody. */
export interface LinkRule {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Only connections to this listening port, whichever way the data goes. */
  readonly port?: number;
  readonly effect:
    | { readonly type: 'cut' }
    | { readonly type: 'delay'; readonly micros: Micros }
    /** Share of segments lost, 0–1: each loss costs a retransmission. */
    | { readonly type: 'loss'; readonly share: number };
}

export interface Connection {
  readonly id: ConnectionId;
  readonly tag: string;
  readonly port: number;
  /** Process indexes and the incarnations that hold the two ends. `server` is −1 until the SYN was answered. */
  readonly client: number;
  readonly clientIncarnation: number;
  readonly server: number;
  readonly serverIncarnation: number;
  readonly clientOpen: boolean;
  readonly serverOpen: boolean;
  /** When the last thing sent in each direction arrives: nothing overtakes it. */
  readonly lastToServer: Micros;
  readonly lastToClient: Micros;
  /** What a cut holds back, oldest first, and since when. */
  readonly heldToServer: readonly DeliverItem[];
  readonly heldToClient: readonly DeliverItem[];
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  readonly process: number;
}

export interface NetworkOptions {
  readonly latencyMinMicros: Micros;
  readonly latencyMaxMicros: Micros;
}

export interface Network {
  readonly options: NetworkOptions;
  readonly hosts: readonly Host[];
  readonly listeners: readonly Listener[];
  /** Sorted by id. */
  readonly connections: readonly Connection[];
  readonly rules: readonly LinkRule[];
  readonly nextConnection: ConnectionId;
}

/** The first retransmission of data comes after 200 ms, that of a SYN after 1 s; each further one after twice the pause. */
export const DATA_RETRANSMISSION: Micros = 200_000;
export const SYN_RETRANSMISSION: Micros = 1_000_000;
/** net.ipv4.tcp_syn_retries = 6: given up after 127 s. */
export const SYN_RETRIES = 6;

export function findConnection(connections: readonly Connection[], id: ConnectionId): number {
  let low = 0;
  let high = connections.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = connections[middle]!.id;
    if (found === id) return middle;
    if (found < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** The host and port that finally answer for an address as seen from a host; undefined: no such name. */
export function resolve(hosts: readonly Host[], from: string, to: Address): { readonly host: Host; readonly port: number } | undefined {
  const isLocal = to.host === 'localhost' || to.host === '127.0.0.1' || to.host === '::1';
  const host = hosts.find((known) => (isLocal ? known.name === from : known.name === to.host || known.names.includes(to.host)));
  if (!host) return undefined;
  const forward = host.forwards.find((known) => known.port === to.port);
  if (!forward) return { host, port: to.port };
  const target = hosts.find((known) => known.name === forward.toHost);
  return target ? { host: target, port: forward.toPort } : { host, port: -1 };
}

function concerns(rule: LinkRule, from: string, to: string, port: number): boolean {
  return (rule.from === '*' || rule.from === from) && (rule.to === '*' || rule.to === to) && (rule.port === undefined || rule.port === port);
}

export function isCut(rules: readonly LinkRule[], from: string, to: string, port: number): boolean {
  return rules.some((rule) => rule.effect.type === 'cut' && concerns(rule, from, to, port));
}

/** Extra time on the way, from delays and from losses that were retransmitted. `chance` is drawn once for each lossy rule and retry. */
export function extraDelay(rules: readonly LinkRule[], from: string, to: string, port: number, chance: () => number): Micros {
  let extra = 0;
  for (const rule of rules) {
    if (!concerns(rule, from, to, port)) continue;
    if (rule.effect.type === 'delay') extra += rule.effect.micros;
    else if (rule.effect.type === 'loss') {
      let pause = DATA_RETRANSMISSION;
      for (let tries = 0; tries < 15 && chance() < rule.effect.share; tries++) {
        extra += pause;
        pause *= 2;
      }
    }
  }
  return extra;
}

/** When TCP's next retransmission of something first sent at `sentAt` leaves, not before `now`; pauses grow to 120 s at most. */
export function nextRetransmission(sentAt: Micros, now: Micros): Micros {
  let at = sentAt;
  let pause = DATA_RETRANSMISSION;
  while (at < now) {
    at += pause;
    pause = Math.min(pause * 2, 120_000_000);
  }
  return at;
}
