import { done, failed, freeName, invalidOption, notModelledHere, type Command, type Context, type DoneResult } from '../command.ts';
import { shown } from '../bash/quote.ts';
import { batched, nothingRead, type XargsConfig } from '../programs/xargs.ts';
import { pathOf } from './shared.ts';
import { BUILTINS } from './which.ts';
import { unescaped } from './echo.ts';

const TRY = "Try 'xargs --help' for more information.";
const LONG: Readonly<Record<string, string>> = {
  '--null': '-0', '--no-run-if-empty': '-r', '--verbose': '-t', '--max-args': '-n', '--max-lines': '-L', '--max-procs': '-P', '--replace': '-I', '--delimiter': '-d', '--exit': '-x', '--interactive': '-p', '--arg-file': '-a', '--eof': '-E', '--max-chars': '-s',
};
const VALUED = 'nLPIdaEs';
const NOT_MODELLED = 'paEsel';

interface Read {
  readonly options: readonly (readonly [letter: string, value: string])[];
  readonly command: readonly string[];
}

/** Options stand before the command; what is behind it is the command's own. */
function optionsOf(args: readonly string[]): Read | DoneResult {
  const options: (readonly [string, string])[] = [];
  let at = 0;
  for (; at < args.length && args[at]!.startsWith('-') && args[at] !== '-'; at++) {
    const arg = args[at]!;
    if (arg === '--') {
      at++;
      break;
    }
    const [, long, glued] = /^(--[\w-]+)(?:=([^]*))?$/.exec(arg) ?? [];
    if (long !== undefined) {
      const letter = Object.hasOwn(LONG, long) ? LONG[long]![1]! : undefined;
      if (letter === undefined) return invalidOption('xargs', long);
      const needs = VALUED.includes(letter) && !['L', 'I'].includes(letter);
      if (needs && glued === undefined && at + 1 >= args.length) return failed(`xargs: option '${long}' requires an argument\n${TRY}`);
      options.push([letter, glued ?? (needs ? args[++at]! : letter === 'I' ? '{}' : '1')]);
      continue;
    }
    for (let i = 1; i < arg.length; i++) {
      const letter = arg[i]!;
      if (!`0rtxi${VALUED}${NOT_MODELLED}`.includes(letter)) return invalidOption('xargs', `-${letter}`);
      if (letter === 'i') options.push(['I', arg.slice(i + 1) || '{}']);
      else if (!VALUED.includes(letter)) {
        options.push([letter, '']);
        continue;
      } else {
        const own = arg.slice(i + 1);
        if (own === '' && at + 1 >= args.length) return failed(`xargs: option requires an argument -- '${letter}'\n${TRY}`);
        options.push([letter, own === '' ? args[++at]! : own]);
      }
      break;
    }
  }
  return { options, command: args.slice(at) };
}

function configOf(args: readonly string[], context: Context): { readonly config: XargsConfig } | DoneResult {
  const read = optionsOf(args);
  if ('type' in read) return read;
  const command = read.command.length === 0 ? ['echo'] : read.command;
  let most: XargsConfig['most'] = null;
  let delimiter: string | null = null;
  let runsEmpty = true;
  let isVerbose = false;
  let atOnce = 1;
  let warnings = '';
  const excludes = (own: string, other: string): void => void (warnings += `xargs: warning: options ${other} and ${own} are mutually exclusive, ignoring previous ${other.split('/')[0]!} value\n`);
  for (const [letter, value] of read.options) {
    if (NOT_MODELLED.includes(letter)) return notModelledHere(`xargs -${letter}`);
    if ('nLP'.includes(letter)) {
      if (!/^[-+]?\d+$/.test(value)) return failed(`xargs: invalid number "${value}" for -${letter} option\n${TRY}`);
      const least = letter === 'P' ? 0 : 1;
      if (Number(value) < least) return failed(`xargs: value ${Number(value)} for -${letter} option should be >= ${least}\n${TRY}`);
    }
    if (letter === 'n') {
      // `-n 1` with -I says nothing new.
      if (most !== null && 'replace' in most && Number(value) === 1) continue;
      if (most !== null && 'lines' in most) excludes('--max-args/-n', '--max-lines');
      else if (most !== null && 'replace' in most) excludes('--max-args/-n', '--replace');
      most = { items: Number(value) };
    } else if (letter === 'L') {
      if (most !== null && 'items' in most) excludes('--max-lines/-L', '--max-args');
      else if (most !== null && 'replace' in most) excludes('--max-lines/-L', '--replace');
      most = { lines: Number(value) };
    } else if (letter === 'I') {
      if (most !== null && 'items' in most) excludes('--replace/-I/-i', '--max-args');
      else if (most !== null && 'lines' in most) excludes('--replace/-I/-i', '--max-lines');
      most = { replace: value };
    } else if (letter === 'P') atOnce = Number(value) === 0 ? 1_000 : Number(value);
    else if (letter === 'd') {
      delimiter = unescaped(value);
      if ([...delimiter].length !== 1) return failed(`xargs: Invalid input delimiter specification ${value}: the delimiter must be either a single character or an escape sequence starting with \\.`);
    } else if (letter === '0') delimiter = '\0';
    else if (letter === 'r') runsEmpty = false;
    else if (letter === 't') isVerbose = true;
  }
  const { cwd, variables } = context.session;
  return { config: { command, delimiter, most, runsEmpty, isVerbose, atOnce, problem: problemOf(command[0]!, context), warnings, cwd, variables } };
}

/** It runs files: what only the shell itself has, it does not find. */
function problemOf(name: string, context: Context): XargsConfig['problem'] {
  if (name === 'nohup' || (context.find(name) !== undefined && !BUILTINS.includes(name))) return null;
  const path = name.includes('/') ? context.files.stat(pathOf(context, name)) : undefined;
  return path === undefined ? { text: `${name}: No such file or directory`, exitCode: 127 } : { text: `${name}: Permission denied`, exitCode: 126 };
}

export const xargs: Command = {
  name: 'xargs',
  summary: { en: 'makes commands of its input: xargs docker rm -f', 'zh-CN': '把输入变成命令的参数：xargs docker rm -f' },
  run(args, context) {
    const read = configOf(args, context);
    if ('type' in read) return read;
    const { config } = read;
    return { type: 'child', reads: 'lines', process: { name: freeName(context.world, 'xargs'), program: 'xargs', host: context.host, parent: context.shell, commandLine: ['xargs', ...args].join(' '), config } };
  },
  atOnce(args, context) {
    const read = configOf(args, context);
    if ('type' in read) return read;
    const { config } = read;
    const { commands, problem } = batched(config, nothingRead, context.stdin ?? '', true);
    let { files } = context;
    let stdout = '';
    let stderr = config.warnings + (problem === undefined ? '' : `xargs: ${problem}\n`);
    let exitCode = problem === undefined ? 0 : 1;
    const actions = [];
    for (const [name, ...rest] of commands) {
      if (config.isVerbose) stderr += `${[name!, ...rest].map(shown).join(' ')}\n`;
      if (config.problem !== null) return { ...done(stdout, { actions }), stderr: `${stderr}xargs: ${config.problem.text}\n`, exitCode: config.problem.exitCode };
      const command = context.find(name!);
      const inside: Context = { ...context, files, stdin: '', invokedAs: name!, isTerminal: false };
      const result = command?.atOnce?.(rest, inside) ?? command?.run(rest, inside);
      if (result?.type !== 'done') return undefined;
      stdout += result.stdout;
      stderr += result.stderr;
      if (result.exitCode !== 0 && exitCode === 0) exitCode = 123;
      actions.push(...(result.actions ?? []));
      files = files.with(result.actions ?? []);
    }
    return done(stdout, { stderr, exitCode, actions });
  },
};
