/** Any message in one line, whoever's it is. */
import type { Message } from '../../kernel/program.ts';
import { describe as describeKafka } from '../../kafka/describe.ts';
import type { KafkaMessage } from '../../kafka/protocol/index.ts';
import { describeZookeeper } from '../../zookeeper/describe.ts';

export function describeMessage(message: Message): string {
  if (/.(Request|Response)$/.test(message.type) && message.type !== 'ConnectRequest' && message.type !== 'ConnectResponse') return describeKafka(message as KafkaMessage);
  return describeZookeeper(message as Parameters<typeof describeZookeeper>[0]);
}
