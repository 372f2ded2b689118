/** L4.8 on FX-T: two histories of one partition, and which one counts. */
import type { ClusterAction, TerminalDeed } from '../cluster/actions.ts';
import { brokersBoot, ensembleBoot, startClients, testConsumer, testTopic, threeBrokers, threeServers } from './fixtures.ts';
import { headings } from './headings.ts';
import type { Scenario } from './scenario.ts';

const records = (from: number, to: number, mark = ''): { topic: string; value: string }[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ topic: 'test', value: `v${from + index}${mark}` }));

const atHost = (deed: TerminalDeed): ClusterAction => ({ type: 'terminal', terminal: 'host', deed });
const logOf = (dir: string): string => `../${dir}/test-0/00000000000000000000.log`;

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
    en: 'Make one more offset hold different values at two times, and finish with all three replicas identical and in sync.',
    'zh-CN': '再让一个 offset 在不同时刻存过不同的值，最后三个副本完全一致且都在 ISR。',
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
    {
      do: [
        { action: atHost({ type: 'open', host: 'host' }) },
        { action: atHost({ type: 'type', text: 'cd /usr/local/kafka/bin\n' }), afterMs: 300 },
        { action: atHost({ type: 'type', text: `./kafka-dump-log.sh --files ${logOf('logs')},${logOf('logs-2')} --print-data-log\n` }), afterMs: 300 },
        { action: atHost({ type: 'type', text: `cmp ${logOf('logs')} ${logOf('logs-2')} && echo identical\n` }) },
      ],
      until: { type: 'ended', process: 'kafka-dump-log', exitCode: 0 },
      withinMs: 20_000,
      thenMs: 200,
      label: { en: 'Compare two of the files', 'zh-CN': '比较其中两份文件' },
      button: { en: 'Dump the logs of brokers 1 and 2', 'zh-CN': '转储 broker 1 和 2 的日志' },
      running: { en: '`kafka-dump-log.sh` reads the files of brokers 1 and 2.', 'zh-CN': '`kafka-dump-log.sh` 读取 broker 1 和 2 的文件。' },
      headline: { en: 'Two files, the same to the byte.', 'zh-CN': '两份文件，逐字节相同。' },
      subline: { en: 'The same offsets, epochs and checksums; `cmp` finds no difference.', 'zh-CN': 'offset、epoch、校验和全都一样；`cmp` 找不到差别。' },
      note: {
        en: 'A follower stores batches as the leader wrote them. From offset 8 on `partitionLeaderEpoch` is 1 in both files.',
        'zh-CN': 'follower 原样保存 leader 写下的批次。从 offset 8 起，两份文件里的 `partitionLeaderEpoch` 都是 1。',
      },
      view: 'terminal',
    },
    {
      do: [
        { action: { type: 'produce', producer: 'P2', records: records(11, 11) } },
        { action: { type: 'signal', process: 'broker-2', signal: 'SIGKILL' }, afterMs: 100 },
      ],
      until: {
        type: 'all',
        of: [
          { type: 'fact', fact: 'becameFollower', where: { broker: 3, leader: 1 } },
          { type: 'fact', fact: 'becameLeader', where: { broker: 1, leaderEpoch: 2 } },
        ],
      },
      withinMs: 20_000,
      label: { en: 'Why not cut at the high watermark?', 'zh-CN': '为什么不按高水位截断？' },
      button: { en: 'Send 11 and kill broker 2', 'zh-CN': '发送 11，然后杀掉 broker 2' },
      running: {
        en: 'All three have 11, and P2 was told so. Broker 2 dies before the others hear that it is committed.',
        'zh-CN': '三个副本都有 11，P2 也得到了应答。别人还没听说它已提交，broker 2 就死了。',
      },
      headline: { en: 'Broker 3 follows broker 1 now. It has record 11, but knows only up to 10 as committed.', 'zh-CN': 'Broker 3 改为跟随 broker 1。它有记录 11，却只知道到 10 为止已提交。' },
      subline: { en: 'Before Kafka 0.11 it would cut back to its high watermark. Now it asks where epoch 1 ended.', 'zh-CN': 'Kafka 0.11 之前它会截断到自己的高水位；现在它先问 epoch 1 到哪里为止。' },
      note: {
        en: 'A follower hears of the high watermark one fetch after the record: it always knows less than what is committed.',
        'zh-CN': 'follower 要到下一次拉取才听说高水位：它知道的总比已提交的少。',
      },
      select: 'broker-3',
      view: 'partition',
    },
    {
      do: [{ action: { type: 'signal', process: 'broker-1', signal: 'SIGKILL' } }],
      until: { type: 'leader', topic: 'test', partition: 0, is: 3 },
      withinMs: 20_000,
      thenMs: 300,
      label: { en: 'Broker 1 dies in this moment', 'zh-CN': '就在此刻 broker 1 死了' },
      button: { en: 'Kill broker 1 now', 'zh-CN': '现在杀掉 broker 1' },
      running: { en: 'Only broker 3 is left.', 'zh-CN': '只剩下 broker 3。' },
      headline: { en: 'Broker 3 leads, and record 11 is there.', 'zh-CN': 'Broker 3 当选，记录 11 还在。' },
      subline: { en: 'By the old rule it would lead without it: `acks=all` would have promised too much.', 'zh-CN': '按旧规则，它会没有这条记录就当选：`acks=all` 就说了大话。' },
      note: { en: 'Since Kafka 0.11 a replica cuts only what its leader does not have (KIP-101).', 'zh-CN': '从 Kafka 0.11 起，副本只截掉 leader 没有的东西（KIP-101）。' },
      select: 'partition:test-0',
      view: 'partition',
    },
  ],
  goals: [{ text: { en: 'All three replicas in sync', 'zh-CN': '三个副本都在 ISR' }, condition: { type: 'isrSize', topic: 'test', partition: 0, atLeast: 3 }, mode: 'once' }],
  challenge: [
    {
      text: { en: 'A replica of `test-0` cuts records away', 'zh-CN': '`test-0` 的一个副本截掉了记录' },
      condition: { type: 'fact', fact: 'logTruncated', where: { topic: 'test', partition: 0 } },
      mode: 'once',
    },
    {
      text: { en: 'Then all three replicas are in sync, and identical', 'zh-CN': '之后三个副本都在 ISR，而且完全一致' },
      condition: { type: 'all', of: [{ type: 'isrSize', topic: 'test', partition: 0, atLeast: 3 }, { type: 'replicasIdentical', topic: 'test', partition: 0 }] },
      mode: 'once',
      after: 0,
    },
  ],
};
