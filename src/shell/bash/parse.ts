/**
 * A line of a shell as a tree, as bash's grammar has it: lists of pipelines of simple commands with their redirections, and of loops,
 * choices, groups and functions. What is no simple command and stands in a pipe or in the background is a shell of its own, as is what
 * stands in parentheses. `select` and `time` are not modelled. What is not finished (a line that ends in `\` or `|`, a loop
 * without its `done`) asks for more.
 */
import { expanding, Incomplete, Lexer, NAME, SyntaxProblem, type Token, type Word } from './lexer.ts';
import { TestParser } from './parse-test.ts';
import type { Case, Compound, Count, Definition, For, If, Leave, Redirection, SimpleCommand, Step, When, While } from './syntax.ts';

export type Parsed =
  | { readonly type: 'complete'; readonly list: readonly Step[] }
  | { readonly type: 'incomplete' }
  /** The message as bash prints it, without its own name before it. */
  | { readonly type: 'error'; readonly message: string };

/** The one piece of plain text a word is made of, if it is. */
export function plainText(word: Word): string | undefined {
  const [part] = word;
  return word.length === 1 && part?.type === 'text' && !part.quoted ? part.text : undefined;
}

export function assignmentOf(word: Word): { readonly name: string; readonly value: Word } | undefined {
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

const NOT_MODELLED = 'not modelled here (pipes, lists, loops, choices, groups and functions are)';
const DEEPEST = 16;
/** Words of bash's grammar that begin what is not modelled here. */
const RESERVED: ReadonlySet<string> = new Set(['select', 'time', 'coproc']);
/** Words that end what others began. */
const CLOSING: ReadonlySet<string> = new Set(['do', 'done', 'then', 'elif', 'else', 'fi', 'esac', '}']);
const COMPOUND: ReadonlySet<string> = new Set(['for', 'while', 'until', 'if', 'case', '{', '[[', 'function']);
const CLAUSE_ENDS: Readonly<Record<string, Case['clauses'][number]['then']>> = { ';;': 'end', ';&': 'fall', ';;&': 'test' };

/** A command as it was read: a simple one, or what runs as it is if it stands alone, and else in a shell of its own. */
interface Read {
  readonly command: SimpleCommand;
  readonly compound: Compound | undefined;
}

class Parser {
  private at = 0;

  constructor(
    private readonly source: string,
    private readonly tokens: readonly Token[],
    private depth = 0,
  ) {}

  /** The whole of it. */
  whole(): readonly Step[] {
    const list = this.list();
    if (this.at < this.tokens.length) throw this.unexpectedHere();
    return list;
  }

  /** Up to the end, or up to one of the words or operators that close what surrounds it. */
  private list(closing: readonly string[] = []): Step[] {
    const found: Step[] = [];
    let when: When = 'always';
    this.skipNewlines();
    while (this.at < this.tokens.length) {
      if (when === 'always' && (closing.includes(this.wordHere() ?? '') || closing.includes(this.operatorHere() ?? ''))) break;
      const from = this.tokens[this.at]!.start;
      const isNegated = this.negation();
      const commands = this.pipeline();
      const to = this.tokens[this.at - 1]!.end;
      const ends = this.operatorHere();
      found.push(this.step(commands, when, isNegated, ends === '&', this.source.slice(from, to)));
      if (ends === undefined || closing.includes(ends)) return found;
      this.at++;
      switch (ends) {
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

  private step(commands: readonly Read[], when: When, isNegated: boolean, inBackground: boolean, text: string): Step {
    const [{ compound, command }, ...piped] = commands as [Read, ...Read[]];
    if (piped.length === 0 && !inBackground) {
      const { redirections } = command;
      if (compound && (redirections.length > 0 || isNegated)) {
        const isPlainGroup = compound.type === 'group' && compound.redirections.length === 0 && compound.isNegated !== true;
        return { type: 'group', when, body: isPlainGroup ? compound.body : [compound], redirections, ...(isNegated ? { isNegated } : {}) };
      }
      if (compound) return { ...compound, when };
      const leave = isNegated ? undefined : leaves(command);
      if (leave) return { ...leave, when };
    }
    return { type: 'pipeline', commands: commands.map((one) => one.command), text, when, inBackground, ...(isNegated ? { isNegated } : {}) };
  }

  /** The plain word that stands here, if one does. */
  private wordHere(): string | undefined {
    const token = this.tokens[this.at];
    return token?.type === 'word' ? plainText(token.word) : undefined;
  }

  private operatorHere(): string | undefined {
    const token = this.tokens[this.at];
    return token?.type === 'operator' ? token.operator : undefined;
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
    const word = this.wordHere() ?? this.operatorHere();
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

  /** What begins with a word of the grammar, or is the definition of a function. */
  private compound(): Compound | undefined {
    const word = this.wordHere();
    const [expression] = this.takenExpression();
    if (expression !== undefined) return { type: 'calculation', when: 'always', expression };
    if (word === undefined) return undefined;
    const isDefinition = !COMPOUND.has(word) && !CLOSING.has(word) && this.isOperator(this.at + 1, '(') && this.isOperator(this.at + 2, ')');
    if (!COMPOUND.has(word) && !isDefinition) return undefined;
    this.deeper(word);
    const from = this.at++;
    const found = isDefinition ? this.definition(word) : this.compoundOf(word, from);
    this.depth--;
    return found;
  }

  /** The parts of the `((…))` that stands here, which is gone past; none: it does not stand here. */
  private takenExpression(separator?: string): readonly Word[] {
    const token = this.tokens[this.at];
    if (token?.type !== 'operator' || token.expression === undefined) return [];
    this.at++;
    return (separator === undefined ? [token.expression] : token.expression.split(separator)).map(expanding);
  }

  private deeper(word: string): void {
    if (++this.depth > DEEPEST) throw new SyntaxProblem(`${word}: ${NOT_MODELLED}`);
  }

  private compoundOf(word: string, from: number): Compound {
    switch (word) {
      case 'for':
        return this.forLoop();
      case 'if':
        return this.choice();
      case 'case':
        return this.caseOf();
      case '{':
        return { type: 'group', when: 'always', body: this.block('}').steps, redirections: [] };
      case '[[': {
        const tests = new TestParser(this.source, this.tokens, from + 1);
        const test = tests.whole();
        this.at = tests.at;
        return { type: 'conditional', when: 'always', test };
      }
      case 'function': {
        const token = this.tokens[this.at];
        if (token === undefined) throw unexpected(undefined);
        const name = this.wordHere();
        if (name === undefined) throw this.unexpectedHere();
        this.at++;
        if (this.isOperator(this.at, '(') && this.isOperator(this.at + 1, ')')) return this.definition(name);
        return this.definition(name, false);
      }
      default:
        return this.whileLoop(word === 'while' ? 'succeeded' : 'failed');
    }
  }

  private isOperator(at: number, operator: string): boolean {
    const token = this.tokens[at];
    return token?.type === 'operator' && token.operator === operator;
  }

  /** Behind its name. Its body is what comes next, which is no simple command. */
  private definition(name: string, hasParentheses = true): Definition {
    if (hasParentheses) this.at += 2;
    this.skipNewlines();
    if (this.at >= this.tokens.length) throw new Incomplete();
    const word = this.wordHere();
    if (!(word !== undefined && COMPOUND.has(word) && word !== 'function') && !this.isOperator(this.at, '(')) throw this.unexpectedHere();
    const from = this.tokens[this.at]!.start;
    const read = this.command();
    return { type: 'define', when: 'always', name, body: [this.step([read], 'always', false, false, this.source.slice(from, this.tokens[this.at - 1]!.end))] };
  }

  private forLoop(): For | Count {
    const token = this.tokens[this.at];
    if (token === undefined) throw new Incomplete();
    const parts = this.takenExpression(';');
    if (parts.length > 0) {
      const [first, condition, step] = parts;
      if (!first || !condition || !step || parts.length > 3) throw new SyntaxProblem(`syntax error: \`${this.source.slice(token.start, token.end)}'`);
      if (this.operatorHere() === ';') this.at++;
      this.skipNewlines();
      const opens = this.expect('do', '{');
      return { type: 'count', when: 'always', first, condition, step, body: this.block(opens === 'do' ? 'done' : '}').steps };
    }
    if (token.type !== 'word') throw this.unexpectedHere();
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
    } else words.push([{ type: 'variable', name: '@', quoted: true }]);
    if (this.operatorHere() === ';') this.at++;
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

  private caseOf(): Case {
    const token = this.tokens[this.at];
    if (token === undefined) throw new Incomplete();
    if (token.type !== 'word') throw this.unexpectedHere();
    this.at++;
    this.skipNewlines();
    this.expect('in');
    const clauses: Case['clauses'][number][] = [];
    for (;;) {
      this.skipNewlines();
      if (this.at >= this.tokens.length) throw new Incomplete();
      if (this.wordHere() === 'esac') break;
      if (this.isOperator(this.at, '(')) this.at++;
      const patterns: Word[] = [];
      do {
        const pattern = this.tokens[this.at];
        if (pattern === undefined) throw new Incomplete();
        if (pattern.type !== 'word') throw this.unexpectedHere();
        patterns.push(pattern.word);
        this.at++;
      } while (this.isOperator(this.at, '|') && ++this.at > 0);
      this.expect(')');
      const body = this.list(['esac', ...Object.keys(CLAUSE_ENDS)]);
      if (this.at >= this.tokens.length) throw new Incomplete();
      const end = this.operatorHere();
      clauses.push({ patterns, body, then: CLAUSE_ENDS[end ?? ''] ?? 'end' });
      if (end === undefined) break;
      this.at++;
    }
    this.expect('esac');
    return { type: 'case', when: 'always', word: token.word, clauses };
  }

  private skipNewlines(): void {
    while (this.operatorHere() === '\n') this.at++;
  }

  private pipeline(): Read[] {
    const commands = [this.command()];
    while (this.operatorHere() === '|') {
      this.at++;
      this.skipNewlines();
      if (this.at >= this.tokens.length) throw new Incomplete();
      commands.push(this.command());
    }
    return commands;
  }

  /** The line between the parentheses that begin here. */
  private subshell(): string | undefined {
    if (!this.isOperator(this.at, '(')) return undefined;
    const from = this.tokens[this.at]!.end;
    this.deeper('(');
    this.at++;
    this.block(')');
    this.depth--;
    return this.source.slice(from, this.tokens[this.at - 1]!.start);
  }

  private command(): Read {
    const assignments: { readonly name: string; readonly value: Word }[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    const from = this.tokens[this.at]?.start;
    const compound = this.compound();
    const subshell = compound === undefined ? this.subshell() : this.source.slice(from, this.tokens[this.at - 1]!.end);
    for (let token = this.tokens[this.at]; token !== undefined; token = this.tokens[this.at]) {
      if (token.type === 'word') {
        if (subshell !== undefined) {
          // What closes something around it may follow without a separator (`{ (a) }`).
          if (CLOSING.has(plainText(token.word) ?? '')) break;
          throw this.unexpectedHere();
        }
        const assignment = words.length === 0 ? assignmentOf(token.word) : undefined;
        const text = plainText(token.word);
        if (words.length === 0 && assignment === undefined && text !== undefined) {
          if (RESERVED.has(text)) throw new SyntaxProblem(`${text}: ${NOT_MODELLED}`);
          if (CLOSING.has(text)) throw this.unexpectedHere();
        }
        const next = this.tokens[this.at + 1];
        if (assignment?.value.length === 0 && next?.start === token.end && next.type === 'operator' && next.operator === '(') throw new SyntaxProblem(`${assignment.name}=(…): arrays are not modelled here`);
        if (assignment) assignments.push(assignment);
        else words.push(token.word);
        this.at++;
        // So a function's definition begins, and nothing else.
        if (words.length === 1 && assignments.length === 0 && this.isOperator(this.at, '(')) {
          this.at++;
          throw this.unexpectedHere();
        }
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
    if (subshell === undefined && assignments.length + words.length + redirections.length === 0) throw unexpected(this.operatorHere());
    return { command: { assignments, words, redirections, ...(subshell === undefined ? {} : { subshell }) }, compound };
  }
}

/** Whether it is `break` or `continue`. */
function leaves({ assignments, words, redirections, subshell }: SimpleCommand): Leave | undefined {
  if (assignments.length + redirections.length > 0 || words.length === 0 || words.length > 2 || subshell !== undefined) return undefined;
  const how = plainText(words[0]!);
  const count = words[1] === undefined ? '1' : plainText(words[1]);
  return (how === 'break' || how === 'continue') && count !== undefined && /^[1-9]\d{0,5}$/.test(count) ? { type: 'leave', when: 'always', how, loops: Number(count) } : undefined;
}

function unexpected(operator: string | undefined): SyntaxProblem {
  return new SyntaxProblem(`syntax error near unexpected token \`${operator === undefined || operator === '\n' ? 'newline' : operator}'`);
}

export function parse(source: string): Parsed {
  try {
    return { type: 'complete', list: new Parser(source, new Lexer(source).tokens()).whole() };
  } catch (problem) {
    if (problem instanceof Incomplete) return { type: 'incomplete' };
    if (problem instanceof SyntaxProblem) return { type: 'error', message: problem.message };
    throw problem;
  }
}
