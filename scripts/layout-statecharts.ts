/**
 * Lays out every `*.machine.ts` under src and writes `src/views/statechart/positions/`, a file a chart.
 * Run it after a chart changed: `npx tsx scripts/layout-statecharts.ts`.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { graphOf, signatureOf } from '../src/views/statechart/graph.ts';
import { placeChart } from './elk-chart.ts';
import { machinesUnder } from './find-machines.ts';

const src = fileURLToPath(new URL('../src', import.meta.url));
const target = fileURLToPath(new URL('../src/views/statechart/positions/', import.meta.url));

const charts: { readonly signature: string; readonly text: string }[] = [];
for (const { file, machine } of await machinesUnder(src)) {
  const graph = graphOf(machine);
  charts.push({ signature: signatureOf(graph), text: `${JSON.stringify(await placeChart(graph))}\n` });
  console.log(`${signatureOf(graph)}  ${file}`);
}
rmSync(target, { recursive: true, force: true });
mkdirSync(target);
for (const { signature, text } of charts) writeFileSync(`${target}${signature}.json`, text);
