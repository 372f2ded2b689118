/** A chart's graph, its shipped positions and a running value give what is drawn. Pure. */
import { activePaths, labelText } from './graph.ts';
import type { StatechartFrame } from './frame.ts';
import { insideLines, labelLines, LABEL_CHAR, LINE } from './measure.ts';
import type { ChartPositions, Placement, Point } from './positions.ts';

export interface StateMark {
  readonly path: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly nested: boolean;
  readonly region: boolean;
  readonly final: boolean;
  /** `here` is the innermost active state, `within` encloses it. */
  readonly lit: 'here' | 'within' | 'no';
  readonly inside: readonly { readonly text: string; readonly taken: boolean }[];
}

export interface ArrowMark {
  readonly id: string;
  readonly path: string;
  readonly head: { readonly x: number; readonly y: number; readonly angle: number };
  readonly taken: boolean;
  readonly labels: readonly { readonly text: string; readonly x: number; readonly y: number; readonly width: number; readonly taken: boolean }[];
}

export interface StatechartLayout {
  readonly width: number;
  readonly height: number;
  readonly states: readonly StateMark[];
  readonly arrows: readonly ArrowMark[];
  readonly dots: readonly Point[];
  /** Transitions of the whole chart, taken from whatever state it is in. */
  readonly anywhere: readonly { readonly text: string; readonly to: string; readonly taken: boolean }[];
}

/** The orientation that needs the least scrolling at scale 1: one that fits the width, else the narrower one. */
export function placementFor(positions: ChartPositions, width: number, height: number): Placement {
  const { down, right } = positions;
  const fits = (p: Placement): boolean => p.width <= width;
  if (fits(down) && fits(right)) {
    const over = (p: Placement): number => Math.max(0, p.height - height);
    return over(right) < over(down) ? right : down;
  }
  if (fits(right)) return right;
  return down.width <= right.width ? down : right;
}

const ROUND = 6;

/** An orthogonal line with corners of radius 6; short legs get what they have. */
export function roundedPath(points: readonly Point[]): string {
  let d = '';
  points.forEach((point, at) => {
    const before = points[at - 1];
    const after = points[at + 1];
    if (!before) d += `M${point[0]} ${point[1]}`;
    else if (!after) d += `L${point[0]} ${point[1]}`;
    else {
      const a = Math.hypot(point[0] - before[0], point[1] - before[1]);
      const b = Math.hypot(after[0] - point[0], after[1] - point[1]);
      const r = Math.min(ROUND, a / 2, b / 2);
      const from = [point[0] + ((before[0] - point[0]) / (a || 1)) * r, point[1] + ((before[1] - point[1]) / (a || 1)) * r];
      const to = [point[0] + ((after[0] - point[0]) / (b || 1)) * r, point[1] + ((after[1] - point[1]) / (b || 1)) * r];
      d += `L${from[0]} ${from[1]}Q${point[0]} ${point[1]} ${to[0]} ${to[1]}`;
    }
  });
  return d;
}

function headOf(points: readonly Point[]): ArrowMark['head'] {
  const end = points[points.length - 1] ?? [0, 0];
  const before = points[points.length - 2] ?? end;
  return { x: end[0], y: end[1], angle: (Math.atan2(end[1] - before[1], end[0] - before[0]) * 180) / Math.PI };
}

export function layoutStatechart(frame: StatechartFrame, size: { readonly width: number; readonly height: number }): StatechartLayout {
  const { graph, positions, value, lastTransition } = frame;
  const place = placementFor(positions, size.width, size.height);
  const active = new Set(activePaths(value));
  const taken = (from: string, text: string, event: string, to?: string): boolean =>
    lastTransition !== undefined &&
    lastTransition.from === from &&
    (to === undefined ? lastTransition.to === undefined : lastTransition.to === to) &&
    (lastTransition.label === undefined ? lastTransition.event === event : lastTransition.label === text);

  const depth = (path: string): number => path.split('.').length;
  const states: StateMark[] = [];
  for (const node of [...graph.nodes].sort((a, b) => depth(a.path) - depth(b.path))) {
    const box = place.states[node.path];
    if (!box) throw new Error(`statechart ${graph.machine}: no position for ${node.path}`);
    const nested = graph.nodes.some((child) => child.parent === node.path);
    const parent = graph.nodes.find((other) => other.path === node.parent);
    const insideNow = lastTransition?.from === node.path && lastTransition.to === undefined ? lastTransition : undefined;
    states.push({
      path: node.path,
      name: node.name,
      x: box[0],
      y: box[1],
      width: box[2],
      height: box[3],
      nested,
      region: parent?.kind === 'parallel',
      final: node.kind === 'final',
      lit: !active.has(node.path) ? 'no' : nested ? 'within' : 'here',
      inside: insideLines(node).map((text) => ({ text, taken: insideNow !== undefined && (text === insideNow.event || text.startsWith(`${insideNow.event} `)) })),
    });
  }

  const arrows: ArrowMark[] = [];
  for (const edge of graph.edges) {
    if (edge.from === '') continue;
    const at = place.lines[edge.id];
    if (!at) throw new Error(`statechart ${graph.machine}: no position for ${edge.id}`);
    const lit = edge.transitions.map((t) => taken(edge.from, labelText(t), t.event === '' ? t.delay : t.event, edge.to));
    const corner = at.label ?? at.points[0] ?? [0, 0];
    arrows.push({
      id: edge.id,
      path: roundedPath(at.points),
      head: headOf(at.points),
      taken: lit.includes(true),
      labels: labelLines(edge).map(({ text, index }, row) => ({
        text,
        x: corner[0] + 4,
        y: corner[1] + LINE * (row + 1) - 2,
        width: text.length * LABEL_CHAR,
        taken: lit[index] === true,
      })),
    });
  }
  for (const [id, at] of Object.entries(place.lines)) {
    if (id.startsWith('start:')) arrows.push({ id, path: roundedPath(at.points), head: headOf(at.points), taken: false, labels: [] });
  }
  // The lit arrow is drawn last, so that nothing crosses over it.
  arrows.sort((a, b) => Number(a.taken) - Number(b.taken));

  const anywhere = graph.edges
    .filter((edge) => edge.from === '')
    .flatMap((edge) => edge.transitions.map((t) => ({ text: labelText(t), to: edge.to, taken: taken('', labelText(t), t.event === '' ? t.delay : t.event, edge.to) })));
  return { width: place.width, height: place.height, states, arrows, dots: Object.values(place.dots), anywhere };
}

/** The chart in words, for those who do not see it: where it is, and where it can go from there. */
export function describeChart(frame: StatechartFrame): { readonly at: readonly string[]; readonly ways: readonly { readonly label: string; readonly to: string }[] } {
  const active = activePaths(frame.value);
  const leaves = active.filter((path) => !active.some((other) => other.startsWith(`${path}.`)));
  const ways = frame.graph.edges
    .filter((edge) => edge.from === '' || active.includes(edge.from))
    .flatMap((edge) => edge.transitions.map((t) => ({ label: labelText(t), to: edge.to })));
  return { at: leaves, ways };
}

