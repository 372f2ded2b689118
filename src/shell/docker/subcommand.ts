import type { Context, Result } from '../command.ts';
import type { DockerState } from './state.ts';

export interface Asked {
  /** The subcommand's own name. */
  readonly verb: string;
  readonly args: readonly string[];
  readonly context: Context;
  readonly state: DockerState;
}

export type Subcommand = (asked: Asked) => Result;
