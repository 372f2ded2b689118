/** The next step of what is left to run: what is no pipeline is unfolded here. */
import { framing, unfold, type Looking, type Todo } from './control.ts';
import { expandPattern, expandText, expandWords } from './expand.ts';
import { leaveCall } from './functions.ts';
import type { Shell } from './jobs.ts';
import { prepare } from './prepare.ts';
import { matchesPattern } from './pattern.ts';
import { tested } from './tested.ts';
import type { Group, Pipeline } from './syntax.ts';

function looking(shell: Shell): Looking {
  return {
    expand: (words) => expandWords(words, shell.around()),
    text: (word) => expandText(word, shell.around()),
    matches: (text, pattern) => matchesPattern(text, expandPattern(pattern, shell.around())),
    test: (test) => tested(test, shell.around()),
    calculate(expression) {
      const text = expandText(expression, shell.around());
      if (text.trim() === '') return null;
      const result = shell.evaluate(text);
      return 'problem' in result ? { status: 1, problem: `((: ${result.problem}` } : { status: Number(result.value === '0') };
    },
  };
}

/** Takes the next step off; a pipeline is given back, to be run. */
export function advance(shell: Shell): Pipeline | undefined {
  const { state } = shell;
  const [step, ...todo] = state.todo as [Todo, ...Todo[]];
  state.todo = todo;
  if (step.when !== 'always' && (step.when === 'succeeded') !== (state.session.status === 0)) return undefined;
  switch (step.type) {
    case 'pipeline':
      return step;
    case 'group':
      enter(shell, step);
      return undefined;
    case 'frame':
      if (step.isNegated) shell.changeSession({ status: Number(state.session.status === 0) });
      return undefined;
    case 'call':
      leaveCall(shell, step);
      return undefined;
    case 'define':
      shell.changeSession({ functions: { ...state.session.functions, [step.name]: step.body }, status: 0 });
      return undefined;
    default: {
      const { todo: next, assigns, status = state.session.status, problem } = unfold(step, state.todo, state.session.status, looking(shell));
      state.todo = next;
      shell.changeSession({ status });
      if (assigns) shell.assign({ [assigns.name]: assigns.value });
      if (problem !== undefined) shell.complain(`bash: ${problem}\n`);
      if (step.type === 'conditional' || step.type === 'calculation') shell.failed();
      return undefined;
    }
  }
}

/** Its redirections hold for all that is in it. */
function enter(shell: Shell, { body, redirections, isNegated = false }: Group): void {
  const { state } = shell;
  const isLookedAt = state.todo[0] !== undefined && state.todo[0].when !== 'always';
  if (redirections.length === 0 && !isNegated && !isLookedAt) {
    state.todo = [...body, ...state.todo];
    return;
  }
  const { stdout, stderr, stdin, problem } = prepare(shell, { assignments: [], words: [], redirections });
  if (problem !== null) {
    shell.complain(`${problem}\n`);
    shell.changeSession({ status: Number(!isNegated) });
    return;
  }
  const around = framing(state.todo);
  state.todo = [...body, { type: 'frame', when: 'always', stdout, stderr: stderr === 'stdout' ? (around.stdout ?? { type: 'terminal' }) : stderr, stdin, isNegated }, ...state.todo];
}
