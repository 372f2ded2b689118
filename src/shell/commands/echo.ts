import { done, type Command } from '../command.ts';

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\', r: '\r', a: '', b: '', '0': '\0' };

export const unescaped = (text: string): string => text.replace(/\\([ntra0b\\])/g, (_, char: string) => ESCAPES[char]!);

export const echo: Command = {
  name: 'echo',
  summary: { en: 'prints its arguments', 'zh-CN': '输出参数' },
  run(args) {
    let rest = args;
    let hasNewline = true;
    let escapes = false;
    while (rest[0] !== undefined && /^-[neE]+$/.test(rest[0])) {
      if (rest[0].includes('n')) hasNewline = false;
      if (rest[0].includes('e')) escapes = true;
      rest = rest.slice(1);
    }
    const text = rest.join(' ');
    return done(`${escapes ? unescaped(text) : text}${hasNewline ? '\n' : ''}`);
  },
};
