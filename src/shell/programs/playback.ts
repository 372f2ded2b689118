/** A program that only takes time: it waits, prints and acts step by step, and can be interrupted. `sleep`, downloads, installations. */
import type { Env, Program } from '../../kernel/program.ts';
import type { KernelAction } from '../../kernel/world.ts';

export interface PlaybackStep {
  /** After the step before. */
  readonly afterMs: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** An error line of its own log, for a container's first process. */
  readonly log?: string;
  readonly actions?: readonly KernelAction[];
}

export interface PlaybackConfig {
  readonly steps: readonly PlaybackStep[];
  readonly exitCode?: number;
}

interface Playback {
  readonly config: PlaybackConfig;
  readonly next: number;
}

function wait(state: Playback, env: Env): Playback {
  const step = state.config.steps[state.next];
  if (step === undefined) env.exit(state.config.exitCode ?? 0);
  else env.setTimer('step', Math.round(step.afterMs * 1_000));
  return state;
}

export const playbackProgram: Program<Playback, PlaybackConfig> = {
  start: (config, env) => wait({ config, next: 0 }, env),
  handle(state, event, env) {
    if (event.type === 'signal') {
      env.exit(event.signal === 'SIGINT' ? 130 : 143);
      return state;
    }
    if (event.type !== 'timer') return state;
    const step = state.config.steps[state.next]!;
    if (step.stdout !== undefined) env.print('stdout', step.stdout);
    if (step.stderr !== undefined) env.print('stderr', step.stderr);
    if (step.log !== undefined) env.log({ level: 'ERROR', file: 'zookeeper', text: `[main:QuorumPeerMain@98] - ${step.log}` });
    for (const action of step.actions ?? []) env.system.perform(action);
    return wait({ ...state, next: state.next + 1 }, env);
  },
};

export const stepsOf = (stdout: readonly (readonly [afterMs: number, text: string])[]): PlaybackStep[] => stdout.map(([afterMs, text]) => ({ afterMs, stdout: `${text}\n` }));
