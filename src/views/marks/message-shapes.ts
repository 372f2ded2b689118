/**
 * The eight message shapes around (0, 0) as path data, for SVG and for a canvas (`Path2D`) alike. `body` is stroked in the
 * family's colour and filled with the ground (request) or the colour (response); `inner` is drawn on top in the other one.
 */
export type MessageFamily = 'zab' | 'election' | 'zookeeper' | 'control' | 'fetch' | 'produce' | 'consume' | 'group';

export interface MessageShape {
  readonly body: string;
  readonly inner?: string;
  readonly innerFilled?: boolean;
}

export const messageColour: { readonly [F in MessageFamily]: 'zk' | 'ink' | 'data' } = {
  zab: 'zk',
  election: 'zk',
  zookeeper: 'zk',
  control: 'ink',
  fetch: 'data',
  produce: 'data',
  consume: 'data',
  group: 'data',
};

const circle = (r: number): string => `M${-r} 0A${r} ${r} 0 1 1 ${r} 0A${r} ${r} 0 1 1 ${-r} 0Z`;

export const messageShapes: { readonly [F in MessageFamily]: MessageShape } = {
  zab: { body: 'M-5 -5h10v10h-10Z' },
  election: { body: 'M0 -6L6 0L0 6L-6 0Z' },
  zookeeper: { body: 'M0 -6L6 4.5H-6Z' },
  control: { body: 'M-6 0L-3 -5.4H3L6 0L3 5.4H-3Z' },
  fetch: { body: circle(5.5), inner: 'M-5 0H5' },
  produce: { body: circle(5.5) },
  consume: { body: circle(5.5), inner: circle(2), innerFilled: true },
  group: { body: 'M-2 -6h4v4h4v4h-4v4h-4v-4h-4v-4h4z' },
};
