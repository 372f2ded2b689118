/** Where the parts of the document's two pictures lie. */
import { scaleBand, scaleLinear, scalePoint } from 'd3';

export const WIDTH = 260;

/** A word of ZOO_SERVERS and its fields, as `[from, to)` in characters. */
export const WORD = 'server.1=zookeeper1:2888:3888;2181';
export const FIELDS = [
  { key: 'number', from: 0, to: 8 },
  { key: 'name', from: 9, to: 19 },
  { key: 'quorum', from: 20, to: 24 },
  { key: 'election', from: 25, to: 29 },
  { key: 'client', from: 30, to: 34 },
] as const;

export type FieldKey = (typeof FIELDS)[number]['key'];

const WORD_TOP = 12;
const ROW = 22;
/** IBM Plex Mono at 11 px. */
const CHARACTER = 6.6;

export interface FieldPlace {
  readonly key: FieldKey;
  readonly from: number;
  readonly to: number;
  readonly middle: number;
  readonly row: number;
}

/** The last field's label is highest: so no line crosses a label. */
export function zooServersLayout(): { readonly height: number; readonly baseline: number; readonly under: number; readonly fields: readonly FieldPlace[] } {
  const x = scaleLinear([0, WORD.length], [0, WORD.length * CHARACTER]);
  const under = WORD_TOP + 5;
  const rows = scaleLinear([FIELDS.length - 1, 0], [under + ROW, under + ROW * FIELDS.length]);
  return {
    height: under + ROW * FIELDS.length + 6,
    baseline: WORD_TOP,
    under,
    fields: FIELDS.map(({ key, from, to }, index) => ({ key, from: x(from), to: x(to), middle: x((from + to) / 2), row: rows(index) })),
  };
}

export const STEPS = ['bootstrap', 'answer', 'go', 'lost'] as const;
export type StepKey = (typeof STEPS)[number];

export interface StepPlace {
  readonly key: StepKey;
  readonly y: number;
  readonly from: number;
  readonly to: number;
}

/** A conversation of client and broker, downwards. */
export function listenersLayout(): { readonly height: number; readonly client: number; readonly broker: number; readonly steps: readonly StepPlace[] } {
  const ends = scalePoint(['client', 'broker'], [30, WIDTH - 30]);
  const client = ends('client')!;
  const broker = ends('broker')!;
  const rows = scaleBand(STEPS, [28, 28 + STEPS.length * 36]);
  return {
    height: 28 + STEPS.length * 36 + 4,
    client,
    broker,
    steps: STEPS.map((key) => {
      const y = rows(key)! + 26;
      if (key === 'answer') return { key, y, from: broker, to: client };
      return { key, y, from: client, to: key === 'lost' ? (client + broker) / 2 : broker };
    }),
  };
}
