/** The batches of a log in their order, apart from what writes them: pictures and judges read so. */
import { values } from '../../kernel/append-list.ts';
import type { Log } from './log.ts';
import { lastOffset } from './record-batch.ts';

/** From the one that holds `offset` on. */
export function* batchesFrom({ segments }: Pick<Log, 'segments'>, offset: number): Generator<Uint8Array> {
  for (let index = 0; index < segments.length; index++) {
    const next = segments[index + 1];
    if (next !== undefined && next.baseOffset <= offset) continue;
    for (const batch of values(segments[index]!.batches)) if (lastOffset(batch) >= offset) yield batch;
  }
}
