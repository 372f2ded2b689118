/** A world in which everything that was handled is kept, so that a test can look back; the worlds of other tests are made of it. */
import { nextDue, type ItemRecord, type Kernel, type KernelAction, type World } from '../../src/kernel/world.ts';
import type { Fact, Message, Micros } from '../../src/kernel/program.ts';

export interface SentMessage {
  readonly at: Micros;
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly message: Message & Record<string, unknown>;
}

export interface NotedFact {
  readonly at: Micros;
  readonly process: string;
  readonly fact: Fact & Record<string, unknown>;
}

const SECOND = 1_000_000;

export class KeptWorld {
  world: World;
  readonly facts: NotedFact[] = [];
  readonly messages: SentMessage[] = [];
  handled = 0;
  private readonly kernel: Kernel;

  constructor(kernel: Kernel, world: World) {
    this.kernel = kernel;
    this.world = world;
  }

  perform(action: KernelAction): this {
    const { world, record } = this.kernel.perform(this.world, action);
    this.keep(world, record);
    return this;
  }

  private keep(world: World, record: ItemRecord): void {
    this.world = world;
    this.handled++;
    const process = world.processes[record.process]?.name ?? '';
    for (const fact of record.facts) this.facts.push({ at: record.at, process, fact: fact as NotedFact['fact'] });
    for (const sent of record.sent) {
      const connection = world.network.connections.find((known) => known.id === sent.connection);
      this.messages.push({
        at: record.at, from: world.processes[sent.from]!.name, to: world.processes[sent.to]?.name ?? '', port: connection?.port ?? 0,
        message: sent.message as SentMessage['message'],
      });
    }
  }

  /** Runs for a span of simulated time. */
  run(seconds: number): this {
    const until = this.world.now + Math.round(seconds * SECOND);
    this.runUntil(() => false, until);
    if (this.world.now < until) this.world = { ...this.world, now: until };
    return this;
  }

  private runUntil(holds: () => boolean, until: Micros): boolean {
    for (;;) {
      if (holds()) return true;
      const due = nextDue(this.world);
      if (due === undefined || due > until) return false;
      const ticked = this.kernel.tick(this.world)!;
      this.keep(ticked.world, ticked.record);
    }
  }

  /** Runs until something holds; fails after so many simulated seconds. */
  until(holds: () => boolean, what: string, seconds = 60): this {
    if (!this.runUntil(holds, this.world.now + seconds * SECOND)) throw new Error(`did not come about in ${seconds} s: ${what}`);
    return this;
  }

  /** Nothing passes between two processes. */
  cut(a: string, b: string): this {
    for (const [from, to] of [[a, b], [b, a]] as const) this.perform({ type: 'addRule', rule: { id: `${from}-${to}`, from, to, effect: { type: 'cut' } } });
    return this;
  }

  heal(): this {
    return this.perform({ type: 'removeRule' });
  }
}
