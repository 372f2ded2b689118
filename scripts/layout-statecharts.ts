/**
 * Lays out every `*.machine.ts` under src and writes `src/views/statechart/positions.json`.
 * Run it after a chart changed: `npx tsx scripts/layout-statecharts.ts`.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { graphOf, signatureOf } from '../src/views/statechart/graph.ts';
import type { ChartPositions } from '../src/views/statechart/positions.ts';
import { placeChart } from './elk-chart.ts';
import { machinesUnder } from './find-machines.ts';

const src = fileURLToPath(new URL('../src', import.meta.url));
const target = fileURLToPath(new URL('../src/views/statechart/positions.json', import.meta.url));

const all: Record<string, ChartPositions> = {};
for (const { file, machine } of await machinesUnder(src)) {
  const graph = graphOf(machine);
  all[signatureOf(graph)] = await placeChart(graph);
  console.log(`${signatureOf(graph)}  ${file}`);
}
const lines = Object.keys(all)
  .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  .map((id) => `${JSON.stringify(id)}: ${JSON.stringify(all[id])}`);
writeFileSync(target, `{\n${lines.join(',\n')}\n}\n`);
