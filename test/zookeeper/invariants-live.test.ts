import { describe, expect, it } from 'vitest';
import type { AppendList } from '../../src/kernel/append-list.ts';
import { findProcess, nextDue, type World } from '../../src/kernel/world.ts';
import type { ClientProcess } from '../../src/zookeeper/client-program.ts';
import { isConnected } from '../../src/zookeeper/client.ts';
import { NOTHING_SEEN, remember, viewOfDownServer, viewOfServer, violations, type EnsembleMemory, type EnsembleView, type ServerView } from '../../src/zookeeper/invariants.ts';
import type { LogEntry } from '../../src/zookeeper/packets.ts';
import { Ensemble, serverName } from './ensemble.ts';

const SIDS = [1, 2, 3];
const CLIENTS = ['a', 'b'];
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

/** Looks at an ensemble after every item it handles. */
class Watchman {
  memory: EnsembleMemory = NOTHING_SEEN;
  readonly found: string[] = [];
  looks = 0;
  private seenFacts = 0;

  constructor(private readonly on: Ensemble) {}

  look(): void {
    const { world, facts } = this.on;
    const news = facts.slice(this.seenFacts);
    this.seenFacts = facts.length;
    const servers = SIDS.map((sid): ServerView => {
      const process = findProcess(world, serverName(sid))!;
      const disk = onDisk(world, sid);
      if (process.status === 'dead' || process.status === 'notStarted' || process.state === null) return viewOfDownServer(sid, disk);
      const { durableLogs, durableSnapshot } = disk;
      return viewOfServer(this.on.state(sid), { incarnation: process.incarnation, isPaused: process.status === 'paused', durableLogs, durableSnapshot });
    });
    const clients = CLIENTS.flatMap((name) => {
      const state = findProcess(world, name)?.state as ClientProcess | null | undefined;
      if (!state) return [];
      const { client } = state;
      const { sessionId, lastZxidSeen } = client;
      return [{ name, sessionId, lastZxidSeen, connectedTo: isConnected(client) ? Number(client.servers[client.current]!.host.slice(3)) : null }];
    });
    const view: EnsembleView = {
      nowMs: Math.floor(world.now / 1_000), participants: 3, initLimitMs: 10_000, syncLimitMs: 4_000, tickMs: 2_000, servers, clients,
      answeredWrites: news.flatMap(({ fact }) =>
        fact.type === 'zkClientReplied' && fact['err'] === 'OK' && WRITES.has((fact['request'] as { type: string }).type) ? [fact['zxid'] as number] : []),
      expired: news.flatMap(({ process, fact }) => (fact.type === 'sessionExpired' ? [{ sessionId: fact['sessionId'] as string, leader: Number(process.slice(-1)) }] : [])),
      before: this.memory,
    };
    for (const { name, violation } of violations(view)) this.found.push(`${view.nowMs} ${name}: ${violation}`);
    this.memory = remember(view);
    this.looks++;
  }

  run(seconds: number): this {
    const until = this.on.world.now + seconds * 1_000_000;
    for (;;) {
      const due = nextDue(this.on.world);
      if (due === undefined || due > until) break;
      const { handled } = this.on;
      this.on.until(() => this.on.handled > handled, 'an item is handled');
      this.look();
    }
    this.on.run((until - this.on.world.now) / 1_000_000);
    return this;
  }
}

describe('a real ensemble keeps its promises', () => {
  for (let seed = 1; seed <= 6; seed++) {
    it(`through kills, pauses and cuts under load, seed ${seed}`, () => {
      const on = new Ensemble({ seed }).start(1, 2, 3);
      const watchman = new Watchman(on);
      watchman.run(3);
      for (const name of CLIENTS) on.client(name, SIDS, 6_000);
      watchman.run(1);
      let written = 0;
      const load = (seconds: number): void => {
        for (let step = 0; step < seconds * 10; step++) {
          const path = `/n${written++}`;
          on.submit(CLIENTS[written % 2]!, { type: 'create', path, data: 'x', mode: written % 3 === 0 ? 'EPHEMERAL' : 'PERSISTENT' });
          on.submit(CLIENTS[written % 2]!, { type: 'setData', path: `/n${written - 2}`, data: 'y', version: 0 });
          watchman.run(0.1);
        }
      };
      const leader = (): number => SIDS.find((sid) => on.isUp(sid) && on.mode(sid).startsWith('leading')) ?? 1;
      load(1);
      const first = leader();
      on.kill(first);
      load(3);
      on.start(first);
      load(2);
      const paused = leader();
      on.perform({ type: 'kill', process: serverName(paused), signal: 'SIGSTOP' });
      load(6);
      on.perform({ type: 'kill', process: serverName(paused), signal: 'SIGCONT' });
      load(4);
      const lonely = leader();
      for (const sid of SIDS) if (sid !== lonely) on.cut(serverName(lonely), serverName(sid));
      load(7);
      on.heal();
      load(3);
      on.perform({ type: 'kill', process: 'a', signal: 'SIGKILL' });
      watchman.run(12);
      expect(watchman.found).toEqual([]);
      expect(watchman.looks).toBeGreaterThan(1_000);
      expect(watchman.memory.committed.length).toBeGreaterThan(50);
      expect(Object.keys(watchman.memory.leaders).length).toBeGreaterThanOrEqual(3);
      expect(on.facts.some(({ fact }) => fact.type === 'sessionExpired')).toBe(true);
    });
  }
});
