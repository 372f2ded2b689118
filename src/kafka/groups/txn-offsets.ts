/** Offsets that are committed with a transaction. */
import type { Env } from '../../kernel/program.ts';
import type { Draft } from '../broker/state.ts';

/** A producer's transaction has ended in these partitions of the offsets topic: its pending offsets are completed here. */
export function completeTransaction(_b: Draft, _env: Env, _producerId: number, _partitions: readonly number[], _committed: boolean): void {}
