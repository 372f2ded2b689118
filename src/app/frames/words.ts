/** Words the page itself chooses: how things ended, what happened, in the current language. */
import type { Ending } from '../../cluster/observer.ts';

/** The command that ended a process. */
export function endingWord(ending: Ending, name: string): string {
  const isContainer = name.startsWith('zookeeper');
  switch (ending.how) {
    case 'SIGKILL':
      return isContainer ? 'docker kill' : 'kill -9';
    case 'SIGTERM':
      return isContainer ? 'docker stop' : 'kill';
    case 'powerLoss':
      return 'power';
    case 'exit':
      return `exit ${ending.exitCode ?? 0}`;
  }
}
