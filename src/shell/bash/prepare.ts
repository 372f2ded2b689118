/** A command as it is about to run: its words expanded, the files of its redirections opened. */
import { framing } from './control.ts';
import { expandText, expandWords } from './expand.ts';
import { resolvePath } from '../files/tree.ts';
import type { Shell } from './jobs.ts';
import { assignmentOf, plainText } from './parse.ts';
import type { Sink } from './state.ts';
import type { Redirection, SimpleCommand } from './syntax.ts';

const TERMINAL: Sink = { type: 'terminal' };
/** CentOS gives them to its users; the image of a container has none. */
const ALIASES: Readonly<Record<string, readonly string[]>> = { ll: ['ls', '-l'] };
/** Their arguments that look like assignments are assignments. */
const DECLARATIONS: ReadonlySet<string> = new Set(['export', 'local']);

/** Arguments with their redirections resolved. */
export interface Prepared {
  readonly args: readonly string[];
  readonly assignments: Readonly<Record<string, string>>;
  readonly stdout: Sink | null;
  /** `stdout`: wherever that goes. */
  readonly stderr: Sink | 'stdout' | null;
  readonly stdin: string | null;
  readonly problem: string | null;
  readonly subshell: string | null;
}

function withoutAlias(shell: Shell, args: readonly string[]): readonly string[] {
  const [name = '', ...rest] = args;
  return Object.hasOwn(ALIASES, name) && shell.state.session.variables.PS1_DEBIAN === undefined ? [...ALIASES[name]!, ...rest] : args;
}

export function prepare(shell: Shell, command: SimpleCommand, depth = 0): Prepared {
  const around = shell.around(depth);
  const assignments: Record<string, string> = {};
  for (const { name, value } of command.assignments) assignments[name] = expandText(value, around);
  const isDeclaration = DECLARATIONS.has(plainText(command.words[0] ?? []) ?? '');
  const expanded = command.words.flatMap((word) => {
    const declared = isDeclaration ? assignmentOf(word) : undefined;
    return declared ? [`${declared.name}=${expandText(declared.value, around)}`] : expandWords([word], around);
  });
  const args = withoutAlias(shell, expanded);
  let stdout: Sink | null = null;
  let stderr: Sink | 'stdout' | null = null;
  let stdin: string | null = null;
  let problem: string | null = null;
  for (const redirection of command.redirections) {
    const target = expandText(redirection.target, around);
    if (redirection.operator === 'here') stdin = target;
    else if (redirection.operator === 'duplicate') {
      if (target === '1' && redirection.fd === 2) stderr = stdout ?? 'stdout';
      else if (target === '2' && redirection.fd === 1) stdout = stderr === null || stderr === 'stdout' ? (framing(shell.state.todo).stderr ?? TERMINAL) : stderr;
      else if (target === '-') stdout = { type: 'nothing' };
      else problem ??= `bash: ${target}: ambiguous redirect`;
    } else if (redirection.operator === 'read') {
      const opened = open(shell, target);
      if ('problem' in opened) problem ??= opened.problem;
      else stdin = opened.text;
    } else {
      const sink = create(shell, target, redirection.operator);
      if ('problem' in sink) problem ??= sink.problem;
      else {
        if (redirection.fd === 1) stdout = sink;
        if (redirection.fd === 2 || redirection.operator === 'both') stderr = sink;
      }
    }
  }
  return { args, assignments, stdout, stderr, stdin, problem, subshell: command.subshell ?? null };
}

function open(shell: Shell, path: string): { readonly text: string } | { readonly problem: string } {
  if (path === '/dev/null') return { text: '' };
  const absolute = resolvePath(shell.state.session.cwd, path);
  const text = shell.files.text(absolute);
  if (text !== undefined) return { text };
  return { problem: `bash: ${path}: ${shell.files.isDirectory(absolute) ? 'Is a directory' : 'No such file or directory'}` };
}

export function create(shell: Shell, path: string, operator: Redirection['operator']): Sink | { readonly problem: string } {
  if (path === '/dev/null') return { type: 'nothing' };
  if (path === '/dev/stdout' || path === '/dev/tty' || path === '/dev/stderr') return TERMINAL;
  const absolute = resolvePath(shell.state.session.cwd, path);
  if (path === '') return { problem: 'bash: : No such file or directory' };
  if (shell.files.isDirectory(absolute)) return { problem: `bash: ${path}: Is a directory` };
  if (!shell.files.isDirectory(resolvePath(absolute, '..'))) return { problem: `bash: ${path}: No such file or directory` };
  if (shell.files.refusal(absolute, 1) !== undefined) return { problem: `bash: ${path}: ${shell.files.refusal(absolute, 1) === 'full' ? 'No space left on device' : 'Input/output error'}` };
  if (operator === 'append' && shell.files.content(absolute) !== undefined) return { type: 'file', path: absolute };
  shell.perform([shell.files.write(absolute, '')]);
  return { type: 'file', path: absolute };
}
