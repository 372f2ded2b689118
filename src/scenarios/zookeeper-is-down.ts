/** L5.6 on FX-ORD: all ZooKeeper servers are killed, then a follower, then ZooKeeper returns. */
import { brokersBoot, ensembleBoot, knownBrokers, nothingLost, ordersConsumer, ordersProducer, ordersTopic, startClients, threeBrokers, threeServers } from './fixtures.ts';
import { headings } from './headings.ts';
import type { Scenario } from './scenario.ts';

const noZooKeeper = [1, 2, 3].map((sid) => ({ type: 'zookeeperState', sid, state: 'DOWN' }) as const);

export const zookeeperIsDown: Scenario = {
  ...headings.zookeeperIsDown,
  question: {
    en: 'All three ZooKeeper servers are killed; all brokers are healthy. What do producers and consumers notice?',
    'zh-CN': '三台 ZooKeeper 全被杀，broker 都健康。生产和消费会怎样？',
  },
  options: [
    { key: 'A', text: { en: 'They stop at once', 'zh-CN': '立刻停止' } },
    { key: 'B', text: { en: 'They stop after the 6 s session timeout', 'zh-CN': '6 秒会话超时后停止' } },
    { key: 'C', text: { en: 'They go on, until something about the cluster has to change', 'zh-CN': '继续，直到集群需要做任何改变' }, isRight: true },
    { key: 'D', text: { en: 'They go on for ever; ZooKeeper is only for setup', 'zh-CN': '永远没事，ZooKeeper 只在部署时有用' } },
  ],
  verdict: {
    right: { en: 'Right: sixty seconds without a pause, and then one dead follower was enough.', 'zh-CN': '对：六十秒毫无停顿，然后只死一个 follower 就够了。' },
    wrong: {
      en: 'Traffic went on for sixty seconds. It stopped when the ISR had to change, since that is a write to ZooKeeper.',
      'zh-CN': '流量照常了六十秒。直到 ISR 必须改变才停下，因为那是一次对 ZooKeeper 的写入。',
    },
  },
  decidedAfter: 3,
  headline: { en: 'Records flow through three brokers. ZooKeeper only keeps sessions.', 'zh-CN': '记录流经三个 broker，ZooKeeper 只在维持会话。' },
  subline: { en: 'No record ever passes through ZooKeeper.', 'zh-CN': '没有任何记录经过 ZooKeeper。' },
  takeaway: {
    en: 'ZooKeeper is not in the data path, but every change needs it. Without it Kafka drives on with the steering locked.',
    'zh-CN': 'ZooKeeper 不在数据路径上，但一切“变更”都离不开它。没有它，Kafka 就像方向盘被锁住的车。',
  },
  tryThis: {
    en: 'Survive 60 s without ZooKeeper, then stall `orders-0` by killing only a follower, then recover everything.',
    'zh-CN': '无 ZooKeeper 撑过 60 秒，再只杀一个 follower 让 `orders-0` 卡住，最后全部恢复。',
  },
  cluster: { seed: 5, zookeeper: threeServers, brokers: threeBrokers, clients: [ordersProducer, ordersConsumer] },
  boot: [...ensembleBoot, ...brokersBoot, ordersTopic, startClients('P1', 'C1')],
  openAtMs: 10_000,
  leadInMs: 5_000,
  select: 'zookeeper2',
  steps: [
    {
      do: ['zookeeper1', 'zookeeper2', 'zookeeper3'].map((container) => ({ action: { type: 'container', container, verb: 'kill' } as const })),
      until: { type: 'all', of: [] },
      withinMs: 1_000,
      thenMs: 60_000,
      label: { en: 'Kill all of ZooKeeper and wait a minute', 'zh-CN': '杀掉全部 ZooKeeper，等一分钟' },
      button: { en: 'Kill all three', 'zh-CN': '杀掉三台' },
      running: { en: 'ZooKeeper is gone. Watch the acknowledgements.', 'zh-CN': 'ZooKeeper 没了。注意看应答。' },
      headline: { en: 'A minute without ZooKeeper: not one write waited.', 'zh-CN': '没有 ZooKeeper 的一分钟：没有一次写入在等。' },
      subline: { en: 'Nobody is left to expire a session.', 'zh-CN': '已经没有人能让会话过期。' },
      note: { en: 'Brokers serve from what they know. They only cannot change it.', 'zh-CN': 'broker 凭已知的状态服务，只是无法改变它。' },
      select: 'broker-1',
    },
    {
      do: [
        {
          action: {
            type: 'admin',
            name: 'admin-create-t2',
            brokers: knownBrokers,
            command: { type: 'createTopic', topic: 't2', replicaAssignment: [[1, 2, 3]] },
          },
        },
      ],
      until: { type: 'all', of: [] },
      withinMs: 1_000,
      thenMs: 5_000,
      label: { en: 'Try to create a topic', 'zh-CN': '试着创建主题' },
      button: { en: 'Create topic t2', 'zh-CN': '创建主题 t2' },
      running: { en: 'The request reaches the controller, and waits there.', 'zh-CN': '请求到了控制器，就停在那里。' },
      headline: { en: 'The command hangs: a topic is a znode.', 'zh-CN': '命令卡住了：主题就是 znode。' },
      note: { en: 'One handler thread of broker 3 waits for ZooKeeper. The client will give up, the request will not.', 'zh-CN': 'broker 3 的一个处理线程在等 ZooKeeper。客户端会放弃，请求不会。' },
      select: 'broker-3',
    },
    {
      do: [{ action: { type: 'signal', process: 'broker-2', signal: 'SIGKILL' } }],
      until: { type: 'ledger', count: 'waiting', atLeast: 5 },
      withinMs: 5_000,
      thenMs: 15_000,
      label: { en: 'Kill broker 2', 'zh-CN': '杀掉 broker 2' },
      button: { en: 'Kill broker 2', 'zh-CN': '杀掉 broker 2' },
      running: { en: 'Broker 2 dies, and nobody can write it down.', 'zh-CN': 'Broker 2 死了，却没人能记下来。' },
      headline: { en: 'No election, no ISR change: all three partitions stand still.', 'zh-CN': '不能选主，不能改 ISR：三个分区都停住了。' },
      subline: { en: 'Brokers 1 and 3 hang in their ISR writes, holding the lock of a partition.', 'zh-CN': 'Broker 1 和 3 卡在 ISR 的写入上，握着分区的锁。' },
      note: { en: '`orders-1` has no leader; `orders-0` and `orders-2` wait for the dead member of their ISR.', 'zh-CN': '`orders-1` 没有 leader；`orders-0` 和 `orders-2` 在等 ISR 里的死者。' },
      select: 'partition:orders-0',
    },
    {
      do: [
        { action: { type: 'container', container: 'zookeeper1', verb: 'start' } },
        { action: { type: 'container', container: 'zookeeper2', verb: 'start' } },
      ],
      until: {
        type: 'all',
        of: [
          { type: 'leader', topic: 'orders', partition: 1, is: 3 },
          { type: 'ledger', count: 'waiting', atMost: 2 },
        ],
      },
      withinMs: 60_000,
      thenMs: 1_500,
      label: { en: 'Bring a majority of ZooKeeper back', 'zh-CN': '让多数 ZooKeeper 回来' },
      button: { en: 'Start zookeeper1 and 2', 'zh-CN': '启动 zookeeper1 和 2' },
      running: { en: 'A quorum: sessions resume, blocked writes go through.', 'zh-CN': '多数恢复：会话续上，被卡住的写入通过了。' },
      headline: { en: 'Everything flows. The living sessions survived the outage.', 'zh-CN': '一切恢复流动。活着的会话熬过了停机。' },
      subline: { en: 'Topic `t2` exists, although its command may have failed.', 'zh-CN': '主题 `t2` 存在了，尽管它的命令可能已失败。' },
      note: { en: 'A new ZooKeeper leader gives every session its full time-out again.', 'zh-CN': '新的 ZooKeeper leader 让每个会话重新计满超时。' },
      select: 'zookeeper2',
    },
  ],
  goals: [nothingLost],
  challenge: [
    {
      text: { en: '60 s without ZooKeeper, and no write waits for a second', 'zh-CN': '60 秒没有 ZooKeeper，没有写入等上一秒' },
      condition: { type: 'all', of: [...noZooKeeper, { type: 'writeGap', atMostMs: 1_000 }] },
      mode: 'once',
      forMs: 60_000,
    },
    {
      text: { en: 'Still without ZooKeeper: the living leader of `orders-0` hangs in its ISR write', 'zh-CN': '仍然没有 ZooKeeper：`orders-0` 的 leader 活着，却卡在 ISR 的写入上' },
      condition: { type: 'all', of: [...noZooKeeper, { type: 'partitionLocked', topic: 'orders', partition: 0 }] },
      mode: 'once',
      after: 0,
    },
    {
      text: { en: 'Everything is back: a quorum, leaders, full ISRs', 'zh-CN': '全部恢复：有多数派，有 leader，ISR 齐全' },
      condition: { type: 'all', of: [{ type: 'ensembleServes', servers: 2 }, { type: 'topicReady', topic: 'orders', partitions: 3 }] },
      mode: 'once',
      after: 1,
    },
    nothingLost,
  ],
};
