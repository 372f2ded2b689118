/**
 * How fast the lab is on this machine. `npm run bench` prints a table, `--json` the same as JSON; `--quick` measures less.
 * Speeds are given twice: by the clock on the wall and by the processor time this process got, for machines that are shared.
 * Each number is a median of several runs; memory is measured in a process of its own with an exposed garbage collector.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { assign, createActor, setup, transition } from 'xstate';
import { build, type ClientDescription } from '../src/cluster/description.ts';
import { fold, keeps, type Observed } from '../src/cluster/observer.ts';
import { kernel } from '../src/cluster/programs.ts';
import { RunningCluster } from '../src/cluster/running.ts';
import { renderTrace } from '../src/cluster/tracing.ts';
import { History } from '../src/kernel/history.ts';
import { begin, step, type ChartState } from '../src/kernel/machine.ts';
import { nextDue, type ItemRecord, type World } from '../src/kernel/world.ts';
import { traceTerminals } from '../src/shell/trace-terminals.ts';
import { brokersBoot, ensembleBoot, ordersConsumer, ordersProducer, ordersTopic, startClients, threeBrokers, threeServers } from '../src/scenarios/fixtures.ts';
import { measurePage } from './bench-page.ts';
import { median, quantile, type Add } from './numbers.ts';

const SECOND = 1_000_000;
const LOAD = 100;

interface Row {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  readonly goal: string;
  readonly met: boolean | null;
  readonly note: string;
}

interface Start {
  readonly world: World;
  readonly observed: Observed;
}

function boot(withClients: boolean): Start {
  const producer: ClientDescription = { ...ordersProducer, kind: 'producer', workload: { topic: 'orders', ratePerSecond: LOAD, valuePrefix: 'order-' } };
  const cluster = new RunningCluster(
    build({ seed: 5, zookeeper: threeServers, brokers: threeBrokers, clients: withClients ? [producer, ordersConsumer] : [] }),
  );
  for (const one of [...ensembleBoot, ...brokersBoot, ordersTopic, ...(withClients ? [startClients('P1', 'C1')] : [])]) cluster.perform(one);
  cluster.runFor(5_000);
  return { world: cluster.world, observed: cluster.observed };
}

function historyFrom({ world, observed }: Start): History<never, Observed> {
  return new History<never, Observed>({ kernel, world, observer: { initial: observed, fold, keeps }, expand: () => [] });
}

interface Timed {
  readonly wallMs: number;
  readonly cpuMs: number;
}

function timed(work: () => void): Timed {
  const cpu = process.cpuUsage();
  const began = performance.now();
  work();
  const wallMs = performance.now() - began;
  const used = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (used.user + used.system) / 1_000 };
}

/** Ticks the bare kernel until a moment; gives the number of items. */
function tickUntil(world: World, at: number): { readonly world: World; readonly items: number } {
  let current = world;
  for (;;) {
    const due = nextDue(current);
    if (due === undefined || due > at) break;
    current = kernel.tick(current)!.world;
  }
  return { world: current, items: current.items - world.items };
}

/** A chart with a guard, an action and a context: what one transition costs when nothing else happens. */
function chartSteps(count: number): { readonly bridge: number; readonly bare: number } {
  const machine = setup({ types: { context: {} as { n: number }, events: {} as { type: 'GO' } }, guards: { isSmall: ({ context }) => context.n < 1e9 } }).createMachine({
    context: { n: 0 },
    initial: 'on',
    states: {
      on: { on: { GO: { guard: 'isSmall', target: 'off', actions: assign({ n: ({ context }) => context.n + 1 }) } } },
      off: { on: { GO: { guard: 'isSmall', target: 'on', actions: assign({ n: ({ context }) => context.n + 1 }) } } },
    },
  });
  const bridge = timed(() => {
    let chart: ChartState = begin(machine).chart;
    for (let i = 0; i < count; i++) ({ chart } = step(machine, chart, { type: 'GO' }));
  });
  const bare = timed(() => {
    let snapshot = createActor(machine).getSnapshot();
    for (let i = 0; i < count; i++) [snapshot] = transition(machine, snapshot, { type: 'GO' });
  });
  return { bridge: (count / bridge.wallMs) * 1_000, bare: (count / bare.wallMs) * 1_000 };
}

/** What happens in a stretch of time, most frequent first. */
function countByType(world: World, seconds: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  let current = world;
  const until = world.now + seconds * SECOND;
  for (;;) {
    const due = nextDue(current);
    if (due === undefined || due > until) break;
    const ticked = kernel.tick(current)!;
    current = ticked.world;
    const key = nameOf(ticked.record, current);
    counts.set(key, (counts.get(key) ?? 0) + 1 / seconds);
  }
  return new Map([...counts].sort((a, b) => b[1] - a[1]));
}

function nameOf(record: ItemRecord, world: World): string {
  const { event } = record;
  const program = record.process < 0 ? 'nobody' : world.processes[record.process]!.program;
  if (event?.type === 'received') {
    const { type, request } = event.message as { type?: string; request?: { type?: string; api?: string } };
    const { api } = event.message as { api?: string };
    return `${program} received ${type ?? '?'} ${api ?? request?.type ?? request?.api ?? ''} on ${event.tag.replace(/\d+/g, '#')}`;
  }
  if (event?.type === 'timer') return `${program} timer ${event.name.replace(/\d+/g, '#')}`;
  return `${program} ${record.kind} ${event?.type ?? ''}`;
}

/** Run by the child process: heap in use before and after so many minutes, with everything kept. */
function memory(minutes: number): void {
  const collect = (globalThis as { gc?: () => void }).gc!;
  const history = historyFrom(boot(true));
  const used = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return (heapUsed + arrayBuffers) / 2 ** 20;
  };
  const before = used();
  const points: number[] = [];
  for (let i = 1; i <= 4; i++) {
    history.runTo(history.beginMicros + (i / 4) * minutes * 60 * SECOND);
    points.push(used());
  }
  process.stdout.write(JSON.stringify({ before, points, minutes, items: history.head - history.beginItem, acked: history.observed.ledger.acked }));
}

async function measure(isQuick: boolean): Promise<Row[]> {
  const rows: Row[] = [];
  const add: Add = (what, measured, unit, goal, note = '') => {
    const met = goal === undefined ? null : goal.atLeast === undefined ? measured <= goal.atMost! : measured >= goal.atLeast;
    const text = goal === undefined ? '' : goal.atLeast === undefined ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
    rows.push({ what, measured, unit, goal: text, met, note });
  };
  const runs = isQuick ? 3 : 5;
  const load = boot(true);
  const idle = boot(false);

  const speed = (start: Start, seconds: number): { perSecond: number; perCpuSecond: number; itemsPerSimSecond: number } => {
    // The engine's optimizing compiler has seen the last of the program after some hundred thousand items.
    for (let i = 0; i < 3; i++) tickUntil(start.world, start.world.now + seconds * SECOND);
    const wall: number[] = [];
    const cpu: number[] = [];
    let items = 0;
    for (let i = 0; i < runs; i++) {
      const spent = timed(() => {
        ({ items } = tickUntil(start.world, start.world.now + seconds * SECOND));
      });
      wall.push((items / spent.wallMs) * 1_000);
      cpu.push((items / spent.cpuMs) * 1_000);
    }
    return { perSecond: median(wall), perCpuSecond: median(cpu), itemsPerSimSecond: items / seconds };
  };
  const loaded = speed(load, isQuick ? 20 : 60);
  const loadNote = `${LOAD} records/s, acks=all; ${loaded.itemsPerSimSecond.toFixed(0)} items in a second`;
  add('kernel items per second', loaded.perSecond, '/s', { atLeast: 60_000 }, loadNote);
  add('kernel items per processor second', loaded.perCpuSecond, '/s', { atLeast: 60_000 });

  const chart = chartSteps(isQuick ? 50_000 : 200_000);
  add('chart steps per second (kernel/machine.ts)', chart.bridge, '/s');
  add('chart steps per second (xstate transition())', chart.bare, '/s');

  const ratio = (start: Start, seconds: number): { wall: number; cpu: number } => {
    const wall: number[] = [];
    const cpu: number[] = [];
    for (let i = 0; i < runs; i++) {
      const history = historyFrom(start);
      const spent = timed(() => history.runTo(history.now + seconds * SECOND));
      wall.push((seconds * 1_000) / spent.wallMs);
      cpu.push((seconds * 1_000) / spent.cpuMs);
    }
    return { wall: median(wall), cpu: median(cpu) };
  };
  const underLoad = ratio(load, isQuick ? 20 : 60);
  add('simulated over real time, load', underLoad.wall, '×', { atLeast: 30 }, 'with history and observer');
  add('  by processor time', underLoad.cpu, '×', { atLeast: 30 });
  const atRest = ratio(idle, isQuick ? 60 : 300);
  const rest = speed(idle, 60).itemsPerSimSecond;
  add('simulated over real time, idle', atRest.wall, '×', { atLeast: 500 }, `no clients; ${rest.toFixed(0)} items in a second`);
  add('  by processor time', atRest.cpu, '×', { atLeast: 500 });

  const tutorial = fileURLToPath(new URL('../test/traces/tutorial.trace', import.meta.url));
  const typed = Array.from({ length: runs }, () => timed(() => renderTrace(readFileSync(tutorial, 'utf8'), tutorial, traceTerminals)));
  add('the whole tutorial, every command typed', median(typed.map(({ wallMs }) => wallMs)) / 1_000, 's', { atMost: 3 }, 'from the empty host to consumed messages and the refused connection, without a page');
  add('  by processor time', median(typed.map(({ cpuMs }) => cpuMs)) / 1_000, 's', { atMost: 3 });

  const minutes = isQuick ? 2 : 10;
  const history = historyFrom(load);
  history.runTo(history.beginMicros + minutes * 60 * SECOND);
  let seed = 12_345;
  const random = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const seeks: number[] = [];
  const back: number[] = [];
  for (let i = 0; i < (isQuick ? 60 : 200); i++) {
    const at = history.beginMicros + random() * minutes * 60 * SECOND;
    seeks.push(timed(() => history.seek(at)).wallMs);
    for (let k = 0; k < 3; k++) back.push(timed(() => history.stepBack()).wallMs);
  }
  const where = `random moments of ${minutes} minutes under load, ${history.head - history.beginItem} items`;
  add('seek, median', median(seeks), 'ms', { atMost: 50 }, where);
  add('seek, 95th percentile', quantile(seeks, 0.95), 'ms', { atMost: 50 });
  add('one step back, median', median(back), 'ms', { atMost: 16 }, 'right after a seek');
  add('one step back, 95th percentile', quantile(back, 0.95), 'ms', { atMost: 16 });
  history.seekItem(history.head);
  const fromHead: number[] = [];
  for (let i = 0; i < 200; i++) fromHead.push(timed(() => history.stepBack()).wallMs);
  add('one step back from the present, median', median(fromHead), 'ms', { atMost: 16 });

  const asked = isQuick ? 10 : 60;
  const child = spawnSync(process.execPath, ['--expose-gc', '--max-old-space-size=4096', '--import', 'tsx', fileURLToPath(import.meta.url), '--memory', String(asked)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 24,
  });
  if (child.status === 0) {
    const { before, points, items, acked } = JSON.parse(child.stdout) as { before: number; points: number[]; items: number; acked: number };
    add(`heap after ${asked} minutes of load, history kept`, points[3]!, 'MB', asked === 60 ? { atMost: 500 } : undefined, `${items} items, ${acked} acknowledged; ${before.toFixed(0)} MB before, quarters ${points.map((one) => one.toFixed(0)).join(' ')}`);
    // A guess meets no goal.
    if (asked !== 60) add('  if it grows on like this for an hour', points[3]! + ((points[3]! - points[1]!) / (asked / 2)) * (60 - asked), 'MB', undefined, 'extrapolated, not measured: without --quick the hour is run (≤ 500 MB)');
  } else add('heap, history kept', Number.NaN, 'MB', { atMost: 500 }, `not measured: ${child.stderr.slice(-200)}`);

  await measurePage(add, isQuick);
  return rows;
}

function print(rows: readonly Row[]): void {
  const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
  for (const { what, measured, unit, goal, met, note } of rows) {
    const mark = met === null ? ' ' : met ? '✓' : '✗';
    console.log(`${mark} ${what.padEnd(48)} ${shown(measured).padStart(8)} ${unit.padEnd(3)} ${goal.padEnd(10)} ${note}`);
  }
}

const args = process.argv.slice(2);
if (args[0] === '--memory') memory(Number(args[1]));
else if (args[0] === '--count') {
  for (const [name, isLoaded] of [['load', true], ['idle', false]] as const) {
    console.log(name);
    for (const [key, perSecond] of countByType(boot(isLoaded).world, 20)) console.log(`  ${perSecond.toFixed(2).padStart(9)} /s  ${key}`);
  }
} else {
  const rows = await measure(args.includes('--quick'));
  if (args.includes('--json')) console.log(JSON.stringify({ node: process.version, rows }, null, 2));
  else print(rows);
}
