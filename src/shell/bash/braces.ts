/** `{a,b}` and `{1..9}`: one word becomes several, before anything else is done with it (bash, "Brace Expansion"). */
import type { Part, Word } from './lexer.ts';

/** A character that may mean something, or a part that only stands there. */
type Atom = string | Part;

/** More words than this are not made of one: it stays as it is. */
const MOST_WORDS = 10_000;

function atomsOf(word: Word): Atom[] {
  return word.flatMap((part): Atom[] => (part.type === 'text' && !part.quoted ? [...part.text] : [part]));
}

function wordOf(atoms: readonly Atom[]): Word {
  const parts: Part[] = [];
  let plain = '';
  const flush = (): void => {
    if (plain !== '') parts.push({ type: 'text', text: plain, quoted: false });
    plain = '';
  };
  for (const atom of atoms) {
    if (typeof atom === 'string') plain += atom;
    else {
      flush();
      parts.push(atom);
    }
  }
  flush();
  return parts;
}

interface Braces {
  readonly open: number;
  readonly close: number;
  /** Of the commas that stand directly inside. */
  readonly commas: readonly number[];
}

/** The first pair that means something. */
function bracesIn(atoms: readonly Atom[]): { readonly braces: Braces; readonly alternatives: readonly (readonly Atom[])[] } | undefined {
  const open: { readonly at: number; readonly commas: number[] }[] = [];
  const pairs: Braces[] = [];
  for (const [at, atom] of atoms.entries()) {
    if (atom === '{') open.push({ at, commas: [] });
    else if (atom === ',') open.at(-1)?.commas.push(at);
    else if (atom === '}') {
      const pair = open.pop();
      if (pair) pairs.push({ open: pair.at, close: at, commas: pair.commas });
    }
  }
  for (const braces of pairs.sort((a, b) => a.open - b.open)) {
    const alternatives = braces.commas.length > 0 ? between(atoms, braces) : rangeOf(atoms.slice(braces.open + 1, braces.close));
    if (alternatives) return { braces, alternatives };
  }
  return undefined;
}

function between(atoms: readonly Atom[], { open, close, commas }: Braces): readonly (readonly Atom[])[] {
  const ends = [...commas, close];
  return ends.map((end, at) => atoms.slice(at === 0 ? open + 1 : ends[at - 1]! + 1, end));
}

/** `1..9`, `01..12`, `9..1`, `1..9..2`, `a..e`. */
function rangeOf(atoms: readonly Atom[]): readonly (readonly Atom[])[] | undefined {
  if (atoms.length > 64 || atoms.some((atom) => typeof atom !== 'string')) return undefined;
  const [, from, to, by] = /^(-?\d{1,15}|[A-Za-z])\.\.(-?\d{1,15}|[A-Za-z])(?:\.\.(-?\d{1,15}))?$/.exec(atoms.join('')) ?? [];
  if (from === undefined || to === undefined || /\d/.test(from) !== /\d/.test(to)) return undefined;
  const isNumber = /\d/.test(from);
  const first = isNumber ? Number(from) : from.charCodeAt(0);
  const last = isNumber ? Number(to) : to.charCodeAt(0);
  const step = Math.abs(Number(by ?? 1)) || 1;
  const count = Math.floor(Math.abs(last - first) / step) + 1;
  if (count > MOST_WORDS) return undefined;
  const width = [from, to].some((end) => /^-?0\d/.test(end)) ? Math.max(from.length, to.length) : 0;
  return Array.from({ length: count }, (_, at) => {
    const value = first + Math.sign(last - first) * step * at;
    if (!isNumber) return [String.fromCharCode(value)];
    return [...(value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0'))];
  });
}

export function withBraces(word: Word): readonly Word[] {
  if (!word.some((part) => part.type === 'text' && !part.quoted && part.text.includes('{'))) return [word];
  const words: (readonly Atom[])[] = [];
  const open: (readonly Atom[])[] = [atomsOf(word)];
  for (let atoms = open.pop(); atoms; atoms = open.pop()) {
    const found = bracesIn(atoms);
    if (!found) {
      words.push(atoms);
      continue;
    }
    const before = atoms.slice(0, found.braces.open);
    const after = atoms.slice(found.braces.close + 1);
    if (words.length + open.length + found.alternatives.length > MOST_WORDS) return [word];
    for (const alternative of found.alternatives.toReversed()) open.push([...before, ...alternative, ...after]);
  }
  return words.filter((atoms) => atoms.length > 0).map(wordOf);
}
