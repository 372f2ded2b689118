/** POSIX regular expressions as JavaScript's: in basic ones `\(`, `\|`, `\+`, `\?` and `\{` are what `(`, `|`, `+`, `?` and `{` are in extended ones. */

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z', digit: '0-9', alnum: 'A-Za-z0-9', space: '\\s', upper: 'A-Z', lower: 'a-z', punct: '!-\\/:-@\\[-`{-~', blank: ' \\t', xdigit: '0-9A-Fa-f',
};
export const LONGEST_EXPRESSION = 1_000;

/**
 * Whether JavaScript's engine may take as good as for ever: a repetition, or what may be left out, inside a repetition; and repeated
 * alternatives that may begin alike.
 */
export function mayTakeTooLong(source: string): boolean {
  if (/(?:[*+}]|[^(]\?)\)?[^()]*\)[*+{]/.test(source)) return true;
  return [...source.matchAll(/\((?:\?:)?([^()]*\|[^()]*)\)[*+{]/g)].some(([, alternatives]) => {
    const firsts = alternatives!.split('|').map((one) => one[0] ?? '');
    return new Set(firsts).size < firsts.length || firsts.some((first) => !/[\p{L}\p{N}_-]/u.test(first));
  });
}

export type PatternKind = 'basic' | 'extended' | 'fixed';

const literal = (char: string): string => (/[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char);

function bracket(pattern: string, from: number): { readonly source: string; readonly end: number } | undefined {
  let at = from + 1;
  let source = '[';
  if (pattern[at] === '^') {
    source += '^';
    at++;
  }
  for (let first = true; at < pattern.length; first = false) {
    const char = pattern[at]!;
    if (char === ']' && !first) return { source: `${source}]`, end: at };
    if (char === '[' && pattern[at + 1] === ':') {
      const close = pattern.indexOf(':]', at);
      const known = close < 0 ? undefined : CLASSES[pattern.slice(at + 2, close)];
      if (known === undefined) return undefined;
      source += known;
      at = close + 2;
      continue;
    }
    source += /[\\[\]^]/.test(char) ? `\\${char}` : char;
    at++;
  }
  return undefined;
}

function translated(pattern: string, kind: 'basic' | 'extended'): string | undefined {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    const isSpecial = '(){}|+?'.includes(char);
    if (char === '\\') {
      const next = pattern[++at];
      if (next === undefined) return undefined;
      if ('(){}|+?'.includes(next)) source += kind === 'basic' ? next : `\\${next}`;
      else if (/[wWsSbBdD]/.test(next)) source += `\\${next}`;
      else if (next === '<' || next === '>') source += '\\b';
      else if (/[1-9]/.test(next)) source += `\\${next}`;
      else source += literal(next);
    } else if (char === '[') {
      const set = bracket(pattern, at);
      if (set === undefined) return undefined;
      source += set.source;
      at = set.end;
    } else if (char === '*' && (source === '' || source.endsWith('(') || source.endsWith('|') || source === '^')) source += '\\*';
    else if (isSpecial) source += kind === 'extended' ? char : `\\${char}`;
    else source += char === '.' || char === '*' || char === '^' || char === '$' ? char : literal(char);
  }
  return source;
}

/** Several patterns stand on lines of their own. What would take JavaScript's engine too long is refused in words. */
export function patternSource(
  patterns: string,
  kind: PatternKind,
  options: { readonly isWord?: boolean; readonly isWhole?: boolean } = {},
): { readonly source: string } | { readonly problem: string } {
  if (patterns.length > LONGEST_EXPRESSION) return { problem: 'regular expression too big' };
  const sources: string[] = [];
  for (const pattern of patterns.split('\n')) {
    const source = kind === 'fixed' ? [...pattern].map(literal).join('') : translated(pattern, kind);
    if (source === undefined) return { problem: pattern.endsWith('\\') ? 'Trailing backslash' : 'Unmatched [, [^, [:, [., or [=' };
    sources.push(source);
  }
  let source = sources.length === 1 ? sources[0]! : sources.map((one) => `(?:${one})`).join('|');
  if (options.isWord === true) source = `\\b(?:${source})\\b`;
  if (options.isWhole === true) source = `^(?:${source})$`;
  if (mayTakeTooLong(source)) return { problem: 'repetition inside a repetition is not modelled here' };
  try {
    new RegExp(source, 'u');
  } catch {
    return { problem: /\((?![^()]*\))/.test(source) ? 'Unmatched ( or \\(' : 'Invalid regular expression' };
  }
  return { source };
}
