/** What stands between `[[` and `]]` (bash, "Conditional Constructs"). */
import { Incomplete, SyntaxProblem, type Part, type Token, type Word } from './lexer.ts';
import type { Test } from './syntax.ts';

const UNARY: ReadonlySet<string> = new Set(['-z', '-n', '-e', '-f', '-d', '-s', '-r', '-w', '-x', '-a', '-v']);
const BINARY: ReadonlySet<string> = new Set(['=', '==', '!=', '=~', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot']);
const DEEPEST = 64;

export class TestParser {
  private depth = 0;

  constructor(
    private readonly source: string,
    private readonly tokens: readonly Token[],
    /** Of the next token. */
    public at: number,
  ) {}

  /** Up to the `]]` and past it. */
  whole(): Test {
    const test = this.either();
    if (this.plainHere() !== ']]') throw this.problem();
    this.at++;
    return test;
  }

  private get token(): Token | undefined {
    while (this.isOperator('\n')) this.at++;
    return this.tokens[this.at];
  }

  private isOperator(operator: string): boolean {
    const token = this.tokens[this.at];
    return token?.type === 'operator' && token.operator === operator;
  }

  private plainHere(): string | undefined {
    const { token } = this;
    if (token === undefined) throw new Incomplete();
    return token.type === 'word' && token.word.every((part) => part.type === 'text' && !part.quoted) ? this.source.slice(token.start, token.end) : undefined;
  }

  private problem(): SyntaxProblem {
    const { token } = this;
    if (token === undefined) throw new Incomplete();
    const text = this.source.slice(token.start, token.end);
    return new SyntaxProblem(`syntax error in conditional expression: unexpected token \`${text}'`);
  }

  private either(): Test {
    let left = this.both();
    while (this.token && this.isOperator('||')) {
      this.at++;
      left = { type: 'or', left, right: this.both() };
    }
    return left;
  }

  private both(): Test {
    let left = this.one();
    while (this.token && this.isOperator('&&')) {
      this.at++;
      left = { type: 'and', left, right: this.one() };
    }
    return left;
  }

  private one(): Test {
    if (++this.depth > DEEPEST) throw new SyntaxProblem('syntax error in conditional expression');
    const test = this.primary();
    this.depth--;
    return test;
  }

  private primary(): Test {
    const plain = this.plainHere();
    if (plain === '!') {
      this.at++;
      return { type: 'not', test: this.one() };
    }
    if (this.isOperator('(')) {
      this.at++;
      const test = this.either();
      if (this.token === undefined) throw new Incomplete();
      if (!this.isOperator(')')) throw this.problem();
      this.at++;
      return test;
    }
    const { token } = this;
    if (token?.type !== 'word' || plain === ']]') throw this.problem();
    this.at++;
    if (plain !== undefined && UNARY.has(plain) && this.token?.type === 'word' && this.plainHere() !== ']]' && !BINARY.has(this.plainHere() ?? '')) return { type: 'unary', operator: plain, operand: this.word() };
    const operator = this.isOperator('<') || this.isOperator('>') ? this.source.slice(this.token!.start, this.token!.end) : this.plainHere();
    if (operator !== undefined && (BINARY.has(operator) || operator === '<' || operator === '>')) {
      this.at++;
      return { type: 'binary', operator, left: token.word, right: operator === '=~' ? this.expression() : this.word() };
    }
    return { type: 'unary', operator: '-n', operand: token.word };
  }

  private word(): Word {
    const { token } = this;
    if (token === undefined) throw new Incomplete();
    if (token.type !== 'word' || this.plainHere() === ']]') throw this.problem();
    this.at++;
    return token.word;
  }

  /** A regular expression goes on to the next blank, whatever its characters would mean elsewhere. */
  private expression(): Word {
    if (this.token === undefined) throw new Incomplete();
    const parts: Part[] = [];
    let open = 0;
    for (let next = this.tokens[this.at]; next !== undefined; next = this.tokens[this.at]) {
      const before = this.tokens[this.at - 1]!;
      if (parts.length > 0 && open === 0 && next.start > before.end) break;
      if (parts.length > 0 && next.start > before.end) parts.push({ type: 'text', text: this.source.slice(before.end, next.start), quoted: false });
      if (next.type === 'word') {
        if (parts.length === 0 && this.plainHere() === ']]') throw this.problem();
        parts.push(...next.word);
      } else {
        if (next.operator === '(') open++;
        if (next.operator === ')') open--;
        if (open < 0) break;
        parts.push({ type: 'text', text: this.source.slice(next.start, next.end), quoted: false });
      }
      this.at++;
    }
    return parts;
  }
}
