/** Asks every invariant after every item that an ensemble of tests handles. */
import type { AppendList } from '../../src/kernel/append-list.ts';
import { findProcess, nextDue, type World } from '../../src/kernel/world.ts';
import type { ClientProcess } from '../../src/zookeeper/client-program.ts';
import { isConnected } from '../../src/zookeeper/client.ts';
import { NOTHING_SEEN, remember, viewOfDownServer, viewOfServer, violations, type EnsembleMemory, type EnsembleView, type ServerView } from '../../src/zookeeper/invariants.ts';
import type { LogEntry } from '../../src/zookeeper/packets.ts';
import { serverName, type Ensemble } from './ensemble.ts';

const WRITES = new Set(['create', 'delete', 'setData', 'setAcl', 'multi']);

function onDisk(world: World, sid: number): Pick<ServerView, 'acceptedEpoch' | 'currentEpoch' | 'durableLogs' | 'durableSnapshot'> {
  const { paths, files } = world.volumes[findProcess(world, serverName(sid))!.volume]!;
  const durableLogs: { readonly zxid: number; readonly list: AppendList<LogEntry> }[] = [];
  let durableSnapshot = 0;
  const epochs: Record<string, number> = { acceptedEpoch: 0, currentEpoch: 0 };
  for (const [index, path] of paths.entries()) {
    const durable = files[index]!.durable;
    const [kind, hex] = path.slice(path.lastIndexOf('/') + 1).split('.');
    if (!durable || kind === undefined) continue;
    if (kind in epochs) epochs[kind] = Number(durable.entries.tail[0]);
    if (hex === undefined) continue;
    if (kind === 'log') durableLogs.push({ zxid: parseInt(hex, 16), list: durable.entries as AppendList<LogEntry> });
    if (kind === 'snapshot') durableSnapshot = Math.max(durableSnapshot, parseInt(hex, 16));
  }
  durableLogs.sort((one, other) => one.zxid - other.zxid);
  return { acceptedEpoch: epochs['acceptedEpoch']!, currentEpoch: epochs['currentEpoch']!, durableLogs: durableLogs.map(({ list }) => list), durableSnapshot };
}

export class EnsembleWatchman {
  memory: EnsembleMemory = NOTHING_SEEN;
  readonly found: string[] = [];
  looks = 0;
  private seenFacts = 0;

  constructor(
    private readonly on: Ensemble,
    private readonly sids: readonly number[],
  ) {}

  look(): void {
    const { world, facts } = this.on;
    const news = facts.slice(this.seenFacts);
    this.seenFacts = facts.length;
    const servers = this.sids.map((sid): ServerView => {
      const process = findProcess(world, serverName(sid))!;
      const disk = onDisk(world, sid);
      if (process.status === 'dead' || process.status === 'notStarted' || process.state === null) return viewOfDownServer(sid, disk);
      const { durableLogs, durableSnapshot } = disk;
      return viewOfServer(this.on.state(sid), { incarnation: process.incarnation, isPaused: process.status === 'paused', durableLogs, durableSnapshot });
    });
    const clients = world.processes.flatMap(({ name, program, state: held }) => {
      const state = program === 'zk-client' ? (held as ClientProcess | null) : null;
      if (!state) return [];
      const { client } = state;
      const { sessionId, lastZxidSeen } = client;
      return [{ name, sessionId, lastZxidSeen, connectedTo: isConnected(client) ? Number(client.servers[client.current]!.host.slice(3)) : null }];
    });
    const view: EnsembleView = {
      nowMs: Math.floor(world.now / 1_000), participants: this.sids.length, initLimitMs: 10_000, syncLimitMs: 4_000, tickMs: 2_000, servers, clients,
      answeredWrites: news.flatMap(({ fact }) =>
        fact.type === 'zkClientReplied' && fact['err'] === 'OK' && WRITES.has((fact['request'] as { type: string }).type) ? [fact['zxid'] as number] : []),
      replies: [],
      expired: news.flatMap(({ process, fact }) => (fact.type === 'sessionExpired' ? [{ sessionId: fact['sessionId'] as string, leader: Number(process.slice(-1)) }] : [])),
      before: this.memory,
    };
    for (const { name, violation } of violations(view)) this.found.push(`${view.nowMs} ${name}: ${violation}`);
    this.memory = remember(view);
    this.looks++;
  }

  run(seconds: number): this {
    const until = this.on.world.now + seconds * 1_000_000;
    this.go(() => false, until);
    this.on.run((until - this.on.world.now) / 1_000_000);
    return this;
  }

  /** Until something holds; fails after so many simulated seconds. */
  until(holds: () => boolean, seconds: number): this {
    if (!this.go(holds, this.on.world.now + seconds * 1_000_000)) throw new Error(`did not come about in ${seconds} s`);
    return this;
  }

  private go(holds: () => boolean, until: number): boolean {
    for (;;) {
      if (holds()) return true;
      const due = nextDue(this.on.world);
      if (due === undefined || due > until) return false;
      const { handled } = this.on;
      this.on.until(() => this.on.handled > handled, 'an item is handled');
      this.look();
    }
  }
}
