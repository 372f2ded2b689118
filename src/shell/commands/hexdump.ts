import { done, failed, flags, lines, type Command } from '../command.ts';
import { bytesOf } from '../files/text.ts';
import { pathOf } from './shared.ts';

const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');

/** `-C`: sixteen bytes a line with their characters; lines like the one before are left out. */
export function canonical(bytes: Uint8Array): string {
  const rows: string[] = [];
  let before = '';
  let isSkipping = false;
  for (let at = 0; at < bytes.length; at += 16) {
    const chunk = [...bytes.subarray(at, at + 16)];
    const key = chunk.join();
    if (key === before && chunk.length === 16) {
      if (!isSkipping) rows.push('*');
      isSkipping = true;
      continue;
    }
    before = key;
    isSkipping = false;
    const left = chunk.slice(0, 8).map((byte) => hex(byte, 2)).join(' ');
    const right = chunk.slice(8).map((byte) => hex(byte, 2)).join(' ');
    const text = chunk.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    rows.push(`${hex(at, 8)}  ${left.padEnd(23)}  ${right.padEnd(23)}  |${text}|`);
  }
  if (bytes.length > 0) rows.push(hex(bytes.length, 8));
  return lines(rows);
}

export const hexdump: Command = {
  name: 'hexdump',
  summary: { en: 'bytes of a file: hexdump -C FILE', 'zh-CN': '查看文件字节：hexdump -C 文件' },
  run(args, context) {
    const read = flags(args, ['-C', '-v'], ['-n', '-s']);
    if ('unknown' in read) return failed(`hexdump: invalid option -- '${read.unknown.replace(/^-+/, '')}'`);
    const [name] = read.rest;
    if (name === undefined) return failed('hexdump: name a file: reading from a pipe is not modelled here');
    const content = context.files.content(pathOf(context, name));
    if (content === undefined) return failed(`hexdump: ${name}: No such file or directory\nhexdump: all input file arguments failed`);
    if (!read.given.has('-C')) return failed('hexdump: only -C is modelled here');
    const bytes = bytesOf(content);
    const from = Number(read.values['-s']?.[0] ?? 0);
    return done(canonical(bytes.subarray(from, from + Number(read.values['-n']?.[0] ?? bytes.length))));
  },
};
