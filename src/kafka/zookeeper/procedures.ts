/**
 * What Kafka does with ZooKeeper in several steps, as straight-line procedures (kafka.zk.KafkaZkClient).
 *
 * A procedure is a generator that yields a batch of requests and is resumed with their results. It never outlives one event:
 * whoever runs it keeps the results it has got so far (plain data) and plays it again from its start with them, so what it
 * decides may depend on nothing but its arguments and those results.
 */
import {
  BROKER_IDS, CONTROLLER, CONTROLLER_EPOCH, PERSISTENT_PATHS, brokerIdPath, encodeBroker, encodeController, parseBroker, parseController,
  type BrokerInfo,
} from './znodes.ts';
import {
  childrenOf, create, check, dataOf, exists, getChildren, getData, multi, multiError, partOf, pathOf, remove, setData, statOf,
  type ZkError, type ZkOp, type ZkRequest, type ZkResult,
} from './requests.ts';

/** Yields batches of requests, is resumed with one result each, and returns a value. */
export type Zk<T> = Generator<readonly ZkRequest[], T, readonly ZkResult[]>;

/** ZooKeeper's official error, thrown inside a procedure (KeeperException). */
export class ZkFailure extends Error {
  readonly err: ZkError;
  readonly path: string;
  constructor(err: ZkError, path: string) {
    super(`KeeperErrorCode = ${err} for ${path}`);
    this.err = err;
    this.path = path;
  }
}

/** The znode is there and belongs to another session. */
export class OwnedByAnother extends ZkFailure {
  constructor(
    path: string,
    /** Its session, as `0x…`. */
    readonly owner: string,
  ) {
    super('NODEEXISTS', path);
  }
}

/** /controller_epoch is no longer what this controller was elected with (ControllerMovedException). */
export class ControllerMoved extends Error {}

/** Where a procedure is, played from its start: it waits for the results of `requests`, or it is over. */
export type Played<T> =
  | { readonly type: 'waiting'; readonly requests: readonly ZkRequest[] }
  | { readonly type: 'returned'; readonly value: T }
  | { readonly type: 'threw'; readonly error: unknown };

/**
 * Plays a procedure with the results it has had so far. `whenNew` is called as the last of them has been used up: what comes
 * after it happens for the first time.
 */
export function play<T>(procedure: Zk<T>, answers: readonly (readonly ZkResult[])[], whenNew: () => void = () => undefined): Played<T> {
  try {
    if (answers.length === 0) whenNew();
    let turn = procedure.next();
    for (const [index, results] of answers.entries()) {
      if (turn.done) break;
      if (index === answers.length - 1) whenNew();
      turn = procedure.next(results);
    }
    return turn.done ? { type: 'returned', value: turn.value } : { type: 'waiting', requests: turn.value };
  } catch (error) {
    return { type: 'threw', error };
  }
}

/** One request, one result. An expired session ends the procedure. */
export function* ask(request: ZkRequest): Zk<ZkResult> {
  const [result] = yield* askAll([request]);
  return result!;
}

export function* askAll(requests: readonly ZkRequest[]): Zk<readonly ZkResult[]> {
  if (requests.length === 0) return [];
  const results = yield requests;
  for (const result of results) if (result.err === 'SESSIONEXPIRED') throw new ZkFailure('SESSIONEXPIRED', '');
  return results;
}

/** Writes that happen only while /controller_epoch has the version this controller was elected with (section 2.3). */
export function* fenced(ops: readonly ZkOp[], epochZkVersion: number): Zk<readonly { readonly err: ZkError; readonly version: number }[]> {
  const results = yield* askAll(ops.map((op) => multi(check(CONTROLLER_EPOCH, epochZkVersion), op)));
  return results.map((result) => {
    const checked = partOf(result, 0);
    const done = partOf(result, 1);
    const err = multiError(result);
    if (result.result?.type === 'multi' && checked.err !== 'OK') {
      throw new ControllerMoved(`Controller epoch zkVersion check fails. Expected zkVersion = ${epochZkVersion}`);
    }
    return { err: err === 'OK' ? 'OK' : done.err, version: done.stat?.version ?? 0 };
  });
}

/** Children of a znode; none if it does not exist. */
export function* children(path: string, watch = false): Zk<readonly string[]> {
  return childrenOf(yield* ask(getChildren(path, watch)));
}

/** Id in /controller, -1 if there is none. */
export function* readController(watch = false): Zk<number> {
  return parseController(dataOf(yield* ask(getData(CONTROLLER, watch)))) ?? -1;
}

export interface ControllerEpoch {
  readonly epoch: number;
  readonly zkVersion: number;
}

export function* readControllerEpoch(): Zk<ControllerEpoch | null> {
  const result = yield* ask(getData(CONTROLLER_EPOCH));
  const stat = statOf(result);
  return stat ? { epoch: Number(dataOf(result)), zkVersion: stat.version } : null;
}

/**
 * Tries to become controller: /controller and the next epoch in one transaction (KafkaZkClient.registerControllerAndIncrementControllerEpoch).
 * Throws ControllerMoved if another broker was faster.
 */
export function* registerController(brokerId: number, timestampMs: number, created: () => void = () => undefined): Zk<ControllerEpoch> {
  let current = yield* readControllerEpoch();
  if (!current) {
    const made = yield* ask(create(CONTROLLER_EPOCH, '0'));
    if (made.err === 'OK') created();
    current = made.err === 'OK' ? { epoch: 0, zkVersion: 0 } : yield* readControllerEpoch();
    if (!current) throw new ZkFailure(made.err, CONTROLLER_EPOCH);
  }
  const epoch = current.epoch + 1;
  const result = yield* ask(
    multi(create(CONTROLLER, encodeController(brokerId, timestampMs), 'EPHEMERAL'), setData(CONTROLLER_EPOCH, String(epoch), current.zkVersion)),
  );
  if (multiError(result) === 'OK') return { epoch, zkVersion: partOf(result, 1).stat?.version ?? current.zkVersion + 1 };
  // An earlier try whose answer was lost may have won: look who it is.
  if ((yield* readController()) === brokerId) {
    const now = yield* readControllerEpoch();
    if (now?.epoch === epoch) return now;
  }
  throw new ControllerMoved('Controller moved to another broker. Aborting controller startup procedure');
}

export interface RegisteredBroker {
  readonly info: BrokerInfo;
  /** Broker epoch. */
  readonly czxid: number;
}

/** All registered brokers, by id. A broker that vanishes between the two reads is left out. */
export function* readBrokers(watch = false): Zk<readonly RegisteredBroker[]> {
  const ids = (yield* children(BROKER_IDS, watch)).map(Number).sort((a, b) => a - b);
  const results = yield* askAll(ids.map((id) => getData(brokerIdPath(id))));
  return ids.flatMap((id, index) => {
    const info = parseBroker(id, dataOf(results[index]));
    const stat = statOf(results[index]);
    return info && stat ? [{ info, czxid: stat.czxid }] : [];
  });
}

/**
 * Registers the broker under its ephemeral znode and answers its broker epoch, the czxid. A znode left by this client's own
 * previous session is replaced (KAFKA-7165); one of another living session throws NODEEXISTS (KafkaZkClient.CheckedEphemeral).
 */
export function* registerBroker(
  broker: BrokerInfo,
  timestampMs: number,
  sessions: { readonly current: string; readonly previous: string | null },
): Zk<number> {
  const path = brokerIdPath(broker.id);
  const data = encodeBroker(broker, timestampMs);
  for (;;) {
    const made = yield* ask(multi(create(path, null, 'EPHEMERAL'), setData(path, data, 0)));
    const stat = partOf(made, 1).stat;
    const err = multiError(made);
    if (err === 'OK' && stat) return stat.czxid;
    if (partOf(made, 0).err !== 'NODEEXISTS') throw new ZkFailure(err, path);
    const there = statOf(yield* ask(getData(path)));
    if (!there) continue;
    if (there.ephemeralOwner === sessions.current) return there.czxid;
    if (there.ephemeralOwner !== sessions.previous) throw new OwnedByAnother(path, there.ephemeralOwner);
    yield* ask(remove(path));
  }
}

/** Creates a persistent znode and its missing parents (createRecursive); an existing one is left as it is. Answers whether it was made now. */
export function* ensurePath(path: string, data: string | null = null): Zk<boolean> {
  const made = yield* ask(create(path, data));
  if (made.err === 'OK' || made.err === 'NODEEXISTS') return made.err === 'OK';
  if (made.err !== 'NONODE') throw new ZkFailure(made.err, path);
  yield* ensurePath(path.slice(0, path.lastIndexOf('/')));
  return yield* ensurePath(path, data);
}

/** The znodes every broker makes at its start if they are missing. */
export function* ensurePersistentPaths(): Zk<void> {
  for (const path of PERSISTENT_PATHS) yield* ensurePath(path);
}

/** True if it is there; arms a watch for its creation, deletion or change. */
export function* watchExistence(path: string): Zk<boolean> {
  return (yield* ask(exists(path, true))).err === 'OK';
}

/** Path of the new sequential znode. */
export function* createSequential(prefix: string, data: string): Zk<string> {
  const made = yield* ask(create(prefix, data, 'PERSISTENT_SEQUENTIAL'));
  const path = pathOf(made);
  if (path === null) throw new ZkFailure(made.err, prefix);
  return path;
}
