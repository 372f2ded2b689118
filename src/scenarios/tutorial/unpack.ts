/** Kafka unpacked, and its configuration. */
import type { Chapter } from './document.ts';

const KAFKA = '/usr/local/kafka';
const CONFIG = `${KAFKA}/config`;
const PROPERTIES = `${CONFIG}/server.properties`;

export const unpack: Chapter = {
  id: 'unpack',
  title: { en: 'Unpack and configure Kafka', 'zh-CN': '解压并配置 Kafka' },
  headline: { en: 'Kafka itself: unpacked on the host, told where ZooKeeper is.', 'zh-CN': '轮到 Kafka：解压到主机上，告诉它 ZooKeeper 在哪。' },
  subline: { en: 'The brokers will run outside of the containers.', 'zh-CN': 'broker 会运行在容器外面。' },
  blocks: [
    {
      type: 'command',
      text: { en: 'The archive lies in `/usr/local`. (`2.12` is the Scala it was built with, `2.3.0` is Kafka.)', 'zh-CN': '压缩包在 `/usr/local`。（`2.12` 是编译它的 Scala，`2.3.0` 才是 Kafka。）' },
      command: {
        id: 'untar',
        lines: 'tar -zxvf kafka_2.12-2.3.0.tgz',
        directory: '/usr/local',
        shows: { type: 'any', of: [{ type: 'directory', path: '/usr/local/kafka_2.12-2.3.0' }, { type: 'directory', path: KAFKA }] },
      },
    },
    { type: 'command', command: { id: 'rename', lines: 'mv kafka_2.12-2.3.0 kafka', directory: '/usr/local', shows: { type: 'directory', path: KAFKA } } },
    { type: 'command', text: { en: 'A directory for the records. Kafka’s “logs” are its data; what it says about itself is another matter.', 'zh-CN': '给记录准备一个目录。Kafka 的“logs”是数据，不是运行日志。' }, command: { id: 'mkdir-logs', lines: 'mkdir logs', directory: KAFKA, shows: { type: 'directory', path: `${KAFKA}/logs` } } },
    { type: 'command', text: { en: 'Of the files in `config` only `server.properties` matters here.', 'zh-CN': '`config` 里的文件，这里只关心 `server.properties`。' }, command: { id: 'ls-config', lines: 'ls', directory: CONFIG, shows: { type: 'ran', line: '^ls', printed: 'server\\.properties' } } },
    {
      type: 'mistake',
      number: 'T05',
      says: { en: 'The settings are written with remarks behind them: `broker.id=0 //initially 0`, `port=9092 #the port`.', 'zh-CN': '配置项后面直接跟注释：`broker.id=0 //初始是0`、`port=9092 #…端口`。' },
      is: {
        en: 'In a properties file everything behind `=` is the value. A remark needs a line of its own that begins with `#`. Start a broker like that:',
        'zh-CN': '在 properties 文件里，`=` 后面的全是值。注释要单独一行，以 `#` 开头。这样启动一个 broker 看看：',
      },
      command: {
        id: 'remark',
        lines: `sed 's|^broker.id=.*|broker.id=0 //初始是0|' server.properties > /tmp/wrong.properties
../bin/kafka-server-start.sh /tmp/wrong.properties`,
        directory: CONFIG,
        shows: { type: 'ran', line: 'wrong\\.properties$', printed: 'ConfigException: Invalid value' },
      },
    },
    {
      type: 'command',
      text: {
        en: 'Now the real ones, as tutorials give them: an id, the directory, the three ZooKeeper ports, three limits below `log.retention.hours`. With `vi server.properties`, or in one go:',
        'zh-CN': '现在来真的，照教程的写法：编号、目录、三个 ZooKeeper 端口，还有 `log.retention.hours` 下面的三项。可以用 `vi server.properties`，也可以一次改完：',
      },
      command: {
        id: 'configure',
        lines: `sed -i 's|^broker.id=.*|broker.id=1|' server.properties
sed -i 's|^log.dirs=.*|log.dirs=/usr/local/kafka/logs|' server.properties
sed -i 's|^log.retention.hours=168|&\\nmessage.max.byte=5242880\\ndefault.replication.factor=2\\nreplica.fetch.max.bytes=5242880|' server.properties
sed -i 's|^zookeeper.connect=.*|zookeeper.connect=127.0.0.1:2182,127.0.0.1:2183,127.0.0.1:2184|' server.properties`,
        directory: CONFIG,
        shows: {
          type: 'all',
          of: ['^broker\\.id=1$', '^log\\.dirs=/usr/local/kafka/logs$', '^default\\.replication\\.factor=2$', '^zookeeper\\.connect=127\\.0\\.0\\.1:2182,127\\.0\\.0\\.1:2183,127\\.0\\.0\\.1:2184$'].map((matches) => ({ type: 'file', path: PROPERTIES, matches })),
        },
      },
    },
    {
      type: 'mistake',
      number: 'T04',
      says: { en: '`message.max.byte=5242880`', 'zh-CN': '`message.max.byte=5242880`' },
      is: {
        en: 'The key is `message.max.bytes`. Kafka ignores a key it does not know, without a word; the limit stays 1,000,012 bytes. You will see it when the topic is described.',
        'zh-CN': '键名是 `message.max.bytes`。不认识的键，Kafka 一声不吭地忽略，上限仍是 1,000,012 字节。描述主题时就看得到。',
      },
      see: 'look',
    },
    {
      type: 'text',
      text: {
        en: 'Why `127.0.0.1:2182` and not the containers’ own addresses? Look for those first.',
        'zh-CN': '为什么写 `127.0.0.1:2182`，不写容器自己的地址？先找出那些地址。',
      },
    },
    { type: 'command', things: ['zookeeper3'], command: { id: 'inspect3', lines: 'docker inspect 27e8a40861c7 | grep -i ip', shows: { type: 'ran', line: '^docker inspect 27e8', printed: '172\\.19\\.0\\.4' } } },
    { type: 'command', things: ['zookeeper2'], command: { id: 'inspect2', lines: 'docker inspect 0afdde8ce38a | grep -i ip', shows: { type: 'ran', line: '^docker inspect 0afd', printed: '172\\.19\\.0\\.3' } } },
    { type: 'command', things: ['zookeeper1'], command: { id: 'inspect1', lines: 'docker inspect 354b36f4c835 | grep -i ip', shows: { type: 'ran', line: '^docker inspect 354b', printed: '172\\.19\\.0\\.2' } } },
    {
      type: 'mistake',
      number: 'T28',
      says: { en: 'Container addresses and host addresses stand side by side, as if either would do.', 'zh-CN': '容器地址和主机地址并列出现，好像用哪个都行。' },
      is: {
        en: '172.19.x.x exists on the Docker host only, and changes when a container is made anew. Brokers outside of containers use the published ports. From a second machine there is nothing at that address:',
        'zh-CN': '172.19.x.x 只在这台 Docker 主机上有，容器重建还会变。容器外的 broker 用映射出来的端口。从另一台机器看，这个地址上什么都没有：',
      },
      command: { id: 'container-address', lines: 'ping -c 1 172.19.0.2', terminal: 'laptop', shows: { type: 'ran', machine: 'laptop', line: '^ping -c 1 172\\.19\\.0\\.2', printed: '100% packet loss' }, withinMs: 20_000 },
    },
  ],
};
