/** Somebody at a terminal, who has Kafka's and ZooKeeper's scripts in the PATH unless told otherwise: types lines, lets the world run until the shell waits again, and reads what was printed. */
import { nextDue, type World } from '../../src/kernel/world.ts';
import { HOME } from '../../src/shell/docker/zookeeper-image.ts';
import { PATH } from '../../src/shell/machine/path.ts';
import { emptyHost } from '../../src/shell/machine/empty-host.ts';
import { shellKernel } from '../../src/shell/kernel.ts';
import { atTerminal, isIdle, openTerminal, printed, screenOf } from '../../src/shell/terminal.ts';
import type { TerminalInput } from '../../src/shell/bash/state.ts';

export class Typist {
  constructor(
    public world: World = emptyHost(),
    readonly terminal = 'terminal-1',
    host = 'host',
    variables: Readonly<Record<string, string>> = host === 'host' ? { PATH: `${PATH}:/usr/local/kafka/bin:${HOME}/bin` } : {},
  ) {
    for (const action of openTerminal(world, terminal, host)) {
      const isShell = action.type === 'addProcess' && action.process.program === 'bash';
      this.world = shellKernel.perform(this.world, isShell ? { ...action, process: { ...action.process, config: { ...(action.process.config as object | null), variables } } } : action).world;
    }
    this.run(10);
  }

  get screen(): string {
    return screenOf(this.world, this.terminal)
      .map(({ text }) => text)
      .join('');
  }

  run(ms: number): void {
    const end = this.world.now + ms * 1_000;
    for (let due = nextDue(this.world); due !== undefined && due <= end; due = nextDue(this.world)) this.world = shellKernel.tick(this.world)!.world;
    this.world = { ...this.world, now: end };
  }

  input(input: TerminalInput): void {
    this.world = shellKernel.perform(this.world, atTerminal(this.terminal, input)).world;
  }

  /** What a line prints until the shell is ready again, at most `seconds` later. */
  type(line: string, seconds = 60): string {
    const from = screenOf(this.world, this.terminal).length;
    this.input({ type: 'type', text: `${line}\n` });
    const end = this.world.now + seconds * 1_000_000;
    // What is typed arrives after whatever else is due at this moment.
    this.run(0);
    while (!isIdle(this.world, this.terminal)) {
      const due = nextDue(this.world);
      if (due === undefined || due > end) break;
      this.world = shellKernel.tick(this.world)!.world;
    }
    return printed(this.world, this.terminal, from).text;
  }
}
