/** Creating a topic, the old way and the new. */
import type { Chapter } from './document.ts';

const BIN = '/usr/local/kafka/bin';

export const topic: Chapter = {
  id: 'topic',
  title: { en: 'Create a topic', 'zh-CN': '创建主题' },
  headline: { en: 'A topic is created: the controller gives each partition a leader.', 'zh-CN': '创建主题：控制器给每个分区指定 leader。' },
  subline: { en: 'How many copies it may have depends on who lives.', 'zh-CN': '能有几份，取决于活着几个 broker。' },
  blocks: [
    {
      type: 'mistake',
      number: 'T07',
      says: { en: 'First `--replication-factor 2`; then 1, “because there is only one broker”, meaning “copy it once”.', 'zh-CN': '先写 `--replication-factor 2`，后写 1，“因为只有一个 broker”，意思是“复制一份”。' },
      is: {
        en: 'The factor counts **all** copies, the leader’s too. 1 is no spare copy at all, and 2 needs two living brokers:',
        'zh-CN': '副本因子数的是**全部**份数，leader 也算。1 就是没有备份，2 需要两个活着的 broker：',
      },
      command: {
        id: 'create-two',
        lines: './kafka-topics.sh --create --zookeeper 127.0.0.1:2182 --replication-factor 2 --partitions 1 --topic test',
        directory: BIN,
        shows: { type: 'ran', line: '--create --zookeeper 127.0.0.1:2182 --replication-factor 2 --partitions 1 --topic test', printed: 'larger than available brokers|already exists' },
      },
    },
    {
      type: 'mistake',
      number: 'T08',
      says: { en: 'From 2.2 on `--zookeeper` is no longer used.', 'zh-CN': '2.2.0 及以后不再使用 `--zookeeper`。' },
      is: {
        en: '2.2 brought `--bootstrap-server` and marked `--zookeeper` as deprecated. 2.3.0 takes both, as you just saw: it asked ZooKeeper, and the answer was about brokers. 3.0 dropped it.',
        'zh-CN': '2.2 加入了 `--bootstrap-server`，把 `--zookeeper` 标为弃用。2.3.0 两个都收，刚才就是：它问了 ZooKeeper，得到的是 broker 不够。到 3.0 才删除。',
      },
    },
    { type: 'command', text: { en: 'Which version is this?', 'zh-CN': '这是哪个版本？' }, command: { id: 'version', lines: './kafka-topics.sh --version', directory: BIN, shows: { type: 'ran', line: '^\\./kafka-topics\\.sh --version', printed: '^2\\.3\\.0 ' } } },
    { type: 'command', text: { en: 'And at which address is the broker?', 'zh-CN': 'broker 的地址是什么？' }, command: { id: 'grep-listeners', lines: 'cat ../config/server.properties | grep "listeners"', directory: BIN, shows: { type: 'ran', line: '^cat \\S*server\\.properties \\| grep "listeners"', printed: 'listeners' } } },
    {
      type: 'mistake',
      number: 'T24',
      says: { en: '`grep "listeners"` tells the broker’s real address and port.', 'zh-CN': '`grep "listeners"` 能看到 broker 的实际地址和端口。' },
      is: {
        en: 'Look at the `#`: these lines are comments. What holds is the default: port 9092 on all addresses, announced under the host’s own name.',
        'zh-CN': '看行首的 `#`：这些都是注释。生效的是默认值：所有地址的 9092 端口，对外用主机自己的名字。',
      },
    },
    {
      type: 'command',
      things: ['broker-1', 'partition:test-0'],
      text: { en: 'One partition, one copy, asked of the broker itself. 2.3.0 prints nothing when it worked.', 'zh-CN': '一个分区，一份副本，直接问 broker。2.3.0 成功时什么都不打印。' },
      command: {
        id: 'create-one',
        lines: './kafka-topics.sh --create --bootstrap-server 127.0.0.1:9092 --replication-factor 1 --partitions 1 --topic test',
        directory: BIN,
        shows: { type: 'topic', name: 'test' },
      },
    },
    {
      type: 'terms',
      terms: [
        ['--replication-factor 1', { en: 'one copy of each partition, on one broker', 'zh-CN': '每个分区一份，在一个 broker 上' }],
        ['--partitions 1', { en: 'one log, so one order for everything in it', 'zh-CN': '一份日志，所以里面只有一个顺序' }],
        ['--topic test', { en: 'its name', 'zh-CN': '主题名' }],
      ],
    },
  ],
};
