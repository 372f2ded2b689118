/** A shell's text in words and operators, by bash's rules of quoting. What is not finished (an open quote, a here-document) asks for more. */

export type Part =
  /** `quoted` text is taken as it is; other text may hold `*`, `?`, `[` and a leading `~`. */
  | { readonly type: 'text'; readonly text: string; readonly quoted: boolean }
  /** `otherwise`: what stands for one that is not set or empty, `${A:-x}`. */
  | { readonly type: 'variable'; readonly name: string; readonly quoted: boolean; readonly otherwise?: Word; readonly operation?: Operation }
  /** `$(…)` and backticks. */
  | { readonly type: 'substitution'; readonly line: string; readonly quoted: boolean }
  /** `$((…))`. */
  | { readonly type: 'arithmetic'; readonly expression: Word; readonly quoted: boolean };

export type Word = readonly Part[];

/** What is done to a variable's value before it stands there: `${A%.log}`, `${#A}`, `${A/x/y}`. */
export interface Operation {
  /** As it is written; `length`: `${#A}`. */
  readonly operator: 'length' | '-' | '=' | ':=' | '+' | ':+' | '#' | '##' | '%' | '%%' | '/' | '//' | '/#' | '/%' | '^' | '^^' | ',' | ',,' | ':';
  readonly word: Word;
  /** What `${A/x/y}` puts there; the length of `${A:1:2}`. */
  readonly second?: Word;
}

interface WordToken {
  readonly type: 'word';
  readonly word: Word;
  readonly start: number;
  readonly end: number;
}

interface OperatorToken {
  readonly type: 'operator';
  readonly operator: string;
  /** A number written before a redirection. */
  readonly fd: number | null;
  /** What stands in `((…))`, which is one operator. */
  readonly expression?: string;
  readonly start: number;
  readonly end: number;
}

export type Token = WordToken | OperatorToken;

/** More has to be typed. */
export class Incomplete extends Error {}
export class SyntaxProblem extends Error {}

const OPERATORS = ['&>>', '<<<', ';;&', '&&', '||', '>>', '<<', '>&', '<&', '&>', ';;', ';&', ';', '&', '|', '>', '<', '(', ')', '\n'];
/** Words behind which a command begins, or the head of a loop. */
const CALCULATES_AFTER: ReadonlySet<string> = new Set(['for', 'if', 'elif', 'then', 'else', 'while', 'until', 'do', '{', '!']);
export const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;

/** A here-document whose delimiter stands without quotes: as between double quotes, but that those are plain characters in it. */
export function expanding(text: string): readonly Part[] {
  const [token] = new Lexer(`"${text.replace(/(\\*)"/g, '$1$1\\"')}"`).tokens();
  return token?.type === 'word' ? token.word : [];
}

/** Of what stands in a pattern or a text that a parameter's expansion names: quotes count there. */
function inner(text: string): Word {
  const words = new Lexer(text, true).tokens();
  const [token] = words;
  return token?.type === 'word' ? token.word : [];
}

const PARAMETER = /^([A-Za-z_]\w*|[?$!@*#-]|\d+)([^]*)$/;

/** What stands between `${` and `}`; undefined: nothing that is modelled. */
function parameter(inside: string, quoted: boolean): Part | undefined {
  const measured = /^#(?:([A-Za-z_]\w*|[?$!@*#-]|\d+))$/.exec(inside)?.[1];
  if (measured !== undefined) return { type: 'variable', name: measured, quoted, operation: { operator: 'length', word: [] } };
  const [, name, rest = ''] = PARAMETER.exec(inside) ?? [];
  if (name === undefined) return undefined;
  if (rest === '') return { type: 'variable', name, quoted };
  if (rest.startsWith(':-')) return { type: 'variable', name, quoted, otherwise: expanding(rest.slice(2)) };
  const [, operator, text = ''] = /^(:=|:\+|##|%%|\/\/|\/#|\/%|\^\^|,,|[-=+#%/^,:])([^]*)$/.exec(rest) ?? [];
  if (operator === undefined || (operator === ':' && /^[?]/.test(text))) return undefined;
  const made = (word: Word, second?: Word): Part => ({ type: 'variable', name, quoted, operation: { operator: operator as Operation['operator'], word, ...(second === undefined ? {} : { second }) } });
  if (operator.startsWith('/')) {
    const slash = /^(?:\\[^]|[^/\\])*/.exec(text)![0].length;
    return made(inner(text.slice(0, slash)), inner(text.slice(slash + 1)));
  }
  if (operator === ':') {
    const colon = text.indexOf(':');
    return colon < 0 ? made(expanding(text)) : made(expanding(text.slice(0, colon)), expanding(text.slice(colon + 1)));
  }
  return made(/[-=+]$/.test(operator) ? expanding(text) : inner(text));
}

export class Lexer {
  private position = 0;
  private readonly hereDocuments: { delimiter: string; accept: (text: string) => void }[] = [];

  constructor(
    private readonly source: string,
    /** It is all one word: blanks and operators are characters of it. */
    private readonly isOneWord = false,
  ) {}

  tokens(): Token[] {
    const found: Token[] = [];
    for (;;) {
      if (!this.isOneWord) this.skipBlanks();
      if (this.position >= this.source.length) break;
      const token = (this.isOneWord ? undefined : this.operator(found.at(-1))) ?? this.word();
      const before = found[found.length - 1];
      if (before?.type === 'operator' && before.operator === '<<' && token.type === 'word') {
        const slot = { ...token, word: [] as Part[] };
        this.hereDocuments.push({
          delimiter: token.word.map((part) => (part.type === 'text' ? part.text : '')).join(''),
          accept: (text) => void slot.word.push(...(token.word.some(({ quoted }) => quoted) ? [{ type: 'text', text, quoted: true } as const] : expanding(text))),
        });
        found.push(slot);
        continue;
      }
      found.push(token);
      if (token.type === 'operator' && token.operator === '\n') this.readHereDocuments();
    }
    if (this.hereDocuments.length > 0) throw new Incomplete();
    return found;
  }

  private readHereDocuments(): void {
    for (let wanted = this.hereDocuments.shift(); wanted !== undefined; wanted = this.hereDocuments.shift()) {
      const lines: string[] = [];
      for (;;) {
        if (this.position >= this.source.length) throw new Incomplete();
        const newline = this.source.indexOf('\n', this.position);
        const end = newline < 0 ? this.source.length : newline;
        const line = this.source.slice(this.position, end);
        this.position = end + 1;
        if (line === wanted.delimiter) break;
        if (newline < 0) throw new Incomplete();
        lines.push(`${line}\n`);
      }
      wanted.accept(lines.join(''));
    }
  }

  private skipBlanks(): void {
    for (;;) {
      const char = this.source[this.position];
      if (char === ' ' || char === '\t' || char === '\r') this.position++;
      else if (char === '\\' && this.source[this.position + 1] === '\n') this.position += 2;
      else if (char === '#') {
        const newline = this.source.indexOf('\n', this.position);
        this.position = newline < 0 ? this.source.length : newline;
      } else return;
    }
  }

  private operator(before: Token | undefined): OperatorToken | undefined {
    const start = this.position;
    let at = start;
    while (at - start < 4 && this.source[at] !== undefined && this.source[at]! >= '0' && this.source[at]! <= '9') at++;
    const isNumbered = at > start && (this.source[at] === '>' || this.source[at] === '<');
    if (!isNumbered) at = start;
    const close = this.source.startsWith('((', at) && (before?.type !== 'word' || CALCULATES_AFTER.has(this.source.slice(before.start, before.end))) ? this.calculationEnd(at + 1) : undefined;
    if (close !== undefined) {
      this.position = close + 2;
      return { type: 'operator', operator: '((', fd: null, expression: this.source.slice(at + 2, close), start, end: this.position };
    }
    const operator = OPERATORS.find((one) => this.source.startsWith(one, at));
    if (operator === undefined) return undefined;
    this.position = at + operator.length;
    if ((operator === '<' || operator === '>') && this.source[this.position] === '(') throw new SyntaxProblem(`${operator}(…): not modelled here`);
    return { type: 'operator', operator, fd: isNumbered ? Number(this.source.slice(start, at)) : null, start, end: this.position };
  }

  /** Of the second parenthesis of `((`: where the two are that close both. Undefined: it is a subshell in a subshell. */
  private calculationEnd(open: number): number | undefined {
    let depth = 0;
    for (let at = open; at < this.source.length; at++) {
      if (this.source[at] === '(') depth++;
      else if (this.source[at] === ')' && --depth === 0) return this.source[at + 1] === ')' ? at : undefined;
    }
    throw new Incomplete();
  }

  private word(): WordToken {
    const start = this.position;
    const parts: Part[] = [];
    let plain = '';
    const flush = (): void => {
      if (plain !== '') parts.push({ type: 'text', text: plain, quoted: false });
      plain = '';
    };
    while (this.position < this.source.length) {
      const char = this.source[this.position]!;
      if (!this.isOneWord && ' \t\r\n;&|<>()'.includes(char)) break;
      if (char === '\\') {
        const next = this.source[this.position + 1];
        if (next === undefined) throw new Incomplete();
        this.position += 2;
        if (next === '\n') continue;
        flush();
        parts.push({ type: 'text', text: next, quoted: true });
      } else if (char === "'") {
        flush();
        const close = this.source.indexOf("'", this.position + 1);
        if (close < 0) throw new Incomplete();
        parts.push({ type: 'text', text: this.source.slice(this.position + 1, close), quoted: true });
        this.position = close + 1;
      } else if (char === '"') {
        flush();
        this.position++;
        this.doubleQuoted(parts);
      } else if (char === '$' || char === '`') {
        const part = this.dollar(false);
        if (part === undefined) {
          plain += char;
          this.position++;
        } else {
          flush();
          parts.push(part);
        }
      } else {
        plain += char;
        this.position++;
      }
    }
    flush();
    return { type: 'word', word: parts, start, end: this.position };
  }

  private doubleQuoted(parts: Part[]): void {
    let text = '';
    const flush = (): void => {
      parts.push({ type: 'text', text, quoted: true });
      text = '';
    };
    for (;;) {
      const char = this.source[this.position];
      if (char === undefined) throw new Incomplete();
      if (char === '"') {
        this.position++;
        flush();
        return;
      }
      if (char === '\\') {
        const next = this.source[this.position + 1];
        if (next === undefined) throw new Incomplete();
        this.position += 2;
        if (next === '\n') continue;
        text += '$`"\\'.includes(next) ? next : `\\${next}`;
      } else if (char === '$' || char === '`') {
        const part = this.dollar(true);
        if (part === undefined) {
          text += char;
          this.position++;
        } else {
          flush();
          parts.push(part);
        }
      } else {
        text += char;
        this.position++;
      }
    }
  }

  /** Of the `$(` that begins here; what stands between quotes or behind a backslash closes nothing. */
  private closingParenthesis(): number {
    let depth = 0;
    // A pattern of `case` is closed by one that was not opened.
    let cases = 0;
    const word = /\b(?:case\s+\S+\s+in|esac)\b/y;
    for (let at = this.position + 1; at < this.source.length; at++) {
      const char = this.source[at];
      word.lastIndex = at;
      const [found] = word.exec(this.source) ?? [];
      if (found !== undefined) {
        cases = Math.max(0, cases + (found === 'esac' ? -1 : 1));
        at += found.length - 1;
        continue;
      }
      if (char === '\\') at++;
      else if (char === "'" || char === '"') {
        for (at++; this.source[at] !== char; at++) {
          if (this.source[at] === undefined) throw new Incomplete();
          if (char === '"' && this.source[at] === '\\') at++;
        }
      } else if (char === '(') depth++;
      else if (char === ')' && !(cases > 0 && depth === 1) && --depth === 0) return at;
    }
    throw new Incomplete();
  }

  /** Of the `${` that begins here; there may be others in it. */
  private closingBrace(): number {
    let depth = 0;
    for (let at = this.position; at < this.source.length; at++) {
      if (this.source.startsWith('${', at)) depth++;
      else if (this.source[at] === '}' && --depth === 0) return at;
    }
    throw new Incomplete();
  }

  /** What begins with `$` or a backtick; undefined: the character stands for itself. */
  private dollar(quoted: boolean): Part | undefined {
    const rest = this.source.slice(this.position + 1, this.position + 257);
    if (this.source[this.position] === '`') {
      const close = this.source.indexOf('`', this.position + 1);
      if (close < 0) throw new Incomplete();
      const line = this.source.slice(this.position + 1, close);
      this.position = close + 1;
      return { type: 'substitution', line, quoted };
    }
    if (rest.startsWith('(')) {
      const close = this.closingParenthesis();
      const line = this.source.slice(this.position + 2, close);
      this.position = close + 1;
      if (line.startsWith('(') && line.endsWith(')')) return { type: 'arithmetic', expression: expanding(line.slice(1, -1)), quoted };
      return { type: 'substitution', line, quoted };
    }
    const special = /^[?$!#@*0-9-]/.exec(rest)?.[0];
    const name = special ?? NAME.exec(rest)?.[0];
    if (name !== undefined) {
      this.position += 1 + name.length;
      return { type: 'variable', name, quoted };
    }
    if (!rest.startsWith('{')) return undefined;
    const close = this.closingBrace();
    const inside = this.source.slice(this.position + 2, close);
    const part = parameter(inside, quoted);
    if (part === undefined) throw new SyntaxProblem(`\${${inside}}: ${/^[!#]?[A-Za-z_]\w*\[/.test(inside) ? 'arrays are not modelled here' : 'bad substitution'}`);
    this.position = close + 1;
    return part;
  }
}
