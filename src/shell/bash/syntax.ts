/** What a line of a shell is made of, as a tree: plain data, for what is left to run of it is state. */
import type { Word } from './lexer.ts';

export interface Redirection {
  readonly fd: number;
  /** `both`: `&>`; `duplicate`: `2>&1`; `here`: the target is the text itself. */
  readonly operator: 'write' | 'append' | 'read' | 'both' | 'duplicate' | 'here';
  readonly target: Word;
}

export interface SimpleCommand {
  readonly assignments: readonly { readonly name: string; readonly value: Word }[];
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
  /** Instead of words: the text that a shell of its own runs. */
  readonly subshell?: string;
}

/** When a step runs, by the exit status of what ran before. */
export type When = 'always' | 'succeeded' | 'failed';

export interface Pipeline {
  readonly type: 'pipeline';
  readonly commands: readonly SimpleCommand[];
  /** As it was typed. */
  readonly text: string;
  readonly when: When;
  readonly inBackground: boolean;
  /** `!` stands before it: it succeeds where it would fail. */
  readonly isNegated?: boolean;
}

/** `for`: with the values that are left, once its words were looked at. */
export interface For {
  readonly type: 'for';
  readonly when: When;
  readonly name: string;
  readonly words: readonly Word[];
  readonly values?: readonly string[];
  readonly body: readonly Step[];
}

/** `while` and `until`: what ends them is the condition's other outcome. */
export interface While {
  readonly type: 'while';
  readonly when: When;
  readonly goesOnIf: 'succeeded' | 'failed';
  readonly condition: readonly Step[];
  readonly body: readonly Step[];
  /** It is one that has begun: `break` ends it. */
  readonly isRunning?: boolean;
}

export interface If {
  readonly type: 'if';
  readonly when: When;
  readonly condition: readonly Step[];
  readonly then: readonly Step[];
  readonly otherwise: readonly Step[];
}

/** `case`; `then`: what follows a clause that was run, after `;;`, `;&` and `;;&`. */
export interface Case {
  readonly type: 'case';
  readonly when: When;
  readonly word: Word;
  readonly clauses: readonly { readonly patterns: readonly Word[]; readonly body: readonly Step[]; readonly then: 'end' | 'fall' | 'test' }[];
}

/** `{ …; }`, and whatever has redirections or a `!` of its own. */
export interface Group {
  readonly type: 'group';
  readonly when: When;
  readonly body: readonly Step[];
  readonly redirections: readonly Redirection[];
  readonly isNegated?: boolean;
}

/** `((…))`. */
export interface Calculation {
  readonly type: 'calculation';
  readonly when: When;
  readonly expression: Word;
}

/** `for ((first; condition; step))`. */
export interface Count {
  readonly type: 'count';
  readonly when: When;
  readonly first: Word;
  readonly condition: Word;
  readonly step: Word;
  readonly body: readonly Step[];
  readonly isRunning?: boolean;
}

/** What stands in `[[ … ]]`. */
export type Test =
  | { readonly type: 'not'; readonly test: Test }
  | { readonly type: 'and' | 'or'; readonly left: Test; readonly right: Test }
  | { readonly type: 'unary'; readonly operator: string; readonly operand: Word }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Word; readonly right: Word };

export interface Conditional {
  readonly type: 'conditional';
  readonly when: When;
  readonly test: Test;
}

/** `name() …`. */
export interface Definition {
  readonly type: 'define';
  readonly when: When;
  readonly name: string;
  readonly body: readonly Step[];
}

/** `break` and `continue`, out of so many loops. */
export interface Leave {
  readonly type: 'leave';
  readonly when: When;
  readonly how: 'break' | 'continue';
  readonly loops: number;
}

export type Compound = For | Count | While | If | Calculation | Case | Group | Conditional | Definition;
export type Step = Pipeline | Compound | Leave;
