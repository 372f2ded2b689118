/** The first broker, and what a second one on the same machine needs. */
import type { Chapter } from './document.ts';

const BIN = '/usr/local/kafka/bin';
const CONFIG = '/usr/local/kafka/config';

const another = (id: number): string =>
  `sed -e 's|^broker.id=.*|broker.id=${id}|' -e 's|^log.dirs=.*|log.dirs=/usr/local/kafka/logs-${id}|' -e 's|^#listeners=.*|listeners=PLAINTEXT://:${9091 + id}|' ../config/server.properties > ../config/server-${id}.properties`;

export const start: Chapter = {
  id: 'start',
  title: { en: 'Start a broker', 'zh-CN': '启动 broker' },
  headline: { en: 'A broker starts, registers in ZooKeeper, becomes controller.', 'zh-CN': 'broker 启动，在 ZooKeeper 登记，成为控制器。' },
  subline: { en: 'It is alone, so it is everything.', 'zh-CN': '只有它一个，所以什么都归它。' },
  blocks: [
    {
      type: 'command',
      things: ['broker-1'],
      text: { en: 'In the background. No output is no sign of success: watch its state on the stage.', 'zh-CN': '后台启动。没有输出不等于成功：看舞台上它的状态。' },
      command: { id: 'start1', lines: './kafka-server-start.sh -daemon ../config/server.properties', directory: BIN, shows: { type: 'broker', id: 1, state: 'RunningAsBroker' }, withinMs: 30_000 },
    },
    {
      type: 'command',
      text: { en: 'Is there a Java process? `jps` would tell, but it belongs to the JDK, and only a runtime is installed.', 'zh-CN': '有没有 Java 进程？`jps` 能看，但它属于 JDK，而这里只装了运行环境。' },
      command: { id: 'jdk', lines: 'sudo yum install java-1.8.0-openjdk-devel', shows: { type: 'ran', line: '^(sudo )?yum install (-y )?java-1\\.8\\.0-openjdk-devel', printed: 'Complete!|Nothing to do' }, withinMs: 60_000 },
    },
    { type: 'command', things: ['broker-1'], command: { id: 'jps', lines: 'jps', shows: { type: 'ran', line: '^jps', printed: '^\\d+ Kafka$' } } },
    {
      type: 'mistake',
      number: 'T30',
      says: { en: '`6972 Kafka`: the cluster runs.', 'zh-CN': '看到 `6972 Kafka`，集群就启动了。' },
      is: { en: 'One line is one broker. And a process is not yet a broker: it has to have registered in ZooKeeper.', 'zh-CN': '一行就是一个 broker。而且进程在，不等于 broker 在：它还得在 ZooKeeper 登记成功。' },
      things: ['broker-1'],
    },
    {
      type: 'mistake',
      number: 'T06',
      says: { en: 'Every server gets another `broker.id`. (Nothing about ports and directories.)', 'zh-CN': '每个 server 的 `broker.id` 都应该不一样。（没提端口和目录。）' },
      is: {
        en: 'On three machines that is enough; on one it is not. A second broker with another id alone finds the first one’s number in the directory:',
        'zh-CN': '三台机器时够了；在一台机器上不够。只改编号，第二个 broker 会在目录里看到第一个的编号：',
      },
      command: {
        id: 'id-alone',
        lines: `sed 's|^broker.id=.*|broker.id=2|' ../config/server.properties > ../config/server-2.properties
./kafka-server-start.sh ../config/server-2.properties`,
        directory: BIN,
        shows: { type: 'ran', line: '^\\./kafka-server-start\\.sh ../config/server-2', printed: "doesn't match stored broker\\.id" },
        withinMs: 20_000,
      },
    },
    {
      type: 'command',
      text: { en: 'With a directory of its own it gets further, up to the port:', 'zh-CN': '给它自己的目录，能走得更远，到端口为止：' },
      command: {
        id: 'directory-too',
        lines: `sed -i 's|^log.dirs=.*|log.dirs=/usr/local/kafka/logs-2|' ../config/server-2.properties
./kafka-server-start.sh ../config/server-2.properties`,
        directory: BIN,
        shows: { type: 'ran', line: '^\\./kafka-server-start\\.sh ../config/server-2', printed: 'Address already in use' },
        withinMs: 20_000,
      },
    },
    {
      type: 'command',
      text: { en: 'So three things differ: id, directory, port. Two files for later:', 'zh-CN': '所以要改三处：编号、目录、端口。先备好两个文件，后面用：' },
      command: {
        id: 'other-files',
        lines: `${another(2)}\n${another(3)}`,
        directory: BIN,
        shows: {
          type: 'all',
          of: [2, 3].flatMap((id) => [`^broker\\.id=${id}$`, `^log\\.dirs=/usr/local/kafka/logs-${id}$`, `^listeners=PLAINTEXT://:${9091 + id}$`].map((matches) => ({ type: 'file', path: `${CONFIG}/server-${id}.properties`, matches }) as const)),
        },
      },
    },
  ],
};
