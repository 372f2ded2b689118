/** What `read` makes of its input (bash, "Bash Builtins"). */

export const DEFAULT_IFS = ' \t\n';

/**
 * One line with what is behind it; undefined: it has to be waited for. Without `-r` a backslash at its end makes one line of two.
 * `isComplete`: a newline ended it.
 */
export function takeLine(text: string, isRaw: boolean, hasEnded: boolean): { readonly line: string; readonly rest: string; readonly isComplete: boolean } | undefined {
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
    if (!isRaw && /(?:^|[^\\])(?:\\\\)*\\$/.test(text.slice(0, end))) continue;
    return { line: text.slice(0, end), rest: text.slice(end + 1), isComplete: true };
  }
  return hasEnded ? { line: text, rest: '', isComplete: false } : undefined;
}

/** A character, and whether a backslash stood before it. */
interface Char {
  readonly char: string;
  readonly isEscaped: boolean;
}

function charsOf(line: string, isRaw: boolean): Char[] {
  const chars: Char[] = [];
  for (let at = 0; at < line.length; at++) {
    if (isRaw || line[at] !== '\\') chars.push({ char: line[at]!, isEscaped: false });
    else if (line[++at] !== '\n' && at < line.length) chars.push({ char: line[at]!, isEscaped: true });
  }
  return chars;
}

/** As many fields as there are names; the last one has all that is left. */
export function readFields(line: string, ifs: string, count: number, isRaw: boolean): string[] {
  const chars = charsOf(line, isRaw);
  const separates = ({ char, isEscaped }: Char): boolean => !isEscaped && ifs.includes(char);
  const isBlank = (one: Char | undefined): boolean => one !== undefined && separates(one) && DEFAULT_IFS.includes(one.char);
  let at = 0;
  const skipBlanks = (): void => {
    while (isBlank(chars[at])) at++;
  };
  /** One field, and what separates it from the next. */
  const field = (): string => {
    let text = '';
    for (; at < chars.length && !separates(chars[at]!); at++) text += chars[at]!.char;
    skipBlanks();
    if (at < chars.length && separates(chars[at]!)) {
      at++;
      skipBlanks();
    }
    return text;
  };
  skipBlanks();
  const fields: string[] = [];
  while (fields.length < count - 1) fields.push(field());
  const from = at;
  const alone = field();
  if (at >= chars.length) return [...fields, alone];
  let end = chars.length;
  while (end > from && isBlank(chars[end - 1])) end--;
  return [...fields, chars.slice(from, end).map(({ char }) => char).join('')];
}

/** Without names: the line as it is. */
export function wholeLine(line: string, isRaw: boolean): string {
  return charsOf(line, isRaw).map(({ char }) => char).join('');
}
