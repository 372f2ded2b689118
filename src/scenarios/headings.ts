/** What a list of stories says of each, in the order in which they are told: the stories themselves come when they are opened. */
import type { Heading } from './scenario.ts';

export const headings = {
  pullThePlug: { id: 'pull-the-plug', code: 'L0.1', minutes: 1, title: { en: 'Pull the plug', 'zh-CN': '拔掉它的电源' } },
  firstElection: { id: 'first-election', code: 'L2.3', minutes: 5, title: { en: 'First election: who leads, and why', 'zh-CN': '第一次选举：谁当 leader，凭什么' } },
  loseAnAcknowledgedRecord: { id: 'lose-an-acknowledged-record', code: 'L4.3', minutes: 5, title: { en: 'Lose an acknowledged record', 'zh-CN': '丢掉一条“已确认”的记录' } },
  theOldLeaderComesHome: { id: 'the-old-leader-comes-home', code: 'L4.8', minutes: 6, title: { en: 'The old leader comes home', 'zh-CN': '旧 leader 回家' } },
  theControllerDies: { id: 'the-controller-dies', code: 'L5.3', minutes: 6, title: { en: 'The controller dies', 'zh-CN': '控制器死了' } },
  zookeeperIsDown: { id: 'zookeeper-is-down', code: 'L5.6', minutes: 6, title: { en: 'ZooKeeper is down. Is Kafka?', 'zh-CN': 'ZooKeeper 挂了，Kafka 呢？' } },
  tutorial: { id: 'tutorial', code: 'M2–M3', minutes: 40, title: { en: 'The tutorial: from an empty host', 'zh-CN': '教程：从一台空主机开始' } },
} as const satisfies Readonly<Record<string, Heading>>;
