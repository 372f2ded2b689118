import { done, failed, filterCommand, freeName, lines } from '../command.ts';
import { countOf } from './head.ts';
import { linesOf, pathOf, readFiles } from './shared.ts';

interface Tail {
  readonly count: number;
  readonly fromStart: boolean;
  readonly text: string;
}

const part = ({ count, fromStart }: Pick<Tail, 'count' | 'fromStart'>, text: string): string => {
  const all = linesOf(text);
  return lines(fromStart ? all.slice(Math.max(0, count - 1)) : all.slice(Math.max(0, all.length - count)));
};

export const tail = filterCommand<Tail>('tail', { en: 'the last lines; `-f` goes on', 'zh-CN': '显示末尾几行；`-f` 持续跟踪' }, {
  begin(args, context) {
    const read = countOf('tail', args);
    if ('problem' in read) return failed(read.problem);
    const follows = read.rest.some((arg) => /^-[fF]$/.test(arg) || arg === '--follow');
    const odd = read.rest.find((arg) => arg.startsWith('-') && arg !== '-' && !/^-[fFq]$/.test(arg) && arg !== '--follow');
    if (odd !== undefined) return failed(`tail: invalid option -- '${odd.replace(/^-+/, '')}'\nTry 'tail --help' for more information.`);
    const names = read.rest.filter((arg) => !arg.startsWith('-'));
    if (names.length === 0) return { type: 'filter', state: { count: read.count, fromStart: read.fromStart, text: '' } };
    const { inputs, problems } = readFiles('tail', names, context);
    const said = lines(problems.map((one) => one.replace(/^tail: (.*): No such/, 'tail: cannot open ‘$1’ for reading: No such').replace(/^tail: (.*): Is a directory/, 'tail: error reading ‘$1’: Is a directory')));
    if (follows && problems.length === 0) {
      return {
        type: 'child',
        process: {
          name: freeName(context.world, 'tail'),
          program: 'follow',
          host: context.host,
          parent: context.shell,
          commandLine: `tail ${args.join(' ')}`,
          config: { type: 'files', count: read.count, paths: names.map((name) => ({ name, path: pathOf(context, name) })) },
        },
      };
    }
    const texts = inputs.map(({ name, text }) => `${names.length > 1 ? `==> ${name} <==\n` : ''}${part(read, text)}`);
    return done(texts.join('\n'), { stderr: said, exitCode: problems.length > 0 ? 1 : 0 });
  },
  push: (state, chunk) => ({ state: { ...state, text: state.text + chunk }, stdout: '' }),
  end: (state) => ({ stdout: part(state, state.text), stderr: '', exitCode: 0 }),
});
