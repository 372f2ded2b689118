import { describe, expect, it } from 'vitest';
import { Ensemble, serverName } from './ensemble.ts';
import { EnsembleWatchman } from './watchman.ts';

const SIDS = [1, 2, 3];
const CLIENTS = ['a', 'b'];

describe('a real ensemble keeps its promises', () => {
  for (let seed = 1; seed <= 6; seed++) {
    it(`through kills, pauses and cuts under load, seed ${seed}`, () => {
      const on = new Ensemble({ seed }).start(1, 2, 3);
      const watchman = new EnsembleWatchman(on, SIDS);
      watchman.run(3);
      for (const name of CLIENTS) on.client(name, SIDS, 6_000);
      watchman.run(1);
      let written = 0;
      const load = (seconds: number): void => {
        for (let step = 0; step < seconds * 10; step++) {
          const path = `/n${written++}`;
          on.submit(CLIENTS[written % 2]!, { type: 'create', path, data: 'x', mode: written % 3 === 0 ? 'EPHEMERAL' : 'PERSISTENT' });
          on.submit(CLIENTS[written % 2]!, { type: 'setData', path: `/n${written - 2}`, data: 'y', version: 0 });
          watchman.run(0.1);
        }
      };
      const leader = (): number => SIDS.find((sid) => on.isUp(sid) && on.mode(sid).startsWith('leading')) ?? 1;
      load(1);
      const first = leader();
      on.kill(first);
      load(3);
      on.start(first);
      load(2);
      const paused = leader();
      on.perform({ type: 'kill', process: serverName(paused), signal: 'SIGSTOP' });
      load(6);
      on.perform({ type: 'kill', process: serverName(paused), signal: 'SIGCONT' });
      load(4);
      const lonely = leader();
      for (const sid of SIDS) if (sid !== lonely) on.cut(serverName(lonely), serverName(sid));
      load(7);
      on.heal();
      load(3);
      on.perform({ type: 'kill', process: 'a', signal: 'SIGKILL' });
      watchman.run(12);
      expect(watchman.found).toEqual([]);
      expect(watchman.looks).toBeGreaterThan(1_000);
      expect(watchman.memory.committed.length).toBeGreaterThan(50);
      expect(Object.keys(watchman.memory.leaders).length).toBeGreaterThanOrEqual(3);
      expect(on.facts.some(({ fact }) => fact.type === 'sessionExpired')).toBe(true);
    });
  }
});
