/** Ensembles of every size boot, elect and survive the loss of a minority, with every invariant asked after each item. */
import { describe, expect, test } from 'vitest';
import { Ensemble } from './ensemble.ts';
import { EnsembleWatchman } from './watchman.ts';

describe.each([1, 2, 3, 4, 5, 6, 7])('an ensemble of %i', (servers) => {
  test('boots, serves, and goes on without a minority', { timeout: 60_000 }, () => {
    const sids = Array.from({ length: servers }, (_, index) => index + 1);
    const minority = servers - (Math.floor(servers / 2) + 1);
    const e = new Ensemble({ servers, seed: servers }).start(...sids);
    const watchman = new EnsembleWatchman(e, sids);
    watchman.until(() => e.isServing(...sids), 20);
    expect(sids.filter((sid) => e.mode(sid) === (servers === 1 ? 'standalone' : 'leading - broadcast'))).toHaveLength(1);

    e.client('c', sids, 10_000);
    watchman.until(() => e.of('c', 'zkClientConnected').length > 0, 20);
    const write = (path: string): void => {
      const token = e.submit('c', { type: 'create', path, data: 'x', mode: 'PERSISTENT' });
      watchman.until(() => e.reply('c', token) !== undefined, 20);
    };
    write('/before');
    expect(e.ask('c', { type: 'exists', path: '/before', watch: false }).err).toBe('OK');

    // The leader among them, if there may be any.
    const leader = sids.find((sid) => e.mode(sid) === 'leading - broadcast') ?? 0;
    const lost = [leader, ...sids.filter((sid) => sid !== leader)].slice(0, minority);
    const left = sids.filter((sid) => !lost.includes(sid));
    e.kill(...lost);
    watchman.run(0.2);
    watchman.until(() => e.isServing(...left), 20);
    watchman.run(3);
    expect(e.ask('c', { type: 'create', path: '/after', data: 'x', mode: 'PERSISTENT' }).err).toBe('OK');
    expect(e.ask('c', { type: 'exists', path: '/before', watch: false }).err).toBe('OK');

    e.start(...lost);
    watchman.until(() => e.isServing(...sids), 20);
    watchman.run(3);
    expect(new Set(sids.map((sid) => e.zxid(sid))).size).toBeLessThanOrEqual(2);
    expect(watchman.found).toEqual([]);
    expect(watchman.memory.committed.length).toBeGreaterThanOrEqual(3);
  });

  if (servers > 1) {
    test('serves nobody without a quorum', { timeout: 60_000 }, () => {
      const sids = Array.from({ length: servers }, (_, index) => index + 1);
      const e = new Ensemble({ servers, seed: servers }).start(...sids).serving(...sids);
      const lost = sids.slice(0, servers - Math.floor(servers / 2));
      const left = sids.filter((sid) => !lost.includes(sid));
      e.kill(...lost).run(12);
      expect(left.filter((sid) => e.isServing(sid))).toEqual([]);
    });
  }
});
