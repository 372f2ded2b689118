/** The tools of `bin/` of the Kafka 2.3.0 distribution that this deployment has. */
import type { Programs } from '../../kernel/world.ts';
import { kafkaTopics } from './kafka-topics.ts';
import type { Tool } from './tool.ts';

export const tools: readonly Tool<unknown>[] = [kafkaTopics as Tool<unknown>];

/** For the table of programs of a kernel in which tools are to run. */
export const toolPrograms: Programs = Object.fromEntries(tools.map((tool) => [tool.program, tool.body]));
