/** What the why view draws: a chain of causes, newest first, as sentences the page has chosen. */
import type { Micros } from '../../kernel/program.ts';
import type { ThingId } from '../frame.ts';

export interface Cause {
  readonly key: string;
  readonly at: Micros;
  /** With the inline marks of `text/rich.ts`. */
  readonly sentence: string;
  /** `act` is what a person did: chains end there. */
  readonly kind: 'event' | 'act';
  /** What it happened to: lit on the stage and the timeline, the first of them is its lane. */
  readonly things: readonly ThingId[];
  /** How many items of chatter between this and the next were left out. */
  readonly skipped?: number;
}

export interface WhyFrame {
  /** `Why is it still open?` */
  readonly question: string;
  readonly chain: readonly Cause[];
}
