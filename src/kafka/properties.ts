/** The format of Java's .properties files. */
export interface Property {
  readonly key: string;
  readonly value: string;
  /** Line of the file where the entry begins, from 1. */
  readonly line: number;
}

/** java.util.Properties: `#` and `!` begin a comment only at the start of a line; the first `=`, `:` or blank ends the key. */
export function parseProperties(source: string): readonly Property[] {
  const physical = source.split(/\r\n|\n|\r/);
  const found: Property[] = [];
  for (let i = 0; i < physical.length; i++) {
    const line = i + 1;
    let logical = physical[i]!.replace(/^[ \t\f]+/, '');
    if (logical === '' || logical.startsWith('#') || logical.startsWith('!')) continue;
    while (endsWithOddBackslashes(logical) && i + 1 < physical.length) logical = logical.slice(0, -1) + physical[++i]!.replace(/^[ \t\f]+/, '');
    let end = 0;
    while (end < logical.length && !'=: \t\f'.includes(logical[end]!)) end += logical[end] === '\\' ? 2 : 1;
    let start = end;
    while (start < logical.length && ' \t\f'.includes(logical[start]!)) start++;
    if (logical[start] === '=' || logical[start] === ':') start++;
    while (start < logical.length && ' \t\f'.includes(logical[start]!)) start++;
    found.push({ key: unescape(logical.slice(0, end)), value: unescape(logical.slice(start)), line });
  }
  return found;
}

function endsWithOddBackslashes(line: string): boolean {
  let count = 0;
  while (count < line.length && line[line.length - 1 - count] === '\\') count++;
  return count % 2 === 1;
}

function unescape(raw: string): string {
  return raw.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_, escaped: string) => {
    if (escaped.length === 5) return String.fromCharCode(parseInt(escaped.slice(1), 16));
    return { t: '\t', n: '\n', r: '\r', f: '\f' }[escaped] ?? escaped;
  });
}
