/** Listing and describing; and the setting that was never read. */
import type { Chapter } from './document.ts';

const BIN = '/usr/local/kafka/bin';
const DESCRIBE = './kafka-topics.sh --describe --bootstrap-server 127.0.0.1:9092 --topic test';

export const look: Chapter = {
  id: 'look',
  title: { en: 'List and describe', 'zh-CN': '查看主题' },
  headline: { en: 'One row a partition: leader, replicas, in-sync replicas.', 'zh-CN': '每个分区一行：leader、副本、同步副本。' },
  subline: { en: 'What the settings came to stands there too.', 'zh-CN': '配置到底生效成什么样，也写在那里。' },
  blocks: [
    { type: 'command', command: { id: 'list', lines: './kafka-topics.sh --list --bootstrap-server 127.0.0.1:9092', directory: BIN, shows: { type: 'ran', line: '^\\./kafka-topics\\.sh --list --bootstrap-server 127', printed: '^test$' } } },
    {
      type: 'command',
      things: ['broker-1'],
      text: { en: 'Leader: broker 1. Replicas: who should hold it. Isr: who has everything.', 'zh-CN': 'Leader：broker 1。Replicas：应该由谁保存。Isr：谁已经全有了。' },
      command: { id: 'describe', lines: DESCRIBE, directory: BIN, shows: { type: 'ran', line: '--describe --bootstrap-server 127\\.0\\.0\\.1:9092 --topic test', printed: 'Topic: test\\tPartition: 0\\tLeader: 1' } },
    },
    {
      type: 'mistake',
      number: 'T04',
      says: { en: '`message.max.byte=5242880`, so messages may have 5 MB.', 'zh-CN': '`message.max.byte=5242880`，消息最大 5M。' },
      is: {
        en: '`Configs:` above names what is not a default, and there is no `max.message.bytes`. Spell the key right, restart, describe again: now there is.',
        'zh-CN': '上面的 `Configs:` 列出非默认值，里面没有 `max.message.bytes`。把键名写对、重启、再看：有了。',
      },
      things: ['broker-1'],
      command: {
        id: 'max-bytes',
        lines: `./kafka-server-stop.sh
sleep 5
sed -i 's|^message.max.byte=|message.max.bytes=|' ../config/server*.properties
./kafka-server-start.sh -daemon ../config/server.properties
sleep 8
${DESCRIBE}`,
        directory: BIN,
        shows: { type: 'ran', line: '--describe --bootstrap-server 127\\.0\\.0\\.1:9092 --topic test', printed: 'max\\.message\\.bytes=5242880' },
        withinMs: 60_000,
      },
    },
  ],
};
