/**
 * The positions that `scripts/layout-statecharts.ts` wrote, a file a chart, fetched when the chart is first drawn. A test keeps
 * them in step with the machines.
 */
import { signatureOf, type ChartGraph } from './graph.ts';
import type { ChartPositions } from './positions.ts';

const files = import.meta.glob('./positions/*.json', { import: 'default' });

/** Kept as promises: a chart that is drawn again is drawn from the same one. */
const asked = new Map<string, Promise<ChartPositions>>();

export function positionsOf(graph: ChartGraph): Promise<ChartPositions> {
  const signature = signatureOf(graph);
  const known = asked.get(signature);
  if (known) return known;
  const load = files[`./positions/${signature}.json`];
  if (!load) throw new Error(`statechart ${graph.machine}: laid out for another version of the machine`);
  const positions = load() as Promise<ChartPositions>;
  asked.set(signature, positions);
  return positions;
}
