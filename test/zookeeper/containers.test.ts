import { describe, expect, test } from 'vitest';
import { Ensemble } from './ensemble.ts';

const exists = (e: Ensemble, path: string): boolean => e.ask('c', { type: 'exists', path, watch: false }).err === 'OK';

function withContainers(servers: number): Ensemble {
  const sids = Array.from({ length: servers }, (_, index) => index + 1);
  const e = new Ensemble({ servers }).start(...sids).serving(...sids).client('c', [1]).connected('c');
  for (const path of ['/used', '/full', '/new']) e.ask('c', { type: 'create', path, data: '', mode: 'CONTAINER' });
  e.create('c', '/used/child').create('c', '/full/child');
  e.ask('c', { type: 'delete', path: '/used/child', version: -1 });
  return e;
}

describe.each([1, 3])('the sweep of containers, %i servers', (servers) => {
  test('removes once a minute what had children and has none', () => {
    const e = withContainers(servers).run(1);
    e.ask('c', { type: 'exists', path: '/used', watch: true });
    expect(exists(e, '/used')).toBe(true);
    e.run(62);
    expect(['/used', '/full', '/new'].map((path) => exists(e, path))).toEqual([false, true, true]);
    expect(e.of('c', 'zkClientNotified').map(({ fact }) => fact['event'])).toEqual([{ type: 'NodeDeleted', state: 'SyncConnected', path: '/used' }]);
    const lines = Array.from({ length: servers }, (_, index) => e.lines(index + 1)).flat();
    expect(lines.filter((line) => line.includes('ContainerManager@135'))).toEqual([
      'INFO [ContainerManagerTask:ContainerManager@135] - Attempting to delete candidate container: /used',
    ]);
  });

  test('goes on with what has been emptied since', () => {
    const e = withContainers(servers).run(61);
    e.ask('c', { type: 'delete', path: '/full/child', version: -1 });
    expect(exists(e, '/full')).toBe(true);
    e.run(61);
    expect(exists(e, '/full')).toBe(false);
  });
});

test('a container that gets a child before its turn stays, and the attempt has consumed a zxid', () => {
  const e = withContainers(3);
  for (const path of ['/used2', '/used3']) {
    e.ask('c', { type: 'create', path, data: '', mode: 'CONTAINER' });
    e.create('c', `${path}/child`);
    e.ask('c', { type: 'delete', path: `${path}/child`, version: -1 });
  }
  const before = e.zxid(3);
  // The third is 12 ms behind the first.
  e.until(() => e.lines(3).some((line) => line.includes('candidate container: /used')), 'the sweep begins', 70).create('c', '/used3/late').run(1);
  expect(exists(e, '/used3')).toBe(true);
  expect(parseInt(e.zxid(3), 16) - parseInt(before, 16)).toBe(4);
  expect(e.of('zookeeper3', 'writeRefused').map(({ fact }) => fact['err'])).toEqual(['NOTEMPTY']);
});
