/** A leader without an ensemble: every write is prepared, applied and answered at once. What the data side does, and nothing else. */
import type { Answer, ClientOp, ReadOp, SessionId, SetWatchesOp, WatchEvent, WriteOp } from '../../src/zookeeper/messages.ts';
import { applyTxn, NOTHING_OUTSTANDING, prepare, readOp, settle, type Outstanding, type PreparedOp } from '../../src/zookeeper/operations/index.ts';
import { freshTree, nodeAt, statOf, type DataTree } from '../../src/zookeeper/tree.ts';
import { addWatch, armWatch, fireWatches, NO_WATCHES, removeWatches, setWatches, type WatchTable } from '../../src/zookeeper/watches.ts';
import { makeZxid, type Zxid } from '../../src/zookeeper/zxid.ts';

export interface Told {
  readonly connection: number;
  readonly event: WatchEvent;
}

export class OneServer {
  tree: DataTree = freshTree();
  outstanding: Outstanding = NOTHING_OUTSTANDING;
  watches: WatchTable = NO_WATCHES;
  zxid: Zxid = makeZxid(1, 0);
  time = 1_000;
  told: Told[] = [];

  open(session: SessionId, timeoutMs = 10_000): void {
    this.write({ type: 'createSession', timeoutMs }, session);
  }

  write(op: PreparedOp, session: SessionId = '0x1'): Answer {
    this.zxid += 1;
    this.time += 1;
    const prepared = prepare(this.tree, this.outstanding, { sessionId: session, cxid: 0, op }, { zxid: this.zxid, time: this.time, session: 'OK' });
    const applied = applyTxn(this.tree, prepared.header, prepared.txn);
    this.outstanding = settle(prepared.outstanding, this.zxid);
    this.tree = applied.tree;
    const fired = fireWatches(this.watches, applied.changes);
    this.watches = fired.watches;
    this.told.push(...fired.deliveries);
    return applied.answer;
  }

  read(op: ReadOp, connection = 1, session: SessionId = '0x1'): Answer {
    const answer = readOp(this.tree, op, session);
    this.watches = armWatch(this.watches, connection, op, answer.err);
    return answer;
  }

  /** One operation the way a client asks for it. */
  ask(op: ClientOp, connection = 1, session: SessionId = '0x1'): Answer {
    switch (op.type) {
      case 'create':
      case 'delete':
      case 'setData':
      case 'setAcl':
      case 'multi':
        return this.write(op satisfies WriteOp, session);
      case 'sync':
        return { err: 'OK', result: { type: 'sync', path: op.path } };
      case 'addWatch':
        this.watches = addWatch(this.watches, connection, op.path, op.mode);
        return { err: 'OK' };
      case 'removeWatches': {
        const { watches, err } = removeWatches(this.watches, connection, op);
        this.watches = watches;
        return { err };
      }
      case 'whoAmI':
      case 'reconfig':
        throw new Error(`only a whole server answers ${op.type}`);
      default:
        return this.read(op, connection, session);
    }
  }

  reconnect(connection: number, op: Omit<SetWatchesOp, 'type' | 'persistentWatches' | 'persistentRecursiveWatches'>): readonly WatchEvent[] {
    const fired = setWatches(this.watches, this.tree, connection, { ...op, type: 'setWatches', persistentWatches: [], persistentRecursiveWatches: [] });
    this.watches = fired.watches;
    return fired.deliveries.map((delivery) => delivery.event);
  }

  create(path: string, data: string | null = null): Answer {
    return this.write({ type: 'create', path, data, mode: 'PERSISTENT' });
  }

  createSequential(path: string): string | undefined {
    const answer = this.write({ type: 'create', path, data: null, mode: 'PERSISTENT_SEQUENTIAL' });
    return answer.result?.type === 'create' ? answer.result.path : undefined;
  }

  set(path: string, data: string, version = -1): Answer {
    return this.write({ type: 'setData', path, data, version });
  }

  delete(path: string, version = -1): Answer {
    return this.write({ type: 'delete', path, version });
  }

  stat(path: string) {
    const node = nodeAt(this.tree, path);
    return node && statOf(node);
  }

  /** `NodeCreated /a` for each event a connection was sent. */
  toldTo(connection: number): readonly string[] {
    return this.told.filter((one) => one.connection === connection).map(({ event }) => `${event.type} ${event.path}`);
  }
}
