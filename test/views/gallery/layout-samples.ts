/** Positions of the charts that only tests and the gallery know; writes `test/views/gallery/samples/positions.json`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { graphOf, signatureOf } from '../../../src/views/statechart/graph.ts';
import { brokerMachine, peerMachine, sessionMachine } from '../statechart/machines.ts';
import { placeChart } from '../../../scripts/elk-chart.ts';

const all = await Promise.all([sessionMachine, peerMachine, brokerMachine].map(async (machine) => [signatureOf(graphOf(machine)), await placeChart(graphOf(machine))] as const));
writeFileSync(fileURLToPath(new URL('./samples/positions.json', import.meta.url)), `${JSON.stringify(Object.fromEntries(all))}\n`);
