import { describe, expect, it } from 'vitest';
import { fuzz } from '../../src/cluster/fuzz.ts';

/**
 * The first ten once found something: a follower that gave its leader up after the last try; one that 2.3.0 does not fence (KAFKA-9338);
 * a disk that stayed filled; a server that its full disk ends as it lets a session expire;
 * a look that took a late fetch of a dead process for a high watermark raised too early; one that missed what a server answered before its
 * full disk ended it; a broker that 2.3.0 lets refuse its controller for ever (KAFKA-9839); a fetcher that took an answer to an earlier leader
 * epoch for one to the present one, and gave its partition up. The last three have transactions: a coordinator that 2.3.0 lets forget its
 * markers (KAFKA-9749); a new leader that tells its log of ended transactions with the next record only; a coordinator that knows no
 * partitions yet and takes them for deleted (KAFKA-5202).
 */
const SEEDS = [5, 127, 135, 63009, 80026, 1102, 82010, 95088, 95124, 98259, 1, 2, 3, 4, 6, 102010, 102044, 200134];

describe('whatever breaks, nothing promised is wrong, and all comes back', () => {
  for (const seed of SEEDS) {
    it(`seed ${seed}`, () => {
      const { violation, phase, acked } = fuzz(seed);
      expect({ violation, phase }).toEqual({ violation: null, phase: 'done' });
      expect(acked).toBeGreaterThan(0);
    });
  }
});
