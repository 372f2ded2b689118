import { defineText } from '../views/text/define.ts';

export const about = defineText({
  en: {
    title: 'What this is, and what it is not',
    intro:
      'Everything on this page is a simulation that runs in your browser: ZooKeeper **3.7.0** servers and Kafka **2.3.0** brokers and clients as deterministic state machines. Nothing is scripted animation; a story can only do what you can do. The same seed and the same acts give the same history on every machine.',
    simplifiedTitle: 'Simplified or left out',
    simplified: [
      ['Time.', 'A program takes no time to think; what takes time is the network (0.3–0.9 ms a hop), the disk (1–3 ms an fsync) and every time-out, which are the real ones.'],
      ['One host.', 'All nodes share one machine as in the tutorial, yet each is an end of its own, so that links can be cut one by one. Connections of a container that is taken off its network fall silent; those through a published port Docker would close.'],
      ['Terminal.', 'A shell without arrays; what a command cannot do here it says. Docker knows the one image of the tutorial. The wording of Docker and of the system\'s own commands was written from knowledge, Kafka\'s and ZooKeeper\'s was recorded.'],
      ['Not here yet.', 'Log compaction, Streams and Connect come later; until then no client sends offsets with a transaction.'],
      ['ZooKeeper.', 'No observers, no reconfiguration, no ACL schemes beyond world, no quotas. Synchronization follows the repaired order of later versions where 3.7.0 has known defects. A disk can be slow or full, but a directory does not go bad.'],
      ['Kafka.', 'No security, no quotas of clients and users, no zstd, no movement between log directories, no down-conversion.'],
    ],
    checkedTitle: 'How it was checked',
    checked: 'Recordings of real servers are enacted again by tests, which every build has to pass: the same acts must give the same messages, znodes, epochs, offsets and log lines, within the times of the recorded runs.',
    recording: 'recording',
    happens: 'what happens',
    result: 'result',
    same: 'the same',
    sameBut: (apart: string) => `the same; not compared: ${apart}`,
    checks: [
      ['ZooKeeper 3.7.0:', 'elections, DIFF, TRUNC and SNAP message by message; start-up and failover logs line by line; numbered conformance cases.'],
      ['Kafka 2.3.0:', 'segment files and record batches byte by byte, also against kafkajs; failovers as sequences of znodes; numbered conformance cases.'],
    ],
    trademarks:
      'Apache Kafka, Kafka, Apache ZooKeeper and ZooKeeper are trademarks of The Apache Software Foundation. This project is not affiliated with, endorsed or sponsored by it.',
    close: 'Close',
  },
  'zh-CN': {
    title: '这是什么，不是什么',
    intro:
      '页面上的一切都是在你的浏览器里运行的模拟：ZooKeeper **3.7.0** 服务器、Kafka **2.3.0** broker 和客户端，都是确定性的状态机。没有预先编排的动画；故事能做的，你都能做。相同的种子和相同的操作，在任何机器上都得到相同的历史。',
    simplifiedTitle: '简化或省略的部分',
    simplified: [
      ['时间。', '程序思考不花时间；花时间的是网络（每跳 0.3–0.9 毫秒）、磁盘（每次 fsync 1–3 毫秒）和各种超时，超时都是真实的值。'],
      ['一台主机。', '所有节点像教程里那样在一台机器上，但每个都是独立的端点，链路可以逐条切断。容器脱离网络后，原有连接只是沉默；经发布端口的连接，Docker 会关闭。'],
      ['终端。', 'shell 没有数组；做不到的命令会直说。Docker 只有教程用到的那个镜像。Docker 和系统命令的措辞凭经验写成，Kafka 和 ZooKeeper 的来自真实录制。'],
      ['还没有的。', '日志压实、Streams 和 Connect 以后再来；在那之前，没有客户端会随事务提交位移。'],
      ['ZooKeeper。', '没有 observer、动态重配置、world 以外的 ACL 方案和配额。3.7.0 有已知缺陷的同步步骤，采用后续版本修正后的顺序。磁盘可以变慢或写满，但目录不会坏掉。'],
      ['Kafka。', '没有安全、客户端与用户配额、zstd、日志目录间迁移和消息格式降级。'],
    ],
    checkedTitle: '怎样检验',
    checked: '真实服务器的录像由测试重演，每次构建都必须通过：同样的操作必须得到同样的消息、znode、epoch、位移和日志行，时间落在录像各次运行的范围内。',
    recording: '录像',
    happens: '情形',
    result: '结果',
    same: '一致',
    sameBut: (apart: string) => `一致；未比较：${apart}`,
    checks: [
      ['ZooKeeper 3.7.0：', '选举、DIFF、TRUNC、SNAP 逐条消息比对；启动和故障切换日志逐行比对；编号的一致性用例。'],
      ['Kafka 2.3.0：', '段文件和记录批次逐字节比对，也与 kafkajs 互相解码；故障切换与录像的 znode 序列比对；编号的一致性用例。'],
    ],
    trademarks: 'Apache Kafka、Kafka、Apache ZooKeeper 和 ZooKeeper 是 Apache 软件基金会的商标。本项目与该基金会没有隶属、认可或赞助关系。',
    close: '关闭',
  },
});
