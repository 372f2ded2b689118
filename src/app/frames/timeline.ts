/**
 * From a history to the timeline's lanes. The builder follows the kept facts and the acts of one branch and only looks at what is
 * new; another branch is read from its beginning.
 */
import type { Act, BranchId } from '../../kernel/history.ts';
import type { NotedFact, NotedFacts } from '../../kernel/noted-facts.ts';
import type { Fact, Micros } from '../../kernel/program.ts';
import type { World } from '../../kernel/world.ts';
import type { ClusterAction } from '../../cluster/actions.ts';
import { brokerName } from '../../cluster/description.ts';
import type { ArrowFrame, BandFrame, LaneFrame, SessionFrame, TickFrame, TimelineFrame, TimelineMarkFrame } from '../../views/frame.ts';
import { clientOf, shownName } from './clients.ts';
import { targetsOf } from './targets.ts';
import { actWord, text } from './words.ts';

interface Lane {
  readonly id: string;
  readonly kind: 'server' | 'broker' | 'partition' | 'producer' | 'consumer';
  readonly bands: BandFrame[];
  readonly offices: { from: Micros; to?: Micros }[];
  readonly ticks: TickFrame[];
}

/** A broker's ZooKeeper session, from the znode that carries its name on. */
interface Session {
  readonly id: string;
  readonly sessionId: string;
  readonly from: Micros;
  readonly touches: Micros[];
  readonly endedAt?: Micros;
  /** The one that the same broker held before. */
  readonly before?: Session | undefined;
}

export interface TimelineSource {
  readonly branch: BranchId;
  readonly begin: Micros;
  readonly computedUntil: Micros;
  readonly facts: Pick<NotedFacts, 'length' | 'at'>;
  readonly acts: readonly Act<ClusterAction>[];
  readonly world: World;
  readonly forks: TimelineFrame['forks'];
}

type Known = Fact & { readonly [key: string]: unknown };

export class TimelineBuilder {
  private branch: BranchId = -1;
  private factsRead = 0;
  private actsRead = 0;
  private readonly lanes = new Map<string, Lane>();
  private marks: TimelineMarkFrame[] = [];
  private readonly leaders = new Map<string, number>();
  /** By their owner. */
  private readonly sessions = new Map<string, Session>();

  /** Words are written down when they are read: another language reads everything anew. */
  forget(): void {
    this.branch = -1;
  }

  build(source: TimelineSource, sessions: readonly SessionFrame[], arrows: readonly ArrowFrame[], matters: ReadonlySet<string>, lit: TimelineFrame['lit'] = []): TimelineFrame {
    if (source.branch !== this.branch || source.facts.length < this.factsRead || source.acts.length < this.actsRead) this.restart(source);
    this.read(source);
    const lanes: LaneFrame[] = [];
    const bySession = new Map(sessions.map((session) => [session.owner, session] as const));
    for (const process of source.world.processes) {
      const lane = this.lanes.get(process.name);
      if (!lane) continue;
      const frame = this.frameOf(lane, matters.has(lane.id));
      const open = lane.kind === 'producer' ? openSince(process, source.world.wallClockBaseMs) : [];
      lanes.push(open.length === 0 ? frame : { ...frame, open });
      const held = this.sessions.get(process.name);
      if (held) this.touched(held, bySession.get(process.name));
      const isTold = held !== undefined && (held.endedAt !== undefined || held.before !== undefined || matters.has(held.id) || bySession.get(process.name)?.state !== 'open');
      if (held && isTold && lane.kind === 'broker') lanes.push(sessionLane(held, bySession.get(process.name), matters.has(held.id)));
    }
    const partitions = [...this.lanes.values()].filter((lane) => lane.kind === 'partition').sort((a, b) => (a.id < b.id ? -1 : 1));
    const firstClient = lanes.findIndex((lane) => this.lanes.get(lane.id)?.kind === 'producer' || this.lanes.get(lane.id)?.kind === 'consumer');
    const at = firstClient < 0 ? lanes.length : firstClient;
    lanes.splice(at, 0, ...partitions.map((lane) => this.frameOf(lane, matters.has(lane.id))));
    return { begin: source.begin, computedUntil: source.computedUntil, lanes, marks: this.marks, arrows, forks: source.forks, lit };
  }

  /** Touches are no facts: those are known that were seen while the page looked. */
  private touched(held: Session, session: SessionFrame | undefined): void {
    if (session?.sessionId !== held.sessionId || held.touches.includes(session.touchedAt)) return;
    held.touches.push(session.touchedAt);
    held.touches.sort((a, b) => a - b);
  }

  private frameOf(lane: Lane, matters: boolean): LaneFrame {
    return {
      id: lane.id,
      name: laneName(lane),
      ...(matters ? { matters } : {}),
      bands: lane.bands.slice(),
      ...(lane.offices.length > 0 ? { offices: lane.offices.slice() } : {}),
      ...(lane.ticks.length > 0 ? { ticks: lane.ticks } : {}),
    };
  }

  private restart(source: TimelineSource): void {
    this.branch = source.branch;
    this.factsRead = 0;
    this.actsRead = 0;
    this.lanes.clear();
    this.leaders.clear();
    this.sessions.clear();
    this.marks = [];
  }

  /** Facts and acts in the order in which they came about. */
  private read(source: TimelineSource): void {
    const { facts, acts } = source;
    while (this.factsRead < facts.length || this.actsRead < acts.length) {
      const fact = facts.at(this.factsRead);
      const act = acts[this.actsRead];
      if (act && (!fact || act.item <= fact.item)) {
        this.actsRead++;
        this.acted(act, source.world);
      } else if (fact) {
        this.factsRead++;
        this.noted(fact, source.world);
      }
    }
  }

  private lane(id: string, kind: Lane['kind']): Lane {
    let lane = this.lanes.get(id);
    if (!lane) {
      lane = { id, kind, bands: [], offices: [], ticks: [] };
      this.lanes.set(id, lane);
    }
    return lane;
  }

  private band(lane: Lane, at: Micros, look: BandFrame['look'], more: Partial<BandFrame> = {}): void {
    const last = lane.bands[lane.bands.length - 1];
    if (last && last.to === undefined) {
      if (last.look === look && last.epoch === more.epoch) return;
      if (last.from >= at) lane.bands.pop();
      else lane.bands[lane.bands.length - 1] = { ...last, to: at };
    }
    lane.bands.push({ from: at, look, ...more });
  }

  private office(broker: number, at: Micros): void {
    for (const lane of this.lanes.values()) {
      const last = lane.offices[lane.offices.length - 1];
      if (last && last.to === undefined) lane.offices[lane.offices.length - 1] = { from: last.from, to: at };
    }
    this.lane(brokerName(broker), 'broker').offices.push({ from: at });
  }

  private kindOf(process: string, world: World): Lane['kind'] | undefined {
    const found = world.processes.find((one) => one.name === process);
    switch (found?.program) {
      case 'zookeeper-server':
        return 'server';
      case 'kafka-broker':
        return 'broker';
      default:
        return found && clientOf(found)?.kind;
    }
  }

  /** Partitions that a process led stand still from its end on. */
  private unserved(process: string, at: Micros): void {
    for (const [partition, leader] of this.leaders) {
      if (brokerName(leader) === process) this.band(this.lane(`partition:${partition}`, 'partition'), at, 'unserved', { word: text.unserved });
    }
    const lane = this.lanes.get(process);
    const office = lane?.offices[lane.offices.length - 1];
    if (lane && office && office.to === undefined) lane.offices[lane.offices.length - 1] = { from: office.from, to: at };
  }

  private stopped(process: string, at: Micros, world: World): void {
    const kind = this.kindOf(process, world);
    if (kind === undefined || kind === 'producer' || kind === 'consumer') return;
    this.band(this.lane(process, kind), at, 'none');
    if (kind === 'broker') this.unserved(process, at);
  }

  private acted(act: Act<ClusterAction>, world: World): void {
    const { action, at } = act;
    const word = actWord(action);
    const target = targetsOf(action)[0];
    if (word !== undefined && target !== undefined && this.kindOf(target, world) !== undefined) {
      this.marks.push({ at, lane: target, look: isFault(action) ? 'fault' : 'milestone', word });
    }
    switch (action.type) {
      case 'start':
        this.started(action.process, at, world);
        break;
      case 'container':
        if (action.verb === 'start') this.started(action.container, at, world);
        else if (action.verb === 'kill' || action.verb === 'rm') this.stopped(action.container, at, world);
        else if (action.verb === 'pause') this.paused(action.container, at, world);
        else if (action.verb === 'unpause') this.resumed(action.container, at);
        break;
      case 'signal':
        if (action.signal === 'SIGKILL') this.stopped(action.process, at, world);
        else if (action.signal === 'SIGSTOP') this.paused(action.process, at, world);
        else if (action.signal === 'SIGCONT') this.resumed(action.process, at);
        break;
      case 'powerLoss':
        for (const process of world.processes) if (process.host === action.host) this.stopped(process.name, at, world);
        break;
      case 'addClient':
        this.started(action.client.name, at, world);
        break;
      default:
        break;
    }
  }

  private started(process: string, at: Micros, world: World): void {
    const kind = this.kindOf(process, world);
    if (kind === undefined) return;
    const lane = this.lane(process, kind);
    if (kind === 'server' || kind === 'broker') this.band(lane, at, 'broken');
  }

  private paused(process: string, at: Micros, world: World): void {
    const kind = this.kindOf(process, world);
    if (kind !== undefined) this.band(this.lane(process, kind), at, 'paused');
  }

  /** It is again what it was before it was stopped. */
  private resumed(process: string, at: Micros): void {
    const lane = this.lanes.get(process);
    if (!lane) return;
    const before = lane.bands.filter((band) => band.look !== 'paused').at(-1);
    if (before) this.band(lane, at, before.look);
    else if (lane.bands.length > 0) lane.bands.pop();
  }

  private noted({ at, fact, process }: NotedFact, world: World): void {
    const known = fact as Known;
    const name = world.processes[process]?.name ?? '';
    switch (fact.type) {
      case 'peerStateChanged': {
        const state = String(known['state'] ?? known['to'] ?? '');
        this.band(this.lane(name, 'server'), at, /^leading/i.test(state) ? 'strong' : /^following/i.test(state) ? 'plain' : 'broken');
        break;
      }
      case 'brokerStateChanged': {
        const state = String(known['state']);
        if (state === 'NotRunning') this.stopped(name, at, world);
        else this.band(this.lane(name, 'broker'), at, state === 'RunningAsBroker' ? 'strong' : 'broken', state === 'RunningAsBroker' ? {} : { word: state });
        break;
      }
      case 'brokerExited':
        this.stopped(name, at, world);
        break;
      case 'controllerElected':
        this.office(Number(known['brokerId']), at);
        this.marks.push({ at, lane: name, look: 'milestone', word: text.controllerElected(Number(known['controllerEpoch'])) });
        break;
      case 'leaderElected':
      case 'becameLeader': {
        if (isInternal(known)) break;
        const partition = `${String(known['topic'])}-${String(known['partition'])}`;
        const leader = Number(fact.type === 'leaderElected' ? known['leader'] : known['broker']);
        const lane = this.lane(`partition:${partition}`, 'partition');
        if (fact.type === 'becameLeader' || lane.bands.length === 0) {
          if (this.leaders.get(partition) !== leader && this.leaders.has(partition)) {
            this.marks.push({ at, lane: lane.id, look: 'milestone', word: text.leads(leader) });
          }
          this.leaders.set(partition, leader);
          this.band(lane, at, 'epoch', { epoch: Number(known['leaderEpoch']) });
        }
        break;
      }
      case 'partitionWentOffline':
        if (!isInternal(known)) this.band(this.lane(`partition:${String(known['topic'])}-${String(known['partition'])}`, 'partition'), at, 'unserved', { word: text.unserved });
        break;
      case 'znodeCreated': {
        const broker = /^\/brokers\/ids\/(\d+)$/.exec(String(known['path']))?.[1];
        const sessionId = String(known['ephemeralOwner']);
        if (broker === undefined || this.sessions.get(brokerName(Number(broker)))?.sessionId === sessionId) break;
        this.sessions.set(brokerName(Number(broker)), { id: `session:${brokerName(Number(broker))}`, sessionId, from: at, touches: [], before: this.sessions.get(brokerName(Number(broker))) });
        break;
      }
      case 'sessionClosed':
      case 'sessionExpired': {
        const [owner, held] = [...this.sessions].find(([, one]) => one.sessionId === known['sessionId']) ?? [];
        if (owner !== undefined && held && held.endedAt === undefined) this.sessions.set(owner, { ...held, endedAt: at });
        if (fact.type === 'sessionExpired') this.marks.push({ at, lane: held?.id ?? name, look: 'milestone', word: text.sessionExpired });
        break;
      }
      case 'logTruncated':
        if (known['topic'] === undefined) break;
        this.marks.push({ at, lane: name, look: 'milestone', word: text.truncated(Number(known['to'])) });
        break;
      case 'recordAcked':
        this.lane(name, 'producer').ticks.push({ at, look: 'answered' });
        break;
      case 'recordsConsumed':
        this.lane(name, 'consumer').ticks.push({ at, look: 'answered' });
        break;
      default:
        break;
    }
  }
}

/** From touch to touch faint, since the last one full while nobody is connected; the deadline while it lies ahead. */
function sessionLane(held: Session, session: SessionFrame | undefined, matters: boolean): LaneFrame {
  const isThis = session?.sessionId === held.sessionId;
  const until = held.endedAt;
  const isSilent = until !== undefined || (isThis && session.state !== 'open');
  return {
    id: held.id,
    name: text.sessionOf(held.id.replace('session:broker-', 'b')),
    ...(matters || (isThis && isSilent) ? { matters: true } : {}),
    bands: sessionBands(held, isSilent),
    ticks: allTouches(held).map((at) => ({ at, look: 'touch' as const })),
    ...(isThis && until === undefined && isSilent ? { deadline: { at: session.deadline, since: session.touchedAt } } : {}),
  };
}

const allTouches = (held: Session): readonly Micros[] => [...(held.before ? allTouches(held.before) : []), ...held.touches.filter((at) => held.endedAt === undefined || at < held.endedAt)];

/** One after the other: a session that ended was silent since its last touch. */
function sessionBands(held: Session, isSilent: boolean): readonly BandFrame[] {
  const until = held.endedAt;
  const last = held.touches.findLast((at) => until === undefined || at < until) ?? held.from;
  return [
    ...(held.before ? sessionBands({ ...held.before, endedAt: Math.min(held.before.endedAt ?? held.from, held.from) }, true) : []),
    ...(last > held.from ? [{ from: held.from, to: last, look: 'owedFaint' as const }] : []),
    { from: last, ...(until === undefined ? {} : { to: until }), look: isSilent ? ('owed' as const) : ('owedFaint' as const) },
  ];
}

/** By the record: it is asked for in every picture. */
const opened = new WeakMap<object, TickFrame>();

/** When the records were made that a producer has no answer for. */
function openSince(process: World['processes'][number], wallClockBaseMs: number): readonly TickFrame[] {
  const client = clientOf(process);
  if (client?.kind !== 'producer' || client.state === null) return [];
  const { state } = client;
  const queued = Object.values(state.accumulator.queues).flatMap((queue) => queue.batches);
  const ticks = [...queued, ...state.inFlight].flatMap((batch) =>
    batch.records.map((record) => {
      let tick = opened.get(record);
      if (!tick) opened.set(record, (tick = { at: (Number(record.timestamp) - wallClockBaseMs) * 1_000, look: 'unanswered' }));
      return tick;
    }),
  );
  return ticks.sort((a, b) => a.at - b.at);
}

function laneName(lane: Lane): string {
  switch (lane.kind) {
    case 'partition':
      return lane.id.slice('partition:'.length);
    case 'broker':
      return lane.id.replace('broker-', 'broker ');
    case 'producer':
      return text.acks(shownName(lane.id));
    case 'consumer':
      return text.reads(shownName(lane.id));
    case 'server':
      return lane.id;
  }
}

/** What repairs is no fault. */
function isFault(action: ClusterAction): boolean {
  if (action.type === 'start' || action.type === 'heal' || action.type === 'powerOn') return false;
  if (action.type === 'network') return action.verb === 'disconnect';
  if (action.type === 'firewall') return action.verdict !== 'ACCEPT';
  if (action.type === 'disk') return (action.slowness ?? 1) > 1 || action.full === true || (action.failed ?? []).length > 0;
  if (action.type === 'container') return action.verb !== 'start' && action.verb !== 'unpause';
  return !(action.type === 'signal' && action.signal === 'SIGCONT');
}

/** Kafka's own topics have no lane: the offsets topic alone would have fifty. */
function isInternal({ topic }: Readonly<Record<string, unknown>>): boolean {
  return String(topic).startsWith('__');
}
