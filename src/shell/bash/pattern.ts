/** Patterns of `case`, `[[` and `${A#…}`: `*`, `?`, `[…]` over any characters. `\` takes the meaning from what follows it. */

type Unit = { readonly type: 'star' } | { readonly type: 'one'; fits(char: string): boolean };

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/, alpha: /[A-Za-z]/, blank: /[ \t]/, digit: /[0-9]/, lower: /[a-z]/, punct: /[!-/:-@[-`{-~]/, space: /\s/, upper: /[A-Z]/, xdigit: /[0-9A-Fa-f]/,
};

/** The set that begins behind the `[` at `from`; undefined: it is none. */
function setOf(chars: readonly string[], from: number): { readonly unit: Unit; readonly end: number } | undefined {
  let at = from;
  const isNegated = chars[at] === '!' || chars[at] === '^';
  if (isNegated) at++;
  const tests: ((char: string) => boolean)[] = [];
  for (let isFirst = true; at < chars.length; isFirst = false) {
    if (chars[at] === ']' && !isFirst) return { unit: { type: 'one', fits: (char) => tests.some((test) => test(char)) !== isNegated }, end: at };
    const [whole, name] = /^\[:(\w+):\]/.exec(chars.slice(at, at + 12).join('')) ?? [];
    if (whole !== undefined && Object.hasOwn(CLASSES, name!)) {
      const expression = CLASSES[name!]!;
      tests.push((char) => expression.test(char));
      at += whole.length;
      continue;
    }
    if (chars[at] === '\\') at++;
    const low = chars[at++];
    if (low === undefined) return undefined;
    if (chars[at] === '-' && chars[at + 1] !== undefined && chars[at + 1] !== ']') {
      const high = chars[at + 1] === '\\' ? chars[at + 2] : chars[at + 1];
      at += chars[at + 1] === '\\' ? 3 : 2;
      if (high === undefined) return undefined;
      tests.push((char) => char >= low && char <= high);
    } else tests.push((char) => char === low);
  }
  return undefined;
}

function unitsOf(pattern: string): Unit[] {
  const chars = [...pattern];
  const units: Unit[] = [];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at]!;
    if (char === '*') {
      if (units.at(-1)?.type !== 'star') units.push({ type: 'star' });
      continue;
    }
    if (char === '?') {
      units.push({ type: 'one', fits: () => true });
      continue;
    }
    const set = char === '[' ? setOf(chars, at + 1) : undefined;
    if (set) {
      units.push(set.unit);
      at = set.end;
      continue;
    }
    const wanted = char === '\\' ? (chars[++at] ?? '\\') : char;
    units.push({ type: 'one', fits: (one) => one === wanted });
  }
  return units;
}

/** Numbers of characters from `from` on that the pattern can stand for, ascending: all its ways at once, one character after the other. */
function lengths(units: readonly Unit[], chars: readonly string[], from: number): number[] {
  const found: number[] = [];
  let reached = new Set<number>();
  const reach = (state: number, into: Set<number>): void => {
    into.add(state);
    if (units[state]?.type === 'star') reach(state + 1, into);
  };
  reach(0, reached);
  for (let at = from; ; at++) {
    if (reached.has(units.length)) found.push(at - from);
    if (at >= chars.length || reached.size === 0) return found;
    const next = new Set<number>();
    for (const state of reached) {
      const unit = units[state];
      if (unit?.type === 'star') reach(state, next);
      else if (unit?.fits(chars[at]!) === true) reach(state + 1, next);
    }
    reached = next;
  }
}

export function matchesPattern(text: string, pattern: string): boolean {
  const chars = [...text];
  return lengths(unitsOf(pattern), chars, 0).at(-1) === chars.length;
}

/** Without the shortest, or the longest, beginning that fits. */
export function withoutPrefix(text: string, pattern: string, isLongest: boolean): string {
  const chars = [...text];
  return chars.slice(lengths(unitsOf(pattern), chars, 0).at(isLongest ? -1 : 0) ?? 0).join('');
}

/** Without the shortest, or the longest, end that fits. */
export function withoutSuffix(text: string, pattern: string, isLongest: boolean): string {
  const chars = [...text];
  const length = lengths(unitsOf(pattern).reverse(), chars.toReversed(), 0).at(isLongest ? -1 : 0) ?? 0;
  return chars.slice(0, chars.length - length).join('');
}

/** The longest piece that fits is replaced; `where`: the first one, all, only at the beginning, only at the end. */
export function replaced(text: string, pattern: string, by: string, where: 'first' | 'all' | 'prefix' | 'suffix'): string {
  if (pattern === '') return text;
  const chars = [...text];
  const units = unitsOf(pattern);
  if (where === 'suffix') {
    const length = lengths(unitsOf(pattern).reverse(), chars.toReversed(), 0).at(-1);
    return length === undefined ? text : chars.slice(0, chars.length - length).join('') + by;
  }
  let made = '';
  for (let at = 0; at < chars.length; ) {
    const length = lengths(units, chars, at).at(-1) ?? 0;
    if (length > 0) {
      made += by;
      at += length;
      if (where !== 'all') return made + chars.slice(at).join('');
    } else {
      if (where === 'prefix') return text;
      made += chars[at++]!;
    }
  }
  return made;
}
