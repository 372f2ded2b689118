import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { machinesUnder } from '../../../scripts/find-machines.ts';
import { graphOf, signatureOf } from '../../../src/views/statechart/graph.ts';
import { positionsOf } from '../../../src/views/statechart/shipped.ts';

const written = readdirSync(fileURLToPath(new URL('../../../src/views/statechart/positions', import.meta.url)));
const machines = await machinesUnder(fileURLToPath(new URL('../../../src', import.meta.url)));

describe('positions of the statecharts', () => {
  it('exist for every machine of the program as it is now (npx tsx scripts/layout-statecharts.ts)', () => {
    expect(machines.filter(({ machine }) => !written.includes(`${signatureOf(graphOf(machine))}.json`)).map(({ file }) => file)).toEqual([]);
  });

  it('place every state and every transition of every machine, once to the right and once downward', async () => {
    for (const { machine } of machines) {
      const graph = graphOf(machine);
      const place = await positionsOf(graph);
      for (const { states, lines } of [place.down, place.right]) {
        expect(Object.keys(states).sort()).toEqual(graph.nodes.map((node) => node.path).sort());
        for (const edge of graph.edges) if (edge.from !== '') expect(lines[edge.id], `${machine.id} ${edge.id}`).toBeDefined();
      }
    }
  });

  it('exist for nothing else', () => {
    const known = new Set(machines.map(({ machine }) => `${signatureOf(graphOf(machine))}.json`));
    expect(written.filter((file) => !known.has(file))).toEqual([]);
  });
});
