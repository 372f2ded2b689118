/** A host on which everything runs that can be spoken to: ZooKeeper in a container, a broker, a topic with messages. */
import { Watchman } from '../../../src/cluster/checks.ts';
import { nextDue, type World } from '../../../src/kernel/world.ts';
import { shellKernel } from '../../../src/shell/kernel.ts';
import { editorOf, isIdle } from '../../../src/shell/terminal.ts';
import type { TerminalInput } from '../../../src/shell/bash/state.ts';
import { Typist } from '../typist.ts';

export function prepared(): World {
  const typist = new Typist();
  for (const line of [
    'systemctl start docker; docker network create net; docker pull zookeeper:3.7.0',
    'docker run -d --name zookeeper1 --network net -p 2182:2181 -e ZOO_4LW_COMMANDS_WHITELIST="*" zookeeper:3.7.0',
    'cd /usr/local; tar -zxf kafka_2.12-2.3.0.tgz; mv kafka_2.12-2.3.0 kafka; cd kafka/bin; yum install -y java-1.8.0-openjdk-devel',
    "sed -i 's/^zookeeper.connect=.*/zookeeper.connect=localhost:2182/' ../config/server.properties",
    './kafka-server-start.sh -daemon ../config/server.properties; sleep 8',
    './kafka-topics.sh --create --bootstrap-server localhost:9092 --partitions 2 --replication-factor 1 --topic test',
    'echo -e "a\\nb\\nk:c" | ./kafka-console-producer.sh --broker-list localhost:9092 --topic test',
    './kafka-console-consumer.sh --bootstrap-server localhost:9092 --topic test --from-beginning --group g --max-messages 3',
  ]) typist.type(line);
  return typist.world;
}

/** What is done at a terminal, and how long it is waited after it. */
export type Deed = { readonly line: string } | { readonly key: 'C-c' | 'C-d' | 'C-l' | 'C-z' } | { readonly save: string | null };

/** Items that a stretch of simulated time may take; more of them never come to an end. */
const MANY = 200_000;

export class Fuzzed {
  /** Of what is promised whatever breaks. */
  readonly watchman: Watchman;

  constructor(
    public world: World,
    readonly terminal = 'fuzz',
  ) {
    this.world = new Typist(world, terminal).world;
    this.watchman = new Watchman(false);
  }

  run(ms: number): void {
    const end = this.world.now + ms * 1_000;
    for (let items = 0, due = nextDue(this.world); due !== undefined && due <= end; due = nextDue(this.world)) {
      const ticked = shellKernel.tick(this.world)!;
      this.world = ticked.world;
      this.watchman.see(ticked.record, this.world);
      if (++items > MANY) throw new Error(`it hangs at ${this.world.now}`);
    }
    this.world = { ...this.world, now: end };
  }

  private input(input: TerminalInput): void {
    this.world = shellKernel.perform(this.world, { type: 'command', process: this.terminal, command: input }).world;
  }

  act(deed: Deed): void {
    if ('line' in deed) this.input({ type: 'type', text: `${deed.line}\n` });
    else if ('key' in deed) this.input({ type: 'key', key: deed.key });
    else this.input({ type: 'save', text: deed.save });
    this.run(300);
  }

  /** Leaves whatever has the terminal, as somebody does who wants the prompt back; says whether it came. */
  leave(): boolean {
    for (let i = 0; i < 8 && !isIdle(this.world, this.terminal); i++) {
      if (editorOf(this.world, this.terminal)) this.act({ save: null });
      this.act({ key: 'C-c' });
      this.run(2_000);
      if (isIdle(this.world, this.terminal)) break;
      this.act({ key: 'C-d' });
      this.run(2_000);
    }
    const process = this.world.processes.find(({ name }) => name === this.terminal);
    return process?.status === 'dead' || isIdle(this.world, this.terminal);
  }
}
