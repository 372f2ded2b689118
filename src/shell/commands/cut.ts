import { done, failed, filterCommand, flags, invalidOption, lines } from '../command.ts';
import { linesOf, readFiles } from './shared.ts';

interface Cut {
  readonly delimiter: string;
  /** From 1; `to` is `null` where a range is open. */
  readonly ranges: readonly { readonly from: number; readonly to: number | null }[];
  readonly by: 'field' | 'character';
  readonly onlyDelimited: boolean;
  readonly text: string;
}

function rangesOf(list: string): Cut['ranges'] | undefined {
  const ranges = list.split(',').map((one) => {
    const [, from, dash, to] = /^(\d{0,9})(-?)(\d{0,9})$/.exec(one) ?? [];
    if (from === undefined || (from === '' && to === '') || from === '0' || to === '0') return undefined;
    return { from: from === '' ? 1 : Number(from), to: dash === '' ? Number(from) : to === '' ? null : Number(to) };
  });
  return ranges.every((one) => one !== undefined) ? ranges : undefined;
}

function cutLine(line: string, { delimiter, ranges, by, onlyDelimited }: Cut): string | undefined {
  if (by === 'field' && !line.includes(delimiter)) return onlyDelimited ? undefined : line;
  const pieces = by === 'field' ? line.split(delimiter) : [...line];
  return pieces.filter((_, at) => ranges.some(({ from, to }) => at + 1 >= from && (to === null || at + 1 <= to))).join(by === 'field' ? delimiter : '');
}

const cutAll = (state: Cut, text: string): string =>
  lines(
    linesOf(text).flatMap((line) => {
      const piece = cutLine(line, state);
      return piece === undefined ? [] : [piece];
    }),
  );

export const cut = filterCommand<Cut>('cut', { en: 'takes fields or characters out of lines', 'zh-CN': '取出每行的某些字段或字符' }, {
  begin(args, context) {
    const read = flags(args, ['-s'], ['-d', '-f', '-c', '-b']);
    if ('unknown' in read) return invalidOption('cut', read.unknown);
    const { values } = read;
    const lists = [...(values['-f'] ?? []), ...(values['-c'] ?? []), ...(values['-b'] ?? [])];
    if (lists.length !== 1) return failed(`cut: ${lists.length === 0 ? 'you must specify a list of bytes, characters, or fields' : 'only one type of list may be specified'}\nTry 'cut --help' for more information.`);
    const ranges = rangesOf(lists[0]!);
    if (!ranges) return failed(`cut: invalid byte, character or field list\nTry 'cut --help' for more information.`);
    const delimiter = values['-d']?.at(-1) ?? '\t';
    if ([...delimiter].length !== 1) return failed("cut: the delimiter must be a single character\nTry 'cut --help' for more information.");
    const state: Cut = { delimiter, ranges, by: values['-f'] ? 'field' : 'character', onlyDelimited: read.given.has('-s'), text: '' };
    if (read.rest.length === 0) return { type: 'filter', state };
    const { inputs, problems } = readFiles('cut', read.rest, context);
    return done(cutAll(state, inputs.map(({ text }) => text).join('')), { stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
  push: (state, chunk) => ({ state: { ...state, text: state.text + chunk }, stdout: '' }),
  end: (state) => ({ stdout: cutAll(state, state.text), stderr: '', exitCode: 0 }),
});
