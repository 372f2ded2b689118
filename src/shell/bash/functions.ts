/** Functions of a shell: how one is called, and what is as before when it ends. */
import type { Call, Todo } from './control.ts';
import type { Shell } from './jobs.ts';
import type { Step } from './syntax.ts';

/** bash itself has no limit and ends by running out of memory; this one is as if `FUNCNEST` were set. */
const DEEPEST_CALL = 200;

/** Puts a function's body before what is left to run. */
export function call(shell: Shell, name: string, body: readonly Step[], args: readonly string[], assignments: Readonly<Record<string, string>>): void {
  const { state } = shell;
  if (state.todo.filter(({ type }) => type === 'call').length >= DEEPEST_CALL) {
    shell.complain(`bash: ${name}: maximum function nesting level exceeded (${DEEPEST_CALL})\n`);
    dropAll(shell);
    shell.changeSession({ status: 1 });
    return;
  }
  const { parameters, variables } = state.session;
  const hidden = Object.fromEntries(Object.keys(assignments).map((one) => [one, Object.hasOwn(variables, one) ? variables[one]! : null]));
  state.todo = [...body, { type: 'call', when: 'always', name, isSource: false, parameters, hidden }, ...state.todo];
  shell.changeSession({ parameters: args, variables: { ...variables, ...assignments } });
}

/** Its own variables and parameters go, those that they hid come back. */
export function leaveCall(shell: Shell, { parameters, hidden }: Call): void {
  const variables: Record<string, string> = { ...shell.state.session.variables };
  for (const [name, value] of Object.entries(hidden)) {
    if (value === null) delete variables[name];
    else variables[name] = value;
  }
  shell.changeSession({ parameters, variables });
}

/** Out of everything that runs, as after Ctrl-C. */
export function dropAll(shell: Shell): void {
  const { todo } = shell.state;
  shell.state.todo = [];
  for (const one of todo) if (one.type === 'call') leaveCall(shell, one);
}

/** Out of the innermost function or sourced file; false: there is none. */
export function dropCall(shell: Shell): boolean {
  const at = shell.state.todo.findIndex(({ type }) => type === 'call');
  if (at < 0) return false;
  shell.state.todo = shell.state.todo.slice(at);
  return true;
}

/** A variable of the innermost function's own; false: none runs. */
export function makeLocal(shell: Shell, name: string, value: string | null): boolean {
  const { state } = shell;
  const at = state.todo.findIndex((one: Todo) => one.type === 'call' && !one.isSource);
  const running = state.todo[at];
  if (running?.type !== 'call') return false;
  const { variables } = state.session;
  const hidden = Object.hasOwn(running.hidden, name) ? running.hidden : { ...running.hidden, [name]: Object.hasOwn(variables, name) ? variables[name]! : null };
  state.todo = state.todo.with(at, { ...running, hidden });
  shell.assign({ [name]: value ?? '' });
  return true;
}
