import type { AnyStateMachine } from 'xstate';
import type { LastTransition, StatechartFrame } from '../../../../src/views/statechart/frame.ts';
import { graphOf, signatureOf } from '../../../../src/views/statechart/graph.ts';
import type { ChartPositions } from '../../../../src/views/statechart/positions.ts';
import placed from './positions.json';
import { brokerMachine, peerMachine, sessionMachine } from '../../statechart/machines.ts';

const sampled = placed as unknown as Readonly<Record<string, ChartPositions>>;
const shipped: Readonly<Record<string, ChartPositions>> = import.meta.glob('../../../../src/views/statechart/positions/*.json', { import: 'default', eager: true });

interface Sample {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly frame: StatechartFrame;
}

function sample(machine: AnyStateMachine, width: number, height: number, value: unknown, lastTransition?: LastTransition): readonly Sample[] {
  const signature = signatureOf(graphOf(machine));
  const positions = sampled[signature] ?? shipped[`../../../../src/views/statechart/positions/${signature}.json`];
  if (!positions) return [];
  return [{ name: machine.id, width, height, frame: { graph: graphOf(machine), positions, value, ...(lastTransition ? { lastTransition } : {}) } }];
}

const modules: Record<string, Record<string, unknown>> = import.meta.glob('../../../../src/**/*.machine.ts', { eager: true });
const running = Object.values(modules)
  .flatMap((module) => Object.values(module))
  .filter((thing): thing is AnyStateMachine => typeof thing === 'object' && thing !== null && 'root' in thing && 'resolveState' in thing);

/** The test machines with a state and a last transition, then every machine of the program in its first state. */
export const statecharts: readonly Sample[] = [
  ...sample(sessionMachine, 316, 400, 'open', { from: 'open', to: 'closing', event: 'tick' }),
  ...sample(brokerMachine, 420, 400, { controller: 'active', session: 'connected' }),
  ...sample(peerMachine, 820, 900, { LOOKING: 'finalizing' }, { from: 'LOOKING.voting', to: 'LOOKING.finalizing', event: 'Notification' }),
  ...running.flatMap((machine) => {
    const first = graphOf(machine).initial;
    return sample(machine, 680, 900, first);
  }),
];
