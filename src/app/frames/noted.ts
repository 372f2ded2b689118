/** The facts that were noted up to the playhead, found without looking at all of them. */
import type { ItemId } from '../../kernel/agenda.ts';
import type { NotedFact } from '../../kernel/noted-facts.ts';
import type { ClusterHistory } from '../story.ts';

/** The newest noted fact before the playhead of one of these types (of any, if none are given) for which `isIt` says so, among the newest `most`. */
export function newestNoted({ facts, item }: ClusterHistory, types: readonly string[] | undefined, isIt: (noted: NotedFact) => boolean = () => true, most = Infinity): NotedFact | undefined {
  const end = facts.countBefore(item);
  for (let index = end - 1; index >= 0 && end - index <= most; index--) {
    if (types && !types.includes(facts.typeAt(index))) continue;
    const noted = facts.at(index)!;
    if (isIt(noted)) return noted;
  }
  return undefined;
}

/** What one item noted that is kept. */
export function notedBy({ facts }: ClusterHistory, item: ItemId): readonly NotedFact[] {
  const noted: NotedFact[] = [];
  for (let index = facts.countBefore(item); index < facts.length && facts.itemAt(index) === item; index++) noted.push(facts.at(index)!);
  return noted;
}
