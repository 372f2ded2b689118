/**
 * The main moment: 2.3 s after `kill -9` of broker 1 and 3.7 s before anybody notices. Numbers as in the visual language,
 * section 11: tick 2000, T 6000, last touch counted at 9.002 s, hence deadline 16.000 s; every HW stops at 20.
 */
import { SECOND, type Micros } from '../../src/kernel/program.ts';
import type {
  BrokerFrame,
  GuideFrame,
  LaneFrame,
  LedgerFrame,
  ReplicaFrame,
  SelectionFrame,
  MessageFrame,
  StageFrame,
  TickFrame,
  TimelineFrame,
  TransportFrame,
} from '../../src/views/frame.ts';
import type { Language } from '../../src/views/text/language.svelte.ts';

const s = (seconds: number): Micros => Math.round(seconds * SECOND);
export const sampleNow = s(12.314);

const rows = [
  { partition: 'orders-0', leader: 1, leo: [21, 20, 20], hw: [20, 20, 19] },
  { partition: 'orders-1', leader: 2, leo: [20, 21, 21], hw: [20, 20, 20] },
  { partition: 'orders-2', leader: 3, leo: [20, 21, 21], hw: [19, 20, 20] },
];
function replicas(brokerId: number): readonly ReplicaFrame[] {
  return rows.map((row) => ({
    partition: row.partition,
    role: brokerId === 1 ? 'offline' : row.leader === brokerId ? 'leader' : 'follower',
    led: brokerId === 1 && row.leader === 1,
    logStart: 0,
    highWatermark: row.hw[brokerId - 1] ?? 0,
    logEnd: row.leo[brokerId - 1] ?? 0,
    epochs: [{ epoch: 0, start: 0 }],
  }));
}
const broker = (brokerId: number): BrokerFrame => ({
  id: `broker-${brokerId}`,
  brokerId,
  port: 9091 + brokerId,
  process: brokerId === 1 ? 'dead' : 'up',
  state: 'RunningAsBroker',
  controller: brokerId === 3 ? { epoch: 1 } : undefined,
  ending: brokerId === 1 ? { how: 'kill -9', at: s(10) } : undefined,
  replicas: replicas(brokerId),
});
const server = (sid: number): StageFrame['servers'][number] => ({
  id: `zookeeper${sid}`,
  sid,
  name: `zookeeper${sid}`,
  process: 'up',
  state: sid === 2 ? 'LEADING' : 'FOLLOWING',
  lastZxid: '0x10000004c',
});
const session = (at: number, sessionId: string): StageFrame['sessions'][number] => ({
  id: `session:${sessionId}`,
  sessionId,
  owner: `broker-${at}`,
  server: `zookeeper${at}`,
  state: at === 1 ? 'silent' : 'open',
  touchedAt: s(9.002),
  deadline: s(16),
  ephemerals: [`/brokers/ids/${at}`],
});

export type SampledStage = StageFrame & { readonly messages: readonly MessageFrame[] };

export function sampleStage(language: Language): SampledStage {
  const zh = language === 'zh-CN';
  const message = (
    id: string,
    from: string,
    to: string,
    family: MessageFrame['family'],
    name: string,
    at: number,
    more: Partial<MessageFrame> = {},
  ): MessageFrame => ({
    id,
    from,
    to,
    family,
    name,
    response: false,
    chatter: false,
    // placed so that the playhead sees it `at` of its way
    sentAt: sampleNow - Math.round(at * 1000),
    dueAt: sampleNow + Math.round((1 - at) * 1000),
    ...more,
  });
  return {
    headline: zh ? 'Broker 1 已经死了，集群却还不知道。' : 'Broker 1 is dead, and the cluster does not know it yet.',
    subline: zh
      ? '`/brokers/ids/1` 仍然存在，ZooKeeper 里 `orders-0` 的 leader 还写着 1，但那里没有人应答。'
      : '`/brokers/ids/1` still exists and ZooKeeper still names 1 as leader of `orders-0`. Nobody answers there.',
    network: { name: 'zookeeper-net', subnet: '172.19.0.0/16' },
    servers: [1, 2, 3].map(server),
    brokers: [1, 2, 3].map(broker),
    clients: [
      { id: 'producer-1', name: 'P1', kind: 'producer', process: 'up', acks: 'all', sent: 74, acknowledged: 60, waiting: 14 },
      {
        id: 'consumer-1',
        name: 'C1',
        kind: 'consumer',
        process: 'up',
        group: 'demo',
        lag: 0,
        positions: rows.map((row) => ({ partition: row.partition, offset: 20 })),
      },
    ],
    sessions: [session(1, '0x100006045680000'), session(2, '0x200006045640000'), session(3, '0x3000060456a0000')],
    links: [
      { id: 'link:broker-1:broker-2', from: 'broker-2', to: 'broker-1', kind: 'replication', state: 'reset' },
      { id: 'link:broker-2:broker-3', from: 'broker-3', to: 'broker-2', kind: 'replication', state: 'open' },
      { id: 'link:broker-3:broker-2', from: 'broker-2', to: 'broker-3', kind: 'replication', state: 'open' },
      { id: 'link:producer-1:broker-1', from: 'producer-1', to: 'broker-1', kind: 'client', state: 'refused' },
      { id: 'link:producer-1:broker-2', from: 'producer-1', to: 'broker-2', kind: 'client', state: 'open' },
      { id: 'link:consumer-1:broker-3', from: 'consumer-1', to: 'broker-3', kind: 'client', state: 'open' },
    ],
    messages: [
      message('m1', 'zookeeper2', 'zookeeper1', 'zab', 'PING', 0.5, { chatter: true }),
      message('m2', 'zookeeper3', 'zookeeper2', 'zab', 'PING', 0.4, { chatter: true, response: true }),
      message('m3', 'broker-3', 'zookeeper3', 'zookeeper', 'ping', 0.35),
      message('m4', 'broker-3', 'broker-2', 'fetch', 'Fetch', 0.5, { chatter: true }),
      message('m5', 'broker-2', 'producer-1', 'produce', 'Metadata', 0.45, { response: true, detail: 'orders-0 leader 1' }),
      message('m6', 'consumer-1', 'broker-3', 'consume', 'Fetch', 0.45),
    ],
    lit: [],
  };
}

export function sampleTimeline(language: Language): TimelineFrame {
  const zh = language === 'zh-CN';
  const lane = (id: string, name: string, look: 'strong' | 'plain', more: Partial<LaneFrame> = {}): LaneFrame => ({
    id,
    name,
    bands: [{ from: s(0), look }],
    ...more,
  });
  const acks: TickFrame[] = [];
  const reads: TickFrame[] = [];
  for (let t = 0; t < 12.5; t += 0.5)
    for (const phase of [0.165, 0.33, 0.498]) {
      const at = t + phase;
      if (at > 12.314) continue;
      acks.push({ at: s(at), look: at < 9.99 ? 'answered' : 'unanswered' });
      if (at < 9.99) reads.push({ at: s(at + 0.01), look: 'answered' });
    }
  return {
    begin: 0,
    computedUntil: sampleNow,
    lanes: [
      lane('zookeeper1', 'zookeeper1', 'plain', { ticks: [6.914, 8.914].map((at) => ({ at: s(at), look: 'ping' })) }),
      lane('zookeeper2', 'zookeeper2', 'strong'),
      lane('zookeeper3', 'zookeeper3', 'plain'),
      {
        id: 'broker-1',
        name: 'broker 1',
        bands: [
          { from: 0, to: s(10), look: 'strong' },
          { from: s(10), look: 'none' },
        ],
      },
      {
        id: 'session:0x100006045680000',
        name: zh ? '会话 b1' : 'session b1',
        matters: true,
        bands: [
          { from: 0, to: s(9.002), look: 'owedFaint' },
          { from: s(9.002), look: 'owed' },
        ],
        ticks: [5.002, 7.002, 9.002].map((at) => ({ at: s(at), look: 'touch' })),
        deadline: { at: s(16), since: s(9.002) },
      },
      lane('broker-2', 'broker 2', 'strong'),
      lane('broker-3', 'broker 3', 'strong', { offices: [{ from: 0 }] }),
      {
        id: 'partition:orders-0',
        name: 'orders-0',
        matters: true,
        bands: [
          { from: 0, to: s(10), look: 'epoch', epoch: 0 },
          { from: s(10), look: 'unserved', word: zh ? '没有 leader 应答' : 'no leader answers' },
        ],
      },
      { id: 'producer-1', name: zh ? 'P1 确认' : 'P1 acks', bands: [], ticks: acks },
      { id: 'consumer-1', name: zh ? 'C1 读取' : 'C1 reads', bands: [], ticks: reads },
    ],
    marks: [{ at: s(10), lane: 'broker-1', look: 'fault', word: 'kill -9' }],
    arrows: [
      { id: 'message:1.1', from: 'zookeeper2', to: 'zookeeper1', sentAt: s(12.1), dueAt: s(12.1004), family: 'zab', name: 'PING' },
      { id: 'message:2.2', from: 'zookeeper1', to: 'zookeeper2', sentAt: s(12.1004), dueAt: s(12.1009), family: 'zab', name: 'PING' },
    ],
    forks: [],
    lit: [],
  };
}

export const sampleTransport: TransportFrame = {
  playing: false,
  follow: true,
  pace: 0.25,
  chatter: 'dimmed',
  branches: [{ id: 'main', name: 'main' }],
  branch: 'main',
  atBegin: false,
};

export const sampleLedger: LedgerFrame = { sent: 74, acknowledged: 60, waiting: 14, lost: 0 };

export function sampleGuide(language: Language): GuideFrame {
  if (language === 'zh-CN')
    return {
      kind: 'lesson',
      code: 'L0.1',
      title: '拔掉它的电源',
      minutes: 1,
      question: 'Broker 1 是 `orders-0` 的 leader。你用 `kill -9` 杀掉它，写入会怎样？',
      options: [
        { key: 'A', text: '一直停到有人重启 broker 1' },
        { key: 'B', text: '无缝切到别的 broker，毫无停顿' },
        { key: 'C', text: '停几秒，然后在另一个 broker 上继续' },
        { key: 'D', text: '消息先存在 ZooKeeper 里' },
      ],
      chosen: 'C',
      mayBet: false,
      verdict: '你押了 C，比较有把握。让运行结果说话。',
      steps: [
        { text: '杀掉 broker 1', state: 'done', note: '它的连接立刻断了，znode 却还在。' },
        {
          text: '等 ZooKeeper 放弃它',
          state: 'now',
          note: '连接断开不等于死亡。说了算的是会话，它还剩 3.7 秒。**三个**分区的写入都在等：broker 1 仍算在 ISR 里。',
        },
        { text: '看谁接手 `orders-0`', state: 'todo' },
        { text: '让 broker 1 回来', state: 'todo' },
      ],
      next: { label: '运行到会话过期', needsBet: false },
      goals: [{ text: '已确认的消息一条不丢', detail: '已确认 60，全部安全', state: 'kept' }],
    };
  return {
    kind: 'lesson',
    code: 'L0.1',
    title: 'Pull the plug',
    minutes: 1,
    question: 'Broker 1 leads `orders-0`. You kill it with `kill -9`. What happens to the writes?',
    options: [
      { key: 'A', text: 'They stop until broker 1 is back' },
      { key: 'B', text: 'They move elsewhere without a pause' },
      { key: 'C', text: 'They pause for a few seconds, then go on at another broker' },
      { key: 'D', text: 'ZooKeeper keeps the records meanwhile' },
    ],
    chosen: 'C',
    mayBet: false,
    verdict: 'Your bet: C, fairly sure. The run decides.',
    steps: [
      { text: 'Kill broker 1', state: 'done', note: 'Its sockets closed at once. Its znode stayed.' },
      {
        text: 'Wait until ZooKeeper gives it up',
        state: 'now',
        note: 'A closed connection is not a death certificate. The session decides, and it has 3.7 s left. Writes to _all three_ partitions wait: broker 1 still counts as in sync.',
      },
      { text: 'See who leads `orders-0` next', state: 'todo' },
      { text: 'Bring broker 1 back', state: 'todo' },
    ],
    next: { label: 'Run until the session expires', needsBet: false },
    goals: [{ text: 'No acknowledged record lost', detail: '60 acknowledged, 60 safe', state: 'kept' }],
  };
}

export function sampleSelection(language: Language): SelectionFrame {
  const zh = language === 'zh-CN';
  return {
    id: 'session:0x100006045680000',
    kind: 'session',
    name: '0x100006045680000',
    line: zh ? '属于 broker 1（已死）· 只有 leader zookeeper2 能判它过期' : 'of broker 1 (dead) · expired only by the leader, zookeeper2',
    actions: [
      { id: 'cut', verb: 'cut', object: 'zookeeper1 – zookeeper2', command: 'iptables -I FORWARD -s 172.19.0.2 -d 172.19.0.3 -j DROP' },
    ],
  };
}

export function sampleBrokerMenu(): SelectionFrame {
  return {
    id: 'broker-2',
    kind: 'broker',
    name: 'broker 2',
    pid: 4203,
    actions: [
      { id: 'inspect', verb: 'inspect' },
      { id: 'kill', verb: 'kill', command: 'kill -9 4203', group: true },
      { id: 'term', verb: 'terminate', command: 'kill 4203' },
      { id: 'stop', verb: 'pause', command: 'kill -STOP 4203' },
      { id: 'start', verb: 'start', command: 'bin/kafka-server-start.sh …', refused: 'already running' },
      { id: 'cut', verb: 'cut', object: 'broker 3', group: true },
      { id: 'delay', verb: 'delay', object: '80 ms' },
      { id: 'full', verb: 'diskFull', group: true },
    ],
  };
}
