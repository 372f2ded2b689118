/** `$(…)`: a shell of its own that does everything in one moment. What takes time cannot be waited for in the middle of a line. */
import { advance } from './advance.ts';
import { framing, withStdin } from './control.ts';
import type { Shell } from './jobs.ts';
import { prepare } from './prepare.ts';
import { parse } from './parse.ts';
import type { Sink } from './state.ts';
import type { Pipeline } from './syntax.ts';

const TERMINAL: Sink = { type: 'terminal' };
/** What is written there is what stands in the line. */
const NEXT: Sink = { type: 'next' };
const DEEPEST = 8;
/** Commands that one may run. */
const MOST_STEPS = 2_000;

/** Runs one pipeline. */
function run(shell: Shell, pipeline: Pipeline, depth: number): void {
  const { state } = shell;
  const around = framing(state.todo);
  let passed: string | null = null;
  let status = 0;
  for (const [index, command] of pipeline.commands.entries()) {
    const prepared = prepare(shell, command, depth);
    if (shell.cannotExpand) return;
    const inherited = index === 0 && prepared.stdin === null ? around.stdin : null;
    shell.hasRead = false;
    const { stdout, stderr, exitCode } = shell.runNow(prepared, prepared.stdin ?? passed ?? inherited ?? '');
    if (inherited !== null && shell.hasRead) state.todo = withStdin(state.todo, '');
    status = exitCode;
    passed = stdout;
    if (prepared.stderr === 'stdout') passed = stderr + passed;
    else shell.write(prepared.stderr ?? around.stderr ?? TERMINAL, 'stderr', stderr);
    if (prepared.stdout !== null) {
      shell.write(prepared.stdout, 'stdout', passed);
      passed = '';
    }
  }
  shell.write(around.stdout ?? NEXT, 'stdout', passed ?? '');
  shell.changeSession({ status: pipeline.isNegated === true ? Number(status === 0) : status });
}

/** The output of a line, without its last newlines; nothing else of it stays but its files and what it has read. */
export function substituted(shell: Shell, line: string, depth: number): string {
  const parsed = parse(line);
  if (parsed.type !== 'complete' || depth > DEEPEST) {
    if (parsed.type === 'error') shell.complain(`bash: ${parsed.message}\n`);
    return '';
  }
  const { state, captured, isSubstituting } = shell;
  const { session, todo, foreground } = state;
  const around = framing(todo);
  let { stdin } = around;
  shell.isSubstituting = true;
  shell.captured = '';
  state.todo = [...parsed.list, { type: 'frame', when: 'always', stdout: NEXT, stderr: around.stderr, stdin, isNegated: false }];
  for (let steps = 0; state.todo.length > 0; steps++) {
    if (steps >= MOST_STEPS) {
      shell.complain('bash: $(…): so many commands are not modelled inside it\n');
      break;
    }
    const pipeline = advance(shell);
    if (pipeline === undefined) continue;
    if (!shell.callNow(pipeline)) run(shell, pipeline, depth);
    if (shell.cannotExpand) break;
    if (state.foreground !== foreground) {
      shell.complain('bash: read: not modelled inside $(…): it takes time\n');
      break;
    }
    // What a group inside it reads is its own.
    const base = state.todo.at(-1);
    if (base?.type === 'frame') ({ stdin } = base);
  }
  const output = shell.captured;
  shell.cannotExpand = false;
  shell.statusOfSubstitution = state.session.status;
  Object.assign(shell, { captured, isSubstituting });
  Object.assign(state, { session, todo: stdin === null || stdin === around.stdin ? todo : withStdin(todo, stdin), foreground });
  return output.replace(/\n+$/, '');
}
