/** L4.8 on FX-T: two histories of one partition, and which one counts. */
import { brokersBoot, ensembleBoot, startClients, testConsumer, testTopic, threeBrokers, threeServers } from './fixtures.ts';
import { headings } from './headings.ts';
import type { Scenario } from './scenario.ts';

const records = (from: number, to: number, mark = ''): { topic: string; value: string }[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ topic: 'test', value: `v${from + index}${mark}` }));

export const theOldLeaderComesHome: Scenario = {
  ...headings.theOldLeaderComesHome,
  question: {
    en: "Broker 1 returns with offsets 0–9. The leader, broker 2, has 0–7 and then its own 8′, 9′, 10′. What happens to broker 1's 8 and 9?",
    'zh-CN': 'Broker 1 带着 0–9 回来，leader broker 2 有 0–7，接着是它自己的 8′、9′、10′。Broker 1 的 8 和 9 会怎样？',
  },
  options: [
    { key: 'A', text: { en: 'They are merged in', 'zh-CN': '合并进去' } },
    { key: 'B', text: { en: 'Broker 1 keeps them and appends 10′', 'zh-CN': 'Broker 1 保留它们，再追加 10′' } },
    { key: 'C', text: { en: 'Broker 1 cuts back to 8 and copies 8′, 9′, 10′', 'zh-CN': 'Broker 1 截断到 8，再复制 8′、9′、10′' }, isRight: true },
    { key: 'D', text: { en: 'Broker 1 becomes leader again, it was first', 'zh-CN': 'Broker 1 先来，重新当 leader' } },
  ],
  verdict: {
    right: { en: 'Right: the leader epoch tells where the two histories part.', 'zh-CN': '对：leader epoch 说明两段历史在哪里分叉。' },
    wrong: {
      en: 'Broker 1 cut back to 8 and copied the rest. The leader epoch tells where the two histories part, and only one of them goes on.',
      'zh-CN': 'Broker 1 截断到 8，然后复制了其余部分。leader epoch 说明两段历史在哪里分叉，只有一段会延续。',
    },
  },
  decidedAfter: 2,
  headline: { en: 'Broker 1 is dead. Its log ends with 8 and 9 of epoch 0.', 'zh-CN': 'Broker 1 已死，它的日志以 epoch 0 的 8 和 9 结尾。' },
  subline: { en: 'Broker 2 leads in epoch 1 and has written 8, 9, 10 of its own.', 'zh-CN': 'Broker 2 在 epoch 1 领导，写下了自己的 8、9、10。' },
  takeaway: {
    en: 'Leaders are numbered (leader epoch). A returning replica asks where its epoch ended and cuts there. Logs never merge.',
    'zh-CN': '每任 leader 有编号（leader epoch）。回来的副本询问自己那一任在哪结束，并从那里截断。日志从不合并。',
  },
  tryThis: {
    en: 'Make offset 8 hold a third value, and finish with all three replicas in sync.',
    'zh-CN': '让 offset 8 存过第三个值，最后三个副本都回到 ISR。',
  },
  cluster: {
    seed: 5,
    zookeeper: threeServers,
    brokers: threeBrokers,
    clients: [{ kind: 'producer', name: 'P1', properties: { acks: '1' } }, { kind: 'producer', name: 'P2', properties: { acks: 'all' } }, testConsumer],
  },
  boot: [
    ...ensembleBoot,
    ...brokersBoot,
    testTopic,
    startClients('P1', 'P2', 'C1'),
    {
      do: records(0, 7).map((record) => ({ action: { type: 'produce', producer: 'P2', records: [record] } as const, afterMs: 20 })),
      until: {
        type: 'all',
        of: [
          { type: 'ledger', count: 'acked', atLeast: 8 },
          { type: 'logEnd', topic: 'test', partition: 0, broker: 2, atLeast: 8 },
          { type: 'logEnd', topic: 'test', partition: 0, broker: 3, atLeast: 8 },
        ],
      },
      withinMs: 10_000,
    },
    // Two more reach only broker 1, which acknowledges them (acks=1) and dies before anybody fetched them.
    {
      do: [
        { action: { type: 'cut', a: ['broker-1'], b: ['broker-2', 'broker-3'], oneWay: true, port: 9092 }, afterMs: 800 },
        { action: { type: 'produce', producer: 'P1', records: records(8, 8) }, afterMs: 50 },
        { action: { type: 'produce', producer: 'P1', records: records(9, 9) }, afterMs: 50 },
      ],
      until: { type: 'logEnd', topic: 'test', partition: 0, broker: 1, atLeast: 10 },
      withinMs: 5_000,
    },
    {
      do: [{ action: { type: 'signal', process: 'broker-1', signal: 'SIGKILL' }, afterMs: 50 }],
      until: { type: 'leader', topic: 'test', partition: 0, is: 2 },
      withinMs: 15_000,
    },
    {
      do: [{ action: { type: 'heal' } }, ...records(8, 10, '′').map((record) => ({ action: { type: 'produce', producer: 'P2', records: [record] } as const, afterMs: 40 }))],
      until: { type: 'logEnd', topic: 'test', partition: 0, broker: 3, atLeast: 11 },
      withinMs: 15_000,
    },
  ],
  openAtMs: 10_000,
  leadInMs: 1_000,
  view: 'partition',
  select: 'partition:test-0',
  steps: [
    {
      do: [{ action: { type: 'start', process: 'broker-1' } }],
      until: { type: 'brokerState', broker: 1, state: 'RunningAsBroker' },
      withinMs: 30_000,
      label: { en: 'Start broker 1', 'zh-CN': '启动 broker 1' },
      button: { en: 'Start broker 1', 'zh-CN': '启动 broker 1' },
      running: { en: 'Broker 1 recovers its log: 0 to 9 are all there.', 'zh-CN': 'Broker 1 恢复日志：0 到 9 都在。' },
      headline: { en: 'Broker 1 is up, with ten records of epoch 0.', 'zh-CN': 'Broker 1 起来了，带着 epoch 0 的十条记录。' },
      note: { en: '`kill -9` lost nothing that was written: the page cache belongs to the system.', 'zh-CN': '`kill -9` 没丢任何写入的内容：页缓存属于操作系统。' },
      select: 'broker-1',
      view: 'partition',
    },
    {
      do: [],
      until: { type: 'fact', fact: 'logTruncated', where: { broker: 1, to: 8 } },
      withinMs: 20_000,
      label: { en: 'It asks where epoch 0 ended', 'zh-CN': '它询问 epoch 0 在哪里结束' },
      button: { en: 'Run until the cut', 'zh-CN': '运行到截断' },
      running: { en: 'Broker 1 asks the leader for the end of epoch 0.', 'zh-CN': 'Broker 1 向 leader 询问 epoch 0 的终点。' },
      headline: { en: 'Epoch 0 ended at 8: broker 1 cuts 8 and 9 away.', 'zh-CN': 'epoch 0 结束于 8：broker 1 截掉了 8 和 9。' },
      note: { en: '`OffsetForLeaderEpoch` (epoch 0) was answered with end offset 8.', 'zh-CN': '`OffsetForLeaderEpoch`（epoch 0）的回答是结束位移 8。' },
      select: 'partition:test-0',
      view: 'partition',
    },
    {
      do: [],
      until: {
        type: 'all',
        of: [
          { type: 'isrSize', topic: 'test', partition: 0, atLeast: 3 },
          { type: 'logEnd', topic: 'test', partition: 0, broker: 1, atLeast: 11 },
        ],
      },
      withinMs: 20_000,
      label: { en: 'It copies what the leader has', 'zh-CN': '它复制 leader 的内容' },
      button: { en: 'Run until it is in sync', 'zh-CN': '运行到重新同步' },
      running: { en: 'Broker 1 fetches from 8.', 'zh-CN': 'Broker 1 从 8 开始拉取。' },
      headline: { en: 'Three equal logs: 0–7 of epoch 0, 8–10 of epoch 1.', 'zh-CN': '三份日志相同：0–7 属于 epoch 0，8–10 属于 epoch 1。' },
      note: { en: '`leader-epoch-checkpoint` now says `0 0` and `1 8`.', 'zh-CN': '`leader-epoch-checkpoint` 现在是 `0 0` 和 `1 8`。' },
      select: 'partition:test-0',
      view: 'partition',
    },
  ],
  goals: [{ text: { en: 'All three replicas in sync', 'zh-CN': '三个副本都在 ISR' }, condition: { type: 'isrSize', topic: 'test', partition: 0, atLeast: 3 }, mode: 'once' }],
};
