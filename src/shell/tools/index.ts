/** The tools of `bin/` of the Kafka 2.3.0 distribution that this deployment has. */
import type { Programs } from '../../kernel/world.ts';
import { kafkaConsoleConsumer } from './kafka-console-consumer.ts';
import { kafkaConsoleProducer } from './kafka-console-producer.ts';
import { kafkaTopics } from './kafka-topics.ts';
import type { Tool } from './tool.ts';

export const tools: readonly Tool<unknown>[] = [kafkaTopics as Tool<unknown>, kafkaConsoleProducer as Tool<unknown>, kafkaConsoleConsumer as Tool<unknown>];

/** For the table of programs of a kernel in which tools are to run. */
export const toolPrograms: Programs = Object.fromEntries(tools.map((tool) => [tool.program, tool.body]));
