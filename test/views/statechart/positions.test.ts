import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { machinesUnder } from '../../../scripts/find-machines.ts';
import { graphOf, signatureOf } from '../../../src/views/statechart/graph.ts';
import type { AllPositions } from '../../../src/views/statechart/positions.ts';
import written from '../../../src/views/statechart/positions.json';

const positions = written as unknown as AllPositions;
const machines = await machinesUnder(fileURLToPath(new URL('../../../src', import.meta.url)));

describe('positions of the statecharts', () => {
  it('exist for every machine of the program and were made for it as it is now (npx tsx scripts/layout-statecharts.ts)', () => {
    const stale = machines.filter(({ machine }) => positions[machine.id]?.signature !== signatureOf(graphOf(machine)));
    expect(stale.map(({ file }) => file)).toEqual([]);
  });

  it('exist for nothing else', () => {
    const known = new Set(machines.map(({ machine }) => machine.id));
    expect(Object.keys(positions).filter((id) => !known.has(id))).toEqual([]);
  });

  it('name each machine once', () => {
    const ids = machines.map(({ machine }) => machine.id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });
});
