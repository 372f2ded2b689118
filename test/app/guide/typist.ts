/** Somebody who works through the tutorial's document: what has to be typed first is typed first, and what a command is for is waited for. */
import { RunningCluster } from '../../../src/cluster/running.ts';
import { initialObserved } from '../../../src/cluster/observer.ts';
import type { Micros } from '../../../src/kernel/program.ts';
import type { Chapter, Command } from '../../../src/scenarios/tutorial/document.ts';
import { tutorialDocument } from '../../../src/scenarios/tutorial/index.ts';
import { beginning } from '../../../src/app/empty-host.ts';
import { isShown, Moment } from '../../../src/app/guide/shows.ts';
import { preparationFor, terminalOf } from '../../../src/app/guide/typing.ts';
import { screenOf } from '../../../src/shell/terminal.ts';

export const commandsOf = (chapter: Chapter): readonly Command[] => chapter.blocks.flatMap((block) => ('command' in block && block.command ? [block.command] : []));
export const allCommands: readonly Command[] = tutorialDocument.chapters.flatMap(commandsOf);

export class Reader {
  readonly cluster: RunningCluster;

  constructor(seed = 1) {
    this.cluster = new RunningCluster(beginning.world(seed), initialObserved, undefined, beginning.programs.kernel);
  }

  shows(command: Command): boolean {
    return isShown(command.shows, new Moment({ ...this.cluster.world, now: this.cluster.now }, this.cluster.facts()));
  }

  screen(terminal = 'host'): string {
    return screenOf(this.cluster.world, terminal).map(({ text }) => text).join('');
  }

  /** Whether a command came to what it is for. */
  run(command: Command): boolean {
    const { cluster } = this;
    let waited = false;
    for (let count = 0; count < 8; count++) {
      const preparation = preparationFor(cluster.world, command, waited);
      if (!preparation) break;
      waited = preparation.action === undefined;
      if (preparation.action) cluster.act(preparation.action);
      cluster.runTo(cluster.now + preparation.withinMs * 1_000, Infinity, () => preparation.isOver(cluster.world));
    }
    cluster.act({ type: 'terminal', terminal: terminalOf(command), deed: { type: 'type', text: `${command.lines}\n` } });
    const until: Micros = cluster.now + (command.withinMs ?? 10_000) * 1_000;
    cluster.runTo(until, Infinity, () => this.shows(command));
    return this.shows(command);
  }
}
