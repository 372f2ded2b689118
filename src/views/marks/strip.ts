/**
 * A replica as a row of cells. All cells that look alike are gathered into one path, so that a strip costs a few elements
 * however long it is. Offsets map to x by `(offset - firstOffset) * cellWidth`; y grows downward from the strip's top.
 */
export type CellKind = 'solid' | 'outline' | 'hatch' | 'tint' | 'pending' | 'offline' | 'offlineLed' | 'lost';

export interface CellRun {
  readonly kind: CellKind;
  /** Leader epoch modulo 5: which of the tokens `--e0` … `--e4`. */
  readonly tone: number;
  readonly d: string;
}

export interface StripShape {
  readonly role: 'leader' | 'follower' | 'outOfSync' | 'offline';
  /** Whether this replica led when it went offline: it keeps a grey fill. */
  readonly led?: boolean;
  /** First offset drawn, and one past the last. */
  readonly from: number;
  readonly to: number;
  /** Cells at and above are not yet committed as far as this replica knows. */
  readonly highWatermark: number;
  /** Ascending by `start`; an offset belongs to the last entry at or below it. */
  readonly epochs: readonly { readonly epoch: number; readonly start: number }[];
  /** Acknowledged records that are gone; ranges `[from, to)`. */
  readonly lost?: readonly (readonly [number, number])[];
}

export interface CellSize {
  /** Offset at x = 0: the same for all replicas of a partition. */
  readonly first: number;
  readonly width: number;
  readonly height: number;
  readonly gap: number;
}

export const tone = (epoch: number): number => ((epoch % 5) + 5) % 5;

export function epochAt(epochs: StripShape['epochs'], offset: number): number {
  for (let i = epochs.length - 1; i >= 0; i--) {
    const entry = epochs[i];
    if (entry && entry.start <= offset) return entry.epoch;
  }
  return epochs[0]?.epoch ?? 0;
}

function kindOf(shape: StripShape, offset: number): CellKind {
  if (shape.lost?.some(([from, to]) => offset >= from && offset < to)) return 'lost';
  if (shape.role === 'offline') return shape.led === true ? 'offlineLed' : 'offline';
  if (shape.role === 'outOfSync') return 'hatch';
  if (offset >= shape.highWatermark) return shape.role === 'leader' ? 'tint' : 'pending';
  return shape.role === 'leader' ? 'solid' : 'outline';
}

/** A rectangle with round corners, as path data. */
export function box(x: number, y: number, width: number, height: number, radius = 1.5): string {
  const w = width - 2 * radius;
  const h = height - 2 * radius;
  return `M${x + radius} ${y}h${w}a${radius} ${radius} 0 0 1 ${radius} ${radius}v${h}a${radius} ${radius} 0 0 1 -${radius} ${radius}h-${w}a${radius} ${radius} 0 0 1 -${radius} -${radius}v-${h}a${radius} ${radius} 0 0 1 ${radius} -${radius}z`;
}

export function cellRuns(shape: StripShape, size: CellSize): readonly CellRun[] {
  const runs = new Map<string, { kind: CellKind; tone: number; d: string }>();
  for (let offset = shape.from; offset < shape.to; offset++) {
    const kind = kindOf(shape, offset);
    const cellTone = kind === 'offline' || kind === 'offlineLed' || kind === 'lost' ? 0 : tone(epochAt(shape.epochs, offset));
    const x = (offset - size.first) * size.width + size.gap / 2;
    const filled = kind === 'solid' || kind === 'offlineLed';
    const d = filled
      ? box(x, 0, size.width - size.gap, size.height)
      : box(x + 0.75, 0.75, size.width - size.gap - 1.5, size.height - 1.5);
    const key = `${kind}${cellTone}`;
    const run = runs.get(key);
    if (run) run.d += d;
    else runs.set(key, { kind, tone: cellTone, d });
  }
  return [...runs.values()];
}
