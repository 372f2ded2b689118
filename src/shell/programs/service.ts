/** A service that waits for its end: `firewalld`. What it is there for is done by the commands that ask whether it runs. */
import type { Program } from '../../kernel/program.ts';

export const serviceProgram: Program<null> = {
  start: () => null,
  handle(state, event, env) {
    if (event.type === 'signal' && event.signal !== 'SIGHUP') env.exit(0);
    return state;
  },
};

/** Its process, of which each machine has its own. */
export const serviceProcess = (program: string, machine: string): string => `${program}@${machine}`;
