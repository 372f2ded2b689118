/**
 * Links are TCP: each direction of a connection is one ordered queue. A partition is a filter over links, so that cutting
 * one way costs nothing; what is sent into a cut is retransmitted as TCP does it, with doubling pauses, and arrives late
 * when the link heals. Refused, reset and timed out are three different things.
 */
import { addressOf, isWithin, subnetOf } from './addresses.ts';
import type { DeliverItem } from './agenda.ts';
import type { Address, ConnectionId, Micros } from './program.ts';

/** A place on a virtual network, as Docker gives one to a container. */
export interface NetworkAttachment {
  readonly network: string;
  readonly address: string;
  /** Names that the network's own DNS answers with this address, to those who are on the same network. */
  readonly aliases: readonly string[];
  /** `172.19.0.0/16`, and the address of its bridge; left out: the /16 of the address, and the first one in it. */
  readonly subnet?: string;
  readonly gateway?: string;
}

export interface Host {
  readonly name: string;
  /** Hosts of one machine share its ports, its loopback and what it publishes; left out: a machine of its own. */
  readonly machine?: string;
  /** A container's places: only through them is it reached, by name from the same network, by address also from the machine `bridgedBy`. */
  readonly networks?: readonly NetworkAttachment[];
  /** The machine whose bridges these networks are. */
  readonly bridgedBy?: string;
  /** Names and dotted addresses under which other hosts reach this one. */
  readonly names: readonly string[];
  readonly isUp: boolean;
  /** Counts power-ons; what was in flight inside a host does not survive a change. */
  readonly boot: number;
  /** Published ports: a connection to `port` here goes on to another host. */
  readonly forwards: readonly { readonly port: number; readonly toHost: string; readonly toPort: number }[];
}

export type FilterVerdict = 'drop' | 'refuse' | 'prohibit';

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
    | { readonly type: 'loss'; readonly share: number }
    /**
     * A firewall at a machine, for who comes from another one: `drop` stays silent, `refuse` answers as if nobody listened
     * (icmp-port-unreachable), `prohibit` that the host cannot be reached (icmp-host-prohibited). Connections that stand are let through.
     * `except`: ports that the rule does not concern. `sparesNobody`: it is also for who comes from the machine itself, and of what stands
     * nothing more gets in (TCP takes an ICMP error on a connection that stands for a lost segment).
     */
    | { readonly type: 'filter'; readonly machine: string; readonly verdict: FilterVerdict; readonly except?: readonly number[]; readonly sparesNobody?: boolean };
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
  /** The one address of its machine at which it is reached; left out: at all. */
  readonly address?: string;
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
/** Linux asks three times, a second apart, who has an address of its own network. */
export const NO_ROUTE_DELAY: Micros = 3_000_000;

/** Connections have numbers, not ephemeral ports; each number has its place in Linux's range. */
export function ephemeralPort(connection: ConnectionId): number {
  return 32_768 + (Math.abs(connection) % 28_232);
}

/** A connection along which something more is to arrive. Field by field: made with every message. */
export function withArrival(known: Connection, toServer: boolean, at: Micros): Required<Connection> {
  return {
    id: known.id,
    tag: known.tag,
    port: known.port,
    client: known.client,
    clientIncarnation: known.clientIncarnation,
    server: known.server,
    serverIncarnation: known.serverIncarnation,
    clientOpen: known.clientOpen,
    serverOpen: known.serverOpen,
    lastToServer: toServer ? at : known.lastToServer,
    lastToClient: toServer ? known.lastToClient : at,
    heldToServer: known.heldToServer,
    heldToClient: known.heldToClient,
  };
}

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

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;
/** At which one listens on all of a machine's addresses. */
const EVERYWHERE: ReadonlySet<string> = new Set(['', '0.0.0.0', '::']);
const DOTTED = /^\d+\.\d+\.\d+\.\d+$/;

export function machineOf(hosts: readonly Host[], name: string): string {
  return hosts.find((host) => host.name === name)?.machine ?? name;
}

/** Whether a machine hands a port on, which takes it from everybody on the machine. */
export function isPublished(hosts: readonly Host[], machine: string, port: number): boolean {
  return hosts.some((host) => host.name === machine && host.forwards.some((forward) => forward.port === port));
}

/** Whether a name or address leads to this host, as seen from another. */
function answersTo(known: Host, name: string, from: Host | undefined): boolean {
  if (known.networks === undefined) {
    // The names of the machine's own surroundings are not known inside a container; its addresses are.
    if (from?.networks !== undefined && !DOTTED.test(name)) return false;
    return known.name === name || known.names.includes(name);
  }
  // Docker answers a container also by its own name, whatever its hostname is.
  if (known === from) return known.names.includes(name) || known.networks.some(({ address, aliases }) => address === name || aliases.includes(name));
  const isItsMachine = from !== undefined && known.bridgedBy !== undefined && (from.machine ?? from.name) === known.bridgedBy;
  return known.networks.some(({ network, address, aliases }) => {
    const isShared = from?.networks?.some((other) => other.network === network) === true;
    return (address === name && (isShared || isItsMachine)) || (isShared && aliases.includes(name));
  });
}

const subnetOfPlace = ({ address, subnet }: NetworkAttachment) => subnetOf(subnet ?? `${address}/16`)!;
const gatewayOf = (place: NetworkAttachment): string => place.gateway ?? addressOf(subnetOfPlace(place).first + 1);
/** The places of containers on a machine's bridges. */
function bridgedPlaces(hosts: readonly Host[], machine: string): readonly NetworkAttachment[] {
  return hosts.filter(({ bridgedBy }) => bridgedBy === machine).flatMap(({ networks = [] }) => networks);
}

/**
 * The host and port that finally answer for an address as seen from a host. `nobody`: an address at which nobody answers; `noRoute`: one
 * of the own network that nobody has.
 */
export function resolve(
  hosts: readonly Host[],
  from: string,
  to: Address,
): { readonly host: Host; readonly port: number } | 'unknownHost' | 'noRoute' | 'nobody' {
  const asker = hosts.find((known) => known.name === from);
  const host = LOOPBACK.test(to.host) ? asker : hosts.find((known) => answersTo(known, to.host, asker));
  if (!host) {
    if (!DOTTED.test(to.host)) return 'unknownHost';
    return [...(asker?.networks ?? []), ...bridgedPlaces(hosts, from)].some((place) => isWithin(to.host, subnetOfPlace(place))) ? 'noRoute' : 'nobody';
  }
  const publishes = (one: Host | undefined) => one?.forwards.find((known) => known.port === to.port);
  const forward = publishes(host) ?? (host.machine === undefined ? undefined : publishes(hosts.find((known) => known.name === host.machine)));
  if (!forward) return { host, port: to.port };
  const target = hosts.find((known) => known.name === forward.toHost);
  return target ? { host: target, port: forward.toPort } : { host, port: -1 };
}

/** The dotted address that stands for a name at which somebody listens; undefined: all that the machine has. */
export function bindAddress(hosts: readonly Host[], from: string, name: string): string | undefined {
  return EVERYWHERE.has(name) ? undefined : (addressFor(hosts, from, name)?.address ?? name);
}

/**
 * Whether who dials the loopback address, or another one, reaches a listener. A machine's other addresses are one: who comes by the
 * public one is handed on to the private one.
 */
export function hears({ address }: Listener, isLoopback: boolean): boolean {
  return address === undefined || LOOPBACK.test(address) === isLoopback;
}

export function isLoopback(name: string): boolean {
  return LOOPBACK.test(name);
}

/** Whether somebody on a host may listen at a name or an address: only at its machine's own; all of them together are `0.0.0.0`. */
export function ownership(hosts: readonly Host[], from: string, name: string): 'own' | 'notOwn' | 'unknownHost' {
  if (EVERYWHERE.has(name) || LOOPBACK.test(name)) return 'own';
  const asker = hosts.find((known) => known.name === from);
  const machine = machineOf(hosts, from);
  if (bridgedPlaces(hosts, from).some((place) => gatewayOf(place) === name)) return 'own';
  const found = hosts.filter((known) => answersTo(known, name, asker));
  if (found.length === 0) return DOTTED.test(name) ? 'notOwn' : 'unknownHost';
  return found.some((known) => known === asker || (known.networks === undefined && machineOf(hosts, known.name) === machine)) ? 'own' : 'notOwn';
}

export interface FoundAddress {
  readonly address: string;
  /** Under which name the address is known, where there is one. */
  readonly name?: string;
  readonly isUp: boolean;
  /** Of a network the asker is on: a missing host is noticed there. */
  readonly isLocal: boolean;
  /** The asker's own address on that network. */
  readonly own: string;
}

/** The address of a name or address as seen from a host; undefined: the name has none. */
export function addressFor(hosts: readonly Host[], from: string, name: string): FoundAddress | undefined {
  const asker = hosts.find((known) => known.name === from);
  const own = asker?.networks?.[0]?.address ?? asker?.names.find((one) => DOTTED.test(one)) ?? '127.0.0.1';
  if (LOOPBACK.test(name)) return { address: '127.0.0.1', name: 'localhost', isUp: true, isLocal: true, own };
  const host = hosts.find((known) => answersTo(known, name, asker));
  if (!host) {
    const found = DOTTED.test(name) ? resolve(hosts, from, { host: name, port: 0 }) : 'unknownHost';
    const bridge = bridgedPlaces(hosts, from).find((place) => DOTTED.test(name) && isWithin(name, subnetOfPlace(place)));
    return found === 'unknownHost' ? undefined : { address: name, isUp: false, isLocal: found === 'noRoute', own: bridge === undefined ? own : gatewayOf(bridge) };
  }
  const isShared = (network: string): boolean => asker?.networks?.some((one) => one.network === network) === true;
  // Of several networks that both are on, that one counts on which the name is known.
  const shared = host.networks?.find(({ network, address, aliases }) => address === name || (isShared(network) && aliases.includes(name))) ?? host.networks?.find(({ network, aliases }) => isShared(network) || aliases.includes(name));
  const address = DOTTED.test(name) ? name : (shared?.address ?? host.names.find((one) => DOTTED.test(one)) ?? '127.0.0.1');
  return { address, ...(shared?.aliases[0] === undefined ? {} : { name: `${shared.aliases[0]}.${shared.network}` }), isUp: host.isUp, isLocal: true, own };
}

/** From which address a host's connections come, as another host sees it: a machine speaks to its own containers as their bridge's gateway. */
export function sourceAddress(hosts: readonly Host[], from: string, seenBy: string): string {
  const LOCAL = '127.0.0.1';
  const sender = hosts.find((known) => known.name === from);
  const viewer = hosts.find((known) => known.name === seenBy);
  if (sender === undefined || machineOf(hosts, from) === machineOf(hosts, seenBy)) return LOCAL;
  const shared = sender.networks?.find(({ network }) => viewer?.networks?.some((other) => other.network === network) === true);
  if (shared !== undefined) return shared.address;
  const [place] = viewer?.networks ?? [];
  if (place !== undefined && viewer?.bridgedBy === machineOf(hosts, from)) return gatewayOf(place);
  return sender.names.find((one) => DOTTED.test(one)) ?? LOCAL;
}

/** At which address a host answers another one: its own on a network of both, of a machine's containers also to the machine. */
export function destinationAddress(hosts: readonly Host[], to: string, seenBy: string): string {
  const target = hosts.find((known) => known.name === to);
  const [place] = target?.networks ?? [];
  return place !== undefined && target?.bridgedBy === machineOf(hosts, seenBy) ? place.address : sourceAddress(hosts, to, seenBy);
}

function concerns(rule: LinkRule, from: string, to: string, port: number): boolean {
  return (rule.from === '*' || rule.from === from) && (rule.to === '*' || rule.to === to) && (rule.port === undefined || rule.port === port);
}

export function isCut(rules: readonly LinkRule[], from: string, to: string, port: number): boolean {
  return rules.some((rule) => rule.effect.type === 'cut' && concerns(rule, from, to, port));
}

/** What the firewalls of a machine say to somebody who wants in. */
export function filterVerdict(rules: readonly LinkRule[], fromMachine: string, machine: string, port: number): FilterVerdict | undefined {
  for (const rule of rules) {
    const { effect } = rule;
    if (!guards(rule, machine, port) || effect.type !== 'filter') continue;
    if (fromMachine !== machine || effect.sparesNobody === true) return effect.verdict;
  }
  return undefined;
}

function guards({ effect, port: only }: LinkRule, machine: string, port: number): boolean {
  return effect.type === 'filter' && effect.machine === machine && effect.except?.includes(port) !== true && (only === undefined || only === port);
}

/** Whether of connections that stand nothing more gets in at a port. */
export function isShut(rules: readonly LinkRule[], machine: string, port: number): boolean {
  return rules.some((rule) => rule.effect.type === 'filter' && rule.effect.sparesNobody === true && guards(rule, machine, port));
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
