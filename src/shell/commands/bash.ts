import { failed, freeName, type Command } from '../command.ts';
import type { BashConfig } from '../bash/state.ts';
import { pathOf } from './shared.ts';

/** Another shell in this one: `bash`, `bash -c '…'`, `bash FILE`. */
const shell = (name: string): Command => ({
  name,
  summary: { en: 'a shell; `-c` runs a line', 'zh-CN': '子 shell；`-c` 执行一行命令' },
  run(args, context) {
    const { cwd, variables } = context.session;
    const first = args.findIndex((arg) => !/^(-[ilexc]+|--login)$/.test(arg));
    const letters = args.slice(0, first < 0 ? args.length : first).filter((arg) => arg !== '--login').join('');
    const rest = first < 0 ? [] : args.slice(first);
    const options = ['e', 'x'].filter((letter) => letters.includes(letter));
    const process = { name: freeName(context.world, 'bash'), program: 'bash', host: context.host, parent: context.shell, commandLine: [name, ...args].join(' ') };
    const config: BashConfig = { cwd, variables, options, ...(context.stdin === null ? { isAtTerminal: true } : {}) };
    if (letters.includes('c')) {
      const [line, zero, ...parameters] = rest;
      if (line === undefined) return failed(`${name}: -c: option requires an argument`, 2);
      return { type: 'child', reads: 'lines', process: { ...process, config: { ...config, line, parameters, name: zero ?? name } } };
    }
    const [file, ...parameters] = rest;
    if (file === undefined) return { type: 'child', process: { ...process, config: { ...config, isInner: true, ...(context.stdin === null ? {} : { isPiped: true }) } }, reads: 'terminal' };
    const text = context.files.text(pathOf(context, file));
    return text === undefined ? failed(`${name}: ${file}: No such file or directory`, 127) : { type: 'child', reads: 'lines', process: { ...process, config: { ...config, line: text, parameters, name: file } } };
  },
});

export const bash = shell('bash');
export const sh = shell('sh');
