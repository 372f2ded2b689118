import { done, filterCommand, flags, invalidOption, lines } from '../command.ts';
import { linesOf, readFiles } from './shared.ts';

interface Sort {
  readonly given: readonly string[];
  readonly text: string;
}

function sorted(given: readonly string[], text: string): string {
  const all = linesOf(text);
  if (given.includes('-n')) all.sort((a, b) => (parseFloat(a) || 0) - (parseFloat(b) || 0) || (a < b ? -1 : a > b ? 1 : 0));
  else all.sort();
  if (given.includes('-r')) all.reverse();
  return lines(given.includes('-u') ? all.filter((line, i) => i === 0 || line !== all[i - 1]) : all);
}

export const sort = filterCommand<Sort>('sort', { en: 'sorts lines', 'zh-CN': '排序' }, {
  begin(args, context) {
    const read = flags(args, ['-n', '-r', '-u']);
    if ('unknown' in read) return invalidOption('sort', read.unknown);
    if (read.rest.length === 0) return { type: 'filter', state: { given: [...read.given], text: '' } };
    const { inputs, problems } = readFiles('sort', read.rest, context);
    if (problems.length > 0) return { type: 'done', stdout: '', stderr: lines(problems.map((one) => one.replace(/^sort: (.*): No such/, 'sort: cannot read: $1: No such'))), exitCode: 2 };
    return done(sorted([...read.given], inputs.map(({ text }) => text).join('')));
  },
  push: (state, chunk) => ({ state: { ...state, text: state.text + chunk }, stdout: '' }),
  end: ({ given, text }) => ({ stdout: sorted(given, text), stderr: '', exitCode: 0 }),
});
