/**
 * A situation as data: a deployment, how it is booted, what is done step by step and what each step waits for. A scenario can
 * only do what a learner can do; it never sets an epoch, an ISR or a leader. Texts may hold `code`, **bold** and _emphasis_.
 */
import type { ClusterAction } from '../cluster/actions.ts';
import type { Condition } from '../cluster/conditions.ts';
import type { ClusterDescription } from '../cluster/description.ts';

export interface Text {
  readonly en: string;
  readonly 'zh-CN': string;
}

/** Something that is done, after a pause of simulated time if it has one. */
export interface Deed {
  readonly action: ClusterAction;
  readonly afterMs?: number;
}

/** Done and waited for while the cluster is brought up. */
export interface BootStep {
  readonly do: readonly Deed[];
  readonly until: Condition;
  /** Simulated time within which it must come about. */
  readonly withinMs: number;
}

export interface StoryStep extends BootStep {
  /** Goes back to the moment just before the step with this index first, on a new branch. */
  readonly rewindTo?: number;
  /** Runs on for so long after the condition came true, to show what follows. */
  readonly thenMs?: number;
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

export type DeepView = 'partition' | 'segments' | 'election' | 'tree' | 'promises' | 'log';

export interface Goal {
  readonly text: Text;
  readonly condition: Condition;
  /** `always`: broken by the first moment at which it does not hold; `once`: reached by the first at which it does. */
  readonly mode: 'always' | 'once';
}

export interface Scenario {
  readonly id: string;
  /** Number of the lesson: `L0.1`. */
  readonly code: string;
  readonly minutes: number;
  readonly title: Text;
  readonly question: Text;
  readonly options: readonly { readonly key: string; readonly text: Text; readonly isRight?: boolean }[];
  readonly verdict: { readonly right: Text; readonly wrong: Text };
  readonly headline: Text;
  readonly subline: Text;
  readonly takeaway: Text;
  readonly tryThis: Text;
  readonly cluster: ClusterDescription;
  readonly boot: readonly BootStep[];
  /** What the page's clock shows when the story opens. */
  readonly openAtMs: number;
  /** Load runs so long before the story opens, so that there is a past to look at. */
  readonly leadInMs: number;
  readonly steps: readonly StoryStep[];
  readonly goals: readonly Goal[];
  readonly select?: string;
  readonly view?: DeepView;
}
