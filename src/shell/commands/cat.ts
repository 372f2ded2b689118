import { done, filterCommand, flags, invalidOption, lines } from '../command.ts';
import { linesOf, readFiles } from './shared.ts';

const numbered = (text: string): string => linesOf(text).map((line, index) => `${String(index + 1).padStart(6)}\t${line}\n`).join('');

export const cat = filterCommand<null>('cat', { en: 'prints files', 'zh-CN': '输出文件内容' }, {
  begin(args, context) {
    const read = flags(args, ['-n', '-A', '-v', '-e', '-t']);
    if ('unknown' in read) return invalidOption('cat', read.unknown);
    if (read.rest.length === 0 && !read.given.has('-n')) return { type: 'filter', state: null };
    const { inputs, problems } = readFiles('cat', read.rest.length > 0 ? read.rest : ['-'], context);
    const text = inputs.map((input) => input.text).join('');
    return done(read.given.has('-n') ? numbered(text) : text, { stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
  push: (state, chunk) => ({ state, stdout: chunk }),
  end: () => ({ stdout: '', stderr: '', exitCode: 0 }),
});
