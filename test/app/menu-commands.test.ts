/**
 * Every row of every menu that has a command, in the first story and where the tutorial ends: the command is typed into the lab's shell
 * on one copy of the world, the row is chosen on another, and both do the same to links, processes, disks, containers and topics. Rows
 * without a command say "lab only" and are left out; refused rows become possible after others have broken something.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { openScenario } from '../../src/app/open.ts';
import { selectionOf, type Selection } from '../../src/app/frames/selection.ts';
import { seenAt } from './frames/told.ts';
import { newHistory, type ClusterHistory } from '../../src/app/story.ts';
import { programs } from '../../src/app/terminals.ts';
import type { ClusterAction } from '../../src/cluster/actions.ts';
import { check } from '../../src/cluster/description.ts';
import { freeBytes } from '../../src/cluster/filling.ts';
import { factsOf, initialObserved as nothingServed, type Observed } from '../../src/cluster/observer.ts';
import type { World } from '../../src/kernel/world.ts';
import { pullThePlug } from '../../src/scenarios/pull-the-plug.ts';
import { readState } from '../../src/shell/docker/state.ts';
import { FileTree } from '../../src/shell/files/tree.ts';
import { shellKernel } from '../../src/shell/kernel.ts';
import { newestTree } from '../../src/shell/machine/system.ts';
import { nodeAt } from '../../src/zookeeper/tree.ts';
import { printed, screenOf } from '../../src/shell/terminal.ts';
import { Typist } from '../shell/typist.ts';
import { allCommands, Reader } from './guide/typist.ts';

const { brokers } = check(pullThePlug.cluster);
const MACHINES = new Set(['host', 'laptop']);
const SERVERS = new Set(['zookeeper-server', 'kafka-broker', 'kafka-producer', 'kafka-consumer']);

const topicsIn = (world: World): readonly string[] => {
  const tree = newestTree(world);
  return tree === undefined ? [] : (nodeAt(tree, '/brokers/topics')?.children ?? []);
};

/** What a world is, as far as one can do something to it. */
function effects(world: World, since: number): Readonly<Record<string, unknown>> {
  const host = FileTree.of(world, 'host', [], world.now);
  const tree = newestTree(world);
  return {
    rules: world.network.rules.map(({ id, from, to, port, effect }) => JSON.stringify({ id, from, to, port, effect })).sort(),
    processes: world.processes.filter(({ program }) => SERVERS.has(program)).map(({ name, status }) => `${name} ${status}`).sort(),
    hosts: world.network.hosts.filter(({ name }) => !name.startsWith('exec')).map(({ name, isUp, machine, networks, forwards, names }) => JSON.stringify([name, isUp, machine, networks, [...forwards].sort((a, b) => a.port - b.port), names])).sort(),
    disks: world.volumes.filter(({ name }) => MACHINES.has(name) || world.processes.some((one) => one.name === name && SERVERS.has(one.program))).map((volume) => [volume.name, freeBytes(volume) <= 0, volume.slowness, volume.failed, volume.paths.filter((path) => path.endsWith('/fill'))]),
    containers: readState(host).containers.map(({ name, process }) => `${name} ${world.processes.find((one) => one.name === process)?.status}`),
    // Who produces makes a deleted topic anew, laid out by chance.
    topics: topicsIn(world).map((topic) => (nodeAt(tree!, `/brokers/topics/${topic}`)!.czxid > since ? `${topic} anew` : [topic, ...[`/brokers/topics/${topic}`, `/config/topics/${topic}`].map((path) => nodeAt(tree!, path)?.data), ...(nodeAt(tree!, `/brokers/topics/${topic}/partitions`)?.children ?? []).map((partition) => /"leader":-?\d+/.exec(String(nodeAt(tree!, `/brokers/topics/${topic}/partitions/${partition}/state`)?.data))?.[0])])),
  };
}

class Place {
  constructor(
    readonly history: ClusterHistory,
    readonly world: World,
    readonly observed: Observed,
  ) {}

  get things(): readonly string[] {
    const facts = factsOf(this.world, this.observed);
    return [
      ...this.world.processes.filter(({ program, name }) => SERVERS.has(program) && !name.startsWith('admin')).map(({ name }) => name),
      ...facts.topics.filter((topic) => !topic.startsWith('__')).flatMap((topic) => facts.partitions(topic).map(({ partition }) => `partition:${topic}-${partition}`)),
      'session:broker-1',
      'link:zookeeper1:zookeeper2',
      'link:broker-1:broker-2',
    ];
  }

  menu(thing: string): Selection | undefined {
    return selectionOf(thing, { ...seenAt(this.history), world: this.world, facts: factsOf(this.world, this.observed) }, this.history, brokers, (prefix) => `${prefix}1`);
  }

  /** The world some time after acts that were all done at once. */
  after(actions: readonly ClusterAction[], ms: number): World {
    const typist = new Typist(this.world, 'nobody', 'host');
    let { world } = typist;
    for (const action of actions) for (const one of programs.expand(world, action)) world = shellKernel.perform(world, one).world;
    typist.world = world;
    typist.run(ms);
    return typist.world;
  }

  typed(line: string, ms: number): { readonly world: World; readonly printed: string } {
    const typist = new Typist(this.world, 'nobody', 'host');
    const from = screenOf(this.world, 'nobody').length;
    typist.input({ type: 'type', text: `${line}\n` });
    typist.run(ms);
    return { world: typist.world, printed: printed(typist.world, 'nobody', from).text };
  }

  private readonly leftAlone = new Map<number, World>();

  /** The world some time later if nobody does anything. */
  left(ms: number): World {
    const known = this.leftAlone.get(ms) ?? this.after([], ms);
    this.leftAlone.set(ms, known);
    return known;
  }
}

/** Rows with a command that can be chosen: what each does, chosen and typed. */
function table(place: Place, things = place.things): { readonly same: readonly string[]; readonly different: readonly string[]; readonly idle: readonly string[]; readonly labOnly: readonly string[] } {
  const same: string[] = [];
  const different: string[] = [];
  const labOnly: string[] = [];
  /** Which change nothing that is compared: a leader that is the preferred one already, a broker that is frozen and told to end. */
  const idle: string[] = [];
  const since = newestTree(place.world)?.lastProcessedZxid ?? 0;
  for (const thing of things) {
    const menu = place.menu(thing);
    for (const { id, verb, command, refused } of menu?.frame.actions ?? []) {
      if (refused !== undefined || verb === 'inspect') continue;
      const row = `${thing} ${verb}: ${command}`;
      if (command === undefined) {
        labOnly.push(verb);
        continue;
      }
      const actions = menu!.actions[id]!;
      const takesTime = actions.some(({ type }) => type === 'admin');
      const ms = takesTime ? 15_000 : 1_500;
      const chosen = effects(place.after(actions, ms), since);
      const { world, printed } = place.typed(command, ms);
      const typed = effects(world, since);
      const parts = Object.keys(chosen).filter((key) => JSON.stringify(chosen[key]) !== JSON.stringify(typed[key]));
      if (parts.length > 0) different.push([row, `  printed ${printed}`, ...parts.flatMap((key) => [`  ${key} chosen ${JSON.stringify(chosen[key])}`, `  ${key} typed  ${JSON.stringify(typed[key])}`])].join('\n'));
      else if (JSON.stringify(chosen) === JSON.stringify(effects(place.left(ms), since))) idle.push(`${thing} ${verb}`);
      else same.push(`${thing} ${verb}`);
    }
  }
  return { same, different, idle, labOnly };
}

/** What no line does: what concerns one of several on the host, a slow or a broken disk, the power. */
const LAB_ONLY = ['cut', 'cutOneWay', 'delay', 'lose', 'diskSlow', 'diskFail', 'powerLoss'];

describe.each([
  // Its own producer has no terminal.
  ['the first story', [...LAB_ONLY, 'produce', 'stopClient'], () => {
    const history = openScenario(pullThePlug, pullThePlug.cluster.seed);
    history.extend(programs);
    history.act({ type: 'terminal', terminal: 'host', deed: { type: 'open', host: 'host' } });
    // Another setting of the topic must outlive a change of one.
    history.act({ type: 'admin', name: 'admin-before', brokers, command: { type: 'alterTopicConfig', topic: 'orders', configs: { 'min.insync.replicas': '2' } } });
    history.runTo(history.now + 3_000_000);
    return new Place(history, { ...history.world, now: history.now }, history.observed);
  }],
  // A broker that never came up has no number, by which its file would be known, and no directory.
  ['where the tutorial ends', [...LAB_ONLY, 'start', 'diskFull'], () => {
    const reader = new Reader(1);
    for (const command of allCommands) reader.run(command);
    reader.cluster.runFor(5_000);
    const world = { ...reader.cluster.world, now: reader.cluster.now };
    return new Place(newHistory(world, programs), world, reader.cluster.observed);
  }],
] as const)('a row and its command do the same: %s', (_, lab, at) => {
  let place: Place;
  beforeAll(() => {
    place = at();
  });

  it('as it stands', () => {
    const { same, different, idle, labOnly } = table(place);
    expect(different).toEqual([]);
    expect(new Set(idle.map((row) => row.split(' ')[1]))).toEqual(new Set(['electPreferred']));
    for (const verb of ['containerKill', 'containerStop', 'containerPause', 'containerRemove', 'offNetwork', 'cut', 'cutOneWay', 'delay', 'lose', 'portDrop', 'portReject', 'diskFull', 'kill', 'terminate', 'pause', 'electUnclean', 'reassign', 'deleteTopic']) {
      expect(same.some((row) => row.endsWith(` ${verb}`)), verb).toBe(true);
    }
    expect(new Set(labOnly)).toEqual(new Set(lab));
  });

  it('with a container off the network', () => {
    const off = place.after([{ type: 'network', container: 'zookeeper3', verb: 'disconnect' }], 2_000);
    const { same, different } = table(new Place(place.history, off, nothingServed), ['zookeeper3']);
    expect(different).toEqual([]);
    expect(same).toContain('zookeeper3 onNetwork');
  });

  it('with much of it broken', () => {
    const broken: readonly ClusterAction[] = [
      { type: 'container', container: 'zookeeper1', verb: 'kill' },
      { type: 'container', container: 'zookeeper3', verb: 'pause' },
      { type: 'signal', process: 'broker-1', signal: 'SIGKILL' },
      { type: 'signal', process: 'broker-2', signal: 'SIGSTOP' },
      { type: 'disk', process: 'zookeeper2', full: true },
      { type: 'slow', from: 'zookeeper2', to: '*', delayMs: 100 },
      { type: 'lose', from: 'zookeeper2', to: '*', share: 0.1 },
      { type: 'firewall', process: 'broker-2', port: 9093, verdict: 'REJECT' },
      { type: 'cut', a: ['zookeeper2'], b: ['zookeeper3'], port: 2888 },
    ];
    const { same, different, idle } = table(new Place(place.history, place.after(broken, 2_000), nothingServed));
    expect(different).toEqual([]);
    expect(idle).toEqual(['broker-2 terminate', 'broker-3 terminate']);
    for (const verb of ['containerStart', 'containerResume', 'resume', 'start', 'diskHeal', 'heal', 'portOpen']) {
      expect(same.some((row) => row.endsWith(` ${verb}`)), verb).toBe(true);
    }
  });
});
