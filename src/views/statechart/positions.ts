/** The shape of the files in `positions/`, which `scripts/layout-statecharts.ts` writes. Pixels at scale 1. */
export type Point = readonly [x: number, y: number];
export type Box = readonly [x: number, y: number, width: number, height: number];

export interface Placement {
  readonly width: number;
  readonly height: number;
  /** By path of the state. */
  readonly states: Readonly<Record<string, Box>>;
  /** Initial dots by path of the state they are in; the empty path is the chart itself. */
  readonly dots: Readonly<Record<string, Point>>;
  /** By edge id, and `start:<path>` for the arrow that leaves a dot. `label` is the upper left corner of its text. */
  readonly lines: Readonly<Record<string, { readonly points: readonly Point[]; readonly label?: Point }>>;
}

export interface ChartPositions {
  /** The same chart running down the page and running to the right. */
  readonly down: Placement;
  readonly right: Placement;
}
