/** What happens at Kafka's clients, typed and in the past tense. A record's id is its producer's name and its running number. */
import type { Env } from '../../kernel/program.ts';
import type { ConsumedRecord } from './consumer-state.ts';
import type { Thrown, TransactionalMethod } from './producer-state.ts';

interface RecordFact {
  readonly producer: string;
  /** `<producer>/<n>`; n counts the producer's `send` calls from 0. */
  readonly id: string;
  readonly topic: string;
}

export type ProducerFact =
  /** `send` was called. The partition is left out where it is not yet known because metadata is missing. */
  | (RecordFact & { readonly type: 'recordSent'; readonly partition?: number; readonly key: string | null; readonly value: string })
  /** The callback succeeded; offset −1 with acks=0. */
  | (RecordFact & { readonly type: 'recordAcked'; readonly partition: number; readonly offset: number })
  /** The callback failed for good; `error` is the short class name of the exception. */
  | (RecordFact & { readonly type: 'recordFailed'; readonly partition?: number; readonly error: string; readonly message: string })
  | {
      readonly type: 'batchSent';
      readonly producer: string;
      readonly topic: string;
      readonly partition: number;
      readonly node: number;
      readonly records: number;
      readonly bytes: number;
      /** 0 for the first attempt. */
      readonly attempt: number;
      readonly baseSequence: number;
    }
  | {
      readonly type: 'recordsRetried';
      readonly producer: string;
      readonly topic: string;
      readonly partition: number;
      readonly records: number;
      readonly error: string;
      readonly attemptsLeft: number;
    }
  | { readonly type: 'producerIdObtained'; readonly producer: string; readonly producerId: number; readonly producerEpoch: number }
  /** A method of a transactional producer returned, or threw what `failure` says; of `send` only the latter. */
  | { readonly type: 'transactionalCallEnded'; readonly producer: string; readonly method: TransactionalMethod | 'send'; readonly failure: Thrown | null }
  | { readonly type: 'producerClosed'; readonly producer: string; readonly sent: number; readonly acked: number; readonly failed: number };

interface GroupMember {
  readonly consumer: string;
  readonly group: string;
}

export type ConsumerFact =
  | {
      readonly type: 'recordsConsumed';
      readonly consumer: string;
      readonly topic: string;
      readonly partition: number;
      /** Offset of the first and of the last record handed to the application. */
      readonly fromOffset: number;
      readonly toOffset: number;
      readonly values: readonly string[];
      /** Only where the application asked for them; it takes them out again before anybody else is told. */
      readonly records?: readonly ConsumedRecord[];
    }
  | {
      readonly type: 'positionReset';
      readonly consumer: string;
      readonly topic: string;
      readonly partition: number;
      readonly offset: number;
      readonly reason: 'start' | 'outOfRange' | 'truncation' | 'seek' | 'committed';
    }
  | { readonly type: 'offsetOutOfRange'; readonly consumer: string; readonly topic: string; readonly partition: number; readonly offset: number }
  | (GroupMember & { readonly type: 'coordinatorDiscovered' | 'coordinatorLost'; readonly node: number })
  /** `onPartitionsRevoked` before joining again, `onPartitionsAssigned` with the new generation. */
  | (GroupMember & { readonly type: 'partitionsRevoked' | 'partitionsAssigned'; readonly member: string; readonly generationId: number; readonly partitions: readonly string[] })
  | (GroupMember & { readonly type: 'consumerLeftGroup'; readonly member: string })
  | (GroupMember & { readonly type: 'commitSucceeded'; readonly offsets: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[] })
  | (GroupMember & { readonly type: 'commitFailed'; readonly error: string })
  | { readonly type: 'consumerFailed'; readonly consumer: string; readonly error: string; readonly message: string }
  | { readonly type: 'consumerClosed'; readonly consumer: string };

export type AdminFact =
  | { readonly type: 'adminSucceeded'; readonly client: string; readonly api: string; readonly response: unknown }
  | { readonly type: 'adminFailed'; readonly client: string; readonly api: string; readonly error: string; readonly message: string };

export type ConnectionFact =
  | { readonly type: 'clientConnected'; readonly client: string; readonly node: number }
  | { readonly type: 'clientDisconnected'; readonly client: string; readonly node: number; readonly reason: string }
  | { readonly type: 'metadataUpdated'; readonly client: string; readonly node: number; readonly controllerId: number; readonly brokers: readonly number[] }
  | { readonly type: 'clientNotStarted'; readonly client: string; readonly key: string; readonly message: string };

export type ClientFact = ProducerFact | ConsumerFact | AdminFact | ConnectionFact;

export function note(env: Env, fact: ClientFact): void {
  env.fact(fact);
}
