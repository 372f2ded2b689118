import { done, filterCommand, flags, invalidOption, lines } from '../command.ts';
import { linesOf, readFiles } from './shared.ts';

interface Uniq {
  readonly given: readonly string[];
  readonly text: string;
}

/** Lines that follow one another and are equal become one; `-c` counts, `-d` and `-u` choose. */
function merged(given: readonly string[], text: string): string {
  const runs: { line: string; count: number }[] = [];
  for (const line of linesOf(text)) {
    const last = runs.at(-1);
    if (last?.line === line) last.count++;
    else runs.push({ line, count: 1 });
  }
  const chosen = runs.filter(({ count }) => (!given.includes('-d') || count > 1) && (!given.includes('-u') || count === 1));
  return lines(chosen.map(({ line, count }) => (given.includes('-c') ? `${String(count).padStart(7)} ${line}` : line)));
}

export const uniq = filterCommand<Uniq>('uniq', { en: 'makes one of equal lines that follow one another', 'zh-CN': '合并相邻的相同行' }, {
  begin(args, context) {
    const read = flags(args, ['-c', '-d', '-u']);
    if ('unknown' in read) return invalidOption('uniq', read.unknown);
    const given = [...read.given];
    if (read.rest.length === 0) return { type: 'filter', state: { given, text: '' } };
    const { inputs, problems } = readFiles('uniq', read.rest.slice(0, 1), context);
    return done(merged(given, inputs.map(({ text }) => text).join('')), { stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
  push: (state, chunk) => ({ state: { ...state, text: state.text + chunk }, stdout: '' }),
  end: ({ given, text }) => ({ stdout: merged(given, text), stderr: '', exitCode: 0 }),
});
