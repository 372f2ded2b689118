/** L0.1 on FX-ORD: kill -9 of the broker that leads orders-0. */
import { brokersBoot, ensembleBoot, nothingLost, ordersConsumer, ordersProducer, ordersTopic, startClients, threeBrokers, threeServers } from './fixtures.ts';
import { headings } from './headings.ts';
import type { Scenario } from './scenario.ts';

export const pullThePlug: Scenario = {
  ...headings.pullThePlug,
  question: {
    en: 'Broker 1 leads `orders-0`. You kill it with `kill -9`. What happens to the writes?',
    'zh-CN': 'Broker 1 是 `orders-0` 的 leader。你用 `kill -9` 杀掉它，写入会怎样？',
  },
  options: [
    { key: 'A', text: { en: 'They stop until broker 1 is back', 'zh-CN': '一直停到 broker 1 回来' } },
    { key: 'B', text: { en: 'They move elsewhere without a pause', 'zh-CN': '毫无停顿地转到别处' } },
    { key: 'C', text: { en: 'They pause for a few seconds, then go on at another broker', 'zh-CN': '停几秒，然后在另一个 broker 上继续' }, isRight: true },
    { key: 'D', text: { en: 'ZooKeeper keeps the records meanwhile', 'zh-CN': '这段时间记录先存在 ZooKeeper 里' } },
  ],
  verdict: {
    right: { en: 'You said so, and the run agrees: look at the gap in the lane of `orders-0`.', 'zh-CN': '你说对了：看时间轴上 `orders-0` 那一段空白。' },
    wrong: {
      en: 'The run says otherwise: writes stopped for some seconds, then went on at broker 2. Look at the gap in the lane of `orders-0`.',
      'zh-CN': '运行结果不是这样：写入停了几秒，然后在 broker 2 上继续。看时间轴上 `orders-0` 那一段空白。',
    },
  },
  decidedAfter: 3,
  headline: { en: 'Three brokers, one partition each to lead, records flowing.', 'zh-CN': '三个 broker，各领导一个分区，记录正在流动。' },
  subline: { en: 'Broker 1 leads `orders-0`; broker 3 is the controller.', 'zh-CN': 'Broker 1 领导 `orders-0`，broker 3 是控制器。' },
  takeaway: {
    en: 'Kafka noticed the death through ZooKeeper (a session that timed out), the controller picked the next in-sync replica, the clients retried. Nothing acknowledged was lost.',
    'zh-CN': 'Kafka 靠 ZooKeeper 会话超时发现故障，控制器从 ISR 里选出下一个副本，客户端重试。已确认的消息一条没丢。',
  },
  tryThis: { en: 'Kill the new leader too, and keep the ledger at zero lost.', 'zh-CN': '把新 leader 也杀掉，并保持“丢失 = 0”。' },
  cluster: { seed: 5, zookeeper: threeServers, brokers: threeBrokers, clients: [ordersProducer, ordersConsumer] },
  boot: [...ensembleBoot, ...brokersBoot, ordersTopic, startClients('P1', 'C1')],
  openAtMs: 10_000,
  leadInMs: 5_000,
  select: 'broker-1',
  steps: [
    {
      do: [{ action: { type: 'signal', process: 'broker-1', signal: 'SIGKILL' } }],
      until: { type: 'ledger', count: 'waiting', atLeast: 5 },
      withinMs: 5_000,
      label: { en: 'Kill broker 1', 'zh-CN': '杀掉 broker 1' },
      button: { en: 'Kill broker 1', 'zh-CN': '杀掉 broker 1' },
      running: { en: 'Broker 1 is dead, and the cluster does not know it yet.', 'zh-CN': 'Broker 1 已经死了，集群却还不知道。' },
      headline: { en: 'Broker 1 is dead, and the cluster does not know it yet.', 'zh-CN': 'Broker 1 已经死了，集群却还不知道。' },
      subline: {
        en: '`/brokers/ids/1` still exists and ZooKeeper still names 1 as leader of `orders-0`. Nobody answers there.',
        'zh-CN': '`/brokers/ids/1` 还在，ZooKeeper 里 `orders-0` 的 leader 仍是 1，但那里没人应答。',
      },
      note: { en: 'Its sockets closed at once. Its znode stayed.', 'zh-CN': '它的连接立刻断开，znode 却还在。' },
      select: 'session:broker-1',
    },
    {
      do: [],
      until: { type: 'znode', path: '/brokers/ids/1', exists: false },
      withinMs: 12_000,
      label: { en: 'Wait until ZooKeeper gives it up', 'zh-CN': '等 ZooKeeper 放弃它' },
      button: { en: 'Run until the session expires', 'zh-CN': '运行到会话过期' },
      running: { en: 'The session of broker 1 runs out.', 'zh-CN': 'Broker 1 的会话正在走向过期。' },
      headline: { en: "The session expired. `/brokers/ids/1` is gone; the controller's watch fires.", 'zh-CN': '会话过期，`/brokers/ids/1` 消失，控制器的监听触发。' },
      note: {
        en: 'A closed connection is not a death certificate. The session decides. Writes to _all three_ partitions waited: broker 1 still counted as in sync.',
        'zh-CN': '连接断开不等于死亡证明，会话说了算。**三个**分区的写入都在等：broker 1 仍算在 ISR 里。',
      },
      select: 'broker-3',
    },
    {
      do: [],
      until: {
        type: 'all',
        of: [
          { type: 'leader', topic: 'orders', partition: 0, is: 2 },
          { type: 'ledger', count: 'waiting', atMost: 2 },
        ],
      },
      withinMs: 8_000,
      label: { en: 'See who leads `orders-0` next', 'zh-CN': '看看 `orders-0` 的下一任 leader' },
      button: { en: 'Run until writes go on', 'zh-CN': '运行到写入恢复' },
      running: { en: 'The controller chooses the next in-sync replica.', 'zh-CN': '控制器在 ISR 里选下一个副本。' },
      headline: { en: 'Broker 2 leads `orders-0` in epoch 1, and the queue drains.', 'zh-CN': 'Broker 2 在 epoch 1 领导 `orders-0`，积压的写入流了过去。' },
      subline: { en: 'Nothing that was acknowledged is missing.', 'zh-CN': '已确认的记录一条不少。' },
      note: {
        en: 'The first living replica of the assignment that is in the ISR wins; the leader epoch goes up by one.',
        'zh-CN': '按副本分配顺序，ISR 里第一个活着的当选；leader epoch 加一。',
      },
      select: 'partition:orders-0',
    },
    {
      do: [{ action: { type: 'start', process: 'broker-1' } }],
      until: { type: 'isrSize', topic: 'orders', partition: 0, atLeast: 3 },
      withinMs: 30_000,
      label: { en: 'Bring broker 1 back', 'zh-CN': '让 broker 1 回来' },
      button: { en: 'Start broker 1', 'zh-CN': '启动 broker 1' },
      running: { en: 'Broker 1 recovers its logs and catches up.', 'zh-CN': 'Broker 1 恢复日志，追赶进度。' },
      headline: { en: 'Broker 1 is back, as a follower. Broker 2 still leads.', 'zh-CN': 'Broker 1 回来了，成为 follower；leader 仍是 broker 2。' },
      note: { en: 'It returns at the end of the ISR: 2, 3, 1.', 'zh-CN': '它排在 ISR 的末尾：2, 3, 1。' },
      select: 'broker-1',
    },
  ],
  goals: [nothingLost],
  challenge: [
    {
      text: { en: 'Broker 2 is dead, and `orders-0` has a leader', 'zh-CN': 'Broker 2 已死，而 `orders-0` 有 leader' },
      condition: { type: 'all', of: [{ type: 'brokerState', broker: 2, state: 'NotRunning' }, { type: 'leader', topic: 'orders', partition: 0, not: 2 }] },
      mode: 'once',
    },
    nothingLost,
  ],
};
