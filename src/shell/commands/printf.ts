import { done, failed, type Command } from '../command.ts';
import { unescaped } from './echo.ts';

/** `%s`, `%d` and `%%`; the format is used again for arguments that are left, as printf does. */
export const printf: Command = {
  name: 'printf',
  summary: { en: 'prints by a format', 'zh-CN': '按格式输出' },
  run([format, ...args]) {
    if (format === undefined) return failed('bash: printf: usage: printf [-v var] format [arguments]', 2);
    const text = unescaped(format);
    const used = (text.match(/%[sd]/g) ?? []).length;
    let output = '';
    let left = [...args];
    do {
      output += text.replace(/%[sd%]/g, (one) => (one === '%%' ? '%' : (left.shift() ?? (one === '%d' ? '0' : ''))));
      left = used === 0 ? [] : left;
    } while (left.length > 0);
    return done(output);
  },
};
