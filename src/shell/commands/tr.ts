import { failed, filterCommand, flags, invalidOption } from '../command.ts';
import { missingOperand } from './shared.ts';

const TRY = "Try 'tr --help' for more information.";
const BYTES = 256;
const range = (from: string, to: string): readonly number[] => Array.from({ length: to.charCodeAt(0) - from.charCodeAt(0) + 1 }, (_, at) => from.charCodeAt(0) + at);
const UPPER = range('A', 'Z');
const LOWER = range('a', 'z');
const DIGITS = range('0', '9');
const GRAPH = range('!', '~');
const sorted = (...sets: readonly (readonly number[])[]): readonly number[] => sets.flat().sort((a, b) => a - b);
/** Of the C locale, each in the order of its bytes. */
const CLASSES: Readonly<Record<string, readonly number[]>> = {
  alnum: sorted(UPPER, LOWER, DIGITS),
  alpha: sorted(UPPER, LOWER),
  blank: [9, 32],
  cntrl: [...range('\0', '\x1f'), 127],
  digit: DIGITS,
  graph: GRAPH,
  lower: LOWER,
  print: [32, ...GRAPH],
  punct: GRAPH.filter((byte) => !UPPER.includes(byte) && !LOWER.includes(byte) && !DIGITS.includes(byte)),
  space: [9, 10, 11, 12, 13, 32],
  upper: UPPER,
  xdigit: sorted(DIGITS, range('A', 'F'), range('a', 'f')),
};
const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** A piece of a set: its bytes; `times` of `[x*n]`, null: as many as the other set wants. */
interface Piece {
  readonly bytes: readonly number[];
  readonly className?: string;
  readonly times?: number | null;
}

class Wrong extends Error {}

/** A set as `tr` writes it: characters, escapes, ranges, `[:class:]`, `[=x=]`, `[x*n]`. */
function piecesOf(text: string): readonly Piece[] {
  const bytes = [...new TextEncoder().encode(text)];
  /** Characters with whether a backslash stood before each. */
  const units: { readonly byte: number; readonly isEscaped: boolean }[] = [];
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 92 || at === bytes.length - 1) {
      units.push({ byte: bytes[at]!, isEscaped: false });
      continue;
    }
    const rest = String.fromCharCode(...bytes.slice(at + 1, at + 4));
    const octal = /^(?:[0-3][0-7]{0,2}|[4-7][0-7]?)/.exec(rest)?.[0];
    units.push({ byte: octal === undefined ? (ESCAPES[rest[0]!] ?? bytes[at + 1]!) : parseInt(octal, 8), isEscaped: true });
    at += octal?.length ?? 1;
  }
  const plain = (at: number): string => (units[at] === undefined || units[at].isEscaped ? '' : String.fromCharCode(units[at].byte));
  const pieces: Piece[] = [];
  for (let at = 0; at < units.length; at++) {
    const source = units.slice(at).map((_, i) => plain(at + i) || '\uffff').join('');
    const [whole, name] = /^\[:([^\uffff]*?):\]/.exec(source) ?? [];
    if (whole !== undefined && name !== undefined) {
      if (!Object.hasOwn(CLASSES, name)) throw new Wrong(name === '' ? "missing character class name '[::]'" : `invalid character class ‘${name}’`);
      pieces.push({ bytes: CLASSES[name]!, className: name });
      at += whole.length - 1;
      continue;
    }
    const repeat = /^\[[^](\*)(\d*)\]/.exec(source);
    if (repeat !== null) {
      const count = repeat[2]!.startsWith('0') ? parseInt(repeat[2]!, 8) : Number(repeat[2] === '' ? 0 : repeat[2]);
      pieces.push({ bytes: [units[at + 1]!.byte], times: count === 0 ? null : count });
      at += repeat[0].length - 1;
      continue;
    }
    if (/^\[=[^]=\]/.test(source)) {
      pieces.push({ bytes: [units[at + 2]!.byte] });
      at += 4;
      continue;
    }
    const from = units[at]!.byte;
    const to = units[at + 2]?.byte;
    if (plain(at + 1) === '-' && to !== undefined) {
      if (to < from) throw new Wrong(`range-endpoints of '${String.fromCharCode(from)}-${String.fromCharCode(to)}' are in reverse collating sequence order`);
      pieces.push({ bytes: range(String.fromCharCode(from), String.fromCharCode(to)) });
      at += 2;
      continue;
    }
    pieces.push({ bytes: [from] });
  }
  return pieces;
}

function expanded(pieces: readonly Piece[], wanted = 0): readonly number[] {
  const known = pieces.reduce((sum, { bytes, times }) => sum + (times === undefined ? bytes.length : (times ?? 0)), 0);
  return pieces.flatMap(({ bytes, times }) => (times === undefined ? bytes : Array.from({ length: Math.min(times ?? Math.max(0, wanted - known), 100_000) }, () => bytes[0]!)));
}

interface Tr {
  /** By byte: what it becomes; -1: nothing. */
  readonly map: readonly number[];
  readonly squeezed: readonly number[];
  /** The byte that was written last. */
  readonly last: number;
}

const isCase = ({ className }: Piece): boolean => className === 'upper' || className === 'lower';

/** Where each class begins among the bytes of a set. */
function starts(pieces: readonly Piece[], wanted: number): ReadonlyMap<number, Piece> {
  const found = new Map<number, Piece>();
  for (const [at, piece] of pieces.entries()) if (piece.className !== undefined) found.set(expanded(pieces, wanted).length - expanded(pieces.slice(at), 0).length, piece);
  return found;
}

function translation(first: readonly Piece[], second: readonly Piece[], isComplement: boolean, truncates: boolean): number[] {
  const own = expanded(first);
  const from = isComplement ? Array.from({ length: BYTES }, (_, byte) => byte).filter((byte) => !own.includes(byte)) : own;
  const to = expanded(second, from.length);
  const last = second.at(-1);
  if (second.some((piece) => piece.className !== undefined && !isCase(piece))) throw new Wrong("when translating, the only character classes that may appear in\nstring2 are 'upper' and 'lower'");
  if (isComplement && first.some(({ className }) => className !== undefined) && new Set(to).size > 1) throw new Wrong('when translating with complemented character classes,\nstring2 must map all characters in the domain to one');
  if (from.length > to.length && !truncates) {
    if (to.length === 0) throw new Wrong('when not truncating set1, string2 must be non-empty');
    if (last?.className !== undefined) throw new Wrong('when translating with string1 longer than string2,\nthe latter string must not end with a character class');
  }
  const classes = starts(first, 0);
  for (const [at, piece] of starts(second, from.length)) if (isCase(piece) && !(classes.has(at) && isCase(classes.get(at)!))) throw new Wrong('misaligned [:upper:] and/or [:lower:] construct');
  const map = Array.from({ length: BYTES }, (_, byte) => byte);
  for (const [at, byte] of from.entries()) {
    const becomes = to[at] ?? (truncates ? undefined : to.at(-1));
    if (becomes !== undefined) map[byte] = becomes;
  }
  return map;
}

function setsOf(given: ReadonlySet<string>, sets: readonly string[]): Pick<Tr, 'map' | 'squeezed'> {
  const has = (...names: string[]): boolean => names.some((name) => given.has(name));
  const deletes = has('-d', '--delete');
  const squeezes = has('-s', '--squeeze-repeats');
  const isComplement = has('-c', '-C', '--complement');
  const [first = '', second] = sets;
  const pieces = piecesOf(first);
  if (pieces.some(({ times }) => times !== undefined)) throw new Wrong('the [c*] repeat construct may not appear in string1');
  const other = second === undefined ? undefined : piecesOf(second);
  const own = expanded(pieces);
  const chosen = Array.from({ length: BYTES }, (_, byte) => byte).filter((byte) => own.includes(byte) !== isComplement);
  const identity = Array.from({ length: BYTES }, (_, byte) => byte);
  if (deletes) return { map: identity.map((byte) => (chosen.includes(byte) ? -1 : byte)), squeezed: squeezes ? expanded(other ?? [], BYTES) : [] };
  if (other === undefined) return { map: identity, squeezed: chosen };
  return { map: translation(pieces, other, isComplement, has('-t', '--truncate-set1')), squeezed: squeezes ? expanded(other, chosen.length) : [] };
}

export const tr = filterCommand<Tr>('tr', { en: 'translates, deletes or squeezes characters', 'zh-CN': '替换、删除或压缩字符' }, {
  begin(args) {
    const read = flags(args, ['-c', '-C', '-d', '-s', '-t', '--complement', '--delete', '--squeeze-repeats', '--truncate-set1'], [], true);
    if ('unknown' in read) return invalidOption('tr', read.unknown);
    const { given, rest } = read;
    const deletes = given.has('-d') || given.has('--delete');
    const squeezes = given.has('-s') || given.has('--squeeze-repeats');
    const wanted = deletes === squeezes ? 2 : 1;
    if (rest.length === 0) return missingOperand('tr');
    if (rest.length < wanted) return failed(`tr: missing operand after ‘${rest[0]!}’\nTwo strings must be given when ${deletes ? 'both deleting and squeezing repeats' : 'translating'}.\n${TRY}`);
    const most = deletes && !squeezes ? 1 : 2;
    if (rest.length > most) return failed(`tr: extra operand ‘${rest[most]!}’\n${most === 1 && rest.length === 2 ? 'Only one string may be given when deleting without squeezing repeats.\n' : ''}${TRY}`);
    try {
      return { type: 'filter', state: { ...setsOf(given, rest), last: -1 } };
    } catch (problem) {
      if (problem instanceof Wrong) return failed(`tr: ${problem.message}`);
      throw problem;
    }
  },
  push(state, chunk) {
    const written: number[] = [];
    let { last } = state;
    for (const byte of new TextEncoder().encode(chunk)) {
      const becomes = state.map[byte]!;
      if (becomes < 0 || (becomes === last && state.squeezed.includes(becomes))) continue;
      written.push(becomes);
      last = becomes;
    }
    return { state: { ...state, last }, stdout: new TextDecoder().decode(new Uint8Array(written)) };
  },
  end: () => ({ stdout: '', stderr: '', exitCode: 0 }),
});
