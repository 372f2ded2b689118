/** Plain data as rows of a tree: only what is open is walked, so a large state costs what is seen of it. Pure. */
import type { DataFrame } from './frame.ts';

export interface DataRow {
  /** Keys from the root joined with `/`; unique. */
  readonly path: string;
  readonly depth: number;
  readonly name: string;
  /** Undefined for a branch that is open. */
  readonly value: string | undefined;
  readonly branch: boolean;
  readonly open: boolean;
  readonly change: 'none' | 'changed' | 'added' | 'inside';
  /** Its value before, for the tooltip. */
  readonly was: string | undefined;
}

/** How many entries of one list or record are shown; the rest is one row. */
const MOST = 60;

interface Grown {
  readonly full: readonly (readonly unknown[])[];
  readonly tail: readonly unknown[];
  readonly length: number;
}

/** A kernel `AppendList`: shown as the list it is. */
const isGrown = (value: object): value is Grown => 'full' in value && 'tail' in value && 'length' in value && Object.keys(value).length === 3;

function entriesOf(value: unknown): { readonly entries: readonly (readonly [string, unknown])[]; readonly left: number } | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  if (Array.isArray(value)) return { entries: value.slice(0, MOST).map((item, at) => [`${at}`, item] as const), left: Math.max(0, value.length - MOST) };
  if (isGrown(value)) {
    const last = [...(value.full[value.full.length - 1] ?? []), ...value.tail].slice(-MOST);
    const start = value.length - last.length;
    return { entries: last.map((item, at) => [`${start + at}`, item] as const), left: start };
  }
  const keys = Object.keys(value);
  return { entries: keys.slice(0, MOST).map((key) => [key, (value as Record<string, unknown>)[key]] as const), left: Math.max(0, keys.length - MOST) };
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

/** A value in one line. */
export function inLine(value: unknown, room = 60): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'string') return `"${value.length > room ? `${value.slice(0, room)}…` : value}"`;
  if (value instanceof Uint8Array) return `${value.length} bytes ${[...value.subarray(0, 8)].map(hex).join(' ')}${value.length > 8 ? ' …' : ''}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) {
    if (value.length <= 8 && value.every((item) => typeof item !== 'object' || item === null)) return `[${value.map((item) => inLine(item, 16)).join(', ')}]`;
    return `[${value.length}]`;
  }
  if (isGrown(value)) return `[${value.length}]`;
  const keys = Object.keys(value);
  return keys.length === 0 ? '{}' : `{${keys.slice(0, 4).join(', ')}${keys.length > 4 ? ', …' : ''}}`;
}

const simple = (value: unknown): boolean => !entriesOf(value) || inLine(value).startsWith('[') && inLine(value) !== `[${(value as readonly unknown[]).length}]` || inLine(value) === '{}';

export function layoutData(frame: DataFrame, open: ReadonlySet<string>): readonly DataRow[] {
  const rows: DataRow[] = [];
  const walk = (value: unknown, before: unknown, compared: boolean, name: string, path: string, depth: number): void => {
    const inside = simple(value) ? undefined : entriesOf(value);
    const isOpen = inside !== undefined && (depth === 0 || open.has(path));
    const same = !compared || Object.is(value, before) || (!inside && inLine(value, 1e9) === inLine(before, 1e9));
    const change = same ? 'none' : before === undefined ? 'added' : inside ? 'inside' : 'changed';
    if (depth > 0) rows.push({ path, depth, name, value: isOpen ? undefined : inLine(value), branch: inside !== undefined, open: isOpen, change, was: change === 'changed' ? inLine(before) : undefined });
    if (!inside || !isOpen) return;
    const old = entriesOf(before);
    const was = new Map(old?.entries ?? []);
    for (const [key, item] of inside.entries) walk(item, was.get(key), compared && !Object.is(value, before), key, depth === 0 ? key : `${path}/${key}`, depth + 1);
    if (inside.left > 0) rows.push({ path: `${path}/…`, depth: depth + 1, name: '…', value: `${inside.left}`, branch: false, open: false, change: 'none', was: undefined });
  };
  walk(frame.value, frame.before?.value, frame.before !== undefined, '', '', 0);
  return rows;
}
