/**
 * How a command of ZooKeeper's command line client uses its session: a generator that yields what it wants and is resumed with what came of
 * it. It blocks as the real main thread does, and is played again over the answers so far, so it decides by nothing else.
 */
import { javaDate } from '../../../kernel/calendar.ts';
import type { OutputStream } from '../../../kernel/program.ts';
import { errorMessage, exceptionName, type ErrorName } from '../../../zookeeper/errors.ts';
import type { ClientOp, OpResult, Stat } from '../../../zookeeper/messages.ts';
import { pathProblem } from '../../../zookeeper/paths.ts';
import { formatZxid } from '../../../zookeeper/zxid.ts';

export interface Answered {
  readonly err: ErrorName;
  readonly result?: OpResult;
}

export type Wish =
  /** Asked one behind the other, without waiting in between; answered with as many `Answered`. */
  | { readonly type: 'ask'; readonly ops: readonly ClientOp[] }
  | { readonly type: 'print'; readonly stream: OutputStream; readonly text: string }
  /** Answered when the session is closed. */
  | { readonly type: 'close' };

export type Script<Value = void> = Generator<Wish, Value, unknown>;

/** `KeeperException`; `path` is the one it was made with. */
export class KeeperError extends Error {
  readonly err: ErrorName;
  readonly path: string | null;

  constructor(err: ErrorName, path: string | null) {
    super(errorMessage(err, path ?? undefined));
    this.err = err;
    this.path = path;
  }

  get javaText(): string {
    return `org.apache.zookeeper.KeeperException$${exceptionName(this.err)}: ${this.message}`;
  }
}

/** Java's `IllegalArgumentException`. */
export class IllegalArgument extends Error {}

export function checkPath(path: string, isSequential = false): void {
  const problem = pathProblem(path, isSequential);
  if (problem !== undefined) throw new IllegalArgument(problem);
}

export type ResultOf<Asked extends ClientOp> = Extract<OpResult, { readonly type: Asked['type'] }>;

/** One request and its answer; `path`: what an error is said of. */
export function* ask<Asked extends ClientOp>(op: Asked, path: string | null): Script<ResultOf<Asked>> {
  if ('path' in op) checkPath(op.path, op.type === 'create' && op.mode.includes('SEQUENTIAL'));
  const [answer] = (yield { type: 'ask', ops: [op] }) as readonly [Answered];
  if (answer.err !== 'OK') throw new KeeperError(answer.err, path);
  return answer.result as ResultOf<Asked>;
}

/** `ZooKeeper.exists`: null where there is no node. */
export function* askStat(path: string, watch: boolean): Script<Stat | null> {
  try {
    return (yield* ask({ type: 'exists', path, watch }, path)).stat;
  } catch (error) {
    if (error instanceof KeeperError && error.err === 'NONODE') return null;
    throw error;
  }
}

export function* print(text: string, stream: OutputStream = 'stdout'): Script {
  yield { type: 'print', stream, text: `${text}\n` };
}

export function statText(stat: Stat): string {
  return [
    `cZxid = ${formatZxid(stat.czxid)}`,
    `ctime = ${javaDate(stat.ctime)}`,
    `mZxid = ${formatZxid(stat.mzxid)}`,
    `mtime = ${javaDate(stat.mtime)}`,
    `pZxid = ${formatZxid(stat.pzxid)}`,
    `cversion = ${stat.cversion}`,
    `dataVersion = ${stat.version}`,
    `aclVersion = ${stat.aversion}`,
    `ephemeralOwner = ${stat.ephemeralOwner}`,
    `dataLength = ${stat.dataLength}`,
    `numChildren = ${stat.numChildren}`,
  ].join('\n');
}
