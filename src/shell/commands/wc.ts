import { done, filterCommand, flags, invalidOption, lines, type Flags } from '../command.ts';
import { byteLength } from '../../kernel/utf8.ts';
import { readFiles } from './shared.ts';

interface Wc {
  readonly given: readonly string[];
  readonly text: string;
}

type Counts = readonly [number, number, number];

const countsOf = (text: string): Counts => [text.split('\n').length - 1, text.split(/\s+/).filter((word) => word !== '').length, byteLength(text)];

function row(counts: Counts, given: readonly string[], width: number, name: string): string {
  const wanted = given.length === 0 ? counts : counts.filter((_, i) => (i === 2 ? given.includes('-c') || given.includes('-m') : given.includes(['-l', '-w'][i]!)));
  return [...wanted.map((count) => String(count).padStart(wanted.length === 1 && name === '' ? 1 : width)), ...(name === '' ? [] : [name])].join(' ');
}

export const wc = filterCommand<Wc>('wc', { en: 'counts lines, words, bytes', 'zh-CN': '统计行数、词数、字节数' }, {
  begin(args, context) {
    const read: Flags | { unknown: string } = flags(args, ['-l', '-w', '-c', '-m', '--lines', '--words', '--bytes']);
    if ('unknown' in read) return invalidOption('wc', read.unknown);
    const given = [...read.given].map((flag) => ({ '--lines': '-l', '--words': '-w', '--bytes': '-c' })[flag] ?? flag);
    if (read.rest.length === 0) return { type: 'filter', state: { given, text: '' } };
    const { inputs, problems } = readFiles('wc', read.rest, context);
    const all = inputs.map(({ name, text }) => ({ name, counts: countsOf(text) }));
    const total = all.reduce<Counts>((sum, { counts }) => [sum[0] + counts[0], sum[1] + counts[1], sum[2] + counts[2]], [0, 0, 0]);
    const width = all.length === 1 && given.length === 1 ? 1 : String(total[2]).length;
    const rows = all.map(({ name, counts }) => row(counts, given, width, name));
    if (read.rest.length > 1) rows.push(row(total, given, width, 'total'));
    return done(lines(rows), { stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
  push: (state, chunk) => ({ state: { ...state, text: state.text + chunk }, stdout: '' }),
  end: ({ given, text }) => ({ stdout: lines([row(countsOf(text), given, 7, '')]), stderr: '', exitCode: 0 }),
});
