/**
 * A running machine's definition as a plain graph: states by path, transitions by source, target and label.
 * What is drawn is read from the machine itself, so the picture cannot say anything the program does not do.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate';

export type StateKind = 'atomic' | 'compound' | 'parallel' | 'final' | 'history';

export interface ChartNode {
  /** Keys from the root joined with dots; the root itself is not a node. */
  readonly path: string;
  readonly name: string;
  readonly kind: StateKind;
  /** Path of the enclosing state, empty at the top. */
  readonly parent: string;
  /** Path of the child entered first, empty if there is none. */
  readonly initial: string;
  /** Transitions that stay inside: written in the box, one line each. */
  readonly inside: readonly string[];
}

export interface ChartTransition {
  /** Protocol event; empty for a transition taken at once. */
  readonly event: string;
  readonly guard: string;
  /** Name of the delay for `after`, else empty. */
  readonly delay: string;
}

/** All transitions of one direction between two states are one line with several labels. */
export interface ChartEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly transitions: readonly ChartTransition[];
}

export interface ChartGraph {
  readonly machine: string;
  /** Path of the first state, empty if the root is parallel. */
  readonly initial: string;
  readonly nodes: readonly ChartNode[];
  readonly edges: readonly ChartEdge[];
}

interface RawTransition {
  readonly eventType: string;
  readonly guard?: unknown;
  readonly target?: readonly AnyStateNode[] | undefined;
  readonly actions?: readonly unknown[];
}

const pathOf = (node: AnyStateNode): string => node.path.join('.');

/** Name of a guard or an action as the chart spells it; an inline function has none. */
function nameOf(thing: unknown): string {
  if (typeof thing === 'string') return thing;
  if (thing === null || thing === undefined) return '';
  if (typeof thing === 'function') return '';
  const type = (thing as { readonly type?: unknown }).type;
  return typeof type === 'string' ? type : '';
}

const DELAYED = /^xstate\.after\.(.+?)\.[^.]*(?:\..*)?$/;

function labelOf(raw: RawTransition, machine: string): ChartTransition {
  const guard = nameOf(raw.guard);
  if (raw.eventType === '') return { event: '', guard, delay: '' };
  const delayed = DELAYED.exec(raw.eventType);
  if (delayed?.[1] !== undefined) {
    const delay = delayed[1];
    return { event: '', guard, delay: /^\d+$/.test(delay) ? `${delay} ms` : delay };
  }
  const done = raw.eventType.startsWith('xstate.done.state.');
  return { event: done ? raw.eventType.slice('xstate.done.state.'.length).replace(`${machine}.`, 'done ') : raw.eventType, guard, delay: '' };
}

/** One label in one line: `event`, `after delay`, `[guard]`. */
export function labelText(transition: ChartTransition): string {
  const parts: string[] = [];
  if (transition.delay !== '') parts.push(`after ${transition.delay}`);
  else if (transition.event !== '') parts.push(transition.event);
  if (transition.guard !== '') parts.push(`[${transition.guard}]`);
  return parts.length === 0 ? 'always' : parts.join(' ');
}

function transitionsOf(node: AnyStateNode): readonly RawTransition[] {
  const found: RawTransition[] = [];
  for (const [, list] of node.transitions) for (const one of list) found.push(one as unknown as RawTransition);
  for (const one of node.always ?? []) found.push(one as unknown as RawTransition);
  return found;
}

/** Reads a machine's definition. Order is the order of the chart, so the same machine always gives the same graph. */
export function graphOf(machine: AnyStateMachine): ChartGraph {
  const root = machine.root as AnyStateNode;
  const nodes: ChartNode[] = [];
  const edges = new Map<string, { from: string; to: string; transitions: ChartTransition[] }>();

  const visit = (node: AnyStateNode): void => {
    const from = pathOf(node);
    const inside: string[] = [];
    for (const raw of transitionsOf(node)) {
      const label = labelOf(raw, root.key);
      if (!raw.target || raw.target.length === 0) {
        const actions = (raw.actions ?? []).map(nameOf).filter((name) => name !== '' && !name.startsWith('xstate.'));
        const line = labelText(label) + (actions.length > 0 ? ` / ${actions.join(', ')}` : '');
        if (!inside.includes(line)) inside.push(line);
        continue;
      }
      for (const target of raw.target) {
        const to = pathOf(target);
        const id = `${from}>${to}`;
        const edge = edges.get(id) ?? { from, to, transitions: [] };
        edges.set(id, edge);
        if (!edge.transitions.some((known) => labelText(known) === labelText(label))) edge.transitions.push(label);
      }
    }
    if (node !== root) {
      const first = node.initial?.target?.[0];
      nodes.push({
        path: from,
        name: node.key,
        kind: node.type,
        parent: node.parent && node.parent !== root ? pathOf(node.parent) : '',
        initial: node.type === 'compound' && first ? pathOf(first) : '',
        inside,
      });
    }
    for (const child of Object.values(node.states) as AnyStateNode[]) visit(child);
  };
  visit(root);

  const first = root.type === 'compound' ? root.initial?.target?.[0] : undefined;
  return {
    machine: machine.id,
    initial: first ? pathOf(first) : '',
    nodes,
    edges: [...edges].map(([id, edge]) => ({ id, ...edge })),
  };
}

/** Everything that matters to a drawing as one short name: positions are kept under it, so stale ones are not found. */
export function signatureOf(graph: ChartGraph): string {
  let hash = 0x811c9dc5;
  const text = JSON.stringify(graph);
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return `${graph.machine}-${hash.toString(16).padStart(8, '0')}`;
}

/** Paths that are active for a state value, outermost first: `{ leading: 'broadcast' }` gives `leading`, `leading.broadcast`. */
export function activePaths(value: unknown, prefix = ''): readonly string[] {
  const at = (key: string): string => (prefix === '' ? key : `${prefix}.${key}`);
  if (typeof value === 'string') return [at(value)];
  if (typeof value !== 'object' || value === null) return [];
  const found: string[] = [];
  for (const [key, inner] of Object.entries(value)) found.push(at(key), ...activePaths(inner, at(key)));
  return found;
}
