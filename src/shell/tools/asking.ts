/** The words a script is written in: each yields one wish and gives its answer, typed, or throws what the real call throws. */
import type { OutputStream } from '../../kernel/program.ts';
import type { AdminCall, AdminOutcome } from '../../kafka/clients/admin-client.ts';
import type { ClientProperties } from '../../kafka/clients/client-config.ts';
import type { ApiName, MetadataBroker, RequestBody, ResponseOf } from '../../kafka/protocol/index.ts';
import type { Zk } from '../../kafka/zookeeper/procedures.ts';
import type { ZkResult } from '../../kafka/zookeeper/requests.ts';
import { parseConnectString } from '../../zookeeper/connect-string.ts';
import { apiException, configException, JavaException, stackTrace } from './java.ts';
import type { Script, Wish } from './script.ts';

function* wish<Answer>(wanted: Wish): Script<Answer> {
  return (yield wanted) as Answer;
}

/** One line on standard output. */
export const out = (line: string): Script<null> => wish({ type: 'print', stream: 'stdout', text: `${line}\n` });
/** One line on standard error. */
export const err = (line: string): Script<null> => wish({ type: 'print', stream: 'stderr', text: `${line}\n` });
export const printed = (stream: OutputStream, text: string): Script<null> => wish({ type: 'print', stream, text });
export const wallClock = (): Script<number> => wish({ type: 'wallClock' });
export const sleep = (ms: number): Script<null> => wish({ type: 'sleep', ms });
export const randomInt = (min: number, max: number): Script<number> => wish({ type: 'randomInt', min, max });

/** A line of the tool's own log; `logger` is the class. */
export const log = (level: 'WARN' | 'ERROR', text: string, logger: string): Script<null> => wish({ type: 'log', level, text: `${text} (${logger})` });

/** What a tool logs of an exception as a message: the trace is the message, so its logger stands on the last line. */
export const logTrace = (exception: JavaException, logger: string): Script<null> => log('ERROR', stackTrace(exception), logger);

/** `KafkaAdminClient.create`, or another client that asks brokers directly: what its lines begin with, left out for an admin client. */
export function* openClient(properties: ClientProperties, logPrefix: string | null = null): Script<void> {
  const problem = yield* wish<string | null>({ type: 'openClient', properties, logPrefix });
  if (problem !== null) throw new ClientNotMade(logPrefix === null ? 'Failed to create new KafkaAdminClient' : 'Failed to construct kafka consumer', configException(problem));
}

/** What the constructor of a client throws because of its settings. Addresses are looked for with the first question only, so this may come late. */
export class ClientNotMade extends JavaException {
  constructor(what: string, cause: JavaException) {
    super('org.apache.kafka.common.KafkaException', what, [], cause);
  }
}

/** Sends, and waits for the answer. */
export function* call<Api extends ApiName>(api: Api, body: RequestBody<Api>, options: Pick<AdminCall, 'node' | 'timeoutMs'> = {}): Script<ResponseOf<Api>> {
  const outcome = yield* wish<AdminOutcome>({ type: 'call', call: { api, body, ...options } as AdminCall });
  if (outcome.type === 'answered') return outcome.response as ResponseOf<Api>;
  throw outcome.error === 'ConfigException' ? new ClientNotMade('Failed to create new KafkaAdminClient', configException(outcome.message)) : apiException(outcome.error, outcome.message);
}

/** What is known of topics; null: of all, `mayCreate`: the broker may make one that is not there. */
export function metadataOf(topics: readonly string[] | null, mayCreate: boolean, options: Pick<AdminCall, 'node' | 'timeoutMs'> = {}): Script<ResponseOf<'Metadata'>> {
  return call('Metadata', { topics, allowAutoTopicCreation: mayCreate, includeClusterAuthorizedOperations: false, includeTopicAuthorizedOperations: false }, options);
}

/** The brokers that live, by their ids. */
export function* liveBrokers(options: Pick<AdminCall, 'node' | 'timeoutMs'> = {}): Script<readonly MetadataBroker[]> {
  return (yield* metadataOf([], true, options)).brokers.toSorted((a, b) => a.nodeId - b.nodeId);
}

/** Runs a procedure on the open session. */
export function* onZooKeeper<Value>(procedure: Zk<Value>): Script<Value> {
  let turn = procedure.next();
  while (!turn.done) turn = procedure.next(yield* wish<readonly ZkResult[]>({ type: 'zookeeper', requests: turn.value }));
  return turn.value;
}

const CONNECTION_FRAMES = [
  'kafka.zookeeper.ZooKeeperClient$$anonfun$kafka$zookeeper$ZooKeeperClient$$waitUntilConnected$1.apply$mcV$sp(ZooKeeperClient.scala:258)',
  'kafka.zookeeper.ZooKeeperClient$$anonfun$kafka$zookeeper$ZooKeeperClient$$waitUntilConnected$1.apply(ZooKeeperClient.scala:254)',
  'kafka.zookeeper.ZooKeeperClient$$anonfun$kafka$zookeeper$ZooKeeperClient$$waitUntilConnected$1.apply(ZooKeeperClient.scala:254)',
  'kafka.utils.CoreUtils$.inLock(CoreUtils.scala:253)',
  'kafka.zookeeper.ZooKeeperClient.kafka$zookeeper$ZooKeeperClient$$waitUntilConnected(ZooKeeperClient.scala:254)',
  'kafka.zookeeper.ZooKeeperClient.<init>(ZooKeeperClient.scala:112)',
  'kafka.zk.KafkaZkClient$.apply(KafkaZkClient.scala:1825)',
];

const PARSER_FRAMES = ['org.apache.zookeeper.ZooKeeper.<init>(ZooKeeper.java:447)', 'org.apache.zookeeper.ZooKeeper.<init>(ZooKeeper.java:384)', 'kafka.zookeeper.ZooKeeperClient.<init>(ZooKeeperClient.scala:103)', 'kafka.zk.KafkaZkClient$.apply(KafkaZkClient.scala:1825)'];

/** `KafkaZkClient.apply`: a session within 30 seconds. `frames`: its callers. */
export function* openZooKeeper(connect: string, frames: readonly string[]): Script<void> {
  const { servers, chroot, problem } = parseConnectString(connect, '3.4');
  if (problem !== undefined) {
    const colon = problem.indexOf(': ');
    throw new JavaException(problem.slice(0, colon), problem.slice(colon + 2), [...PARSER_FRAMES, ...frames]);
  }
  if (yield* wish<boolean>({ type: 'openZooKeeper', servers, chroot })) return;
  yield* closeZooKeeper();
  throw new JavaException('kafka.zookeeper.ZooKeeperClientTimeoutException', 'Timed out waiting for connection while in state: CONNECTING', [...CONNECTION_FRAMES, ...frames]);
}

export const closeZooKeeper = (): Script<null> => wish({ type: 'closeZooKeeper' });
