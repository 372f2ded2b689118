/** Places a statechart with ELK's layered algorithm. Only ever run before shipping: the page reads the numbers. */
import ELK, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js';
import type { ChartGraph, ChartNode } from '../src/views/statechart/graph.ts';
import { boxSize, HEAD, insideLines, labelSize, LINE, PAD } from '../src/views/statechart/measure.ts';
import type { ChartPositions, Placement, Point } from '../src/views/statechart/positions.ts';

type Direction = 'DOWN' | 'RIGHT';
const elk = new ELK();
const DOT = 9;

function options(direction: Direction): Record<string, string> {
  return {
    'elk.algorithm': 'layered',
    'elk.direction': direction,
    'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
    'elk.edgeRouting': 'ORTHOGONAL',
    'elk.randomSeed': '1',
    'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
    'elk.layered.nodePlacement.favorStraightEdges': 'true',
    'elk.layered.edgeLabels.sideSelection': 'SMART_DOWN',
    'elk.layered.spacing.nodeNodeBetweenLayers': '26',
    'elk.layered.spacing.edgeNodeBetweenLayers': '12',
    'elk.spacing.nodeNode': '22',
    'elk.spacing.edgeNode': '14',
    'elk.spacing.edgeEdge': '12',
    'elk.spacing.edgeLabel': '3',
    'elk.spacing.nodeSelfLoop': '12',
    'elk.json.shapeCoords': 'ROOT',
    'elk.json.edgeCoords': 'ROOT',
  };
}

const topOf = (path: string, parent: string): string => {
  const depth = parent === '' ? 0 : parent.split('.').length;
  return path.split('.').slice(0, depth + 1).join('.');
};

/** Children of a state in reading order: from the first state along its transitions, then what is left. */
function childrenOf(graph: ChartGraph, parent: string, initial: string): readonly ChartNode[] {
  const children = graph.nodes.filter((child) => child.parent === parent);
  const inside = (path: string): boolean => parent === '' || path.startsWith(`${parent}.`);
  const order: string[] = [];
  const queue = initial === '' ? [] : [topOf(initial, parent)];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (order.includes(path)) continue;
    order.push(path);
    const here = path;
    for (const edge of graph.edges) if (edge.from !== '' && inside(edge.from) && topOf(edge.from, parent) === here && inside(edge.to)) queue.push(topOf(edge.to, parent));
  }
  const rank = (node: ChartNode): number => (order.includes(node.path) ? order.indexOf(node.path) : order.length + children.indexOf(node));
  return [...children].sort((a, b) => rank(a) - rank(b));
}

/** Whether a transition leads on from the first state rather than back to it, among the states of the level where both ends part. */
function leadsOn(graph: ChartGraph, from: string, to: string): boolean {
  const a = from.split('.');
  const b = to.split('.');
  let shared = 0;
  while (shared < a.length - 1 && shared < b.length - 1 && a[shared] === b[shared]) shared++;
  const parent = a.slice(0, shared).join('.');
  const initial = parent === '' ? graph.initial : (graph.nodes.find((node) => node.path === parent)?.initial ?? '');
  const order = childrenOf(graph, parent, initial).map((node) => node.path);
  return order.indexOf(topOf(from, parent)) < order.indexOf(topOf(to, parent));
}

/** A state that only a transition of the whole chart reaches stands last. */
const lonely = (graph: ChartGraph, path: string): boolean =>
  !graph.edges.some((edge) => edge.from !== '' && (edge.from === path || edge.to === path || edge.from.startsWith(`${path}.`) || edge.to.startsWith(`${path}.`))) &&
  graph.edges.some((edge) => edge.from === '' && edge.to === path);

function elkNode(graph: ChartGraph, node: ChartNode, direction: Direction): ElkNode {
  const children = childrenOf(graph, node.path, node.initial);
  const size = boxSize(node);
  const last = lonely(graph, node.path) ? { layoutOptions: { 'elk.layered.layering.layerConstraint': 'LAST' } } : {};
  if (children.length === 0) return { id: node.path, width: size.width, height: size.height, ...last };
  const dots: ElkNode[] = node.initial === '' ? [] : [{ id: `dot:${node.path}`, width: DOT, height: DOT }];
  const top = HEAD + insideLines(node).length * LINE;
  return {
    id: node.path,
    layoutOptions: {
      ...options(direction),
      'elk.padding': `[top=${top},left=${PAD},bottom=${PAD},right=${PAD}]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${size.width}, ${size.height})`,
    },
    children: [...dots, ...children.map((child) => elkNode(graph, child, direction))],
  };
}

const round = (n: number | undefined): number => Math.round((n ?? 0) * 2) / 2;

async function place(graph: ChartGraph, direction: Direction): Promise<Placement> {
  const edges: ElkExtendedEdge[] = graph.edges.map((edge) => ({
    id: edge.id,
    sources: [edge.from],
    targets: [edge.to],
    // Which of a cycle's edges is turned back is decided by this priority.
    layoutOptions: leadsOn(graph, edge.from, edge.to) ? { 'elk.layered.priority.direction': '10', 'elk.layered.priority.straightness': '2' } : {},
    labels: [{ id: `label:${edge.id}`, text: edge.id, ...labelSize(edge), layoutOptions: { 'elk.edgeLabels.inline': 'false' } }],
  }));
  for (const node of [{ path: '', initial: graph.initial }, ...graph.nodes]) {
    if (node.initial !== '') {
      const straight = { 'elk.layered.priority.direction': '100', 'elk.layered.priority.straightness': '10', 'elk.layered.priority.shortness': '10' };
      edges.unshift({ id: `start:${node.path}`, sources: [`dot:${node.path}`], targets: [node.initial], layoutOptions: straight });
    }
  }
  const root: ElkNode = {
    id: 'root',
    layoutOptions: { ...options(direction), 'elk.padding': '[top=6,left=6,bottom=6,right=6]' },
    children: [
      ...(graph.initial === '' ? [] : [{ id: 'dot:', width: DOT, height: DOT }]),
      ...childrenOf(graph, '', graph.initial).map((node) => elkNode(graph, node, direction)),
    ],
    // The root's own transitions (from anywhere) start at its border; there is no box to leave from, so they are listed, not drawn.
    edges: edges.filter((edge) => edge.sources[0] !== ''),
  };
  const done = await elk.layout(root);
  const states: Record<string, readonly [number, number, number, number]> = {};
  const dots: Record<string, Point> = {};
  const collect = (node: ElkNode): void => {
    for (const child of node.children ?? []) {
      const x = round(child.x);
      const y = round(child.y);
      if (child.id.startsWith('dot:')) dots[child.id.slice(4)] = [x + DOT / 2, y + DOT / 2];
      else states[child.id] = [x, y, round(child.width), round(child.height)];
      collect(child);
    }
  };
  collect(done);
  const lines: Record<string, { readonly points: readonly Point[]; readonly label?: Point }> = {};
  const collectEdges = (node: ElkNode): void => {
    for (const edge of node.edges ?? []) {
      const section = (edge as ElkExtendedEdge).sections?.[0];
      if (!section) continue;
      const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map((p): Point => [round(p.x), round(p.y)]);
      const label = edge.labels?.[0];
      lines[edge.id] = label ? { points, label: [round(label.x), round(label.y)] } : { points };
    }
    for (const child of node.children ?? []) collectEdges(child);
  };
  collectEdges(done);
  return { width: Math.ceil(done.width ?? 0), height: Math.ceil(done.height ?? 0), states, dots, lines };
}

/** Both orientations of one chart; the same graph always gives the same numbers. */
export async function placeChart(graph: ChartGraph): Promise<ChartPositions> {
  return { down: await place(graph, 'DOWN'), right: await place(graph, 'RIGHT') };
}
