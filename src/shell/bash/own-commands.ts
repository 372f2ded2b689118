/** Commands that only the shell itself can carry out, for they change what it knows or what it runs next. */
import { notModelledHere } from '../command.ts';
import { framing, withStdin, type Todo } from './control.ts';
import { resolvePath } from '../files/tree.ts';
import { dropCall, makeLocal } from './functions.ts';
import type { Shell } from './jobs.ts';
import { NAME } from './lexer.ts';
import type { OwnName } from './own-names.ts';
import { parse } from './parse.ts';
import { shown } from './quote.ts';
import { DEFAULT_IFS, readFields, takeLine, wholeLine } from './read-line.ts';
import type { Stage } from './state.ts';

type Own = (shell: Shell, args: readonly string[], assignments: Readonly<Record<string, string>>, text: string) => void;
type ReadStage = Extract<Stage, { readonly type: 'read' }>;

function ends(shell: Shell, status: number, problem = ''): void {
  if (problem !== '') shell.complain(`bash: ${problem}\n`);
  shell.changeSession({ status });
}

const isName = (text: string): boolean => NAME.exec(text)?.[0] === text;

/** Runs a text in this shell; false: it cannot be read. */
function runText(shell: Shell, text: string, name: string, more: readonly Todo[] = []): boolean {
  const parsed = parse(text);
  if (parsed.type !== 'complete') {
    ends(shell, parsed.type === 'error' ? 1 : 2, `${name}: ${parsed.type === 'error' ? parsed.message : 'syntax error: unexpected end of file'}`);
    return false;
  }
  shell.changeSession({ status: 0 });
  shell.state.todo = [...parsed.list, ...more, ...shell.state.todo];
  return true;
}

function source(shell: Shell, name: string, [file, ...args]: readonly string[]): void {
  if (file === undefined) {
    ends(shell, 2, `${name}: filename argument required\n${name}: usage: ${name} filename [arguments]`);
    return;
  }
  const path = resolvePath(shell.state.session.cwd, file);
  const text = shell.files.text(path);
  if (text === undefined) {
    ends(shell, 1, shell.files.isDirectory(path) ? `${name}: ${file}: is a directory` : `${file}: No such file or directory`);
    return;
  }
  const { parameters } = shell.state.session;
  if (!runText(shell, text, file, [{ type: 'call', when: 'always', name: file, isSource: true, parameters, hidden: {} }])) return;
  if (args.length > 0) shell.changeSession({ parameters: args });
}

/** One line, or what was typed, to the variables that are named. */
export function assignLine(shell: Shell, { names, isRaw, ifs }: Pick<ReadStage, 'names' | 'isRaw' | 'ifs'>, line: string): void {
  if (names.length === 0) shell.assign({ REPLY: wholeLine(line, isRaw) });
  else shell.assign(Object.fromEntries(readFields(line, ifs, names.length, isRaw).map((field, at) => [names[at]!, field])));
}

function read(shell: Shell, args: readonly string[], assignments: Readonly<Record<string, string>>, text: string): void {
  const names: string[] = [];
  let isRaw = false;
  let isSilent = false;
  let question = '';
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (!arg.startsWith('-') || arg === '-' || names.length > 0) {
      names.push(arg);
      continue;
    }
    if (arg === '--') {
      names.push(...args.slice(at + 1));
      break;
    }
    for (let i = 1; i < arg.length; i++) {
      const letter = arg[i]!;
      if (letter === 'r') isRaw = true;
      else if (letter === 's') isSilent = true;
      else if (letter === 'p') {
        const glued = arg.slice(i + 1);
        if (glued === '' && at + 1 >= args.length) {
          ends(shell, 2, 'read: -p: option requires an argument\nread: usage: read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]');
          return;
        }
        question = glued === '' ? args[++at]! : glued;
        break;
      } else if ('adeinNtu'.includes(letter)) {
        shell.complain(notModelledHere(`read -${letter}`).stderr);
        shell.changeSession({ status: 2 });
        return;
      } else {
        ends(shell, 2, `read: -${letter}: invalid option\nread: usage: read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]`);
        return;
      }
    }
  }
  const odd = names.find((name) => !isName(name));
  if (odd !== undefined) {
    ends(shell, 1, `read: \`${odd}': not a valid identifier`);
    return;
  }
  const { variables } = shell.state.session;
  const ifs = assignments['IFS'] ?? (Object.hasOwn(variables, 'IFS') ? variables.IFS! : DEFAULT_IFS);
  const { stdin } = framing(shell.state.todo);
  if (stdin !== null) {
    const taken = takeLine(stdin, isRaw, true)!;
    shell.state.todo = withStdin(shell.state.todo, taken.rest);
    assignLine(shell, { names, isRaw, ifs }, taken.line);
    shell.changeSession({ status: taken.isComplete ? 0 : 1 });
    return;
  }
  if (question !== '' && (shell.config.line === undefined || shell.config.isAtTerminal === true)) shell.complain(question);
  const used = shell.state.background.map(({ id }) => id);
  shell.state.foreground = { id: Math.max(0, ...used) + 1, text, isStopped: false, isNew: false, stages: [{ type: 'read', stdout: { type: 'terminal' }, stderr: { type: 'terminal' }, names, isRaw, isSilent, ifs }] };
}

const SET_OPTIONS: Readonly<Record<string, string>> = { e: 'e', x: 'x', errexit: 'e', xtrace: 'x', pipefail: 'pipefail' };

function set(shell: Shell, args: readonly string[]): void {
  const { session } = shell.state;
  if (args.length === 0) {
    const names = Object.keys(session.variables).sort();
    shell.write(framing(shell.state.todo).stdout ?? { type: 'terminal' }, 'stdout', names.map((name) => `${name}=${session.variables[name] === '' ? '' : shown(session.variables[name]!)}\n`).join(''));
    ends(shell, 0);
    return;
  }
  const options = new Set(session.options);
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    const sign = arg[0];
    if (arg === '--' || arg === '-' || (sign !== '-' && sign !== '+')) {
      shell.changeSession({ options: [...options], parameters: args.slice(arg === '--' || arg === '-' ? at + 1 : at), status: 0 });
      return;
    }
    for (const letter of arg.slice(1)) {
      const name = letter === 'o' ? (args[++at] ?? '') : letter;
      if (!Object.hasOwn(SET_OPTIONS, name)) {
        shell.complain(notModelledHere(`set ${sign}${letter === 'o' ? `o ${name}` : letter}`).stderr);
        shell.changeSession({ options: [...options], status: 2 });
        return;
      }
      if (sign === '-') options.add(SET_OPTIONS[name]!);
      else options.delete(SET_OPTIONS[name]!);
    }
  }
  shell.changeSession({ options: [...options].sort(), status: 0 });
}

const COMMANDS: Readonly<Record<OwnName, Own>> = {
  '.': (shell, args) => {
    source(shell, '.', args);
  },
  source: (shell, args) => {
    source(shell, 'source', args);
  },
  eval: (shell, args) => {
    runText(shell, args.join(' '), 'eval');
  },
  let(shell, args) {
    if (args.length === 0) {
      ends(shell, 1, 'let: expression expected');
      return;
    }
    let status = 0;
    for (const arg of args) {
      const result = shell.evaluate(arg);
      if ('problem' in result) {
        ends(shell, 1, `let: ${result.problem}`);
        return;
      }
      status = Number(result.value === '0');
    }
    ends(shell, status);
  },
  local(shell, args) {
    let status = 0;
    for (const arg of args) {
      const equals = arg.indexOf('=');
      const name = equals < 0 ? arg : arg.slice(0, equals);
      if (!isName(name)) {
        shell.complain(`bash: local: \`${arg}': not a valid identifier\n`);
        status = 1;
      } else if (!makeLocal(shell, name, equals < 0 ? null : arg.slice(equals + 1))) {
        ends(shell, 1, 'local: can only be used in a function');
        return;
      }
    }
    ends(shell, status);
  },
  read,
  return(shell, [value]) {
    const { session } = shell.state;
    if (value !== undefined && !/^[-+]?\d+$/.test(value)) shell.complain(`bash: return: ${value}: numeric argument required\n`);
    const status = value === undefined ? session.status : /^[-+]?\d+$/.test(value) ? Number(value) & 255 : 2;
    if (dropCall(shell)) ends(shell, status);
    else ends(shell, 2, "return: can only `return' from a function or sourced script");
  },
  set,
  shift(shell, [value = '1']) {
    const { parameters } = shell.state.session;
    if (!/^[-+]?\d+$/.test(value)) {
      ends(shell, 1, `shift: ${value}: numeric argument required`);
      return;
    }
    if (Number(value) < 0) {
      ends(shell, 1, `shift: ${value}: shift count out of range`);
      return;
    }
    if (Number(value) > parameters.length) {
      ends(shell, 1);
      return;
    }
    shell.changeSession({ parameters: parameters.slice(Number(value)), status: 0 });
  },
};

export function ownCommand([name = '']: readonly string[]): Own | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name as OwnName] : undefined;
}
