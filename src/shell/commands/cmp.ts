import { done, failed, flags, invalidOption, type Command } from '../command.ts';
import { bytesOf } from '../files/text.ts';
import { pathOf } from './shared.ts';

const NEWLINE = 10;

export const cmp: Command = {
  name: 'cmp',
  summary: { en: 'compares two files byte by byte; says nothing if they are equal', 'zh-CN': '逐字节比较两个文件，相同则无输出' },
  run(args, context) {
    const read = flags(args, ['-s', '--quiet', '--silent']);
    if ('unknown' in read) return invalidOption('cmp', read.unknown);
    const [one, other] = read.rest;
    if (one === undefined) return failed("cmp: missing operand after 'cmp'\ncmp: Try 'cmp --help' for more information.", 2);
    if (other === undefined) return failed('cmp: name two files: reading from a pipe is not modelled here', 2);
    const contents = [one, other].map((name) => ({ name, content: context.files.content(pathOf(context, name)) }));
    const missing = contents.find(({ content }) => content === undefined);
    if (missing) return failed(`cmp: ${missing.name}: No such file or directory`, 2);
    const [a, b] = contents.map(({ content }) => bytesOf(content!)) as [Uint8Array, Uint8Array];
    const length = Math.min(a.length, b.length);
    let at = 0;
    while (at < length && a[at] === b[at]) at++;
    if (at === a.length && at === b.length) return done('');
    if (read.given.size > 0) return done('', { exitCode: 1 });
    if (at === length) return failed(`cmp: EOF on ${a.length < b.length ? one : other}`);
    const line = a.subarray(0, at).filter((byte) => byte === NEWLINE).length + 1;
    return done(`${one} ${other} differ: byte ${at + 1}, line ${line}\n`, { exitCode: 1 });
  },
};
