/** L4.3 on FX-T: acks=1, followers that cannot hear the leader, and a leader that dies right after its answer. */
import { brokersBoot, ensembleBoot, nothingLost, startClients, testConsumer, testTopic, threeBrokers, threeServers } from './fixtures.ts';
import { headings } from './headings.ts';
import type { Scenario } from './scenario.ts';

export const loseAnAcknowledgedRecord: Scenario = {
  ...headings.loseAnAcknowledgedRecord,
  question: {
    en: 'Broker 1 acknowledges a record (`acks=1`) and dies 100 ms later. Three brokers hold the partition. What becomes of the record?',
    'zh-CN': 'Broker 1 确认了一条记录（`acks=1`），100 毫秒后死掉。副本因子是 3，这条记录会怎样？',
  },
  options: [
    { key: 'A', text: { en: 'Safe: there are three copies', 'zh-CN': '安全，有三份' } },
    { key: 'B', text: { en: 'Gone, if no follower had fetched it', 'zh-CN': '没有 follower 拉到的话，就没了' }, isRight: true },
    { key: 'C', text: { en: 'It comes back when broker 1 restarts', 'zh-CN': 'Broker 1 重启后会回来' } },
    { key: 'D', text: { en: 'ZooKeeper has it', 'zh-CN': 'ZooKeeper 里有' } },
  ],
  verdict: {
    right: { en: 'Right: one copy was promised, and that copy was on broker 1 only.', 'zh-CN': '对：只承诺了一份，而那一份只在 broker 1 上。' },
    wrong: {
      en: 'It is gone. `acks=1` promises one copy; the election chose another, and broker 1 cut its own away when it came back.',
      'zh-CN': '它没了。`acks=1` 只承诺一份，而选主选中了另一份；broker 1 回来后把自己的那条也截掉了。',
    },
  },
  decidedAfter: 3,
  headline: { en: 'What broker 1 sends to the followers does not arrive.', 'zh-CN': 'Broker 1 发给 follower 的数据到不了。' },
  subline: { en: 'Nobody has noticed: all three are in the ISR, all logs are equal.', 'zh-CN': '还没有人察觉：三个副本都在 ISR 里，日志完全相同。' },
  takeaway: {
    en: "In sync means 'recently caught up', not 'has the last record'. `acks=1` promises one copy; the election may choose another.",
    'zh-CN': '“同步”指最近追上过，不代表有最后一条。`acks=1` 只承诺一份，而选主可能选中另一份。',
  },
  tryThis: {
    en: 'Heal the link and lose one again: step event by event, and kill between the answer and the fetch.',
    'zh-CN': '先恢复链路，再丢一条：逐个事件单步，在应答和拉取之间下手。',
  },
  cluster: {
    seed: 5,
    zookeeper: threeServers,
    brokers: threeBrokers,
    clients: [
      { kind: 'producer', name: 'P1', properties: { acks: '1' } },
      { kind: 'producer', name: 'P2', properties: { acks: 'all' } },
      testConsumer,
    ],
  },
  boot: [
    ...ensembleBoot,
    ...brokersBoot,
    testTopic,
    startClients('P1', 'P2', 'C1'),
    {
      do: [{ action: { type: 'produce', producer: 'P2', records: [1, 2, 3, 4, 5, 6].map((n) => ({ topic: 'test', value: `pay-3${n}` })) } }],
      until: {
        type: 'all',
        of: [
          { type: 'ledger', count: 'acked', atLeast: 6 },
          { type: 'logEnd', topic: 'test', partition: 0, broker: 2, atLeast: 6 },
          { type: 'logEnd', topic: 'test', partition: 0, broker: 3, atLeast: 6 },
        ],
      },
      withinMs: 10_000,
    },
    {
      do: [
        // Delay alone would not do: what a dead process had handed to TCP still arrives.
        { action: { type: 'cut', a: ['broker-1'], b: ['broker-2', 'broker-3'], oneWay: true, port: 9092 } },
      ],
      until: { type: 'all', of: [] },
      withinMs: 1_000,
    },
  ],
  openAtMs: 10_000,
  leadInMs: 500,
  view: 'partition',
  select: 'partition:test-0',
  steps: [
    {
      do: [{ action: { type: 'produce', producer: 'P1', records: [{ topic: 'test', value: 'pay-42' }] } }],
      until: { type: 'fact', fact: 'recordAcked', where: { producer: 'P1' } },
      withinMs: 5_000,
      label: { en: 'Send `pay-42` with `acks=1`', 'zh-CN': '用 `acks=1` 发送 `pay-42`' },
      button: { en: 'Send pay-42', 'zh-CN': '发送 pay-42' },
      running: { en: 'P1 sends `pay-42`.', 'zh-CN': 'P1 发送 `pay-42`。' },
      headline: { en: 'Acknowledged: `pay-42` lies on broker 1, and only there.', 'zh-CN': '已确认：`pay-42` 在 broker 1 上，而且只在那里。' },
      subline: { en: 'It is above the high watermark: nobody may read it yet.', 'zh-CN': '它还在高水位之上，谁也读不到。' },
      note: { en: 'With `acks=1` the leader answers as soon as its own log has the record.', 'zh-CN': '`acks=1` 时，leader 写进自己的日志就应答。' },
      select: 'partition:test-0',
      view: 'partition',
    },
    {
      do: [{ action: { type: 'signal', process: 'broker-1', signal: 'SIGKILL' }, afterMs: 100 }],
      until: { type: 'leader', topic: 'test', partition: 0, is: 2 },
      withinMs: 15_000,
      thenMs: 200,
      label: { en: 'Kill broker 1 after 100 ms', 'zh-CN': '100 毫秒后杀掉 broker 1' },
      button: { en: 'Kill broker 1', 'zh-CN': '杀掉 broker 1' },
      running: { en: 'Broker 1 dies with the only copy.', 'zh-CN': 'Broker 1 带着唯一的一份死掉了。' },
      headline: { en: 'Broker 2 leads without `pay-42`: one acknowledged record is lost.', 'zh-CN': 'Broker 2 当选，却没有 `pay-42`：丢了一条已确认的记录。' },
      note: { en: 'Broker 2 was in the ISR. It was not asked how long its log is.', 'zh-CN': 'Broker 2 在 ISR 里。没人问它的日志有多长。' },
      select: 'partition:test-0',
      view: 'partition',
    },
    {
      do: [{ action: { type: 'heal' } }, { action: { type: 'start', process: 'broker-1' } }],
      until: { type: 'all', of: [{ type: 'fact', fact: 'logTruncated', where: { broker: 1 } }, { type: 'isrSize', topic: 'test', partition: 0, atLeast: 3 }] },
      withinMs: 40_000,
      label: { en: 'Bring broker 1 back', 'zh-CN': '让 broker 1 回来' },
      button: { en: 'Start broker 1', 'zh-CN': '启动 broker 1' },
      running: { en: 'Broker 1 asks where its epoch ended.', 'zh-CN': 'Broker 1 询问自己那一任在哪里结束。' },
      headline: { en: 'Broker 1 cut `pay-42` away. Now nobody has it.', 'zh-CN': 'Broker 1 把 `pay-42` 截掉了。现在谁也没有它。' },
      note: { en: "A returning replica follows the new leader's history; logs never merge.", 'zh-CN': '回来的副本以新 leader 的历史为准，日志从不合并。' },
      select: 'partition:test-0',
      view: 'partition',
    },
    {
      rewindTo: 0,
      do: [
        { action: { type: 'produce', producer: 'P2', records: [{ topic: 'test', value: 'pay-42' }] } },
        { action: { type: 'signal', process: 'broker-1', signal: 'SIGKILL' }, afterMs: 100 },
      ],
      until: { type: 'fact', fact: 'recordAcked', where: { producer: 'P2' } },
      withinMs: 20_000,
      label: { en: 'Rewind, and send it with `acks=all`', 'zh-CN': '倒回去，改用 `acks=all`' },
      button: { en: 'Rewind and try acks=all', 'zh-CN': '倒回去，改用 acks=all' },
      running: { en: 'The same death, but P2 waits for every in-sync replica.', 'zh-CN': '同样的死法，但 P2 要等 ISR 全员。' },
      headline: { en: 'No answer before the copies: P2 sent again, and it is safe.', 'zh-CN': '没复制完就不应答：P2 重发了，记录安全。' },
      note: { en: 'Stored once at the new leader, lost nothing. It cost some seconds.', 'zh-CN': '在新 leader 上存了一份，什么也没丢，代价是几秒钟。' },
      select: 'partition:test-0',
      view: 'partition',
    },
  ],
  goals: [nothingLost],
  challenge: [
    {
      text: { en: 'A new leader without an acknowledged record, while every link is whole', 'zh-CN': '链路全部完好时，新 leader 少了一条已确认的记录' },
      condition: {
        type: 'all',
        of: [{ type: 'fact', fact: 'becameLeader', where: { topic: 'test', partition: 0 } }, { type: 'ledger', count: 'ackedLost', atLeast: 1 }, { type: 'linksWhole' }],
      },
      mode: 'once',
    },
  ],
};
