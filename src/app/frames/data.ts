/** A process's memory as it is, and as it was before the last item, so that what changed can be marked. */
import type { DataFrame } from '../../views/data/frame.ts';
import type { ClusterHistory } from '../story.ts';
import type { Seen } from './stage.ts';

let cached: { readonly facts: object; readonly item: number; readonly name: string; readonly state: unknown; readonly frame: DataFrame } | undefined;

/** Undefined: there is no such process, or it has no memory. */
export function dataFrame(seen: Seen, history: ClusterHistory, name: string): DataFrame | undefined {
  const index = seen.world.processes.findIndex((one) => one.name === name);
  const state = seen.world.processes[index]?.state ?? null;
  if (state === null) return undefined;
  const isSame = cached?.facts === history.facts && cached.name === name;
  if (isSame && cached!.item === history.item && cached!.state === state) return cached!.frame;
  let before: unknown;
  // While it runs on, the picture before is the moment before; after a jump that moment is looked up.
  if (isSame && cached!.item === history.item - 1) before = cached!.state;
  else if (history.item > history.beginItem) before = history.worldAt(history.item - 1).processes[index]?.state ?? null;
  const frame: DataFrame = { name, value: state, ...(before === undefined || before === null ? {} : { before: { value: before } }) };
  cached = { facts: history.facts, item: history.item, name, state, frame };
  return frame;
}
