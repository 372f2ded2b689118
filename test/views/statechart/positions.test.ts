import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { machinesUnder } from '../../../scripts/find-machines.ts';
import { graphOf, signatureOf } from '../../../src/views/statechart/graph.ts';
import type { AllPositions } from '../../../src/views/statechart/positions.ts';
import { positionsOf } from '../../../src/views/statechart/shipped.ts';
import written from '../../../src/views/statechart/positions.json';

const positions = written as unknown as AllPositions;
const machines = await machinesUnder(fileURLToPath(new URL('../../../src', import.meta.url)));

describe('positions of the statecharts', () => {
  it('exist for every machine of the program as it is now (npx tsx scripts/layout-statecharts.ts)', () => {
    expect(machines.filter(({ machine }) => !(signatureOf(graphOf(machine)) in positions)).map(({ file }) => file)).toEqual([]);
  });

  it('place every state and every transition of every machine, once to the right and once downward', () => {
    for (const { machine } of machines) {
      const graph = graphOf(machine);
      const place = positionsOf(graph);
      for (const { states, lines } of [place.down, place.right]) {
        expect(Object.keys(states).sort()).toEqual(graph.nodes.map((node) => node.path).sort());
        for (const edge of graph.edges) if (edge.from !== '') expect(lines[edge.id], `${machine.id} ${edge.id}`).toBeDefined();
      }
    }
  });

  it('exist for nothing else', () => {
    const known = new Set(machines.map(({ machine }) => signatureOf(graphOf(machine))));
    expect(Object.keys(positions).filter((signature) => !known.has(signature))).toEqual([]);
  });
});
