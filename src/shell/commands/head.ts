import { done, failed, filterCommand, lines } from '../command.ts';
import { completeLines, linesOf, readFiles } from './shared.ts';

interface Head {
  readonly left: number;
  readonly rest: string;
}

/** `-n 5`, `-n5`, `-5`, `--lines=5`. */
export function countOf(command: string, args: readonly string[]): { readonly count: number; readonly fromStart: boolean; readonly rest: readonly string[] } | { readonly problem: string } {
  let count = 10;
  let fromStart = false;
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const glued = /^-(?:n|-lines=)?([+-]?\d+)$/.exec(arg)?.[1];
    const value = glued ?? (arg === '-n' || arg === '--lines' ? (args[++i] ?? '') : undefined);
    if (value === undefined) {
      rest.push(arg);
      continue;
    }
    if (!/^[+-]?\d+$/.test(value)) return { problem: `${command}: invalid number of lines: ‘${value}’` };
    fromStart = value.startsWith('+');
    count = Math.abs(Number(value));
  }
  return { count, fromStart, rest };
}

export const head = filterCommand<Head>('head', { en: 'the first lines', 'zh-CN': '显示开头几行' }, {
  begin(args, context) {
    const read = countOf('head', args);
    if ('problem' in read) return failed(read.problem);
    const names = read.rest.filter((arg) => arg !== '-q' && arg !== '-v');
    if (names.length === 0) return { type: 'filter', state: { left: read.count, rest: '' } };
    const { inputs, problems } = readFiles('head', names, context);
    const texts = inputs.map(({ name, text }) => `${names.length > 1 ? `==> ${name} <==\n` : ''}${lines(linesOf(text).slice(0, read.count))}`);
    return done(texts.join('\n'), { stderr: lines(problems.map((one) => one.replace(/^head: (.*): No such/, 'head: cannot open ‘$1’ for reading: No such'))), exitCode: problems.length > 0 ? 1 : 0 });
  },
  push(state, chunk) {
    const { lines: whole, rest } = completeLines(state.rest, chunk);
    const taken = whole.slice(0, state.left);
    const left = state.left - taken.length;
    return { state: { left, rest: left > 0 ? rest : '' }, stdout: lines(taken), isDone: left === 0 };
  },
  end: (state) => ({ stdout: state.left > 0 ? state.rest : '', stderr: '', exitCode: 0 }),
});
