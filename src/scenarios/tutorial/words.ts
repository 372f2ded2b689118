/** The words of the first chapter, on three brokers. */
import type { Chapter } from './document.ts';

const BIN = '/usr/local/kafka/bin';
const AT = '--bootstrap-server 127.0.0.1:9092';

export const words: Chapter = {
  id: 'words',
  title: { en: 'Three brokers, and the words again', 'zh-CN': '三个 broker，再看那些词' },
  headline: { en: 'Three brokers: copies, keys, groups, and one that dies.', 'zh-CN': '三个 broker：副本、键、组，还有一个会死的。' },
  subline: { en: 'What the first chapter claimed shows here.', 'zh-CN': '第一章里的话，在这里都看得到。' },
  blocks: [
    {
      type: 'command',
      things: ['broker-2', 'broker-3'],
      text: { en: 'The two files from before: now there is a cluster.', 'zh-CN': '用上之前备好的两个文件：现在才是集群。' },
      command: {
        id: 'start23',
        lines: './kafka-server-start.sh -daemon ../config/server-2.properties\n./kafka-server-start.sh -daemon ../config/server-3.properties',
        directory: BIN,
        shows: { type: 'all', of: [1, 2, 3].map((id) => ({ type: 'broker', id, state: 'RunningAsBroker' }) as const) },
        withinMs: 40_000,
      },
    },
    {
      type: 'command',
      things: ['broker-1', 'broker-2', 'broker-3'],
      text: { en: 'Each of them waits at a port for clients: that is what a server does (T15).', 'zh-CN': '每一个都在端口上等客户端来连：这正是服务器干的事（T15）。' },
      command: { id: 'listen', lines: 'netstat -tlnp | grep ":909"', shows: { type: 'ran', line: '^netstat -tlnp', printed: ':9094 .*LISTEN .*java' } },
    },
    {
      type: 'command',
      things: ['broker-1', 'broker-2', 'broker-3'],
      text: { en: 'Two copies of each of three partitions (T07), through ZooKeeper (T08). Solid strips lead, outlined ones follow.', 'zh-CN': '三个分区，各两份（T07），还是通过 ZooKeeper（T08）。实心的是 leader，空心的是 follower。' },
      command: { id: 'orders', lines: './kafka-topics.sh --create --zookeeper 127.0.0.1:2182 --replication-factor 2 --partitions 3 --topic orders', directory: BIN, shows: { type: 'topic', name: 'orders', replicationFactor: 2 } },
    },
    {
      type: 'command',
      text: { en: 'A topic is no directory; each replica is one (T16). Inside is a segment, named after its first offset (T12).', 'zh-CN': '主题不是目录，每个副本才是（T16）。里面是一个段，文件名是它的第一个位移（T12）。' },
      command: { id: 'directories', lines: 'ls ../logs ../logs-2 ../logs-3\nls -l ../logs/test-0', directory: BIN, shows: { type: 'ran', line: '^ls -l ../logs/test-0', printed: '00000000000000000000\\.log' } },
    },
    {
      type: 'command',
      text: { en: 'A record as it lies there: its offset, when it was made, its key and value, and its headers, of which this one has none (T31).', 'zh-CN': '文件里的一条记录：位移、创建时间、键和值，还有消息头，这条没有（T31）。' },
      command: {
        id: 'headers',
        lines: './kafka-dump-log.sh --files ../logs/test-0/00000000000000000000.log --print-data-log | tail -n 1',
        directory: BIN,
        shows: { type: 'ran', line: '^./kafka-dump-log.sh', printed: 'offset: \\d+ .*headerKeys: \\[\\]' },
      },
    },
    {
      type: 'command',
      text: { en: 'Keys decide: all of alice lands in one partition (T33).', 'zh-CN': '键说了算：alice 的都进同一个分区（T33）。' },
      command: {
        id: 'keyed',
        lines: `printf 'alice:1\\nalice:2\\nalice:3\\ncarol:4\\ndave:5\\n' | ./kafka-console-producer.sh --broker-list 127.0.0.1:9092 --topic orders --property parse.key=true --property key.separator=:
./kafka-run-class.sh kafka.tools.GetOffsetShell --broker-list 127.0.0.1:9092 --topic orders`,
        directory: BIN,
        shows: { type: 'ran', line: 'GetOffsetShell', printed: '^orders:0:3$' },
        withinMs: 20_000,
      },
    },
    {
      type: 'command',
      text: { en: 'One consumer owns all three partitions (T11). Run as a job in the background, so that the group can be looked at.', 'zh-CN': '一个消费者拥有全部三个分区（T11）。放到后台运行，好看看这个组。' },
      command: {
        id: 'owner',
        lines: `./kafka-console-consumer.sh ${AT} --topic orders --from-beginning --group shop > /tmp/orders.txt 2>&1 &
sleep 6
./kafka-consumer-groups.sh ${AT} --describe --group shop`,
        directory: BIN,
        shows: { type: 'ran', line: '--describe --group shop', printed: '^shop +orders +0 .*\\n(.*\\n)*.*orders +2 ' },
        withinMs: 40_000,
      },
    },
    {
      type: 'command',
      text: { en: 'Partitions can be added, never taken away (T14).', 'zh-CN': '分区只能加，不能减（T14）。' },
      command: {
        id: 'fewer',
        lines: `./kafka-topics.sh --alter ${AT} --topic test --partitions 2\n./kafka-topics.sh --alter ${AT} --topic test --partitions 1`,
        directory: BIN,
        shows: { type: 'all', of: [{ type: 'topic', name: 'test', partitions: 2 }, { type: 'ran', line: '--alter .*--topic test --partitions 1', printed: 'Topic currently has 2 partitions' }] },
        withinMs: 20_000,
      },
    },
    {
      type: 'command',
      text: { en: 'A topic that comes into being by being written to: `default.replication.factor` copies (T10), `num.partitions` partitions (T35).', 'zh-CN': '一写就自动创建的主题：份数按 `default.replication.factor`（T10），分区数按 `num.partitions`（T35）。' },
      command: {
        id: 'auto',
        lines: `echo hi | ./kafka-console-producer.sh --broker-list 127.0.0.1:9092 --topic auto
./kafka-topics.sh --describe ${AT} --topic auto`,
        directory: BIN,
        shows: { type: 'topic', name: 'auto', partitions: 1, replicationFactor: 2 },
        withinMs: 20_000,
      },
    },
    {
      type: 'command',
      things: ['broker-1'],
      text: { en: 'Now kill the controller. Nobody votes (T13): its session runs out, somebody else creates `/controller` first, and picks leaders from the ISR.', 'zh-CN': '现在杀掉控制器。没有投票（T13）：它的会话过期，别人先创建了 `/controller`，再从 ISR 里挑 leader。' },
      command: { id: 'kill', lines: `kill -9 $(jps -m | grep /server.properties | sed 's/ .*//')`, shows: { type: 'controller', not: 1 }, withinMs: 30_000 },
    },
    {
      type: 'command',
      things: ['broker-1'],
      text: {
        en: 'Start it again: it comes back as a follower, copies what it missed, and is in the ISR once more.',
        'zh-CN': '再启动它：回来时是 follower，补上缺的数据，重新进入 ISR。',
      },
      command: { id: 'back', lines: './kafka-server-start.sh -daemon ../config/server.properties', directory: BIN, shows: { type: 'all', of: [{ type: 'controller', not: 1 }, { type: 'broker', id: 1, state: 'RunningAsBroker' }, { type: 'topic', name: 'test' }] }, withinMs: 30_000 },
    },
  ],
};
