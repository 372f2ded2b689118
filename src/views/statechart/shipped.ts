/** The positions that `scripts/layout-statecharts.ts` wrote. A test keeps them in step with the machines. */
import { signatureOf, type ChartGraph } from './graph.ts';
import type { AllPositions, ChartPositions } from './positions.ts';
import written from './positions.json';

const positions = written as unknown as AllPositions;

export function positionsOf(graph: ChartGraph): ChartPositions {
  const found = positions[signatureOf(graph)];
  if (!found) throw new Error(`statechart ${graph.machine}: laid out for another version of the machine`);
  return found;
}
