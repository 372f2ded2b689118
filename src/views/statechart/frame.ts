/** What the statechart view draws: a machine's graph, where it stands, and how it came there. */
import type { ChartGraph } from './graph.ts';
import type { ChartPositions } from './positions.ts';

export interface StatechartFrame {
  readonly graph: ChartGraph;
  readonly positions: ChartPositions;
  /** The machine's state value: a string, or an object of them. */
  readonly value: unknown;
  readonly lastTransition?: LastTransition;
}

export interface LastTransition {
  /** Path of the state that had the transition; empty for one of the whole chart. */
  readonly from: string;
  /** Path of its target; absent for a transition that stayed inside. */
  readonly to?: string;
  /** Event type, or the delay's name. */
  readonly event: string;
  /** Whole label (`event [guard]`), where one event has several guarded ways. */
  readonly label?: string;
}
