/** Loops, choices, groups and functions: what is left to run when the next step is one of them. Pure. */
import type { Word } from './lexer.ts';
import type { Sink } from './state.ts';
import type { Calculation, Case, Conditional, Count, For, If, Leave, Step, While } from './syntax.ts';

/** What a condition that has just run decides. */
export interface Choice {
  readonly type: 'choice';
  readonly when: 'always';
  readonly then: readonly Todo[];
  readonly otherwise: readonly Todo[];
}

/**
 * The end of a group: what stands before it reads and writes where its redirections say. Whatever leaves the group (`break`, `return`)
 * leaves the redirections with it.
 */
export interface Frame {
  readonly type: 'frame';
  readonly when: 'always';
  /** null: as around it. */
  readonly stdout: Sink | null;
  readonly stderr: Sink | null;
  /** What is left to read. */
  readonly stdin: string | null;
  readonly isNegated: boolean;
}

/** The end of a function, or of a file that is sourced: what is as before again. */
export interface Call {
  readonly type: 'call';
  readonly when: 'always';
  readonly name: string;
  readonly isSource: boolean;
  /** `$1` and so on of who called it. */
  readonly parameters: readonly string[];
  /** Variables of its own, with the values that they hide; null: none. */
  readonly hidden: Readonly<Record<string, string | null>>;
}

/** What is left of a `case` once a clause was run to its end. */
interface Clauses {
  readonly type: 'clauses';
  readonly when: 'always';
  readonly subject: string;
  readonly clauses: Case['clauses'];
  /** The next one is run whatever its pattern. */
  readonly isFalling: boolean;
}

/** A step, or what is left of one. */
export type Todo = Step | Choice | Frame | Call | Clauses;

export interface Unfolded {
  readonly todo: readonly Todo[];
  /** The loop's variable, with its next value. */
  readonly assigns?: { readonly name: string; readonly value: string };
  readonly status?: number;
  readonly problem?: string;
}

/** What can be asked of words at this moment. */
export interface Looking {
  expand(words: readonly Word[]): readonly string[];
  text(word: Word): string;
  matches(text: string, pattern: Word): boolean;
  /** The exit status of a test, and what is said about it. */
  test(test: Conditional['test']): { readonly status: number; readonly problem?: string };
  /** The exit status of an expression: 1 where it is 0 or wrong. One of nothing is none. */
  calculate(expression: Word): { readonly status: number; readonly problem?: string } | null;
}

const isRunningLoop = (one: Todo): boolean => (one.type === 'for' && one.values !== undefined) || ((one.type === 'while' || one.type === 'count') && one.isRunning === true);

/** `rest`: what comes behind it; `status`: of what ran last. */
export function unfold(step: For | Count | While | If | Calculation | Case | Conditional | Leave | Choice | Clauses, rest: readonly Todo[], status: number, look: Looking): Unfolded {
  switch (step.type) {
    case 'for': {
      const [value, ...values] = step.values ?? look.expand(step.words);
      if (value === undefined) return step.values === undefined ? { todo: rest, status: 0 } : { todo: rest };
      return { todo: [...step.body, { ...step, when: 'always', values }, ...rest], assigns: { name: step.name, value } };
    }
    case 'while': {
      const again: readonly Todo[] = [...step.body, { ...step, when: 'always', isRunning: true }];
      const goesOn = step.goesOnIf === 'succeeded';
      return { todo: [...step.condition, { type: 'choice', when: 'always', then: goesOn ? again : [], otherwise: goesOn ? [] : again }, ...rest] };
    }
    case 'count': {
      const begun = look.calculate(step.isRunning === true ? step.step : step.first);
      if (begun?.problem !== undefined) return { todo: rest, status: 1, problem: begun.problem };
      const holds = look.calculate(step.condition);
      if (holds !== null && holds.status !== 0) return { todo: rest, ...(holds.problem === undefined ? (step.isRunning === true ? {} : { status: 0 }) : holds) };
      return { todo: [...step.body, { ...step, when: 'always', isRunning: true }, ...rest] };
    }
    case 'calculation':
      return { todo: rest, ...(look.calculate(step.expression) ?? { status: 1 }) };
    case 'if':
      return { todo: [...step.condition, { type: 'choice', when: 'always', then: step.then, otherwise: step.otherwise }, ...rest] };
    case 'choice': {
      const chosen = status === 0 ? step.then : step.otherwise;
      return chosen.length === 0 ? { todo: rest, status: 0 } : { todo: [...chosen, ...rest] };
    }
    case 'case':
      return chosenClause({ type: 'clauses', when: 'always', subject: look.text(step.word), clauses: step.clauses, isFalling: false }, rest, 0, look);
    case 'clauses':
      return chosenClause(step, rest, status, look);
    case 'conditional':
      return { todo: rest, ...look.test(step.test) };
    case 'leave': {
      const end = rest.findIndex((one) => one.type === 'call');
      const within = end < 0 ? rest : rest.slice(0, end);
      const loops = within.flatMap((one, at) => (isRunningLoop(one) ? [at] : []));
      const loop = loops[Math.min(step.loops, loops.length) - 1];
      if (loop === undefined) return { todo: rest, status: 0, problem: `${step.how}: only meaningful in a \`for', \`while', or \`until' loop` };
      return { todo: rest.slice(step.how === 'break' ? loop + 1 : loop), status: 0 };
    }
  }
}

/** The first clause that fits; none: success, or what the clause before it left. */
function chosenClause({ subject, clauses, isFalling }: Clauses, rest: readonly Todo[], status: number, look: Looking): Unfolded {
  const at = isFalling ? 0 : clauses.findIndex(({ patterns }) => patterns.some((pattern) => look.matches(subject, pattern)));
  const clause = clauses[at];
  if (clause === undefined) return { todo: rest, status };
  const further: readonly Todo[] = clause.then === 'end' ? [] : [{ type: 'clauses', when: 'always', subject, clauses: clauses.slice(at + 1), isFalling: clause.then === 'fall' }];
  return { todo: [...clause.body, ...further, ...rest], status: 0 };
}

/** Where what runs now reads and writes: the innermost redirection of each stream. */
export function framing(todo: readonly Todo[]): Pick<Frame, 'stdout' | 'stderr' | 'stdin'> {
  let [stdout, stderr, stdin]: [Frame['stdout'], Frame['stderr'], Frame['stdin']] = [null, null, null];
  for (const one of todo) {
    if (one.type !== 'frame') continue;
    stdout ??= one.stdout;
    stderr ??= one.stderr;
    stdin ??= one.stdin;
  }
  return { stdout, stderr, stdin };
}

/** With so much left to read by the innermost redirection of the input. */
export function withStdin(todo: readonly Todo[], stdin: string): readonly Todo[] {
  const at = todo.findIndex((one) => one.type === 'frame' && one.stdin !== null);
  const frame = todo[at];
  return frame?.type === 'frame' ? todo.with(at, { ...frame, stdin }) : todo;
}

/** Whether a failure ends a shell with `set -e`: it does not where somebody looks at it (bash, "The Set Builtin"). */
export function endsShell(todo: readonly Todo[]): boolean {
  if (todo.some((one) => one.type === 'choice' || (one.type === 'frame' && one.isNegated))) return false;
  return !todo.some((one, at) => one.when !== 'always' && (at === 0 || ['frame', 'call'].includes(todo[at - 1]!.type)));
}
