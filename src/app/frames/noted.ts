/** The facts that were noted up to the playhead, found without looking at all of them. */
import type { ItemId } from '../../kernel/agenda.ts';
import type { NotedFact } from '../../kernel/history.ts';
import type { ClusterHistory } from '../open.ts';

/** How many of the noted facts come before an item: those of the branch are in the order of items. */
export function notedBefore({ facts }: ClusterHistory, item: ItemId): number {
  let low = 0;
  let high = facts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (facts[middle]!.item < item) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The newest noted fact before the playhead for which `isIt` says so, among the newest `most`. */
export function newestNoted(history: ClusterHistory, isIt: (noted: NotedFact) => boolean, most = Infinity): NotedFact | undefined {
  const end = notedBefore(history, history.item);
  for (let index = end - 1; index >= 0 && end - index <= most; index--) if (isIt(history.facts[index]!)) return history.facts[index]!;
  return undefined;
}

/** What one item noted that is kept. */
export function notedBy(history: ClusterHistory, item: ItemId): readonly NotedFact[] {
  const from = notedBefore(history, item);
  let to = from;
  while (history.facts[to]?.item === item) to++;
  return from === to ? NOTHING : history.facts.slice(from, to);
}

const NOTHING: readonly NotedFact[] = [];
