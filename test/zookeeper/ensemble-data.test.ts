import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/kernel/program.ts';
import { findProcess } from '../../src/kernel/world.ts';
import type { ClientProcess } from '../../src/zookeeper/client-program.ts';
import { clientStateName } from '../../src/zookeeper/client.ts';
import { errorMessage, errors } from '../../src/zookeeper/errors.ts';
import type { ClientOp, CreateMode, OpResult, Stat } from '../../src/zookeeper/messages.ts';
import { describeTxn, describeZookeeper, type ZookeeperMessage } from '../../src/zookeeper/describe.ts';
import { nodeAt, statOf } from '../../src/zookeeper/tree.ts';
import { Ensemble } from './ensemble.ts';

const A = 'a';
const B = 'b';

const get = (path: string, watch = false): ClientOp => ({ type: 'getData', path, watch });
const exists = (path: string, watch = false): ClientOp => ({ type: 'exists', path, watch });
const ls = (path: string, watch = false): ClientOp => ({ type: 'getChildren', path, watch });
const create = (path: string, mode: CreateMode = 'PERSISTENT'): ClientOp => ({ type: 'create', path, data: '', mode });
const set = (path: string, data: string, version = -1): ClientOp => ({ type: 'setData', path, data, version });
const remove = (path: string): ClientOp => ({ type: 'delete', path, version: -1 });

/** Three servers, server 3 leads; client `a` at server 1, client `b` at server 2. */
function two(timeoutMs = 10_000): Ensemble {
  return new Ensemble().start(1, 2, 3).run(0.01).serving(1, 2, 3).client(A, [1], timeoutMs).client(B, [2], timeoutMs).connected(A).connected(B);
}

const told = (on: Ensemble, name: string): string[] =>
  on.facts.flatMap(({ process, fact }) => {
    if (process !== name) return [];
    const event = fact['event'] as { type: string; path: string } | undefined;
    if (fact.type === 'zkClientNotified') return [`${event!.type} ${event!.path}`];
    return fact.type.startsWith('zkClient') && fact.type !== 'zkClientReplied' ? [fact.type.replace('zkClient', '')] : [];
  });
const events = (on: Ensemble, name: string): string[] => told(on, name).filter((one) => one.includes('/'));
const clientOf = (on: Ensemble, name: string) => (findProcess(on.world, name)!.state as ClientProcess).client;
const signal = (on: Ensemble, process: string, which: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT') => on.perform({ type: 'kill', process, signal: which });
const dataOf = (result: OpResult | undefined) => (result?.type === 'getData' ? result.data : undefined);
const statAt = (on: Ensemble, sid: number, path: string): Stat | undefined => {
  const node = nodeAt(on.state(sid).tree, path);
  return node && statOf(node);
};
const all = (on: Ensemble, name: string, ...ops: ClientOp[]) => ops.map((op) => on.ask(name, op).err);
const leaderOf = (on: Ensemble): number => [1, 2, 3].find((sid) => on.isUp(sid) && on.mode(sid).startsWith('leading'))!;

describe('the data of a real ensemble', () => {
  it('zookeeper#16: creating a node twice is NodeExists and raises the zxid by two; reading a missing node leaves it', () => {
    const on = two();
    const before = on.state(3).tree.lastProcessedZxid;
    expect(all(on, A, create('/a'), create('/a'))).toEqual(['OK', 'NODEEXISTS']);
    expect(all(on, A, get('/nope'))).toEqual(['NONODE']);
    on.run(0.5);
    for (const sid of [1, 2, 3]) expect(on.state(sid).tree.lastProcessedZxid).toBe(before + 2);
  });

  it('zookeeper#17: creates and a delete of children show in cversion and pzxid of every server, not in mzxid', () => {
    const on = two();
    all(on, A, create('/p'), create('/p/a'), create('/p/b'));
    const { zxid } = on.ask(B, remove('/p/a'));
    on.run(0.5);
    for (const sid of [1, 2, 3]) {
      const stat = statAt(on, sid, '/p')!;
      expect(stat).toMatchObject({ cversion: 3, numChildren: 1, pzxid: zxid, version: 0, mzxid: stat.czxid });
    }
  });

  it('zookeeper#18: sequence numbers are never given twice', () => {
    const on = two();
    const sequential = () => (on.ask(A, create('/s/n', 'PERSISTENT_SEQUENTIAL')).result as { readonly path: string }).path;
    on.ask(A, create('/s'));
    const paths = [sequential(), sequential()];
    all(on, A, ...paths.map(remove));
    expect([...paths, sequential()]).toEqual(['/s/n0000000000', '/s/n0000000001', '/s/n0000000002']);
    expect(statAt(on, 1, '/s')!.cversion).toBe(5);
  });

  it('zookeeper#19: a set with an old version is BadVersion and consumes a zxid', () => {
    const on = two();
    all(on, A, create('/x'), set('/x', '1'), set('/x', '2'));
    const before = on.state(1).tree.lastProcessedZxid;
    expect(all(on, A, set('/x', '3', 0))).toEqual(['BADVERSION']);
    expect(on.state(1).tree.lastProcessedZxid).toBe(before + 1);
    expect(dataOf(on.ask(A, get('/x')).result)).toBe('2');
  });

  it('zookeeper#21: a multi that fails in its second part tells 0, −103, −2 and leaves everything as it was', () => {
    const on = two();
    all(on, A, create('/m1'), create('/c'));
    const before = on.state(1).tree;
    const ops = [{ ...create('/m2'), type: 'create' }, { type: 'check', path: '/m1', version: 9 }, { type: 'delete', path: '/c', version: -1 }];
    const { err, result } = on.ask(A, { type: 'multi', ops } as ClientOp);
    const parts = result?.type === 'multi' ? result.results : [];
    expect(parts.map((part) => (part.type === 'error' ? errors[part.err].code : part.type))).toEqual([0, -103, -2]);
    expect(err).toBe('BADVERSION');
    expect(on.state(1).tree.digest).toEqual(before.digest);
    expect(on.state(1).tree.lastProcessedZxid).toBe(before.lastProcessedZxid + 1);
  });

  it('zookeeper#22: an ephemeral node takes no children', () => {
    const on = two();
    expect(all(on, A, create('/e', 'EPHEMERAL'), create('/e/c'))).toEqual(['OK', 'NOCHILDRENFOREPHEMERALS']);
  });

  it('zookeeper#40: a missing node is NoNode for the one who gets it and for the one who asks for its stat', () => {
    const on = two();
    const { err } = on.ask(A, get('/x'));
    expect(errorMessage(err, '/x')).toBe('KeeperErrorCode = NoNode for /x');
    expect(on.ask(A, exists('/x')).err).toBe('NONODE');
  });
});

describe('watches across the servers of an ensemble', () => {
  const cases: readonly (readonly [string, readonly ClientOp[], readonly ClientOp[], readonly ClientOp[], readonly string[]])[] = [
    ['zookeeper#23: one child watch fires once for two creates', [create('/w')], [ls('/w', true)], [create('/w/c1'), create('/w/c2')], ['NodeChildrenChanged /w']],
    ['zookeeper#24: a child watch hears of a deleted child and of no data', [create('/w'), create('/w/c')], [ls('/w', true)], [set('/w/c', 'x'), set('/w', 'z'), remove('/w/c')], ['NodeChildrenChanged /w']],
    ['zookeeper#25: a data watch hears of the deletion and of no children', [create('/d')], [get('/d', true)], [create('/d/k'), remove('/d/k'), remove('/d')], ['NodeDeleted /d']],
    ['zookeeper#26: an exists watch hears of the creation and of nothing after it', [], [exists('/none', true)], [create('/none'), set('/none', '2')], ['NodeCreated /none']],
    ['zookeeper#27: data and child watch on one node give one NodeDeleted', [create('/both')], [get('/both', true), ls('/both', true)], [remove('/both')], ['NodeDeleted /both']],
  ];
  for (const [title, prepared, armed, done, expected] of cases) {
    it(title, () => {
      const on = two();
      all(on, A, ...prepared, ...armed);
      for (const op of done) {
        expect(on.ask(B, op).err).toBe('OK');
        on.run(0.1);
      }
      on.run(1);
      expect(events(on, A)).toEqual(expected);
    });
  }

  it('zookeeper#28: an own write fires the own watch before it is answered', () => {
    const on = two();
    all(on, A, create('/own'), get('/own', true), set('/own', 'self'));
    const order = on.facts.filter(({ process }) => process === A).map(({ fact }) => fact.type).slice(-2);
    expect(order).toEqual(['zkClientNotified', 'zkClientReplied']);
  });
});

describe('sessions of a real ensemble', () => {
  it('zookeeper#29: a client whose server is killed goes on elsewhere with its session, its ephemerals and its watch', () => {
    const on = new Ensemble().start(1, 2, 3).run(0.01).serving(1, 2, 3).client(A, [1, 2]).client(B, [3]).connected(A).connected(B);
    expect(leaderOf(on)).toBe(3);
    all(on, A, create('/e', 'EPHEMERAL'), get('/e', true));
    const { sessionId, servers, current } = clientOf(on, A);
    const before = on.state(3).tree.lastProcessedZxid;
    on.kill(Number(servers[current]!.host.slice('zoo'.length)));
    on.until(() => on.of(A, 'zkClientConnected').length === 2, 'a is back', 15);
    expect(on.state(3).tree.lastProcessedZxid).toBe(before);
    expect(clientOf(on, A).sessionId).toBe(sessionId);
    expect(told(on, A)).toEqual(['Connected', 'Disconnected', 'Connected']);
    expect(on.ask(B, set('/e', 'y')).err).toBe('OK');
    on.run(1);
    expect(events(on, A)).toEqual(['NodeDataChanged /e']);
    expect(on.ask(A, { type: 'getEphemerals', prefix: '/' }).result).toEqual({ type: 'getEphemerals', paths: ['/e'] });
  });

  it('zookeeper#30: what happened while a client was away is told when it comes back, but not a node that came and went', () => {
    const on = two(30_000);
    all(on, A, create('/v'), get('/v', true), ls('/v', true), exists('/vnew', true), exists('/gone', true));
    on.kill(1);
    on.run(0.2);
    all(on, B, set('/v', '2'), create('/v/k2'), create('/vnew'), create('/gone'), remove('/gone'));
    on.start(1).run(0.01).serving(1);
    on.until(() => on.of(A, 'zkClientConnected').length === 2, 'a is back', 15);
    on.run(1);
    expect(told(on, A)).toEqual(['Connected', 'Disconnected', 'Connected', 'NodeDataChanged /v', 'NodeCreated /vnew', 'NodeChildrenChanged /v']);
  });

  it('zookeeper#31: a killed client leaves its ephemeral for 6 s and not for 13, and others hear of it', () => {
    const on = two(10_000);
    all(on, A, create('/e', 'EPHEMERAL'));
    on.run(0.2);
    all(on, B, get('/e', true), ls('/', true));
    on.run(5);
    const before = on.state(3).tree.lastProcessedZxid;
    const { sessionId } = clientOf(on, A);
    signal(on, A, 'SIGKILL');
    on.run(6);
    expect(statAt(on, 3, '/e')).toBeDefined();
    on.run(7);
    for (const sid of [1, 2, 3]) expect(statAt(on, sid, '/e')).toBeUndefined();
    expect(on.state(3).tree.lastProcessedZxid).toBe(before + 1);
    expect(on.lines(leaderOf(on)).some((line) => line.includes(`Expiring session ${sessionId}, timeout of 10000ms exceeded`))).toBe(true);
    expect(events(on, B)).toEqual(['NodeDeleted /e', 'NodeChildrenChanged /']);
  });

  it('zookeeper#32: a client that was suspended past its time-out hears Disconnected, then Expired, and can do nothing more', () => {
    const on = two(30_000);
    all(on, A, create('/e', 'EPHEMERAL'));
    signal(on, A, 'SIGSTOP');
    on.run(36);
    signal(on, A, 'SIGCONT');
    on.run(5);
    expect(told(on, A)).toEqual(['Connected', 'Disconnected', 'Expired']);
    expect(clientStateName(clientOf(on, A))).toBe('CLOSED');
    expect(on.ask(A, ls('/')).err).toBe('SESSIONEXPIRED');
    expect(statAt(on, 2, '/e')).toBeUndefined();
  });

  it('zookeeper#33: close ends the session at once: Closed, and its ephemerals are gone', () => {
    const on = two();
    all(on, A, create('/e', 'EPHEMERAL'));
    on.perform({ type: 'command', process: A, command: { type: 'close' } as Message }).run(0.5);
    expect(told(on, A)).toEqual(['Connected', 'Closed']);
    expect(clientStateName(clientOf(on, A))).toBe('CLOSED');
    expect(on.ask(A, ls('/')).err).toBe('SESSIONEXPIRED');
    expect(statAt(on, 2, '/e')).toBeUndefined();
  });

  it('zookeeper#34: the time-out is negotiated between 4 and 40 seconds', () => {
    const on = two();
    const wishes = [1_000, 60_000, 12_345];
    const got = wishes.map((wish) => {
      const name = `c${wish}`;
      on.client(name, [1], wish).connected(name);
      return clientOf(on, name).negotiatedTimeoutMs;
    });
    expect(got).toEqual([4_000, 40_000, 12_345]);
  });

  it('zookeeper#35: a follower that is cut off answers with old values until it gives up; after the heal sync brings the new one', () => {
    const on = two(30_000);
    all(on, A, create('/v'), set('/v', 'old'));
    on.run(2);
    on.cut('zookeeper1', 'zookeeper3');
    on.cut('zookeeper1', 'zookeeper2');
    expect(on.ask(B, set('/v', 'new')).err).toBe('OK');
    on.run(2);
    expect(dataOf(on.ask(A, get('/v')).result)).toBe('old');
    on.run(2.2);
    expect(on.isServing(1)).toBe(false);
    on.heal();
    on.serving(1);
    on.until(() => clientStateName(clientOf(on, A)) === 'CONNECTED', 'a is back', 15);
    expect(on.ask(A, { type: 'sync', path: '/v' }).err).toBe('OK');
    expect(dataOf(on.ask(A, get('/v')).result)).toBe('new');
  });

  it('zookeeper#38: a session id begins with the server that opened it and stays when the session moves', () => {
    const on = new Ensemble().start(1, 2, 3).run(0.01).serving(1, 2, 3).client(A, [2, 1], 30_000);
    on.connected(A);
    const opener = clientOf(on, A).servers[clientOf(on, A).current]!.host.slice(3);
    const { sessionId } = clientOf(on, A);
    expect(sessionId.startsWith(`0x${opener}`)).toBe(true);
    on.ask(A, create('/e', 'EPHEMERAL'));
    on.kill(Number(opener));
    on.until(() => on.of(A, 'zkClientConnected').length === 2, 'a is back', 15);
    expect(clientOf(on, A).sessionId).toBe(sessionId);
    const { result } = on.ask(A, exists('/e'));
    expect(result?.type === 'exists' && result.stat.ephemeralOwner).toBe(sessionId);
  });
});

describe('every message that was sent', () => {
  it('has its line', () => {
    const on = two();
    all(on, A, create('/a'), create('/a'), get('/a', true), set('/a', 'b'), ls('/'), { type: 'sync', path: '/' });
    on.run(5);
    const lines = on.messages.map(({ message }) => describeZookeeper(message as unknown as ZookeeperMessage));
    expect(lines.filter((line) => !line || line.includes('undefined'))).toEqual([]);
    expect(lines.some((line) => /^PROPOSAL zxid=0x10000000\d txn\{session=0x1[0-9a-f]+ cxid=\d+ type=1\(create\) path=\/a\} \d+B$/.test(line))).toBe(true);
    expect(describeTxn({ sessionId: '0x1', cxid: 2, zxid: 3, time: 4, type: 'error' }, { type: 'error', err: 'NONODE' })).toBe('session=0x1 cxid=2 type=-1(error) err=NONODE');
  });
});
