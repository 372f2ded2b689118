/** Messages in and out, with the console tools. */
import type { Chapter } from './document.ts';

const BIN = '/usr/local/kafka/bin';
const PRODUCER = './kafka-console-producer.sh --broker-list 127.0.0.1:9092 --topic test';
const CONSUMER = './kafka-console-consumer.sh --bootstrap-server 127.0.0.1:9092 --topic test';
const GROUP = `${CONSUMER} --from-beginning --group readers`;

export const messages: Chapter = {
  id: 'messages',
  title: { en: 'Messages in, messages out', 'zh-CN': '写消息，读消息' },
  headline: { en: 'A producer writes, a consumer asks for what is new.', 'zh-CN': '生产者写入，消费者来要新的。' },
  subline: { en: 'Reading takes nothing away: the log stays as it is.', 'zh-CN': '读不会拿走什么：日志原样留着。' },
  blocks: [
    {
      type: 'command',
      things: ['kafka-console-producer', 'broker-1'],
      text: { en: 'The producer asks for lines with `>`; each Enter is a record.', 'zh-CN': '生产者用 `>` 等你输入，每按一次回车就是一条记录。' },
      command: { id: 'producer', lines: PRODUCER, directory: BIN, shows: { type: 'ran', line: '^\\./kafka-console-producer\\.sh --(broker-list|bootstrap-server) 127\\.0\\.0\\.1:9092 --topic test', printed: '^>' } },
    },
    {
      type: 'command',
      things: ['kafka-console-producer', 'broker-1'],
      command: { id: 'hello', lines: 'hello\nworld', inside: [PRODUCER], directory: BIN, shows: { type: 'records', topic: 'test', partition: 0, atLeast: 2 } },
    },
    {
      type: 'mistake',
      number: 'T25',
      says: { en: 'The console producer takes `--broker-list`.', 'zh-CN': 'console producer 用 `--broker-list`。' },
      is: { en: 'In 2.3 it does. From 2.5 it is called `--bootstrap-server`, as everywhere else; 4.0 knows no other.', 'zh-CN': '2.3 里是这样。2.5 起和别处一样叫 `--bootstrap-server`，4.0 只认它。' },
    },
    {
      type: 'command',
      things: ['kafka-console-consumer', 'broker-1'],
      text: { en: 'In a second terminal, so that both can be seen: from the first record on.', 'zh-CN': '开第二个终端，两边都看得见：从第一条开始读。' },
      command: { id: 'consumer', terminal: 'host-2', lines: `${CONSUMER} --from-beginning`, directory: BIN, shows: { type: 'ran', line: '^\\./kafka-console-consumer\\.sh .*--topic test --from-beginning', printed: '^hello\\nworld$' }, withinMs: 30_000 },
    },
    {
      type: 'command',
      things: ['kafka-console-producer', 'broker-1', 'kafka-console-consumer'],
      text: { en: 'Say more at the producer: it comes out at the consumer.', 'zh-CN': '在生产者那边再说一句，消费者这边就出来。' },
      command: { id: 'third', lines: 'third', inside: [PRODUCER], directory: BIN, shows: { type: 'all', of: [{ type: 'records', topic: 'test', partition: 0, atLeast: 3 }, { type: 'ran', line: '^\\./kafka-console-consumer\\.sh .*--from-beginning', printed: '^third$' }] } },
    },
    {
      type: 'command',
      things: ['kafka-console-consumer'],
      text: { en: 'Without the flag it begins at the end: only what is new from now on. It waits.', 'zh-CN': '不带这个参数就从末尾开始：只看今后的新消息。它在等。' },
      command: { id: 'new-only', terminal: 'host-2', lines: CONSUMER, directory: BIN, shows: { type: 'any', of: [{ type: 'reads', topic: 'test', without: '--from-beginning' }, { type: 'ran', line: `^\\./kafka-console-consumer\\.sh .*--topic test$`, printed: '^fourth$' }] }, withinMs: 30_000 },
    },
    {
      type: 'command',
      things: ['kafka-console-producer', 'broker-1', 'kafka-console-consumer'],
      command: { id: 'fourth', lines: 'fourth', inside: [PRODUCER], directory: BIN, shows: { type: 'ran', line: '^\\./kafka-console-consumer\\.sh .*--topic test$', printed: '^fourth$' } },
    },
    {
      type: 'mistake',
      number: 'T26',
      says: { en: '`--from-beginning` shows all messages of the topic.', 'zh-CN': '`--from-beginning` 会显示主题中的所有消息。' },
      is: {
        en: 'Only where the group has no position yet, only what retention has left, and in order only inside each partition. A group that read two goes on with the third, flag or not:',
        'zh-CN': '只在该组还没有位移时，只包括保留策略留下的，而且只在每个分区内有序。读过两条的组，下次从第三条接着读，带不带参数都一样：',
      },
      command: {
        id: 'group',
        terminal: 'host-2',
        lines: `${GROUP} --max-messages 2\n${GROUP} --timeout-ms 8000`,
        directory: BIN,
        shows: { type: 'ran', line: '--from-beginning --group readers --timeout-ms', printed: '^third$' },
        withinMs: 60_000,
      },
    },
  ],
};
