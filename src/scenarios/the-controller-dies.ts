/** L5.3 on FX-ORD: the controller is killed, another one takes its place, and a message from the past is refused. */
import { brokersBoot, ensembleBoot, knownBrokers, nothingLost, ordersConsumer, ordersProducer, ordersTopic, startClients, threeBrokers, threeServers } from './fixtures.ts';
import { headings } from './headings.ts';
import type { Scenario } from './scenario.ts';

export const theControllerDies: Scenario = {
  ...headings.theControllerDies,
  question: {
    en: 'Broker 3 is the controller and leads `orders-2`. You kill it. What happens to writes on `orders-0`, which broker 1 leads?',
    'zh-CN': 'Broker 3 是控制器，也是 `orders-2` 的 leader。你杀掉它。由 broker 1 领导的 `orders-0` 写入会怎样？',
  },
  options: [
    { key: 'A', text: { en: 'They stop until a new controller is elected', 'zh-CN': '停到新控制器选出' } },
    {
      key: 'B',
      text: {
        en: 'They stall for seconds only because broker 3 is in their ISR (acks=all), not because it was controller',
        'zh-CN': '会停顿几秒，但原因是 broker 3 在它的 ISR 里（acks=all），不是因为它是控制器',
      },
      isRight: true,
    },
    { key: 'C', text: { en: 'They move to the new controller', 'zh-CN': '改由新控制器接收' } },
    { key: 'D', text: { en: 'Nothing at all, not even latency', 'zh-CN': '毫无影响，延迟也不变' } },
  ],
  verdict: {
    right: { en: 'Right: the controller is not on the path of a record. The missing follower is.', 'zh-CN': '对：控制器不在数据路径上，缺席的 follower 才在。' },
    wrong: {
      en: 'They stalled, because `acks=all` waits for broker 3 as a member of the ISR. With `acks=1` nobody would have noticed.',
      'zh-CN': '写入停顿了，因为 `acks=all` 要等 ISR 里的 broker 3。换成 `acks=1`，谁也不会察觉。',
    },
  },
  decidedAfter: 3,
  headline: { en: 'Broker 3 is the controller. Records flow.', 'zh-CN': 'Broker 3 是控制器，记录正在流动。' },
  subline: { en: '`/controller` and `/controller_epoch` in ZooKeeper say so: epoch 1.', 'zh-CN': 'ZooKeeper 的 `/controller` 和 `/controller_epoch` 写明了这一点：epoch 1。' },
  takeaway: {
    en: 'The controller is the control plane: without it traffic flows but nothing can change. An epoch number makes a stale controller harmless.',
    'zh-CN': '控制器是控制面：没有它，数据照流，但什么都改不了。epoch 让过期的控制器失去效力。',
  },
  tryThis: {
    en: 'Reach controller epoch 4 with all brokers up at the end and no acknowledged record lost.',
    'zh-CN': '让 controller_epoch 达到 4，最后所有 broker 在线，且不丢已确认的记录。',
  },
  cluster: { seed: 5, zookeeper: threeServers, brokers: threeBrokers, clients: [ordersProducer, ordersConsumer] },
  boot: [...ensembleBoot, ...brokersBoot, ordersTopic, startClients('P1', 'C1')],
  openAtMs: 10_000,
  leadInMs: 5_000,
  select: 'broker-3',
  steps: [
    {
      do: [{ action: { type: 'signal', process: 'broker-3', signal: 'SIGKILL' } }],
      until: { type: 'ledger', count: 'waiting', atLeast: 5 },
      withinMs: 5_000,
      label: { en: 'Kill broker 3', 'zh-CN': '杀掉 broker 3' },
      button: { en: 'Kill broker 3', 'zh-CN': '杀掉 broker 3' },
      running: { en: 'The controller is dead. Nobody has replaced it yet.', 'zh-CN': '控制器死了，还没有人接替。' },
      headline: { en: 'No controller: no elections, no topic changes.', 'zh-CN': '没有控制器：不能选主，不能改主题。' },
      subline: { en: '`orders-0` and `orders-1` wait for fetches of broker 3.', 'zh-CN': '`orders-0` 和 `orders-1` 在等 broker 3 来拉取。' },
      note: { en: '`acks=1` would not even notice.', 'zh-CN': '用 `acks=1` 根本不会察觉。' },
      select: 'session:broker-3',
    },
    {
      do: [],
      until: { type: 'controller', not: 3 },
      withinMs: 15_000,
      label: { en: 'Wait for a new controller', 'zh-CN': '等新的控制器' },
      button: { en: 'Run until one is elected', 'zh-CN': '运行到选出新控制器' },
      running: { en: 'The session of broker 3 runs out.', 'zh-CN': 'Broker 3 的会话正在走向过期。' },
      headline: { en: '`/controller` vanished, two brokers raced, one of them won.', 'zh-CN': '`/controller` 消失，两个 broker 抢注，其中一个赢了。' },
      note: { en: 'Whoever creates the ephemeral first is controller; the epoch goes to 2 in the same transaction.', 'zh-CN': '谁先创建临时节点谁就是控制器；同一个事务里 epoch 升到 2。' },
      select: 'broker-1',
    },
    {
      do: [],
      until: {
        type: 'all',
        of: [
          { type: 'leader', topic: 'orders', partition: 2, is: 1 },
          { type: 'ledger', count: 'waiting', atMost: 2 },
        ],
      },
      withinMs: 10_000,
      label: { en: 'It reads everything and acts', 'zh-CN': '它读取全部状态，然后行动' },
      button: { en: 'Run until writes go on', 'zh-CN': '运行到写入恢复' },
      running: { en: 'The new controller reads all state from ZooKeeper.', 'zh-CN': '新控制器从 ZooKeeper 读取全部状态。' },
      headline: { en: 'ISRs shrank, `orders-2` has a leader, writes go on.', 'zh-CN': 'ISR 收缩，`orders-2` 有了 leader，写入恢复。' },
      subline: { en: 'The leader epoch of `orders-2` rose by two: once to none, once by the election.', 'zh-CN': '`orders-2` 的 leader epoch 升了两级：一次变为无主，一次选出新主。' },
      note: { en: 'Its first act is to take over all state; only then it handles the death.', 'zh-CN': '它先接管全部状态，然后才处理这次死亡。' },
      select: 'partition:orders-2',
    },
    {
      rewindTo: 0,
      do: [
        { action: { type: 'slow', from: 'broker-3', to: 'broker-1', delayMs: 15_000, port: 9092 } },
        {
          action: {
            type: 'admin',
            name: 'admin-create-late',
            brokers: knownBrokers,
            command: { type: 'createTopic', topic: 'late', replicaAssignment: [[1, 2, 3]] },
          },
          afterMs: 50,
        },
        { action: { type: 'cut', a: ['broker-3'], b: ['zookeeper1', 'zookeeper2', 'zookeeper3'] }, afterMs: 600 },
      ],
      until: { type: 'logged', process: 'broker-1', text: 'since its controller epoch 1 is old' },
      withinMs: 40_000,
      label: { en: 'Rewind: a message from the past', 'zh-CN': '倒回去：一条来自过去的消息' },
      button: { en: 'Rewind and isolate broker 3', 'zh-CN': '倒回去，隔离 broker 3' },
      running: { en: 'An order of broker 3 is under way for 15 seconds.', 'zh-CN': 'Broker 3 的一条命令要在路上走 15 秒。' },
      headline: { en: 'Broker 1 refuses it: epoch 1 is old, 2 is known.', 'zh-CN': 'Broker 1 拒绝了它：epoch 1 已过期，当前是 2。' },
      note: { en: 'The old controller still believes in itself. Its number makes it harmless.', 'zh-CN': '旧控制器还以为自己在位，编号让它失去效力。' },
      select: 'broker-1',
      view: 'log',
    },
  ],
  goals: [nothingLost],
  challenge: [
    {
      text: { en: 'Controller epoch 4 or more, and all three brokers run', 'zh-CN': 'controller_epoch 至少为 4，三个 broker 都在运行' },
      condition: {
        type: 'all',
        of: [{ type: 'controller', epochAtLeast: 4 }, ...[1, 2, 3].map((broker) => ({ type: 'brokerState', broker, state: 'RunningAsBroker' }) as const)],
      },
      mode: 'once',
    },
    nothingLost,
  ],
};
