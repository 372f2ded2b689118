/** The host of a deployment with a terminal at which tools are run, for tests. Files are what a test gives it. */
import { createKernel, findProcess, program, type Kernel } from '../../../src/kernel/world.ts';
import type { FileContent, Message, Micros, Program } from '../../../src/kernel/program.ts';
import { build, type ClusterDescription } from '../../../src/cluster/description.ts';
import { programs } from '../../../src/cluster/programs.ts';
import { RunningCluster } from '../../../src/cluster/running.ts';
import type { Step } from '../../../src/cluster/steps.ts';
import { initialObserved } from '../../../src/cluster/observer.ts';
import { brokersBoot, ensembleBoot, threeBrokers, threeServers } from '../../../src/scenarios/fixtures.ts';
import { ownFiles } from '../../../src/shell/machine/system.ts';
import { prepareScript, scriptNames, toolPrograms } from '../../../src/shell/tools/index.ts';

interface Printed {
  readonly at: Micros;
  readonly process: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

interface TerminalState {
  readonly printed: readonly Printed[];
  readonly ended: { readonly [process: string]: number };
}

/** Keeps what its children print and how they end. */
const terminalProgram: Program<TerminalState, null> = {
  start: () => ({ printed: [], ended: {} }),
  handle(state, event, env) {
    if (event.type === 'output') return { ...state, printed: [...state.printed, { at: env.now, process: event.process, stream: event.stream, text: event.text }] };
    return event.type === 'ended' ? { ...state, ended: { ...state.ended, [event.process]: event.exitCode } } : state;
  },
};

export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  /** undefined: it still runs. */
  readonly exitCode: number | undefined;
}

export class Machine {
  readonly cluster: RunningCluster;
  readonly files: { [path: string]: string } = {};
  private readonly kernel: Kernel = createKernel({ ...programs, ...toolPrograms, terminal: program(terminalProgram) });
  private started = 0;

  constructor(description: Partial<ClusterDescription> = {}) {
    const world = build({ seed: 1, zookeeper: threeServers, brokers: threeBrokers, clients: [], ...description });
    this.cluster = new RunningCluster(world, initialObserved, undefined, this.kernel);
    this.perform({ type: 'addProcess', process: { name: 'terminal', program: 'terminal', host: 'host', config: null } });
    this.perform({ type: 'start', process: 'terminal' });
    this.cluster.runFor(1);
  }

  perform(action: Parameters<Kernel['perform']>[1]): void {
    this.cluster.world = this.kernel.perform({ ...this.cluster.world, now: this.cluster.now }, action).world;
  }

  steps(...steps: readonly Step[]): this {
    for (const step of steps) this.cluster.perform(step);
    return this;
  }

  boot(): this {
    return this.steps(...ensembleBoot, ...brokersBoot);
  }

  private get terminal(): TerminalState {
    return findProcess(this.cluster.world, 'terminal')!.state as TerminalState;
  }

  /** Starts a tool; gives the name of its process, or what it said at once. */
  start(name: string, args: readonly string[]): string | Run {
    if (!scriptNames.includes(name)) throw new Error(`no script ${name}`);
    const prepared = prepareScript(name, args, (path) => this.files[path], '/');
    if (prepared.type === 'done') return { stdout: prepared.stdout, stderr: prepared.stderr, exitCode: prepared.exitCode };
    const process = `${name}-${++this.started}`;
    this.perform({ type: 'addProcess', process: { name: process, program: prepared.program, host: 'host', parent: 'terminal', config: prepared.plan, ...ownFiles(this.cluster.world, 'host') } });
    this.perform({ type: 'start', process });
    return process;
  }

  /** A file on the machine's own disk, for tools that read there themselves. */
  write(path: string, content: FileContent): void {
    this.perform({ type: 'files', volume: 'host', edits: [{ type: 'write', path, content }] });
  }

  command(process: string, command: Message): void {
    this.perform({ type: 'command', process, command });
  }

  runOf(process: string): Run {
    const { printed, ended } = this.terminal;
    const text = (stream: 'stdout' | 'stderr'): string => printed.filter((one) => one.process === process && one.stream === stream).map((one) => one.text).join('');
    return { stdout: text('stdout'), stderr: text('stderr'), exitCode: ended[process] };
  }

  printedBy(process: string): readonly Printed[] {
    return this.terminal.printed.filter((one) => one.process === process);
  }

  /** Runs a command line (words separated by spaces) to its end. */
  run(line: string, withinMs = 150_000): Run {
    const [name = '', ...args] = line.split(' ');
    return this.finish(this.start(name, args), withinMs);
  }

  finish(started: string | Run, withinMs = 150_000): Run {
    if (typeof started !== 'string') return started;
    const until = this.cluster.now + withinMs * 1_000;
    while (this.runOf(started).exitCode === undefined && this.cluster.now < until) this.cluster.runFor(20);
    return this.runOf(started);
  }
}
