import { describe, expect, it } from 'vitest';
import { dropConnection, NO_WATCHES, watchCount } from '../../src/zookeeper/watches.ts';
import { OneServer } from './one-server.ts';

const A = 1;
const B = 2;

describe('conformance, watches', () => {
  it('zookeeper#23: two children created after one ls -w fire exactly one NodeChildrenChanged', () => {
    const server = new OneServer();
    server.create('/w');
    server.read({ type: 'getChildren', path: '/w', watch: true }, A);
    server.create('/w/c1');
    server.create('/w/c2');
    expect(server.toldTo(A)).toEqual(['NodeChildrenChanged /w']);
  });

  it('zookeeper#24: data changes of the node or its child do not fire a child watch, a deleted child does', () => {
    const server = new OneServer();
    server.create('/w');
    server.create('/w/c');
    server.read({ type: 'getChildren', path: '/w', watch: true }, A);
    server.set('/w/c', 'x');
    server.set('/w', 'zzz');
    expect(server.toldTo(A)).toEqual([]);
    server.delete('/w/c');
    expect(server.toldTo(A)).toEqual(['NodeChildrenChanged /w']);
  });

  it('zookeeper#25: a data watch hears of the deletion of its node but not of its children', () => {
    const server = new OneServer();
    server.create('/d');
    server.read({ type: 'getData', path: '/d', watch: true }, A);
    server.create('/d/k');
    server.delete('/d/k');
    server.delete('/d');
    expect(server.toldTo(A)).toEqual(['NodeDeleted /d']);
  });

  it('zookeeper#26: an exists watch on a missing node fires once when it is created', () => {
    const server = new OneServer();
    expect(server.read({ type: 'exists', path: '/none', watch: true }, A).err).toBe('NONODE');
    server.create('/none', '1');
    server.set('/none', '2');
    expect(server.toldTo(A)).toEqual(['NodeCreated /none']);
  });

  it('zookeeper#27: data and child watch on one node give one NodeDeleted to a connection', () => {
    const server = new OneServer();
    server.create('/both');
    server.read({ type: 'getData', path: '/both', watch: true }, A);
    server.read({ type: 'getChildren', path: '/both', watch: true }, A);
    server.read({ type: 'getChildren', path: '/both', watch: true }, B);
    server.delete('/both');
    expect(server.toldTo(A)).toEqual(['NodeDeleted /both']);
    expect(server.toldTo(B)).toEqual(['NodeDeleted /both']);
    expect(watchCount(server.watches)).toBe(0);
  });

  it('zookeeper#30: after a reconnect the server tells what was missed, data first, then exist, then child watches', () => {
    const server = new OneServer();
    server.create('/v', '1');
    const lastZxidSeen = server.zxid;
    server.set('/v', '2');
    server.create('/v/k2');
    server.create('/vnew');
    server.create('/gone');
    server.delete('/gone');
    const events = server.reconnect(A, { relativeZxid: lastZxidSeen, dataWatches: ['/v'], existWatches: ['/vnew', '/gone'], childWatches: ['/v'] });
    expect(events.map(({ type, path }) => `${type} ${path}`)).toEqual(['NodeDataChanged /v', 'NodeCreated /vnew', 'NodeChildrenChanged /v']);
    server.create('/gone');
    expect(server.toldTo(A)).toEqual(['NodeCreated /gone']);
  });
});

describe('a watch', () => {
  it('is armed by getData and getChildren only if the node exists', () => {
    const server = new OneServer();
    server.read({ type: 'getData', path: '/x', watch: true }, A);
    server.read({ type: 'getChildren', path: '/x', watch: true }, A);
    expect(server.watches).toBe(NO_WATCHES);
  });

  it('that is armed twice on one connection fires once', () => {
    const server = new OneServer();
    server.create('/x');
    server.read({ type: 'getData', path: '/x', watch: true }, A);
    server.read({ type: 'exists', path: '/x', watch: true }, A);
    server.set('/x', '1');
    expect(server.toldTo(A)).toEqual(['NodeDataChanged /x']);
  });

  it('is not fired by an ACL or a refused write', () => {
    const server = new OneServer();
    server.create('/x');
    server.read({ type: 'getData', path: '/x', watch: true }, A);
    server.write({ type: 'setAcl', path: '/x', acl: 31, version: -1 });
    server.set('/x', 'y', 9);
    expect(server.told).toEqual([]);
  });

  it('hears of a deleted node before its parent hears of its children', () => {
    const server = new OneServer();
    server.create('/x');
    server.read({ type: 'getChildren', path: '/', watch: true }, A);
    server.read({ type: 'getData', path: '/x', watch: true }, A);
    server.delete('/x');
    expect(server.toldTo(A)).toEqual(['NodeDeleted /x', 'NodeChildrenChanged /']);
  });

  it('goes with its connection', () => {
    const server = new OneServer();
    server.create('/x');
    for (const connection of [A, B]) server.read({ type: 'getData', path: '/x', watch: true }, connection);
    server.watches = dropConnection(server.watches, A);
    server.set('/x', '1');
    expect(server.told.map((one) => one.connection)).toEqual([B]);
  });

  it('can be removed, and then there is none to remove', () => {
    const server = new OneServer();
    server.create('/x');
    server.read({ type: 'getData', path: '/x', watch: true }, A);
    expect(server.ask({ type: 'removeWatches', path: '/x', watcherType: 'Any' }, A).err).toBe('OK');
    expect(server.ask({ type: 'removeWatches', path: '/x', watcherType: 'Any' }, A).err).toBe('NOWATCHER');
    server.set('/x', '1');
    expect(server.told).toEqual([]);
  });

  it('that is persistent and recursive hears of the whole subtree, again and again, and never of "children changed"', () => {
    const server = new OneServer();
    server.create('/w');
    server.ask({ type: 'addWatch', path: '/w', mode: 'PERSISTENT_RECURSIVE' }, A);
    server.create('/w/p1');
    server.create('/w/p1/q');
    server.set('/w/p1/q', '1');
    server.delete('/w/p1/q');
    server.delete('/w/p1');
    expect(server.toldTo(A)).toEqual(['NodeCreated /w/p1', 'NodeCreated /w/p1/q', 'NodeDataChanged /w/p1/q', 'NodeDeleted /w/p1/q', 'NodeDeleted /w/p1']);
  });

  it('that is persistent hears of its own node and its children only', () => {
    const server = new OneServer();
    server.create('/w');
    server.ask({ type: 'addWatch', path: '/w', mode: 'PERSISTENT' }, A);
    server.create('/w/a');
    server.create('/w/a/b');
    server.set('/w', '1');
    server.set('/w', '2');
    expect(server.toldTo(A)).toEqual(['NodeChildrenChanged /w', 'NodeDataChanged /w', 'NodeDataChanged /w']);
  });

  it('of an expired session\'s ephemerals fires for each of them, and for their parent once', () => {
    const server = new OneServer();
    const session = '0x300000000010000';
    server.open(session);
    for (const path of ['/e1', '/e2']) {
      server.write({ type: 'create', path, data: null, mode: 'EPHEMERAL' }, session);
      server.read({ type: 'getData', path, watch: true }, A);
    }
    server.read({ type: 'getChildren', path: '/', watch: true }, A);
    server.write({ type: 'closeSession' }, session);
    expect(server.toldTo(A)).toEqual(['NodeDeleted /e1', 'NodeChildrenChanged /', 'NodeDeleted /e2']);
  });
});
