/** What the settings mean, tried out on the three brokers: what happens when one believes the wrong explanation. */
import type { Chapter } from './document.ts';

const BIN = '/usr/local/kafka/bin';
const AT = '--bootstrap-server 127.0.0.1:9092';

export const settings: Chapter = {
  id: 'settings',
  title: { en: 'The settings, tried out', 'zh-CN': '动手验证这些配置' },
  headline: { en: 'What a setting means shows when it is set.', 'zh-CN': '配置是什么意思，改一改就知道。' },
  subline: { en: 'Committed, buffered, compacted, copied: looked up where it stands.', 'zh-CN': '提交、缓冲、压实、复制：到它所在的地方看。' },
  blocks: [
    {
      type: 'command',
      things: ['broker-2'],
      text: {
        en: 'Two files of broker 2. `replication-offset-checkpoint`: up to where the ISR has everything, which is what consumers were given. `recovery-point-offset-checkpoint`: up to where the disk is known to have it. The first is ahead: committed is not flushed (T17).',
        'zh-CN': 'broker 2 的两个文件。`replication-offset-checkpoint`：ISR 都有到哪里，消费者读到的就是这些；`recovery-point-offset-checkpoint`：确知落盘到哪里。前者在前面：提交不等于落盘（T17）。',
      },
      command: {
        id: 'committed',
        lines: 'grep orders ../logs-2/replication-offset-checkpoint ../logs-2/recovery-point-offset-checkpoint',
        directory: BIN,
        shows: { type: 'ran', line: '^grep orders ../logs-2/replication-offset-checkpoint', printed: 'replication-offset-checkpoint:orders \\d [1-9]' },
      },
    },
    {
      type: 'command',
      text: {
        en: 'The buffers are 100 kB, and `hi` made a batch of a few dozen bytes: it stands in the file all the same. Nothing waits for a socket’s buffer to be full (T19).',
        'zh-CN': '缓冲区有 100 kB，`hi` 那个批次只有几十字节，照样已经在文件里。没有谁在等 socket 缓冲区装满（T19）。',
      },
      command: {
        id: 'buffers',
        lines: 'grep ^socket ../config/server.properties\nls -l ../logs*/auto-0/*.log',
        directory: BIN,
        shows: { type: 'ran', line: '^ls -l ../logs\\*/auto-0', printed: ' [1-9]\\d+ .*auto-0/00000000000000000000\\.log' },
      },
    },
    {
      type: 'command',
      text: {
        en: '`socket.request.max.bytes` is 100 MB, and each broker runs with a heap of 1 GB (`-Xmx1G`). A thread’s stack is about 1 MB: were that the limit, none of them would run (T20).',
        'zh-CN': '`socket.request.max.bytes` 是 100 MB，每个 broker 的堆是 1 GB（`-Xmx1G`）。线程的栈大约 1 MB：要是它才是上限，一个都跑不起来（T20）。',
      },
      command: {
        id: 'heap',
        lines: "grep socket.request.max.bytes ../config/server.properties\nps -ef | grep kafka.Kafka | grep -o -e '-Xm[sx][^ ]*'",
        directory: BIN,
        shows: { type: 'ran', line: 'grep -o -e .-Xm', printed: '^-Xmx1G$' },
      },
    },
    {
      type: 'command',
      text: {
        en: 'Compaction and compression are two settings of a topic (T18): offsets of groups are compacted, `cleanup.policy=compact`, and compressed as their producer likes. With the cleaner off only the first would stop.',
        'zh-CN': '压实和压缩是主题的两个配置（T18）：组的位移要压实，`cleanup.policy=compact`；压不压缩随生产者。关掉 cleaner，停的只是前者。',
      },
      command: {
        id: 'compacted',
        lines: './kafka-configs.sh --zookeeper 127.0.0.1:2182 --describe --entity-type topics --entity-name __consumer_offsets',
        directory: BIN,
        shows: { type: 'ran', line: '--entity-name __consumer_offsets', printed: 'cleanup\\.policy=compact' },
      },
    },
    {
      type: 'command',
      things: ['broker-1'],
      text: {
        en: 'Broker 1 again, with one I/O thread for two directories (T22), and asking for one byte a partition when it copies (T21). It runs, and uses both directories:',
        'zh-CN': '重启 broker 1：两个目录只给一个 I/O 线程（T22），复制时每个分区只要一个字节（T21）。它照样运行，两个目录都用上：',
      },
      command: {
        id: 'one-thread',
        lines: `kill $(jps -m | grep /server.properties | sed 's/ .*//'); sleep 8
./kafka-server-start.sh -daemon ../config/server.properties --override num.io.threads=1 --override replica.fetch.max.bytes=1 --override log.dirs=/usr/local/kafka/logs,/usr/local/kafka/logs-1b
sleep 4; ls -A ../logs-1b`,
        directory: BIN,
        shows: { type: 'all', of: [{ type: 'broker', id: 1, state: 'RunningAsBroker' }, { type: 'ran', line: 'ls -A ../logs-1b', printed: 'meta\\.properties' }] },
        withinMs: 40_000,
      },
    },
    {
      type: 'command',
      things: ['broker-1'],
      text: {
        en: 'A topic on broker 1 whose messages may go after one second. Three seconds later the message is read all the same: the broker looks half a minute after its start, then every five minutes (T34).',
        'zh-CN': 'broker 1 上的一个主题，消息一秒后就可以删。三秒后照样读得到：broker 启动半分钟后才看第一次，之后五分钟一次（T34）。',
      },
      command: {
        id: 'brief',
        lines: `./kafka-topics.sh ${AT} --create --topic brief --replica-assignment 1 --config retention.ms=1000
echo 'still here' | ./kafka-console-producer.sh --broker-list 127.0.0.1:9092 --topic brief
sleep 3; ./kafka-console-consumer.sh ${AT} --topic brief --partition 0 --offset earliest --max-messages 1 --timeout-ms 5000`,
        directory: BIN,
        shows: { type: 'ran', line: '--topic brief --partition 0', printed: '^still here$' },
        withinMs: 40_000,
      },
    },
    {
      type: 'command',
      things: ['broker-1'],
      text: {
        en: 'No batch is as small as one byte. Write a few: leader and follower hold the same, for the first batch always comes whole (T21).',
        'zh-CN': '没有一个批次只有一个字节。再写几条：leader 和 follower 里的一样多，因为第一个批次总是整个送来（T21）。',
      },
      command: {
        id: 'one-byte',
        lines: `printf 'alice:6\\ncarol:7\\ndave:8\\n' | ./kafka-console-producer.sh --broker-list 127.0.0.1:9092 --topic orders --property parse.key=true --property key.separator=:
sleep 2; ./kafka-log-dirs.sh --describe ${AT} --topic-list orders | tail -n 1`,
        directory: BIN,
        shows: { type: 'ran', line: 'kafka-log-dirs.sh --describe', printed: '"broker":1,.*"partition":"orders-\\d","size":[1-9]\\d*,"offsetLag":0' },
        withinMs: 20_000,
      },
    },
    {
      type: 'text',
      text: { en: 'What next? Every process here can be killed, paused or cut off.', 'zh-CN': '接下来呢？这里的每个进程都可以杀、可以暂停、可以断网。' },
    },
  ],
};
