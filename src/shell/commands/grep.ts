import { done, failed, filterCommand, flags, lines } from '../command.ts';
import { patternSource } from '../regular-expression.ts';
import { completeLines, linesOf, pathOf, readFiles } from './shared.ts';

interface Grep {
  readonly source: string;
  readonly flags: string;
  readonly given: readonly string[];
  readonly before: number;
  readonly after: number;
  readonly max: number;
  readonly rest: string;
  /** How many lines were read, and how many matched. */
  readonly read: number;
  readonly found: number;
  /** Lines that may still be wanted as what stood before a match; and how many are wanted after the last one. */
  readonly waiting: readonly string[];
  readonly wanted: number;
  readonly lastShown: number;
}

/** Lines of one input through the pattern. `name` stands before each line where several files are searched. */
function search(state: Grep, text: readonly string[], name: string | null): { readonly state: Grep; readonly output: readonly string[] } {
  const expression = new RegExp(state.source, state.flags);
  const has = (flag: string): boolean => state.given.includes(flag);
  const output: string[] = [];
  let { read, found, waiting, wanted, lastShown } = state;
  const prefix = (number: number, sign: string): string => `${name === null ? '' : `${name}${sign}`}${has('-n') ? `${number}${sign}` : ''}`;
  const isSilent = has('-c') || has('-q') || has('-l');
  for (const line of text) {
    read++;
    expression.lastIndex = 0;
    if (expression.test(line) !== has('-v') && found < state.max) {
      found++;
      if (isSilent) continue;
      if ((state.before > 0 || state.after > 0) && lastShown > 0 && read - waiting.length > lastShown + 1) output.push('--');
      for (const [i, one] of waiting.entries()) output.push(prefix(read - waiting.length + i, '-') + one);
      if (has('-o')) {
        for (const match of line.matchAll(new RegExp(state.source, `${state.flags}g`))) if (match[0] !== '') output.push(prefix(read, ':') + match[0]);
      } else output.push(prefix(read, ':') + line);
      waiting = [];
      wanted = state.after;
      lastShown = read;
    } else if (wanted > 0 && !isSilent) {
      output.push(prefix(read, '-') + line);
      wanted--;
      lastShown = read;
    } else waiting = state.before > 0 ? [...waiting, line].slice(-state.before) : [];
  }
  return { state: { ...state, read, found, waiting, wanted, lastShown }, output };
}

const SHORT = ['-i', '-v', '-n', '-c', '-E', '-F', '-w', '-o', '-r', '-R', '-l', '-q', '-h', '-H', '-s', '-x', '-P', '-a', '--color'];

export const grep = filterCommand<Grep>('grep', { en: 'lines that match', 'zh-CN': '筛选匹配的行' }, {
  begin(args, context) {
    const read = flags(args, SHORT, ['-e', '-A', '-B', '-C', '-m', '--color', '--include', '--exclude']);
    if ('unknown' in read) return failed(`grep: invalid option -- '${read.unknown.replace(/^-+/, '')}'\nUsage: grep [OPTION]... PATTERN [FILE]...\nTry 'grep --help' for more information.`, 2);
    const { given, values } = read;
    const patterns = values['-e'] ?? read.rest.slice(0, 1);
    const names = values['-e'] === undefined ? read.rest.slice(1) : read.rest;
    if (patterns.length === 0) return failed('Usage: grep [OPTION]... PATTERN [FILE]...\nTry \'grep --help\' for more information.', 2);
    const kind = given.has('-F') ? 'fixed' : given.has('-E') || given.has('-P') ? 'extended' : 'basic';
    const source = patternSource(patterns.join('\n'), kind, { isWord: given.has('-w'), isWhole: given.has('-x') });
    if ('problem' in source) return failed(`grep: ${source.problem}`, 2);
    const around = Number(values['-C']?.at(-1) ?? 0);
    const state: Grep = {
      source: source.source,
      flags: given.has('-i') ? 'iu' : 'u',
      given: [...given],
      before: Number(values['-B']?.at(-1) ?? around) || 0,
      after: Number(values['-A']?.at(-1) ?? around) || 0,
      max: values['-m'] === undefined ? Number.MAX_SAFE_INTEGER : Number(values['-m'].at(-1)) || 0,
      rest: '',
      read: 0,
      found: 0,
      waiting: [],
      wanted: 0,
      lastShown: 0,
    };
    const isRecursive = given.has('-r') || given.has('-R');
    if (names.length === 0 && !isRecursive) return { type: 'filter', state };
    const { files } = context;
    const all = isRecursive
      ? (names.length > 0 ? names : ['.']).flatMap((name) => {
          const top = pathOf(context, name);
          const walked = files.walk(top).filter(({ isDirectory }) => !isDirectory);
          return walked.length === 0 && !files.exists(top) ? [name] : walked.map(({ path }) => (name === '.' && names.length === 0 ? path.slice(top.length + (top === '/' ? 0 : 1)) : name + path.slice(top.length)));
        })
      : names;
    const { inputs, problems } = readFiles('grep', all, context);
    const isNamed = !given.has('-h') && (given.has('-H') || isRecursive || all.length > 1);
    const output: string[] = [];
    let found = 0;
    for (const { name, text } of inputs) {
      const one = search(state, linesOf(text), isNamed ? name : null);
      found += one.state.found;
      if (given.has('-q')) continue;
      if (given.has('-l')) output.push(...(one.state.found > 0 ? [name] : []));
      else if (given.has('-c')) output.push(`${isNamed ? `${name}:` : ''}${one.state.found}`);
      else output.push(...one.output);
    }
    return done(lines(output), { stderr: given.has('-s') ? '' : lines(problems), exitCode: problems.length > 0 ? 2 : found > 0 ? 0 : 1 });
  },
  push(state, chunk) {
    const { lines: whole, rest } = completeLines(state.rest, chunk);
    const searched = search(state, whole, null);
    const isDone = searched.state.found >= state.max || (state.given.includes('-q') && searched.state.found > 0);
    return { state: { ...searched.state, rest }, stdout: lines(searched.output), isDone };
  },
  end(state) {
    const last = state.rest === '' ? { state, output: [] } : search(state, [state.rest], null);
    const { found } = last.state;
    const told = state.given.includes('-q') ? [] : state.given.includes('-c') ? [String(found)] : state.given.includes('-l') ? (found > 0 ? ['(standard input)'] : []) : last.output;
    return { stdout: lines(told), stderr: '', exitCode: found > 0 ? 0 : 1 };
  },
});

export const egrep = { ...grep, name: 'egrep', filter: { ...grep.filter!, begin: (args, context) => grep.filter!.begin(['-E', ...args], context) } } satisfies typeof grep;
