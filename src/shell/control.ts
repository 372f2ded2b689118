/** Loops and choices: what is left to run when the next step is one of them. Pure. */
import type { For, If, Leave, Step, While } from './parse.ts';

/** What a condition that has just run decides. */
export interface Choice {
  readonly type: 'choice';
  readonly when: 'always';
  readonly then: readonly Todo[];
  readonly otherwise: readonly Todo[];
}

/** A step, or what is left of one. */
export type Todo = Step | Choice;

export interface Unfolded {
  readonly todo: readonly Todo[];
  /** The loop's variable, with its next value. */
  readonly assigns?: { readonly name: string; readonly value: string };
  readonly status?: number;
  readonly problem?: string;
}

/** `rest`: what comes behind it; `status`: of what ran last. */
export function unfold(step: For | While | If | Leave | Choice, rest: readonly Todo[], status: number, expand: (words: For['words']) => readonly string[]): Unfolded {
  switch (step.type) {
    case 'for': {
      const [value, ...values] = step.values ?? expand(step.words);
      if (value === undefined) return step.values === undefined ? { todo: rest, status: 0 } : { todo: rest };
      return { todo: [...step.body, { ...step, when: 'always', values }, ...rest], assigns: { name: step.name, value } };
    }
    case 'while': {
      const again: readonly Todo[] = [...step.body, { ...step, when: 'always' }];
      const goesOn = step.goesOnIf === 'succeeded';
      return { todo: [...step.condition, { type: 'choice', when: 'always', then: goesOn ? again : [], otherwise: goesOn ? [] : again }, ...rest] };
    }
    case 'if':
      return { todo: [...step.condition, { type: 'choice', when: 'always', then: step.then, otherwise: step.otherwise }, ...rest] };
    case 'choice': {
      const chosen = status === 0 ? step.then : step.otherwise;
      return chosen.length === 0 ? { todo: rest, status: 0 } : { todo: [...chosen, ...rest] };
    }
    case 'leave': {
      const loop = rest.findIndex((one) => one.type === 'for' || one.type === 'while');
      if (loop < 0) return { todo: rest, problem: `${step.how}: only meaningful in a \`for', \`while', or \`until' loop` };
      return { todo: rest.slice(step.how === 'break' ? loop + 1 : loop), status: 0 };
    }
  }
}
