/** Places a statechart with ELK's layered algorithm. Only ever run before shipping: the page reads the numbers. */
import ELK, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js';
import type { ChartGraph, ChartNode } from '../src/views/statechart/graph.ts';
import { signatureOf } from '../src/views/statechart/graph.ts';
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
    'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
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

function elkNode(graph: ChartGraph, node: ChartNode): ElkNode {
  const children = graph.nodes.filter((child) => child.parent === node.path);
  const size = boxSize(node);
  if (children.length === 0) return { id: node.path, width: size.width, height: size.height };
  const dots: ElkNode[] = node.initial === '' ? [] : [{ id: `dot:${node.path}`, width: DOT, height: DOT }];
  const top = HEAD + insideLines(node).length * LINE;
  return {
    id: node.path,
    layoutOptions: {
      'elk.padding': `[top=${top},left=${PAD},bottom=${PAD},right=${PAD}]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${size.width}, ${size.height})`,
    },
    children: [...dots, ...children.map((child) => elkNode(graph, child))],
  };
}

const round = (n: number | undefined): number => Math.round((n ?? 0) * 2) / 2;

async function place(graph: ChartGraph, direction: Direction): Promise<Placement> {
  const edges: ElkExtendedEdge[] = graph.edges.map((edge) => ({
    id: edge.id,
    sources: [edge.from],
    targets: [edge.to],
    labels: [{ id: `label:${edge.id}`, text: edge.id, ...labelSize(edge), layoutOptions: { 'elk.edgeLabels.inline': 'false' } }],
  }));
  for (const node of [{ path: '', initial: graph.initial }, ...graph.nodes]) {
    if (node.initial !== '') edges.push({ id: `start:${node.path}`, sources: [`dot:${node.path}`], targets: [node.initial] });
  }
  const root: ElkNode = {
    id: 'root',
    layoutOptions: { ...options(direction), 'elk.padding': '[top=6,left=6,bottom=6,right=6]' },
    children: [
      ...(graph.initial === '' ? [] : [{ id: 'dot:', width: DOT, height: DOT }]),
      ...graph.nodes.filter((node) => node.parent === '').map((node) => elkNode(graph, node)),
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
  return { signature: signatureOf(graph), down: await place(graph, 'DOWN'), right: await place(graph, 'RIGHT') };
}
