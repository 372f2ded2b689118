import { describe, expect, it } from 'vitest';
import { errorMessage, errors, exceptionName } from '../../../src/zookeeper/errors.ts';
import { applyTxn, NOTHING_OUTSTANDING, prepare, settle, type PreparedOp } from '../../../src/zookeeper/operations/index.ts';
import { digestOf, freshTree, nodeAt, nodeCount, statOf } from '../../../src/zookeeper/tree.ts';
import { makeZxid } from '../../../src/zookeeper/zxid.ts';
import { OneServer } from '../one-server.ts';

const SESSION = '0x100000000010000';

describe('conformance, data tree', () => {
  it('zookeeper#16: a second create of the same path is NodeExists and uses up a zxid, a read of a missing node does not', () => {
    const server = new OneServer();
    const before = server.zxid;
    expect(server.create('/a').err).toBe('OK');
    expect(server.create('/a').err).toBe('NODEEXISTS');
    expect(server.zxid).toBe(before + 2);
    expect(server.tree.lastProcessedZxid).toBe(before + 2);
    expect(server.read({ type: 'getData', path: '/nope', watch: false }).err).toBe('NONODE');
    expect(server.tree.lastProcessedZxid).toBe(before + 2);
  });

  it('zookeeper#17: two children created and one deleted leave cversion 3, one child and the pzxid of the delete', () => {
    const server = new OneServer();
    server.create('/p');
    server.create('/p/a');
    server.create('/p/b');
    server.delete('/p/a');
    const stat = server.stat('/p')!;
    expect(stat).toMatchObject({ cversion: 3, numChildren: 1, version: 0, pzxid: server.zxid });
    expect(stat.mzxid).toBe(stat.czxid);
  });

  it('zookeeper#18: sequence numbers go on after their nodes are deleted', () => {
    const server = new OneServer();
    server.create('/s');
    expect(server.createSequential('/s/n')).toBe('/s/n0000000000');
    expect(server.createSequential('/s/n')).toBe('/s/n0000000001');
    server.delete('/s/n0000000000');
    server.delete('/s/n0000000001');
    expect(server.stat('/s')).toMatchObject({ cversion: 4, numChildren: 0 });
    expect(server.createSequential('/s/n')).toBe('/s/n0000000002');
    expect(server.stat('/s')!.cversion).toBe(5);
  });

  it('zookeeper#19: a set with an old version is BadVersion, leaves the node alone and uses up a zxid', () => {
    const server = new OneServer();
    server.create('/x', 'a');
    server.set('/x', 'b');
    server.set('/x', 'c');
    const before = server.stat('/x');
    const zxid = server.zxid;
    expect(server.set('/x', 'd', 0).err).toBe('BADVERSION');
    expect(server.stat('/x')).toEqual(before);
    expect(before!.version).toBe(2);
    expect(server.tree.lastProcessedZxid).toBe(zxid + 1);
  });

  it('zookeeper#21: a multi whose second part fails answers OK, BadVersion, RuntimeInconsistency and changes nothing', () => {
    const server = new OneServer();
    server.create('/m1');
    server.create('/c');
    const { digest } = server.tree;
    const zxid = server.zxid;
    const answer = server.write({
      type: 'multi',
      ops: [
        { type: 'create', path: '/m2', data: null, mode: 'PERSISTENT' },
        { type: 'check', path: '/m1', version: 9 },
        { type: 'delete', path: '/c', version: -1 },
      ],
    });
    const codes = answer.result?.type === 'multi' ? answer.result.results.map((one) => (one.type === 'error' ? errors[one.err].code : one.type)) : [];
    expect(codes).toEqual([0, -103, -2]);
    expect(server.tree.digest).toEqual(digest);
    expect(server.tree.lastProcessedZxid).toBe(zxid + 1);
    expect(server.outstanding).toEqual(NOTHING_OUTSTANDING);
  });

  it('zookeeper#22: a child of an ephemeral node is refused', () => {
    const server = new OneServer();
    server.write({ type: 'create', path: '/e', data: null, mode: 'EPHEMERAL' }, SESSION);
    expect(server.create('/e/c').err).toBe('NOCHILDRENFOREPHEMERALS');
  });

  it('an ephemeral node keeps the id of its session as owner', () => {
    const server = new OneServer();
    server.write({ type: 'create', path: '/e', data: null, mode: 'EPHEMERAL' }, '0x200000000010000');
    server.write({ type: 'setData', path: '/e', data: 'x', version: -1 }, '0x100000000010000');
    expect(server.stat('/e')!.ephemeralOwner).toBe('0x200000000010000');
  });

  it('zookeeper#40: the two texts for a missing node are made from one error', () => {
    expect(`org.apache.zookeeper.KeeperException$${exceptionName('NONODE')}: ${errorMessage('NONODE', '/x')}`).toBe(
      'org.apache.zookeeper.KeeperException$NoNodeException: KeeperErrorCode = NoNode for /x',
    );
  });
});

describe('the tree of a fresh server', () => {
  it('counts five nodes and shows the odd cversions of its fixed nodes', () => {
    const tree = freshTree({ text: 'version=0', time: 5 });
    expect(nodeCount(tree)).toBe(5);
    expect(statOf(nodeAt(tree, '/')!)).toMatchObject({ cversion: -1, numChildren: 1, czxid: 0, ctime: 0 });
    expect(statOf(nodeAt(tree, '/zookeeper')!)).toMatchObject({ cversion: -2, numChildren: 2 });
    expect(statOf(nodeAt(tree, '/zookeeper/config')!)).toMatchObject({ version: -1, aversion: -1, dataLength: 9, mtime: 5 });
  });

  it('counts three nodes below the root', () => {
    const answer = new OneServer().read({ type: 'getAllChildrenNumber', path: '/' });
    expect(answer.result).toEqual({ type: 'getAllChildrenNumber', count: 3 });
  });

  it('lets nobody write its config or delete its fixed nodes', () => {
    const server = new OneServer();
    expect(server.set('/zookeeper/config', 'x').err).toBe('NOAUTH');
    for (const path of ['/', '/zookeeper', '/zookeeper/config', '/zookeeper/quota']) expect(server.delete(path).err).toBe('BADARGUMENTS');
    expect(server.create('/zookeeper/x').err).toBe('OK');
  });
});

describe('the leader judges a request in a fixed order', () => {
  const cases: readonly (readonly [string, PreparedOp, string])[] = [
    ['a TTL mode before anything else', { type: 'create', path: 'bad', data: null, mode: 'PERSISTENT_WITH_TTL' }, 'UNIMPLEMENTED'],
    ['a missing parent before an illegal name', { type: 'create', path: '/no/..', data: null, mode: 'PERSISTENT' }, 'NONODE'],
    ['an illegal name before an ephemeral parent', { type: 'create', path: '/e/..', data: null, mode: 'PERSISTENT' }, 'BADARGUMENTS'],
    ['a missing permission before an illegal name', { type: 'create', path: '/sealed/..', data: null, mode: 'PERSISTENT' }, 'NOAUTH'],
    ['a wrong version before children', { type: 'delete', path: '/p', version: 7 }, 'BADVERSION'],
    ['children last', { type: 'delete', path: '/p', version: 0 }, 'NOTEMPTY'],
    ['a fixed node before its children', { type: 'delete', path: '/zookeeper', version: -1 }, 'BADARGUMENTS'],
    ['a missing permission before a missing node', { type: 'delete', path: '/sealed/none', version: -1 }, 'NOAUTH'],
    ['a missing permission before the version', { type: 'setData', path: '/sealed', data: null, version: 9 }, 'NOAUTH'],
    ['a path without a slash', { type: 'setData', path: 'constructor', data: null, version: -1 }, 'BADARGUMENTS'],
    ['a component with only dots', { type: 'create', path: '/a/./b', data: null, mode: 'PERSISTENT' }, 'NONODE'],
  ];
  for (const [what, op, err] of cases) {
    it(`${what}: ${err}`, () => {
      const server = new OneServer();
      server.create('/p');
      server.create('/p/a');
      server.create('/sealed');
      server.write({ type: 'setAcl', path: '/sealed', acl: 1, version: -1 });
      server.write({ type: 'create', path: '/e', data: null, mode: 'EPHEMERAL' }, SESSION);
      const { digest } = server.tree;
      expect(server.write(op).err).toBe(err);
      expect(server.tree.digest).toEqual(digest);
    });
  }

  it('refuses a session that the tracker refuses, but lets it be closed', () => {
    const context = { zxid: makeZxid(1, 1), time: 1, session: 'SESSIONEXPIRED' } as const;
    const create = prepare(freshTree(), NOTHING_OUTSTANDING, { sessionId: SESSION, cxid: 1, op: { type: 'create', path: '/a', data: null, mode: 'PERSISTENT' } }, context);
    expect(create.txn).toEqual({ type: 'error', err: 'SESSIONEXPIRED' });
    const close = prepare(freshTree(), NOTHING_OUTSTANDING, { sessionId: SESSION, cxid: 1, op: { type: 'closeSession' } }, context);
    expect(close.txn.type).toBe('closeSession');
  });
});

describe('the leader judges against changes that are not applied yet', () => {
  it('a second create, a version, a sequence number and a delete see what was proposed before', () => {
    const tree = freshTree();
    let outstanding = NOTHING_OUTSTANDING;
    let counter = 0;
    const propose = (op: PreparedOp): ReturnType<typeof prepare> => {
      const prepared = prepare(tree, outstanding, { sessionId: SESSION, cxid: 0, op }, { zxid: makeZxid(1, ++counter), time: counter, session: 'OK' });
      outstanding = prepared.outstanding;
      return prepared;
    };
    const txns = [
      propose({ type: 'create', path: '/a', data: null, mode: 'PERSISTENT' }),
      propose({ type: 'create', path: '/a', data: null, mode: 'PERSISTENT' }),
      propose({ type: 'setData', path: '/a', data: 'x', version: 0 }),
      propose({ type: 'setData', path: '/a', data: 'y', version: 0 }),
      propose({ type: 'create', path: '/a/n', data: null, mode: 'PERSISTENT_SEQUENTIAL' }),
      propose({ type: 'create', path: '/a/n', data: null, mode: 'EPHEMERAL_SEQUENTIAL' }),
      propose({ type: 'delete', path: '/a', version: -1 }),
      propose({ type: 'closeSession' }),
      propose({ type: 'delete', path: '/a/n0000000000', version: -1 }),
      propose({ type: 'delete', path: '/a', version: 1 }),
    ];
    expect(txns.map(({ txn }) => (txn.type === 'error' ? txn.err : txn.type))).toEqual([
      'create', 'NODEEXISTS', 'setData', 'BADVERSION', 'create', 'create', 'NOTEMPTY', 'closeSession', 'delete', 'delete',
    ]);
    expect(txns[4]!.txn).toMatchObject({ path: '/a/n0000000000' });
    expect(txns[5]!.txn).toMatchObject({ path: '/a/n0000000001' });
    expect(txns[7]!.txn).toMatchObject({ paths: ['/a/n0000000001'] });

    let applied = tree;
    for (const { header, txn } of txns) {
      applied = applyTxn(applied, header, txn).tree;
      outstanding = settle(outstanding, header.zxid);
    }
    expect(outstanding).toEqual(NOTHING_OUTSTANDING);
    expect(nodeAt(applied, '/a')).toBeUndefined();
    expect(nodeCount(applied)).toBe(5);
  });

  it('forgets only what was applied', () => {
    const tree = freshTree();
    const request = (op: PreparedOp) => ({ sessionId: SESSION, cxid: 0, op });
    const first = prepare(tree, NOTHING_OUTSTANDING, request({ type: 'create', path: '/a', data: null, mode: 'PERSISTENT' }), { zxid: 1, time: 1, session: 'OK' });
    const second = prepare(tree, first.outstanding, request({ type: 'setData', path: '/a', data: 'x', version: 0 }), { zxid: 2, time: 2, session: 'OK' });
    const left = settle(second.outstanding, 1);
    expect(left.changes.map((change) => change.zxid)).toEqual([2]);
    expect(left.byPath['/a']!.node!.version).toBe(1);
  });
});

describe('transactions', () => {
  it('a multi shares one zxid and its parts see each other', () => {
    const server = new OneServer();
    const answer = server.write({
      type: 'multi',
      ops: [
        { type: 'create', path: '/a', data: '1', mode: 'PERSISTENT' },
        { type: 'create', path: '/a/b', data: null, mode: 'PERSISTENT' },
        { type: 'setData', path: '/a', data: '2', version: 0 },
        { type: 'check', path: '/a', version: 1 },
        { type: 'delete', path: '/a/b', version: 0 },
      ],
    });
    expect(answer.result?.type === 'multi' && answer.result.results.map((one) => one.type)).toEqual(['create', 'create', 'setData', 'check', 'delete']);
    expect(server.stat('/a')).toMatchObject({ czxid: server.zxid, mzxid: server.zxid, pzxid: server.zxid, version: 1, cversion: 2 });
  });

  it('closing a session deletes its ephemerals under one zxid and forgets it', () => {
    const server = new OneServer();
    server.open(SESSION);
    server.write({ type: 'create', path: '/b', data: null, mode: 'EPHEMERAL' }, SESSION);
    server.write({ type: 'create', path: '/a', data: null, mode: 'EPHEMERAL' }, SESSION);
    server.write({ type: 'create', path: '/other', data: null, mode: 'EPHEMERAL' }, '0x2');
    expect(server.read({ type: 'getEphemerals', prefix: '/' }, 1, SESSION).result).toEqual({ type: 'getEphemerals', paths: ['/a', '/b'] });
    expect(Object.keys(server.tree.sessions)).toEqual([SESSION]);
    server.write({ type: 'closeSession' }, SESSION);
    expect(server.stat('/a') ?? server.stat('/b')).toBeUndefined();
    expect(server.stat('/other')).toBeDefined();
    expect(server.stat('/')!.pzxid).toBe(server.zxid);
    expect(server.tree.sessions).toEqual({});
    expect(server.tree.ephemerals).toEqual({ '0x2': ['/other'] });
  });

  it('a create or delete that is applied again changes nothing', () => {
    const server = new OneServer();
    server.create('/a', 'x');
    const once = server.tree;
    const header = { sessionId: '0x1', cxid: 0, zxid: server.zxid, time: server.time, type: 'create' } as const;
    const again = applyTxn(once, header, { type: 'create', path: '/a', data: 'x', acl: 31, ephemeral: false, container: false, parentCversion: 1 });
    expect(digestOf(again.tree)).toBe(digestOf(once));
    expect(applyTxn(once, { ...header, type: 'delete' }, { type: 'delete', path: '/none' }).answer.err).toBe('NONODE');
  });

  it('two trees that came to the same content by the same transactions have the same digest, and any difference shows', () => {
    const one = new OneServer();
    const two = new OneServer();
    for (const server of [one, two]) {
      server.create('/a', 'x');
      server.create('/b', 'y');
      server.set('/a', 'z');
    }
    expect(digestOf(one.tree)).toBe(digestOf(two.tree));
    two.set('/b', 'y');
    expect(digestOf(one.tree)).not.toBe(digestOf(two.tree));
  });

  it('data is counted in bytes', () => {
    const server = new OneServer();
    server.create('/a', 'é€😀');
    expect(server.stat('/a')!.dataLength).toBe(9);
    server.write({ type: 'setData', path: '/a', data: null, version: -1 });
    expect(server.stat('/a')!.dataLength).toBe(0);
  });

  it('an applied transaction leaves the tree before it as it was', () => {
    const server = new OneServer();
    server.create('/a', 'x');
    const before = server.tree;
    const kept = JSON.stringify(before);
    server.set('/a', 'y');
    server.create('/a/b');
    server.delete('/a/b');
    expect(JSON.stringify(before)).toBe(kept);
  });
});
