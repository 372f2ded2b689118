/** What Kafka is and what its words mean. Nothing runs here; the last chapters show the words on a cluster. */
import type { Chapter } from './document.ts';

export const concepts: Chapter = {
  id: 'concepts',
  title: { en: 'What Kafka is, and its words', 'zh-CN': 'Kafka 是什么，那些词是什么意思' },
  headline: { en: 'A log that many programs share.', 'zh-CN': '许多程序共用的一份日志。' },
  subline: { en: 'The words first; the cluster follows.', 'zh-CN': '先认词，再搭集群。' },
  blocks: [
    {
      type: 'text',
      text: {
        en: 'Kafka is a distributed log. Programs **publish and subscribe** to streams of records; the records are **stored** in several places, so that one dead machine loses none; and streams can be **processed** as they arrive.',
        'zh-CN': 'Kafka 是一份分布式日志。程序可以**发布和订阅**记录流；记录在多处**存储**，坏一台机器也不丢；流还可以边到达边**处理**。',
      },
    },
    {
      type: 'mistake',
      number: 'T32',
      says: { en: 'Its third ability is “real-time record streams”.', 'zh-CN': '第三个能力是“实时记录流”。' },
      is: {
        en: 'It is _processing_: read a stream, compute, write another. Being fast is no ability of its own.',
        'zh-CN': '是**处理**流：读一个流，计算，写出另一个流。“快”本身不是一种能力。',
      },
    },
    {
      type: 'text',
      text: {
        en: 'It serves as a messaging system, as a store, and as the backbone of stream processing. Where every system used to talk to every other, each now talks to Kafka only.',
        'zh-CN': '它可以当消息系统、当存储，也可以当流处理的骨干。原来系统之间两两相连，现在每个系统只和 Kafka 打交道。',
      },
    },
    {
      type: 'terms',
      terms: [
        ['producer', { en: 'a client that writes records', 'zh-CN': '写入记录的客户端' }],
        ['broker', { en: 'a server that stores them and hands them out', 'zh-CN': '存储并提供记录的服务器' }],
        ['consumer', { en: 'a client that reads them, at its own pace', 'zh-CN': '按自己的节奏读取记录的客户端' }],
      ],
    },
    {
      type: 'mistake',
      number: 'T15',
      says: { en: 'A broker is a client that receives and stores messages.', 'zh-CN': 'broker 是接收并存储消息的客户端。' },
      is: {
        en: 'It is the server. That is why it has an id, a port and a directory; clients only need an address to begin with.',
        'zh-CN': '它是服务器，所以才有编号、端口和目录；客户端只需要一个起始地址。',
      },
      see: 'words',
    },
    {
      type: 'mistake',
      number: 'T31',
      says: { en: 'A record has three parts: key, value, timestamp.', 'zh-CN': '一条记录有三个要素：键、值、时间戳。' },
      is: {
        en: 'And **headers**, since 0.11. Storing it adds where it is: its partition and its offset.',
        'zh-CN': '0.11 起还有**消息头**。存下来之后，又多了它的位置：分区和位移。',
      },
      see: 'words',
    },
    {
      type: 'terms',
      terms: [
        ['Producer API', { en: 'write records to topics', 'zh-CN': '向主题写记录' }],
        ['Consumer API', { en: 'subscribe to topics and read them', 'zh-CN': '订阅主题并读取' }],
        ['Streams API', { en: 'read topics, compute, write topics', 'zh-CN': '读主题、计算、再写主题' }],
        ['Connector API', { en: 'move data between topics and other systems, without a program of your own', 'zh-CN': '不写程序，就在主题与别的系统之间搬数据' }],
      ],
    },
    {
      type: 'mistake',
      number: 'T37',
      says: { en: 'A relational connector captures every change of a table.', 'zh-CN': '关系数据库连接器能捕获表的所有更改。' },
      is: {
        en: 'None ships with Kafka. One that polls by a growing id sees inserts, by a timestamp also updates, and never deletes; every change is only in the database’s own log. Connect is not modelled here: this one stays words.',
        'zh-CN': 'Kafka 不自带这种连接器。按自增 id 轮询只看得到插入，按时间戳还看得到更新，但都看不到删除；完整的变更只在数据库自己的日志里。这里没有模拟 Connect，只能用文字说明。',
      },
    },
    {
      type: 'terms',
      terms: [
        ['topic', { en: 'the name of a stream', 'zh-CN': '一个流的名字' }],
        ['partition', { en: 'one of the ordered logs a topic is made of; order holds inside it, not across', 'zh-CN': '组成主题的有序日志之一；分区内有序，分区之间不保证' }],
        ['segment', { en: 'one file of a partition’s log', 'zh-CN': '分区日志的一个文件' }],
        ['replica', { en: 'a copy of a partition on one broker; one of them is the leader', 'zh-CN': '分区在某台 broker 上的一份副本，其中一个是 leader' }],
        ['ISR', { en: 'the replicas that are caught up with the leader', 'zh-CN': '跟上 leader 的那些副本' }],
      ],
    },
    {
      type: 'mistake',
      number: 'T16',
      says: { en: 'The directory in which records are stored is called a topic.', 'zh-CN': '存储消息记录的目录被称为 topic。' },
      is: { en: 'A topic is a name. Directories there are one for each replica of a partition: `test-0`.', 'zh-CN': '主题只是名字。目录是每个分区副本一个，例如 `test-0`。' },
      see: 'words',
    },
    {
      type: 'mistake',
      number: 'T14',
      says: { en: 'A topic has countless partitions.', 'zh-CN': '一个主题包含无数个分区。' },
      is: { en: 'As many as it was given when it was created. The number can be raised, never lowered.', 'zh-CN': '创建时指定多少就有多少；以后只能加，不能减。' },
      see: 'words',
    },
    {
      type: 'mistake',
      number: 'T12',
      says: { en: 'All segment files have the same size.', 'zh-CN': '每个 segment 文件大小相等。' },
      is: { en: '`log.segment.bytes` is an upper bound. Time closes segments too, and the last one is still growing.', 'zh-CN': '`log.segment.bytes` 是上限。时间到了也会切段，最后一段还在长大。' },
      see: 'words',
    },
    {
      type: 'mistake',
      number: 'T17',
      says: { en: 'A broker commits messages to disk; consumers read what is committed to disk.', 'zh-CN': 'broker 提交消息到磁盘，消费者读取已提交到磁盘的消息。' },
      is: {
        en: '**Committed** means: every replica in the ISR has it. When it reaches the disk is left to the operating system.',
        'zh-CN': '**已提交**的意思是 ISR 里每个副本都有了它。什么时候落盘，交给操作系统。',
      },
      see: 'settings',
    },
    {
      type: 'mistake',
      number: 'T13',
      says: { en: 'One broker is the cluster controller (leader), elected by the living members; when a broker fails they elect a new leader.', 'zh-CN': '有一个 broker 充当集群控制器（Leader），由活跃成员选举产生；broker 失效时，其他成员重新选举 Leader。' },
      is: {
        en: 'Nobody votes. The controller is whoever created `/controller` first; it, and only it, picks partition leaders from the ISR. Controller and partition leader are two different things.',
        'zh-CN': '没有投票。谁先创建 `/controller`，谁就是控制器；只有它从 ISR 里挑分区 leader。控制器和分区 leader 是两回事。',
      },
      see: 'words',
    },
    {
      type: 'mistake',
      number: 'T33',
      says: { en: 'By default a producer spreads messages evenly over all partitions.', 'zh-CN': '生产者默认把消息均衡地分布到所有分区。' },
      is: { en: 'Only those without a key: round robin in 2.3. Those with one go where its hash says, all of a key to one partition.', 'zh-CN': '只有不带键的才这样：2.3 里是轮询。带键的按键的哈希走，同一个键总在同一个分区。' },
      see: 'words',
    },
    {
      type: 'mistake',
      number: 'T11',
      says: { en: 'Of a topic a consumer only reads messages of one partition.', 'zh-CN': '对某个主题，消费者只消费同一个 partition 中的消息。' },
      is: { en: 'A consumer may own many partitions. What is true: inside a group each partition has exactly one owner.', 'zh-CN': '一个消费者可以拥有多个分区。成立的是另一句：在一个组里，每个分区只有一个主人。' },
      see: 'words',
    },
  ],
};
