/**
 * A line of a shell as a tree, as bash's grammar has it: lists of pipelines of simple commands with their redirections, and of loops and
 * choices. A subshell is a `bash -c` that has all variables, and so is a loop that stands in a pipe, has redirections or runs in the
 * background. Functions, `case` and `[[` are not modelled. What is not finished (a line that ends in `\` or `|`, a loop without its
 * `done`) asks for more.
 */
import { Incomplete, Lexer, NAME, SyntaxProblem, type Token, type Word } from './lexer.ts';

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

/** When a step runs, by the exit status of what ran before. */
type When = 'always' | 'succeeded' | 'failed';

export interface Pipeline {
  readonly type: 'pipeline';
  readonly commands: readonly SimpleCommand[];
  /** As it was typed. */
  readonly text: string;
  readonly when: When;
  readonly inBackground: boolean;
  /** `!` stands before it: it succeeds where it would fail. */
  readonly isNegated?: boolean;
}

/** `for`: with the values that are left, once its words were looked at. */
export interface For {
  readonly type: 'for';
  readonly when: When;
  readonly name: string;
  readonly words: readonly Word[];
  readonly values?: readonly string[];
  readonly body: readonly Step[];
}

/** `while` and `until`: what ends them is the condition's other outcome. */
export interface While {
  readonly type: 'while';
  readonly when: When;
  readonly goesOnIf: 'succeeded' | 'failed';
  readonly condition: readonly Step[];
  readonly body: readonly Step[];
}

export interface If {
  readonly type: 'if';
  readonly when: When;
  readonly condition: readonly Step[];
  readonly then: readonly Step[];
  readonly otherwise: readonly Step[];
}

/** `break` and `continue`. */
export interface Leave {
  readonly type: 'leave';
  readonly when: When;
  readonly how: 'break' | 'continue';
}

type Compound = For | While | If;
export type Step = Pipeline | Compound | Leave;

export type Parsed =
  | { readonly type: 'complete'; readonly list: readonly Step[] }
  | { readonly type: 'incomplete' }
  /** The message as bash prints it, without its own name before it. */
  | { readonly type: 'error'; readonly message: string };

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

const NOT_MODELLED = 'not modelled here (commands, pipes, lists, loops and `if` are)';
const DEEPEST = 8;
/** Words of bash's grammar that begin what is not modelled here. */
const RESERVED: ReadonlySet<string> = new Set(['case', 'select', 'function', '{', '[[', 'time']);
/** Words that end what others began. */
const CLOSING: ReadonlySet<string> = new Set(['do', 'done', 'then', 'elif', 'else', 'fi', 'esac', '}']);

class Parser {
  private at = 0;

  constructor(
    private readonly source: string,
    private readonly tokens: readonly Token[],
    private depth: number,
  ) {}

  /** Up to the end, or up to one of the words that close what surrounds it. */
  list(closing: readonly string[] = []): Step[] {
    const found: Step[] = [];
    let when: When = 'always';
    this.skipNewlines();
    while (this.at < this.tokens.length) {
      if (when === 'always' && closing.includes(this.wordHere() ?? '')) break;
      const from = this.tokens[this.at]!.start;
      const isNegated = this.negation();
      const commands = this.pipeline();
      const to = this.tokens[this.at - 1]!.end;
      const operator = this.tokens[this.at];
      const ends = operator?.type === 'operator' ? operator.operator : undefined;
      if (ends !== undefined) this.at++;
      const [{ compound, command }, ...piped] = commands as [ReturnType<Parser['command']>, ...ReturnType<Parser['command']>[]];
      const isAlone = piped.length === 0 && ends !== '&' && !isNegated;
      if (isAlone && compound && command.redirections.length === 0) found.push({ ...compound, when });
      else if (isAlone && leaves(command)) found.push({ type: 'leave', when, how: leaves(command)! });
      else found.push({ type: 'pipeline', commands: commands.map((one) => one.command), text: this.source.slice(from, to), when, inBackground: ends === '&', ...(isNegated ? { isNegated } : {}) });
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

  /** The plain word that stands here, if one does. */
  private wordHere(): string | undefined {
    const token = this.tokens[this.at];
    return token?.type === 'word' ? plainText(token.word) : undefined;
  }

  /** Goes past the `!` that stands here, or several. */
  private negation(): boolean {
    let isNegated = false;
    for (; this.wordHere() === '!'; this.at++) isNegated = !isNegated;
    if (isNegated && this.at >= this.tokens.length) throw unexpected(undefined);
    return isNegated;
  }

  /** Goes past one of these words, which has to stand here. */
  private expect(...words: string[]): string {
    const token = this.tokens[this.at];
    if (token === undefined) throw new Incomplete();
    const word = this.wordHere();
    if (word === undefined || !words.includes(word)) throw this.unexpectedHere();
    this.at++;
    return word;
  }

  private unexpectedHere(): SyntaxProblem {
    const token = this.tokens[this.at];
    return token?.type === 'word' ? new SyntaxProblem(`syntax error near unexpected token \`${this.source.slice(token.start, token.end)}'`) : unexpected(token?.operator);
  }

  /** A list that is not empty, and the word that ends it. */
  private block(...closing: string[]): { readonly steps: readonly Step[]; readonly end: string } {
    const steps = this.list(closing);
    if (this.at >= this.tokens.length) throw new Incomplete();
    if (steps.length === 0) throw this.unexpectedHere();
    return { steps, end: this.expect(...closing) };
  }

  /** A loop or a choice that begins here. */
  private compound(): Compound | undefined {
    const word = this.wordHere();
    if (word !== 'for' && word !== 'while' && word !== 'until' && word !== 'if') return undefined;
    if (++this.depth > DEEPEST) throw new SyntaxProblem(`${word}: ${NOT_MODELLED}`);
    this.at++;
    const found = word === 'for' ? this.forLoop() : word === 'if' ? this.choice() : this.whileLoop(word === 'while' ? 'succeeded' : 'failed');
    this.depth--;
    return found;
  }

  private forLoop(): For {
    const token = this.tokens[this.at];
    if (token === undefined) throw new Incomplete();
    if (token.type !== 'word') throw token.operator === '(' ? new SyntaxProblem(`((: ${NOT_MODELLED}`) : this.unexpectedHere();
    const name = plainText(token.word);
    if (name === undefined || NAME.exec(name)?.[0] !== name) throw new SyntaxProblem(`\`${this.source.slice(token.start, token.end)}': not a valid identifier`);
    this.at++;
    const words: Word[] = [];
    this.skipNewlines();
    if (this.wordHere() === 'in') {
      this.at++;
      for (let next = this.tokens[this.at]; next?.type === 'word'; next = this.tokens[this.at]) {
        words.push(next.word);
        this.at++;
      }
    }
    const separator = this.tokens[this.at];
    if (separator?.type === 'operator' && separator.operator === ';') this.at++;
    this.skipNewlines();
    this.expect('do');
    return { type: 'for', when: 'always', name, words, body: this.block('done').steps };
  }

  private whileLoop(goesOnIf: While['goesOnIf']): While {
    const condition = this.block('do').steps;
    return { type: 'while', when: 'always', goesOnIf, condition, body: this.block('done').steps };
  }

  /** What follows `if` or `elif`. */
  private choice(): If {
    const condition = this.block('then').steps;
    const { steps, end } = this.block('elif', 'else', 'fi');
    const otherwise = end === 'fi' ? [] : end === 'else' ? this.block('fi').steps : [this.choice()];
    return { type: 'if', when: 'always', condition, then: steps, otherwise };
  }

  private skipNewlines(): void {
    for (let token = this.tokens[this.at]; token?.type === 'operator' && token.operator === '\n'; token = this.tokens[this.at]) this.at++;
  }

  private pipeline(): ReturnType<Parser['command']>[] {
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
    if (this.depth >= DEEPEST) throw new SyntaxProblem(`(: ${NOT_MODELLED}`);
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

  /** A loop or a choice is given twice: as it is, and as the subshell that it is where it does not stand alone. */
  private command(): { readonly command: SimpleCommand; readonly compound: Compound | undefined } {
    const assignments: { readonly name: string; readonly value: Word }[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    const from = this.tokens[this.at]?.start;
    const compound = this.compound();
    const subshell = compound === undefined ? this.subshell() : this.source.slice(from, this.tokens[this.at - 1]!.end);
    if (subshell !== undefined) words.push(...['bash', '-c', subshell].map((text): Word => [{ type: 'text', text, quoted: true }]));
    for (let token = this.tokens[this.at]; token !== undefined; token = this.tokens[this.at]) {
      if (token.type === 'word') {
        if (subshell !== undefined) throw this.unexpectedHere();
        const assignment = words.length === 0 ? assignmentOf(token.word) : undefined;
        const text = plainText(token.word);
        if (words.length === 0 && assignment === undefined && text !== undefined) {
          if (RESERVED.has(text)) throw new SyntaxProblem(`${text}: ${NOT_MODELLED}`);
          if (CLOSING.has(text)) throw this.unexpectedHere();
        }
        if (assignment) assignments.push(assignment);
        else words.push(token.word);
        this.at++;
        const [open, close] = this.tokens.slice(this.at, this.at + 2);
        if (words.length === 1 && open?.type === 'operator' && open.operator === '(' && close?.type === 'operator' && close.operator === ')') throw new SyntaxProblem(`${text ?? ''}(): ${NOT_MODELLED}`);
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
    return { command: { assignments, words, redirections }, compound };
  }
}

/** Whether it is `break` or `continue`. */
function leaves({ assignments, words, redirections }: SimpleCommand): Leave['how'] | undefined {
  if (assignments.length + redirections.length > 0 || words.length !== 1) return undefined;
  const word = plainText(words[0]!);
  return word === 'break' || word === 'continue' ? word : undefined;
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
