/**
 * The part of awk that people type behind a pipe: `/pattern/ { print $2, $NF }`, with `-F`, and `NR` compared with a number as a pattern.
 * Any other program is refused.
 */
import { done, failed, filterCommand, lines } from '../command.ts';
import { patternSource } from '../regular-expression.ts';
import { linesOf, readFiles } from './shared.ts';

/** What is printed: texts, and fields by their number; `NF` is the last one's. */
type Piece = { readonly type: 'text'; readonly text: string } | { readonly type: 'field'; readonly field: number | 'last' } | { readonly type: 'count'; readonly of: 'NR' | 'NF' };

interface Rule {
  /** `source`: of a JavaScript expression. */
  readonly pattern: { readonly type: 'all' } | { readonly type: 'matches'; readonly source: string } | { readonly type: 'line'; readonly operator: string; readonly number: number };
  /** Joined by a blank; pieces inside follow one another. */
  readonly prints: readonly (readonly Piece[])[];
}

interface Awk {
  readonly separator: string | null;
  readonly rules: readonly Rule[];
  readonly text: string;
}

const RULE = /\s*(?:\/((?:\\.|[^/\\])+)\/|NR\s*(==|!=|<=|>=|<|>)\s*(\d{1,9}))?\s*(?:\{\s*print\b([^{}"]*(?:"[^"]*"[^{}"]*)*)\})?\s*;?/y;
const PIECE = /\s*(?:"((?:\\.|[^"\\])*)"|\$(\d{1,4}|NF)|(NR|NF))/y;

function printsOf(text: string): Rule['prints'] | undefined {
  const source = text.trim().replace(/;$/, '').trim();
  if (source === '') return [[{ type: 'field', field: 0 }]];
  const prints: Piece[][] = [[]];
  let at = 0;
  while (at < source.length) {
    PIECE.lastIndex = at;
    const [whole, quoted, field, count] = PIECE.exec(source) ?? [];
    if (whole === undefined) return undefined;
    at += whole.length;
    if (quoted !== undefined) prints.at(-1)!.push({ type: 'text', text: quoted.replace(/\\t/g, '\t').replace(/\\n/g, '\n').replace(/\\(.)/g, '$1') });
    else if (field !== undefined) prints.at(-1)!.push({ type: 'field', field: field === 'NF' ? 'last' : Number(field) });
    else prints.at(-1)!.push({ type: 'count', of: count as 'NR' | 'NF' });
    const comma = /^\s*,/.exec(source.slice(at));
    if (comma) {
      at += comma[0].length;
      if (source.slice(at).trim() === '') return undefined;
      prints.push([]);
    }
  }
  return prints;
}

function rulesOf(program: string): readonly Rule[] | undefined {
  const rules: Rule[] = [];
  let at = 0;
  while (at < program.length) {
    RULE.lastIndex = at;
    const [whole = '', source, operator, number, printed] = RULE.exec(program) ?? [];
    if (whole.trim() === '') return program.slice(at).trim() === '' && rules.length > 0 ? rules : undefined;
    at += whole.length;
    const prints = printsOf(printed ?? '');
    const expression = source === undefined ? undefined : patternSource(source.replaceAll('\\/', '/'), 'extended');
    if (!prints || (expression && 'problem' in expression)) return undefined;
    const pattern: Rule['pattern'] = expression ? { type: 'matches', source: expression.source } : operator !== undefined ? { type: 'line', operator, number: Number(number) } : { type: 'all' };
    if (pattern.type === 'all' && printed === undefined) return undefined;
    rules.push({ pattern, prints });
  }
  return rules.length > 0 ? rules : undefined;
}

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function run({ separator, rules }: Awk, text: string): string {
  const matchers = rules.map(({ pattern }) => (pattern.type === 'matches' ? new RegExp(pattern.source, 'u') : undefined));
  const printed: string[] = [];
  for (const [at, line] of linesOf(text).entries()) {
    const fields = separator === null ? line.split(/[ \t]+/).filter((field) => field !== '') : line === '' ? [] : line.split(separator);
    const written = (piece: Piece): string => {
      if (piece.type === 'text') return piece.text;
      if (piece.type === 'count') return String(piece.of === 'NR' ? at + 1 : fields.length);
      return piece.field === 'last' ? (fields.at(-1) ?? line) : piece.field === 0 ? line : (fields[piece.field - 1] ?? '');
    };
    for (const [index, { pattern, prints }] of rules.entries()) {
      if (pattern.type === 'matches' && !matchers[index]!.test(line)) continue;
      if (pattern.type === 'line' && !COMPARISONS[pattern.operator]!(at + 1, pattern.number)) continue;
      printed.push(prints.map((pieces) => pieces.map(written).join('')).join(' '));
    }
  }
  return lines(printed);
}

export const awk = filterCommand<Awk>('awk', { en: 'prints fields of lines', 'zh-CN': '输出每行的某些字段' }, {
  begin(args, context) {
    let rest = args;
    let separator: string | null = null;
    while (rest[0]?.startsWith('-') === true && rest[0] !== '-') {
      const [option, value] = rest as [string, string | undefined];
      if (!option.startsWith('-F')) return failed(`awk: ${option.slice(0, 200)} is not modelled here`, 2);
      separator = option === '-F' ? (value ?? '') : option.slice(2);
      rest = rest.slice(option === '-F' ? 2 : 1);
    }
    if (separator === ' ') separator = null;
    if (separator === 't' || separator === '\\t') separator = '\t';
    if (separator !== null && [...separator].length !== 1) return failed('awk: only separators of one character are modelled here', 2);
    const [program, ...names] = rest;
    if (program === undefined) return failed("Usage: awk [-F c] 'program' file ...", 2);
    const rules = rulesOf(program);
    if (!rules) return failed("awk: only programs like '/pattern/ { print $1, $NF }' and 'NR > 1 { print }' are modelled here", 2);
    const state: Awk = { separator, rules, text: '' };
    if (names.length === 0) return { type: 'filter', state };
    const { inputs, problems } = readFiles('awk', names, context);
    return done(run(state, inputs.map(({ text }) => text).join('')), { stderr: lines(problems), exitCode: problems.length > 0 ? 2 : 0 });
  },
  push: (state, chunk) => ({ state: { ...state, text: state.text + chunk }, stdout: '' }),
  end: (state) => ({ stdout: run(state, state.text), stderr: '', exitCode: 0 }),
});
