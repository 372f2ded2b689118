/**
 * `sed` (GNU 4.2): addresses by number, last line, pattern and range; `s p d q = a i c y` and groups. The hold space, jumps and files written by a
 * script are not modelled.
 */
import { done, failed, filterCommand, lines, type Context, type DoneResult } from '../command.ts';
import { patternSource } from '../regular-expression.ts';
import { linesOf, pathOf, readFiles } from './shared.ts';

type Address = { readonly type: 'line'; readonly number: number } | { readonly type: 'last' } | { readonly type: 'step'; readonly first: number; readonly step: number } | { readonly type: 'pattern'; readonly source: string; readonly flags: string };

interface Place {
  readonly from?: Address;
  readonly to?: Address | { readonly type: 'more'; readonly count: number };
  readonly isNegated: boolean;
}

type Verb =
  | { readonly type: 's'; readonly source: string; readonly flags: string; readonly replacement: string; readonly nth: number; readonly isPrinted: boolean }
  | { readonly type: 'y'; readonly from: readonly string[]; readonly to: readonly string[] }
  | { readonly type: 'a' | 'i' | 'c'; readonly text: string | null }
  | { readonly type: 'q'; readonly exitCode: number }
  | { readonly type: 'p' | 'd' | '=' }
  | { readonly type: 'group'; readonly instructions: readonly Instruction[] };

type Instruction = Place & { readonly verb: Verb };

interface Options {
  readonly instructions: readonly Instruction[];
  readonly isQuiet: boolean;
}

type Sed = Options & { readonly text: string };

class Problem extends Error {}

/** What lies outside: said as the lab says it. */
class NotModelled extends Error {}

/** Reads a script; positions in errors are those of GNU sed, which counts characters from 1. */
class Script {
  private at = 0;
  private lastPattern: { readonly source: string; readonly flags: string } | null = null;

  constructor(
    private readonly text: string,
    private readonly number: number,
    private readonly kind: 'basic' | 'extended',
  ) {}

  read(isInner = false): readonly Instruction[] {
    const found: Instruction[] = [];
    for (;;) {
      this.skip(/[\s;]*/y);
      if (this.text[this.at] === '#') {
        this.skip(/[^\n]*/y);
        continue;
      }
      if (this.at >= this.text.length) {
        if (isInner) this.fail('unmatched `{\'', -this.at);
        return found;
      }
      if (this.text[this.at] === '}') {
        if (!isInner) this.fail('unexpected `}\'', 1);
        this.at++;
        return found;
      }
      found.push(this.instruction());
    }
  }

  private fail(why: string, more = 0): never {
    throw new Problem(`sed: -e expression #${this.number}, char ${this.at + more}: ${why}`);
  }

  private skip(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found = ''] = pattern.exec(this.text) ?? [];
    this.at += found.length;
    return found;
  }

  private instruction(): Instruction {
    const from = this.address();
    let to: Place['to'];
    if (from !== undefined && this.skip(/\s*,\s*/y) !== '') {
      const more = this.skip(/\+\d+/y);
      to = more === '' ? this.address() : { type: 'more', count: Number(more.slice(1)) };
      if (to === undefined) this.fail('unexpected `,\'', 0);
    }
    const isNegated = this.skip(/\s*!\s*/y) !== '';
    this.skip(/\s*/y);
    return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), isNegated, verb: this.verb() };
  }

  private address(): Address | undefined {
    const number = this.skip(/\d+/y);
    if (number !== '') {
      const step = this.skip(/~\d+/y);
      return step === '' ? { type: 'line', number: Number(number) } : { type: 'step', first: Number(number), step: Number(step.slice(1)) };
    }
    if (this.skip(/\$/y) !== '') return { type: 'last' };
    const begin = this.skip(/\\.|\//ys);
    if (begin === '') return undefined;
    const [source] = this.delimited(begin.at(-1)!, 1, 'unterminated address regex');
    return { type: 'pattern', ...this.pattern(source!, this.skip(/I/y) !== '') };
  }

  /** Texts up to their delimiter; a delimiter behind a backslash is itself, `\n` a new line. */
  private delimited(delimiter: string, count: number, unterminated: string): readonly string[] {
    const found: string[] = [];
    while (found.length < count) {
      let text = '';
      for (;;) {
        const char = this.text[this.at++];
        if (char === undefined) {
          this.at = this.text.length;
          this.fail(unterminated);
        }
        if (char === delimiter) break;
        if (char !== '\\') text += char;
        else {
          const next = this.text[this.at++] ?? '';
          text += next === delimiter ? next : `\\${next}`;
        }
      }
      found.push(text);
    }
    return found;
  }

  private pattern(text: string, ignoresCase: boolean): { readonly source: string; readonly flags: string } {
    if (text === '') {
      if (this.lastPattern === null) this.fail('no previous regular expression', -this.at);
      return this.lastPattern!;
    }
    const read = patternSource(text, this.kind);
    if ('problem' in read) this.fail(read.problem);
    this.lastPattern = { source: (read as { readonly source: string }).source, flags: ignoresCase ? 'ui' : 'u' };
    return this.lastPattern;
  }

  private verb(): Verb {
    const verb = this.text[this.at++];
    switch (verb) {
      case undefined:
        this.fail('missing command');
        break;
      case '{':
        return { type: 'group', instructions: this.read(true) };
      case 's':
        return this.substitution();
      case 'y': {
        const delimiter = this.text[this.at++] ?? '';
        const [from = '', to = ''] = this.delimited(delimiter, 2, "unterminated `y' command").map((text) => text.replace(/\\n/g, '\n').replace(/\\(.)/g, '$1'));
        if ([...from].length !== [...to].length) this.fail("strings for `y' command are different lengths");
        this.end();
        return { type: 'y', from: [...from], to: [...to] };
      }
      case 'a':
      case 'i':
      case 'c': {
        // One line, to its end; a line that ends in a backslash goes on.
        const begin = this.skip(/[ \t]*(\\\n?)?/y);
        const text = this.skip(/(?:[^\n\\]|\\[^])*/y).replace(/\\([^])/g, '$1');
        if (text === '' && !begin.includes('\\')) this.fail('expected \\ after `a\', `c\' or `i\'');
        return { type: verb, text: text === '' ? null : text };
      }
      case 'q':
        return this.ended({ type: 'q', exitCode: Number(this.skip(/\s*\d+/y) || 0) });
      case 'p':
      case 'd':
      case '=':
        return this.ended({ type: verb });
      default:
        if ('hHgGxnNDPbtTwWrReFzlL:'.includes(verb!)) throw new NotModelled(`sed: its command \`${verb!}\` is not modelled in this lab · 本实验室没有模拟 sed 的 \`${verb!}\` 命令`);
        this.fail(`unknown command: \`${verb!}'`);
    }
    throw new Problem('');
  }

  private ended(verb: Verb): Verb {
    this.end();
    return verb;
  }

  private end(): void {
    this.skip(/[ \t]*/y);
    const next = this.text[this.at];
    if (next !== undefined && !'\n;}#'.includes(next)) this.fail('extra characters after command', 1);
  }

  private substitution(): Verb {
    const delimiter = this.text[this.at++];
    if (delimiter === undefined || delimiter === '\n' || delimiter === '\\') this.fail("unterminated `s' command", -1);
    const [pattern = '', replacement = ''] = this.delimited(delimiter!, 2, "unterminated `s' command");
    const options = this.skip(/[gIip\d]*/y);
    if ('wem'.includes(this.text[this.at] ?? ' ')) throw new NotModelled(`sed: the option ${this.text[this.at]!} of \`s\` is not modelled in this lab · 本实验室没有模拟 \`s\` 的 ${this.text[this.at]!} 选项`);
    this.skip(/[ \t]*/y);
    const next = this.text[this.at];
    if (next !== undefined && !'\n;}#'.includes(next)) this.fail("unknown option to `s'", 1);
    const { source, flags } = this.pattern(pattern, /i/i.test(options));
    return { type: 's', source, flags: `${flags}g`, replacement, nth: options.includes('g') ? -Number(/\d+/.exec(options)?.[0] ?? 1) : Number(/\d+/.exec(options)?.[0] ?? 1), isPrinted: options.includes('p') };
  }
}

function replaced(replacement: string, found: readonly unknown[]): string {
  return replacement.replace(/\\(\d)|\\([^])|&/g, (whole, group: string | undefined, char: string | undefined) =>
    group !== undefined ? String(found[Number(group)] ?? '') : char !== undefined ? (char === 'n' ? '\n' : char === 't' ? '\t' : char) : whole === '&' ? String(found[0]) : whole,
  );
}

interface Edited {
  readonly text: string;
  readonly exitCode: number;
}

function edited({ instructions, isQuiet }: Options, text: string): Edited {
  const all = linesOf(text);
  const output: string[] = [];
  /** Ranges that began: up to which line, or until a pattern comes. */
  const open = new Map<Instruction, number>();
  let exitCode: number | undefined;
  const isAt = (address: Address, number: number, line: string): boolean => {
    switch (address.type) {
      case 'line':
        return number === address.number;
      case 'last':
        return number === all.length;
      case 'step':
        return address.step === 0 ? number === address.first : number >= address.first && (number - address.first) % address.step === 0;
      case 'pattern':
        return new RegExp(address.source, address.flags).test(line);
    }
  };
  const isIn = (one: Instruction, number: number, line: string): boolean => {
    const { from, to } = one;
    if (from === undefined) return true;
    if (to === undefined) return isAt(from, number, line);
    const until = open.get(one);
    if (until !== undefined) {
      if (to.type === 'pattern' ? isAt(to, number, line) : number >= until) open.delete(one);
      // A range whose last line lies behind is over.
      return to.type === 'pattern' || number <= until;
    }
    if (!isAt(from, number, line)) return false;
    const last = to.type === 'more' ? number + to.count : to.type === 'line' ? to.number : Infinity;
    if (last > number) open.set(one, to.type === 'last' ? all.length : last);
    return true;
  };
  for (const [index, original] of all.entries()) {
    const number = index + 1;
    let line = original;
    let isDeleted = false;
    const after: string[] = [];
    const run = (some: readonly Instruction[]): boolean => {
      for (const one of some) {
        if (isIn(one, number, line) === one.isNegated) continue;
        const { verb } = one;
        switch (verb.type) {
          case 'group':
            if (!run(verb.instructions)) return false;
            break;
          case 'd':
            isDeleted = true;
            return false;
          case 'c':
            isDeleted = true;
            if (verb.text !== null && (one.to === undefined || one.isNegated || !open.has(one))) output.push(verb.text);
            return false;
          case 'q':
            ({ exitCode } = verb);
            return false;
          case 'p':
            output.push(line);
            break;
          case '=':
            output.push(String(number));
            break;
          case 'i':
            if (verb.text !== null) output.push(verb.text);
            break;
          case 'a':
            if (verb.text !== null) after.push(verb.text);
            break;
          case 'y':
            line = [...line].map((char) => verb.to[verb.from.indexOf(char)] ?? char).join('');
            break;
          case 's': {
            let count = 0;
            let isChanged = false;
            let end = -1;
            line = line.replace(new RegExp(verb.source, verb.flags), (...found: unknown[]) => {
              // Nothing right behind what was found is not found again.
              const begin = Number(found.at(-2));
              if (found[0] === '' && begin === end) return '';
              end = begin + String(found[0]).length;
              count++;
              if (verb.nth > 0 ? count !== verb.nth : count < -verb.nth) return String(found[0]);
              isChanged = true;
              return replaced(verb.replacement, found);
            });
            if (isChanged && verb.isPrinted) output.push(line);
            break;
          }
        }
      }
      return true;
    };
    run(instructions);
    if (!isDeleted && !isQuiet) output.push(line);
    output.push(...after);
    if (exitCode !== undefined) break;
  }
  return { text: lines(output), exitCode: exitCode ?? 0 };
}

const USAGE = 'Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...';

interface Asked extends Options {
  readonly names: readonly string[];
  /** In the files themselves; behind whose names the old ones are kept. */
  readonly inPlace: string | null;
}

function read(args: readonly string[], context: Context): Asked | DoneResult {
  const scripts: string[] = [];
  const names: string[] = [];
  let [isQuiet, isExtended] = [false, false];
  let inPlace: string | null = null;
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') {
      names.push(...rest.splice(0));
    } else if (arg === '-' || !arg.startsWith('-')) names.push(arg);
    else if (/^--(quiet|silent)$/.test(arg)) isQuiet = true;
    else if (arg === '--regexp-extended') isExtended = true;
    else if (/^--in-place(=|$)/.test(arg)) inPlace = arg.slice('--in-place='.length);
    else if (/^--(expression|file)=/.test(arg)) rest.unshift(`-${arg[2]!}`, arg.slice(arg.indexOf('=') + 1));
    else if (arg.startsWith('--')) return failed(`sed: unrecognized option '${arg}'\n${USAGE}`);
    else {
      for (const [i, letter] of [...arg].entries()) {
        if (i === 0) continue;
        if (letter === 'n') isQuiet = true;
        else if (letter === 'E' || letter === 'r') isExtended = true;
        else if (letter === 'i') {
          inPlace = arg.slice(i + 1);
          break;
        } else if (letter === 'e' || letter === 'f') {
          const value = arg.slice(i + 1) || rest.shift();
          if (value === undefined) return failed(`sed: option requires an argument -- '${letter}'\n${USAGE}`);
          const text = letter === 'e' ? value : context.files.text(pathOf(context, value));
          if (text === undefined) return failed(`sed: couldn't open file ${value}: No such file or directory`);
          scripts.push(text);
          break;
        } else if (letter !== 's' && letter !== 'u') return failed(`sed: invalid option -- '${letter}'\n${USAGE}`);
      }
    }
  }
  if (scripts.length === 0) {
    const [script] = names.splice(0, 1);
    if (script === undefined) return failed(USAGE);
    scripts.push(script);
  }
  try {
    return { instructions: scripts.flatMap((script, i) => new Script(script, i + 1, isExtended ? 'extended' : 'basic').read()), isQuiet, names, inPlace };
  } catch (problem) {
    if (problem instanceof Problem || problem instanceof NotModelled) return failed(problem.message);
    throw problem;
  }
}

const unread = (problems: readonly string[]): string => lines(problems.map((one) => one.replace(/^sed: /, "sed: can't read ")));

function inPlace(asked: Asked, suffix: string, context: Context): DoneResult {
  const { inputs, problems } = readFiles('sed', asked.names, context);
  const results = inputs.map(({ name, text }) => ({ path: pathOf(context, name), text, result: edited(asked, text) }));
  const actions = results.flatMap(({ path, text, result }) => [...(suffix === '' ? [] : [context.files.write(path + suffix, text)]), context.files.write(path, result.text)]);
  return done('', { actions, stderr: unread(problems), exitCode: problems.length > 0 ? 2 : (results.at(-1)?.result.exitCode ?? 0) });
}

export const sed = filterCommand<Sed>('sed', { en: 'edits lines: `s/a/b/`, `5p`, `/x/d`; `-i` in the file', 'zh-CN': '按行编辑：`s/a/b/`、`5p`、`/x/d`；`-i` 直接改文件' }, {
  begin(args, context) {
    const asked = read(args, context);
    if ('type' in asked) return asked;
    if (asked.inPlace !== null) return asked.names.length === 0 ? failed('sed: no input files') : inPlace(asked, asked.inPlace, context);
    const { instructions, isQuiet, names } = asked;
    if (names.length === 0) return { type: 'filter', state: { instructions, isQuiet, text: '' } };
    const { inputs, problems } = readFiles('sed', names, context);
    const { text, exitCode } = edited(asked, inputs.map((input) => input.text).join(''));
    return done(text, { stderr: unread(problems), exitCode: problems.length > 0 ? 2 : exitCode });
  },
  push: (state, chunk) => ({ state: { ...state, text: state.text + chunk }, stdout: '' }),
  end: (state) => {
    const { text, exitCode } = edited(state, state.text);
    return { stdout: text, stderr: '', exitCode };
  },
});
