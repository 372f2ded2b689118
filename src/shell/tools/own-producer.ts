/** A tool's own producer: one event, or its start, and what the main thread learns of it. */
import type { Env, Fact, ProcessEvent } from '../../kernel/program.ts';
import { isConfigError, producerConfig } from '../../kafka/clients/client-config.ts';
import { producerProgram } from '../../kafka/clients/producer.ts';
import type { ProducerCommand, ProducerProcessConfig, ProducerState, Thrown, TransactionalMethod } from '../../kafka/clients/producer-state.ts';
import { configException, JavaException } from './java.ts';
import { overlay, warnOfUnknownKeys, withConsole } from './log4j.ts';

const PRODUCER = 'org.apache.kafka.clients.producer.KafkaProducer';

/** What became of the n-th call of `send`, counted from 0. */
export interface SendOutcome {
  readonly n: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Short class name and message of the exception; null: acknowledged. */
  readonly failure: { readonly error: string; readonly message: string } | null;
}

/** A transactional method that returned, or what left a method as an exception; of `send` only the latter. */
export interface CallOutcome {
  readonly method: TransactionalMethod | 'send';
  readonly thrown: JavaException | null;
}

export interface ProducerTurn {
  readonly producer: ProducerState | null;
  readonly outcomes: readonly SendOutcome[];
  readonly call: CallOutcome | null;
  /** Closed with this status; not 0: it could not be made. null: it lives. */
  readonly ended: number | null;
}

const CLIENTS = 'org.apache.kafka.clients';
const MANAGER = `${CLIENTS}.producer.internals.TransactionManager`;
/** From `send` to where it throws; the line of the throw itself depends on why. */
const SEND_FRAMES = [`${MANAGER}.maybeAddPartitionToTransaction(TransactionManager.java:341)`, `${CLIENTS}.producer.KafkaProducer.doSend(KafkaProducer.java:915)`, `${CLIENTS}.producer.KafkaProducer.send(KafkaProducer.java:856)`];
/** The exception is made by the thread of the sender. */
const INIT_FRAMES = [
  `${MANAGER}$InitProducerIdHandler.handleResponse(TransactionManager.java:1146)`,
  `${MANAGER}$TxnRequestHandler.onComplete(TransactionManager.java:1069)`,
  `${CLIENTS}.ClientResponse.onComplete(ClientResponse.java:109)`,
  `${CLIENTS}.NetworkClient.completeResponses(NetworkClient.java:561)`,
  `${CLIENTS}.NetworkClient.poll(NetworkClient.java:553)`,
  `${CLIENTS}.producer.internals.Sender.runOnce(Sender.java:307)`,
  `${CLIENTS}.producer.internals.Sender.run(Sender.java:238)`,
  'java.lang.Thread.run(Thread.java:748)',
];

/** With the frames that were recorded: of `send`, and of an id that was refused. */
function framesOf({ className, message }: Thrown, method: CallOutcome['method'], callers: readonly string[]): readonly string[] {
  if (method === 'send') {
    const line = className.endsWith('.KafkaException') ? 357 : message.startsWith('Cannot call send') ? 366 : 362;
    return [`${MANAGER}.failIfNotReadyForSend(TransactionManager.java:${line})`, ...SEND_FRAMES, ...callers];
  }
  return method === 'initTransactions' && message.startsWith('Unexpected error') ? INIT_FRAMES : [];
}

function exceptionOf(thrown: Thrown, frames: readonly string[] = []): JavaException {
  return new JavaException(thrown.className, thrown.message, frames, thrown.cause && exceptionOf(thrown.cause));
}

type CallFact = Fact & { readonly method: CallOutcome['method']; readonly failure: Thrown | null };
type RecordFact = Fact & { readonly id: string; readonly topic: string; readonly partition?: number; readonly offset?: number; readonly error?: string; readonly message?: string };

/** `sendFrames`: where the tool calls `send`, in a stack trace. */
export function tellProducer(producer: ProducerState | null, event: ProcessEvent | ProducerProcessConfig, env: Env, sendFrames: readonly string[] = []): ProducerTurn {
  const outcomes: SendOutcome[] = [];
  let call: CallOutcome | null = null;
  let ended: number | null = null;
  const isStart = !('type' in event);
  const console = withConsole(env, isStart ? null : event);
  const own = overlay(env, {
    fact(fact: Fact) {
      env.fact(fact);
      if (fact.type === 'transactionalCallEnded') {
        const { method, failure } = fact as CallFact;
        call = { method, thrown: failure && exceptionOf(failure, framesOf(failure, method, sendFrames)) };
      }
      if (fact.type !== 'recordAcked' && fact.type !== 'recordFailed') return;
      const { id, topic, partition = -1, offset = -1, error = '', message = '' } = fact as RecordFact;
      outcomes.push({ n: Number(id.slice(id.lastIndexOf('/') + 1)), topic, partition, offset, failure: fact.type === 'recordAcked' ? null : { error, message } });
    },
    log(line) {
      // The exception of a constructor that fails is printed with its trace instead.
      if (line.level !== 'ERROR' || !line.text.endsWith(`(${PRODUCER})`)) console.log(line);
    },
    exit(code) {
      ended = code;
    },
  });
  if (isStart) warnOfUnknownKeys('producer', event.properties, env);
  const next = isStart ? producerProgram.start(event, own) : producerProgram.handle(producer, event, own);
  return { producer: next, outcomes, call, ended };
}

export function commandProducer(producer: ProducerState, command: ProducerCommand, env: Env, sendFrames: readonly string[] = []): ProducerTurn {
  return tellProducer(producer, { type: 'command', command: command as never }, env, sendFrames);
}

const constructionFailed = (cause: JavaException): JavaException => new JavaException('org.apache.kafka.common.KafkaException', 'Failed to construct kafka producer', [], cause);

/** Why the constructor throws; null: it does not. */
export function producerProblem(given: ProducerProcessConfig, clientId: string): JavaException | null {
  const config = producerConfig(given, clientId);
  if (!isConfigError(config)) return null;
  if (config.thrown !== undefined) return constructionFailed(new JavaException(config.thrown, config.message));
  const cause = configException(config.message);
  return config.key === 'bootstrap.servers' ? constructionFailed(cause) : cause;
}

/** None of the names of its servers has an address. */
export const noBootstrapServer = (): JavaException => constructionFailed(configException('No resolvable bootstrap urls given in bootstrap.servers'));
