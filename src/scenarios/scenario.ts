/**
 * A situation as data: a deployment, how it is booted, what is done step by step and what each step waits for. A scenario can
 * only do what a learner can do; it never sets an epoch, an ISR or a leader. Texts may hold `code`, **bold** and _emphasis_.
 */
import type { Condition } from '../cluster/conditions.ts';
import type { ClusterDescription } from '../cluster/description.ts';
import type { Step } from '../cluster/steps.ts';

export interface Text {
  readonly en: string;
  readonly 'zh-CN': string;
}

export interface StoryStep extends Step {
  /** Goes back to the moment just before the step with this index first, on a new branch. */
  readonly rewindTo?: number;
  /** What is done, in the list of steps. */
  readonly label: Text;
  /** On the one button. */
  readonly button: Text;
  /** Over the stage while the step runs, and when it is done. */
  readonly running: Text;
  readonly headline: Text;
  readonly subline?: Text;
  /** What to understand, in the list of steps once it is done. */
  readonly note: Text;
  /** Selected in the inspector when the step is done. */
  readonly select?: string;
  /** The deep view that shows it best. */
  readonly view?: DeepView;
}

export type DeepView = 'terminal' | 'partition' | 'segments' | 'election' | 'tree' | 'promises' | 'log';

export interface Goal {
  readonly text: Text;
  readonly condition: Condition;
  /** `always`: broken by the first moment at which it does not hold; `once`: reached by the first at which it does. */
  readonly mode: 'always' | 'once';
  /** It has to hold for so long without a break. */
  readonly forMs?: number;
  /** Counts only from when the goal with this index was reached. */
  readonly after?: number;
}

export interface Heading {
  readonly id: string;
  /** Number of the lesson: `L0.1`. */
  readonly code: string;
  readonly minutes: number;
  readonly title: Text;
}

export interface Scenario extends Heading {
  readonly question: Text;
  readonly options: readonly { readonly key: string; readonly text: Text; readonly isRight?: boolean }[];
  readonly verdict: { readonly right: Text; readonly wrong: Text };
  /** After so many steps the run has shown who was right. */
  readonly decidedAfter: number;
  readonly headline: Text;
  readonly subline: Text;
  readonly takeaway: Text;
  readonly tryThis: Text;
  readonly cluster: ClusterDescription;
  readonly boot: readonly Step[];
  /** What the page's clock shows when the story opens. */
  readonly openAtMs: number;
  /** Load runs so long before the story opens, so that there is a past to look at. */
  readonly leadInMs: number;
  readonly steps: readonly StoryStep[];
  readonly goals: readonly Goal[];
  /** What `tryThis` asks for, judged in free play from the end of the steps on. */
  readonly challenge: readonly Goal[];
  readonly select?: string;
  readonly view?: DeepView;
}
