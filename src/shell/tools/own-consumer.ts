/** A tool's own consumer: one event, or its start, and what the main thread learns of it. */
import type { Env, Fact, ProcessEvent } from '../../kernel/program.ts';
import { consumerProgram, type ConsumerCommand, type ConsumerProcessConfig } from '../../kafka/clients/consumer.ts';
import type { ConsumedRecord, ConsumerState } from '../../kafka/clients/consumer-state.ts';
import type { ConsumerFact } from '../../kafka/clients/facts.ts';
import { overlay, warnOfUnknownKeys, withConsole } from './log4j.ts';

export interface ConsumedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly ConsumedRecord[];
}

/** What the consumer did during one event. */
export interface ConsumerTurn {
  readonly consumer: ConsumerState | null;
  readonly batches: readonly ConsumedBatch[];
  readonly failure: { readonly error: string; readonly message: string } | null;
  /** Assignments and commits, in their order. */
  readonly groupFacts: readonly GroupFact[];
  readonly hasEnded: boolean;
}

export type GroupFact = Extract<ConsumerFact, { readonly type: 'partitionsRevoked' | 'partitionsAssigned' | 'commitSucceeded' | 'commitFailed' }>;
const groupFactTypes: readonly string[] = ['partitionsRevoked', 'partitionsAssigned', 'commitSucceeded', 'commitFailed'] satisfies readonly GroupFact['type'][];

export function tellConsumer(consumer: ConsumerState | null, event: ProcessEvent | ConsumerProcessConfig, env: Env): ConsumerTurn {
  const batches: ConsumedBatch[] = [];
  const groupFacts: GroupFact[] = [];
  let failure: ConsumerTurn['failure'] = null;
  let hasEnded = false;
  const isStart = !('type' in event);
  const console = withConsole(env, isStart ? null : event);
  const own = overlay(env, {
    fact(fact: Fact) {
      if (fact.type === 'recordsConsumed') {
        const { records, ...rest } = fact as Fact & ConsumedBatch;
        batches.push({ topic: rest.topic, partition: rest.partition, records });
        env.fact(rest);
        return;
      }
      if (fact.type === 'consumerFailed') failure = fact as Fact & { readonly error: string; readonly message: string };
      if (groupFactTypes.includes(fact.type)) groupFacts.push(fact as GroupFact);
      env.fact(fact);
    },
    log(line) {
      console.log(line);
    },
    exit() {
      hasEnded = true;
    },
  });
  if (isStart) warnOfUnknownKeys('consumer', event.properties, env);
  const next = isStart ? consumerProgram.start(event, own) : consumerProgram.handle(consumer, event, own);
  return { consumer: next, batches, failure, groupFacts, hasEnded };
}

export function commandConsumer(consumer: ConsumerState | null, command: ConsumerCommand, env: Env): ConsumerTurn {
  return tellConsumer(consumer, { type: 'command', command }, env);
}
