/** The producer ids of a broker (ProducerIdManager): a block of them at a time. */
import { assert } from '../../kernel/assert.ts';
import type { Draft } from '../broker/state.ts';

export const hasProducerId = ({ producerIds }: Draft): boolean => producerIds.next <= producerIds.end;

export function takeProducerId(b: Draft): number {
  assert(hasProducerId(b), 'the block of producer ids is used up');
  const producerId = b.producerIds.next;
  b.producerIds = { ...b.producerIds, next: producerId + 1 };
  return producerId;
}
