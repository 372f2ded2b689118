/** Recordings of real servers that tests hold against the simulation (test/captures), and what of each is not compared. */
import type { Text } from '../scenarios/scenario.ts';

export interface Recording {
  /** Files of that name begin with it, under test/captures. */
  readonly id: string;
  readonly what: Text;
  /** What of it is left out; undefined: nothing. */
  readonly apart?: Text;
}

export const recordings: readonly Recording[] = [
  { id: 'kafka/01', what: { en: 'Three brokers start', 'zh-CN': '三台 broker 启动' } },
  { id: 'kafka/02', what: { en: 'Topics are created, automatically and with assignments', 'zh-CN': '创建主题：自动分配与指定分配' } },
  { id: 'kafka/03', what: { en: 'A leader is killed and comes back', 'zh-CN': 'leader 被杀掉又回来' } },
  {
    id: 'kafka/04',
    what: { en: 'The controller, also a leader, is killed', 'zh-CN': '控制器兼 leader 被杀掉' },
    apart: { en: 'who wins the race for `/controller`: real runs differ', 'zh-CN': '谁抢到 `/controller`：真实运行各不相同' },
  },
  { id: 'kafka/05', what: { en: 'A leader shuts down in order; preferred election', 'zh-CN': 'leader 有序关闭；首选副本选举' } },
  { id: 'kafka/06', what: { en: 'A leader is stopped for longer than its session', 'zh-CN': 'leader 暂停得比会话超时更久' } },
  { id: 'kafka/07', what: { en: 'A follower is stopped; the controller removes it', 'zh-CN': 'follower 暂停；控制器把它移出 ISR' } },
  { id: 'kafka/07b', what: { en: 'The same with a long session: the leader removes it', 'zh-CN': '同上，会话更长：leader 把它移出 ISR' } },
  { id: 'kafka/08', what: { en: 'A broker is started again before its session expires', 'zh-CN': '会话过期前重新启动 broker' } },
  { id: 'kafka/09', what: { en: 'Unclean election', 'zh-CN': '非 ISR 选主' } },
  { id: 'kafka/10', what: { en: 'min.insync.replicas=2 and two dead brokers', 'zh-CN': 'min.insync.replicas=2，死了两台 broker' } },
  { id: 'kafka/11', what: { en: "ZooKeeper's leader, then its quorum is lost", 'zh-CN': 'ZooKeeper 先失去 leader，再失去多数' } },
  { id: 'kafka/12', what: { en: 'Segment files, indexes and batches, byte by byte', 'zh-CN': '段文件、索引与批次，逐字节' } },
  { id: 'kafka/13', what: { en: 'Every command of the tutorial, to the character', 'zh-CN': '教程的每条命令，逐字符' }, apart: { en: 'times, ids and addresses', 'zh-CN': '时间、编号与地址' } },
  { id: 'kafka/14', what: { en: 'A consumer group: join, leave, kill', 'zh-CN': '消费者组：加入、离开、被杀' } },
  { id: 'kafka/15', what: { en: 'ZooKeeper is away while a follower dies', 'zh-CN': 'ZooKeeper 不在时 follower 死掉' } },
  { id: 'kafka/15b', what: { en: 'The same for longer than a request waits', 'zh-CN': '同上，时间比请求超时更久' } },
  { id: 'kafka/16', what: { en: 'ZooKeeper is away, nothing else happens', 'zh-CN': 'ZooKeeper 不在，别无他事' } },
  { id: 'kafka/17', what: { en: 'Brokers that cannot start', 'zh-CN': '无法启动的 broker' } },
  { id: 'zookeeper/zab-trace', what: { en: 'Election, DIFF, TRUNC and SNAP, packet by packet', 'zh-CN': '选举、DIFF、TRUNC、SNAP，逐包' }, apart: { en: 'pings, which run on their own clock; session ids', 'zh-CN': '自有时钟的 ping；会话编号' } },
  { id: 'zookeeper/log', what: { en: 'Server logs at start-up and failover, line by line', 'zh-CN': '启动与故障切换的服务器日志，逐行' } },
  { id: 'zookeeper/cli', what: { en: 'Sessions of zkCli, to the character', 'zh-CN': 'zkCli 会话，逐字符' }, apart: { en: 'times, ids and ports; how often it tries where nobody answers', 'zh-CN': '时间、编号与端口；无人应答时重试几次' } },
  { id: 'zookeeper/4lw', what: { en: 'Four-letter words', 'zh-CN': '四字命令' }, apart: { en: 'counts of what those servers had done before; paths, ports and the JVM', 'zh-CN': '那些服务器此前做过多少事；路径、端口与 JVM' } },
  { id: 'zookeeper/server-config-cases', what: { en: 'The image with and without its variables', 'zh-CN': '镜像：变量齐全与缺失' } },
  { id: 'zookeeper/timings', what: { en: 'How long elections, sessions and deaths take', 'zh-CN': '选举、会话、死亡各需多久' } },
];
