/**
 * A line of a shell as a tree: lists of pipelines of simple commands with their redirections, as bash's grammar has it. A subshell is a
 * `bash -c` that has all variables. Loops and functions are not modelled. What is not finished (an open quote, a line that ends in `\` or `|`, a here-document) asks for more.
 */

export type Part =
  /** `quoted` text is taken as it is; other text may hold `*`, `?`, `[` and a leading `~`. */
  | { readonly type: 'text'; readonly text: string; readonly quoted: boolean }
  /** `otherwise`: what stands for one that is not set or empty, `${A:-x}`. */
  | { readonly type: 'variable'; readonly name: string; readonly quoted: boolean; readonly otherwise?: Word }
  /** `$(…)` and backticks. */
  | { readonly type: 'substitution'; readonly line: string; readonly quoted: boolean };

export type Word = readonly Part[];

export interface Redirection {
  readonly fd: number;
  /** `both`: `&>`; `duplicate`: `2>&1`; `here`: the target is the text itself. */
  readonly operator: 'write' | 'append' | 'read' | 'both' | 'duplicate' | 'here';
  readonly target: Word;
}

export interface SimpleCommand {
  readonly assignments: readonly { readonly name: string; readonly value: Word }[];
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
}

export interface Pipeline {
  readonly commands: readonly SimpleCommand[];
  /** As it was typed. */
  readonly text: string;
  /** When it runs, by the exit status of what ran before. */
  readonly when: 'always' | 'succeeded' | 'failed';
  readonly inBackground: boolean;
}

export type Parsed =
  | { readonly type: 'complete'; readonly list: readonly Pipeline[] }
  | { readonly type: 'incomplete' }
  /** The message as bash prints it, without its own name before it. */
  | { readonly type: 'error'; readonly message: string };

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
  readonly start: number;
  readonly end: number;
}

type Token = WordToken | OperatorToken;

class Incomplete extends Error {}
class SyntaxProblem extends Error {}

const OPERATORS = ['&>>', '<<<', '&&', '||', '>>', '<<', '>&', '<&', '&>', ';;', ';', '&', '|', '>', '<', '(', ')', '\n'];
const NOT_MODELLED = 'not modelled here (commands, pipes and lists are)';
const DEEPEST_SUBSHELL = 8;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;
/** Words of bash's grammar that begin what is not modelled here. */
const RESERVED: ReadonlySet<string> = new Set(['if', 'for', 'while', 'until', 'case', 'select', 'function', '{', '[[', 'time', '!']);

/** A here-document whose delimiter stands without quotes: as between double quotes, but that those are plain characters in it. */
function expanding(text: string): readonly Part[] {
  const [token] = new Lexer(`"${text.replace(/(\\*)"/g, '$1$1\\"')}"`).tokens();
  return token?.type === 'word' ? token.word : [];
}

class Lexer {
  private position = 0;
  private readonly hereDocuments: { delimiter: string; accept: (text: string) => void }[] = [];

  constructor(private readonly source: string) {}

  tokens(): Token[] {
    const found: Token[] = [];
    for (;;) {
      this.skipBlanks();
      if (this.position >= this.source.length) break;
      const token = this.operator() ?? this.word();
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

  private operator(): OperatorToken | undefined {
    const start = this.position;
    let at = start;
    while (at - start < 4 && this.source[at] !== undefined && this.source[at]! >= '0' && this.source[at]! <= '9') at++;
    const isNumbered = at > start && (this.source[at] === '>' || this.source[at] === '<');
    if (!isNumbered) at = start;
    const operator = OPERATORS.find((one) => this.source.startsWith(one, at));
    if (operator === undefined) return undefined;
    this.position = at + operator.length;
    return { type: 'operator', operator, fd: isNumbered ? Number(this.source.slice(start, at)) : null, start, end: this.position };
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
      if (' \t\r\n;&|<>()'.includes(char)) break;
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
      let depth = 0;
      for (let at = this.position + 1; at < this.source.length; at++) {
        if (this.source[at] === '(') depth++;
        else if (this.source[at] === ')' && --depth === 0) {
          const line = this.source.slice(this.position + 2, at);
          this.position = at + 1;
          return { type: 'substitution', line, quoted };
        }
      }
      throw new Incomplete();
    }
    const special = /^[?$!#0-9]/.exec(rest)?.[0];
    const name = special ?? NAME.exec(rest)?.[0];
    if (name !== undefined) {
      this.position += 1 + name.length;
      return { type: 'variable', name, quoted };
    }
    if (!rest.startsWith('{')) return undefined;
    const close = this.closingBrace();
    const inside = this.source.slice(this.position + 2, close);
    const [, defaulted, otherwise] = /^([A-Za-z_]\w*|[?$!#0-9]):-([^]*)$/.exec(inside) ?? [];
    if (defaulted !== undefined) {
      this.position = close + 1;
      return { type: 'variable', name: defaulted, quoted, otherwise: expanding(otherwise!) };
    }
    if (NAME.exec(inside)?.[0] !== inside && !/^[?$!#0-9]$/.test(inside)) throw new SyntaxProblem(`\${${inside}}: bad substitution`);
    this.position = close + 1;
    return { type: 'variable', name: inside, quoted };
  }
}

/** The one piece of plain text a word is made of, if it is. */
function plainText(word: Word): string | undefined {
  const [part] = word;
  return word.length === 1 && part?.type === 'text' && !part.quoted ? part.text : undefined;
}

function assignmentOf(word: Word): { readonly name: string; readonly value: Word } | undefined {
  const [first, ...rest] = word;
  if (first?.type !== 'text' || first.quoted) return undefined;
  const name = NAME.exec(first.text)?.[0];
  if (name === undefined || first.text[name.length] !== '=') return undefined;
  const text = first.text.slice(name.length + 1);
  return { name, value: text === '' ? rest : [{ ...first, text }, ...rest] };
}

const REDIRECTIONS: Readonly<Record<string, { readonly operator: Redirection['operator']; readonly fd: number }>> = {
  '>': { operator: 'write', fd: 1 },
  '>>': { operator: 'append', fd: 1 },
  '<': { operator: 'read', fd: 0 },
  '<<': { operator: 'here', fd: 0 },
  '<<<': { operator: 'here', fd: 0 },
  '>&': { operator: 'duplicate', fd: 1 },
  '&>': { operator: 'both', fd: 1 },
  '&>>': { operator: 'both', fd: 1 },
};

class Parser {
  private at = 0;

  constructor(
    private readonly source: string,
    private readonly tokens: readonly Token[],
    private readonly depth: number,
  ) {}

  list(): Pipeline[] {
    const found: Pipeline[] = [];
    let when: Pipeline['when'] = 'always';
    this.skipNewlines();
    while (this.at < this.tokens.length) {
      const from = this.tokens[this.at]!.start;
      const commands = this.pipeline();
      const to = this.tokens[this.at - 1]!.end;
      const operator = this.tokens[this.at];
      const ends = operator?.type === 'operator' ? operator.operator : undefined;
      if (ends !== undefined) this.at++;
      found.push({ commands, text: this.source.slice(from, to), when, inBackground: ends === '&' });
      switch (ends) {
        case undefined:
          return found;
        case '&&':
        case '||':
          this.skipNewlines();
          if (this.at >= this.tokens.length) throw new Incomplete();
          when = ends === '&&' ? 'succeeded' : 'failed';
          break;
        case ';':
        case '&':
        case '\n':
          when = 'always';
          this.skipNewlines();
          break;
        default:
          throw unexpected(ends);
      }
    }
    return found;
  }

  private skipNewlines(): void {
    for (let token = this.tokens[this.at]; token?.type === 'operator' && token.operator === '\n'; token = this.tokens[this.at]) this.at++;
  }

  private pipeline(): SimpleCommand[] {
    const commands = [this.command()];
    for (let token = this.tokens[this.at]; token?.type === 'operator' && token.operator === '|'; token = this.tokens[this.at]) {
      this.at++;
      this.skipNewlines();
      if (this.at >= this.tokens.length) throw new Incomplete();
      commands.push(this.command());
    }
    return commands;
  }

  /** The line between the parentheses that begin here. */
  private subshell(): string | undefined {
    const isAt = (at: number, operator: string): boolean => {
      const token = this.tokens[at];
      return token?.type === 'operator' && token.operator === operator;
    };
    if (!isAt(this.at, '(')) return undefined;
    const from = this.tokens[this.at]!.end;
    if (isAt(this.at + 1, '(') && this.tokens[this.at + 1]!.start === from) throw new SyntaxProblem(`((: ${NOT_MODELLED}`);
    if (isAt(this.at + 1, ')')) throw unexpected(')');
    if (this.depth >= DEEPEST_SUBSHELL) throw new SyntaxProblem(`(: ${NOT_MODELLED}`);
    let open = 0;
    for (; this.at < this.tokens.length; this.at++) {
      if (isAt(this.at, '(')) open++;
      else if (isAt(this.at, ')') && --open === 0) {
        const line = this.source.slice(from, this.tokens[this.at++]!.start);
        const inside = parse(line, this.depth + 1);
        if (inside.type === 'error') throw new SyntaxProblem(inside.message);
        if (inside.type === 'incomplete') throw unexpected(')');
        return line;
      }
    }
    throw new Incomplete();
  }

  private command(): SimpleCommand {
    const assignments: { readonly name: string; readonly value: Word }[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    const subshell = this.subshell();
    if (subshell !== undefined) words.push(...['bash', '-c', subshell].map((text): Word => [{ type: 'text', text, quoted: true }]));
    for (let token = this.tokens[this.at]; token !== undefined; token = this.tokens[this.at]) {
      if (token.type === 'word') {
        if (subshell !== undefined) throw new SyntaxProblem(`syntax error near unexpected token \`${this.source.slice(token.start, token.end)}'`);
        const assignment = words.length === 0 ? assignmentOf(token.word) : undefined;
        const text = plainText(token.word);
        if (words.length === 0 && assignment === undefined && text !== undefined && RESERVED.has(text)) {
          throw new SyntaxProblem(`${text}: ${NOT_MODELLED}`);
        }
        if (assignment) assignments.push(assignment);
        else words.push(token.word);
        this.at++;
        continue;
      }
      const redirection = Object.hasOwn(REDIRECTIONS, token.operator) ? REDIRECTIONS[token.operator] : undefined;
      if (redirection === undefined) break;
      const target = this.tokens[this.at + 1];
      if (target?.type !== 'word') throw unexpected(target?.operator);
      const text: Word = token.operator === '<<<' ? [...target.word, { type: 'text', text: '\n', quoted: true }] : target.word;
      redirections.push({ fd: token.fd ?? redirection.fd, operator: redirection.operator, target: text });
      this.at += 2;
    }
    if (assignments.length + words.length + redirections.length === 0) {
      const token = this.tokens[this.at];
      throw unexpected(token?.type === 'operator' ? token.operator : undefined);
    }
    return { assignments, words, redirections };
  }
}

function unexpected(operator: string | undefined): SyntaxProblem {
  return new SyntaxProblem(`syntax error near unexpected token \`${operator === undefined || operator === '\n' ? 'newline' : operator}'`);
}

/** `depth`: of how many subshells it is the inside. */
export function parse(source: string, depth = 0): Parsed {
  try {
    return { type: 'complete', list: new Parser(source, new Lexer(source).tokens(), depth).list() };
  } catch (problem) {
    if (problem instanceof Incomplete) return { type: 'incomplete' };
    if (problem instanceof SyntaxProblem) return { type: 'error', message: problem.message };
    throw problem;
  }
}
