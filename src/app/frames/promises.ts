/**
 * What the cluster promises and whether it holds, at the playhead. Some promises are owed for a while (they have a clock); some were
 * never made: those are listed too, since people believe them. What takes a memory is judged in cluster/promises.ts.
 */
import type { Breach, Excuse, PromiseName } from '../../cluster/promises.ts';
import type { PromiseRow, PromisesFrame, PromiseState } from '../../views/promises/frame.ts';
import { defineText } from '../../views/text/define.ts';
import { seconds } from '../../views/text/units.ts';
import { isActiveController } from '../../kafka/controller/controller.ts';
import type { Micros } from '../../kernel/program.ts';
import { nodeAt } from '../../zookeeper/tree.ts';
import { clientOf } from './clients.ts';
import type { Seen } from './stage.ts';

const words = defineText({
  en: {
    leader: 'A partition with a live ISR member gets a leader',
    answer: 'A parked write gets its answer',
    lost: 'No acknowledged record is lost',
    hw: 'HW is not above the log of any ISR member',
    reads: 'Consumers read only below the HW',
    epoch: 'One leader per leader epoch',
    isr: 'The ISR is never empty',
    controller: 'At most one `/controller`',
    zxid: 'One zxid order on all servers',
    pause: 'Writes never pause',
    unacked: 'Unacknowledged records survive',
    kill: 'kill -9 ends the session',
    waiting: (n: number) => `${n} waiting`,
    waitingFor: (n: number, time: string) => `${n} waiting, ${time} s`,
    of: (kept: number, all: number) => `${kept} of ${all}`,
    never: 'not promised',
    leaders: (n: number) => (n === 1 ? '1 partition' : `${n} partitions`),
    longest: (name: string, time: string) => `longest: ${name}, ${time} s`,
    none: 'none',
    broker: (id: number) => `broker ${id}`,
    alsoBelieves: (id: number, others: string) => `broker ${id}; ${others} still believes it`,
    leaderless: (names: string, time: string) => `${names}: ${time} s`,
    failed: (n: number) => `${n} given up`,
    outlives: (owner: string, time: string) => `${owner}: open ${time} s after`,
    closeDoes: 'close() does',
    excuses: {
      X1: (value: string) => `${value}: acks=1 promised one copy`,
      X2: (value: string) => `${value}: the only disk was lost`,
      X3: (value: string) => `${value}: unclean election`,
      X4: (value: string) => `${value}: disks lost together`,
      'KAFKA-9338': (value: string) => `${value}: a follower was not fenced (KAFKA-9338)`,
    },
  },
  'zh-CN': {
    leader: 'ISR 里有活着的成员，分区就会有 leader',
    answer: '等待中的写入会得到应答',
    lost: '已确认的记录不会丢',
    hw: '高水位不超过任何 ISR 成员的日志',
    reads: '消费者只读到高水位以下',
    epoch: '每个 leader epoch 只有一个 leader',
    isr: 'ISR 永不为空',
    controller: '最多一个 `/controller`',
    zxid: '所有服务器的 zxid 顺序一致',
    pause: '写入从不停顿',
    unacked: '未确认的记录会保住',
    kill: 'kill -9 会结束会话',
    waiting: (n: number) => `${n} 条在等`,
    waitingFor: (n: number, time: string) => `${n} 条在等，${time} s`,
    of: (kept: number, all: number) => `${kept} / ${all}`,
    never: '未曾承诺',
    leaders: (n: number) => `${n} 个分区`,
    longest: (name: string, time: string) => `最久：${name}，${time} s`,
    none: '无',
    broker: (id: number) => `broker ${id}`,
    alsoBelieves: (id: number, others: string) => `broker ${id}；${others} 还以为自己是`,
    leaderless: (names: string, time: string) => `${names}：${time} s`,
    failed: (n: number) => `放弃了 ${n} 条`,
    outlives: (owner: string, time: string) => `${owner}：死后 ${time} s 仍在`,
    closeDoes: 'close() 才会',
    excuses: {
      X1: (value: string) => `${value}：acks=1 只承诺一份`,
      X2: (value: string) => `${value}：唯一的磁盘丢了`,
      X3: (value: string) => `${value}：非 ISR 选主`,
      X4: (value: string) => `${value}：磁盘一起丢了`,
      'KAFKA-9338': (value: string) => `${value}：有 follower 没被隔离（KAFKA-9338）`,
    },
  },
});

/** An answer that takes longer than this is waited for; below it, it is simply on its way. */
const NOTICEABLE_MICROS = 250_000;

/** delivery.timeout.ms as it is by default: after it a producer has answered, if only with an exception. */
const DELIVERY_TIMEOUT_MS = 120_000;
/** A producer looks at its batches now and then, not at the microsecond. */
const DELIVERY_SLACK_MICROS = 5_000_000;

export function promisesFrame(seen: Seen): PromisesFrame {
  const { facts } = seen;
  const rows: PromiseRow[] = [];
  if (facts.brokers.length > 0) rows.push(leaderRow(seen), answerRow(seen), lostRow(seen), ...brokerRows(seen));
  const serving = facts.servers.filter((server) => server.isServing);
  if (facts.servers.length > 0) rows.push(judged('zxid', 'oneHistory', words.zxid, `${serving.length} / ${facts.servers.length}`, seen));
  if (facts.brokers.length > 0) rows.push(...neverMade(seen));
  return { rows };
}

const inTime = (breach: Breach | undefined, now: Micros): Breach | undefined => (breach !== undefined && breach.at <= now ? breach : undefined);

/** A row whose state is what was remembered of its promise. */
function judged(key: string, name: PromiseName, sentence: string, detail: string, { observed, now }: Seen): PromiseRow {
  const breach = inTime(observed.promises.broken[name], now);
  return {
    key,
    state: breach === undefined ? 'kept' : 'broken',
    sentence,
    detail: breach?.what ?? detail,
    ...(breach === undefined ? {} : { step: { at: breach.at, what: breach.what } }),
  };
}

function leaderRow({ facts, observed, now }: Seen): PromiseRow {
  const { leaderless, longestWait } = observed.promises;
  const owed = Object.keys(leaderless);
  const since = Math.min(...Object.values(leaderless));
  const partitions = facts.topics.reduce((sum, topic) => sum + facts.partitions(topic).length, 0);
  return {
    key: 'leader',
    state: owed.length > 0 ? 'owed' : 'kept',
    sentence: words.leader,
    detail:
      owed.length > 0 ? words.leaderless(owed.join(', '), seconds(now - since))
      : longestWait === null ? words.leaders(partitions)
      : words.longest(longestWait.partition, seconds(longestWait.micros)),
    ...(owed.length > 0 ? { step: { at: since, what: owed.join(', ') } } : {}),
  };
}

function answerRow({ observed, world, now }: Seen): PromiseRow {
  let waiting = 0;
  let oldest = now;
  let isLate = false;
  for (const [name, account] of Object.entries(observed.ledger.producers)) {
    const process = world.processes.find((one) => one.name === name);
    // Who asked and died is owed nothing any more.
    if (process?.status !== 'running' && process?.status !== 'paused') continue;
    const open = account.sent - account.acked - account.failed;
    if (open === 0) continue;
    waiting += open;
    oldest = Math.min(oldest, account.waitingSince);
    const { properties } = process.config as { readonly properties: Readonly<Record<string, string>> };
    const limit = Number(properties['delivery.timeout.ms'] ?? DELIVERY_TIMEOUT_MS) * 1_000 + DELIVERY_SLACK_MICROS;
    if (process.status === 'running' && now - account.waitingSince > limit) isLate = true;
  }
  const state: PromiseState = isLate ? 'broken' : now - oldest > NOTICEABLE_MICROS ? 'owed' : 'kept';
  return {
    key: 'answer',
    state,
    sentence: words.answer,
    detail: state === 'kept' ? words.waiting(waiting) : words.waitingFor(waiting, seconds(now - oldest)),
    ...(state === 'kept' ? {} : { step: { at: oldest, what: words.waiting(waiting) } }),
  };
}

function lostRow(seen: Seen): PromiseRow {
  const { observed } = seen;
  const { acked, ackedLost } = observed.ledger;
  const { excused, broken } = observed.promises;
  const newest = excused[excused.length - 1];
  if (broken.acknowledgedStays === undefined && newest !== undefined) {
    const say: Readonly<Record<Excuse, (value: string) => string>> = words.excuses;
    return {
      key: 'lost',
      state: 'neverMade',
      sentence: words.lost,
      detail: say[newest.excuse](newest.record.value),
      step: { at: newest.record.at, what: newest.record.value },
    };
  }
  return judged('lost', 'acknowledgedStays', words.lost, words.of(acked - ackedLost, acked), seen);
}

function brokerRows(seen: Seen): PromiseRow[] {
  const { facts } = seen;
  const partitions = facts.topics.filter((topic) => !topic.startsWith('__')).flatMap((topic) => facts.partitions(topic));
  const [first] = partitions;
  const leading = first?.leader === null || first?.leader === undefined ? undefined : facts.replica(first.leader, first.topic, first.partition);
  const led = partitions.filter((one) => one.leader !== null && one.leader !== undefined).length;
  const smallest = partitions.reduce((best, one) => (best === undefined || one.isr.length < best.isr.length ? one : best), first);
  const owner = facts.controller;
  const others = facts.brokers.filter((one) => one.id !== owner?.brokerId && one.broker?.controller && isActiveController(one.broker.controller)).map((one) => words.broker(one.id));
  return [
    judged('hw', 'highWatermarkIsReached', words.hw, leading === undefined ? words.none : `${first!.name}: ${leading.highWatermark} ≤ ${leading.logEnd}`, seen),
    judged('reads', 'readsStayBelow', words.reads, readsOf(seen), seen),
    judged('epoch', 'oneLeaderPerEpoch', words.epoch, words.leaders(led), seen),
    judged('isr', 'isrNeverEmpty', words.isr, smallest === undefined ? words.none : `${smallest.name} [${smallest.isr.join(',')}]`, seen),
    judged(
      'controller',
      'oneControllerPerEpoch',
      words.controller,
      owner === null ? words.none : others.length > 0 ? words.alsoBelieves(owner.brokerId, others.join(', ')) : words.broker(owner.brokerId),
      seen,
    ),
  ];
}

/** The first assigned position of the first consumer against what it may read. */
function readsOf({ world, facts }: Seen): string {
  for (const process of world.processes) {
    const client = clientOf(process);
    if (client?.kind !== 'consumer' || client.state === null) continue;
    const [assigned] = Object.values(client.state.partitions);
    const zk = assigned === undefined ? undefined : facts.partition(assigned.topic, assigned.partition);
    const leading = zk?.leader === null || zk?.leader === undefined ? undefined : facts.replica(zk.leader, zk.topic, zk.partition);
    if (assigned && zk && leading) return `${process.name} ${zk.name}: ${Math.max(0, assigned.position)} ≤ ${leading.highWatermark}`;
  }
  return words.none;
}

/** What people take for promises, each with what the cluster has shown of it. */
function neverMade({ facts, observed, world, now }: Seen): PromiseRow[] {
  const { longestWait } = observed.promises;
  const { failed } = observed.ledger;
  const { tree } = facts;
  let outliving: { readonly name: string; readonly since: Micros } | undefined;
  for (const [name, ending] of Object.entries(observed.endings)) {
    const broker = facts.brokers.find((one) => one.name === name);
    const isDead = world.processes.find((one) => one.name === name)?.status === 'dead';
    if (ending.how === 'SIGKILL' && isDead && broker && tree !== null && nodeAt(tree, `/brokers/ids/${broker.id}`)) outliving = { name, since: ending.at };
  }
  return [
    { key: 'pause', state: 'neverMade', sentence: words.pause, detail: longestWait === null ? words.never : words.longest(longestWait.partition, seconds(longestWait.micros)) },
    { key: 'unacked', state: 'neverMade', sentence: words.unacked, detail: failed === 0 ? words.never : words.failed(failed) },
    { key: 'kill', state: 'neverMade', sentence: words.kill, detail: outliving === undefined ? words.closeDoes : words.outlives(outliving.name, seconds(now - outliving.since)) },
  ];
}
