import { done, failed, filterCommand, lines } from '../command.ts';
import { readFiles } from './shared.ts';

/** A screen that keeps everything needs no pager: it prints the whole and ends, as `less -FX` does with what fits. */
export const less = filterCommand<null>('less', { en: 'shows a file, as `cat` does: the screen keeps everything', 'zh-CN': '查看文件（屏幕会保留全部内容，效果同 `cat`）' }, {
  begin(args, context) {
    const names = args.filter((arg) => !arg.startsWith('-') && !arg.startsWith('+'));
    if (names.length === 0) return context.stdin === null ? failed('Missing filename ("less --help" for help)') : { type: 'filter', state: null };
    const { inputs, problems } = readFiles('less', names, context);
    const said = problems.map((problem) => problem.replace(/^less: (.*): Is a directory$/, '$1 is a directory').replace(/^less: /, ''));
    return done(inputs.map((input) => input.text).join(''), { stderr: lines(said), exitCode: problems.length > 0 ? 1 : 0 });
  },
  push: (state, chunk) => ({ state, stdout: chunk }),
  end: () => ({ stdout: '', stderr: '', exitCode: 0 }),
});

export const more = { ...less, name: 'more' };
