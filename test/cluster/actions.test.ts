import { describe, expect, it } from 'vitest';
import { refusal, type AdminCommand, type ClusterAction } from '../../src/cluster/actions.ts';
import { realCommand } from '../../src/cluster/real-command.ts';
import { defaultBrokers, imageDefaults } from '../../src/cluster/defaults.ts';
import { DISK_BYTES, SYSTEM_BYTES } from '../../src/cluster/filling.ts';
import { build, check } from '../../src/cluster/description.ts';
import { kernel } from '../../src/cluster/programs.ts';
import { RunningCluster } from '../../src/cluster/running.ts';

const cluster = (): RunningCluster => new RunningCluster(build({ seed: 1, zookeeper: { servers: 3, ...imageDefaults }, brokers: defaultBrokers(), clients: [] }));

const running = (): RunningCluster => {
  const one = cluster();
  for (const { name } of one.world.processes) one.act({ type: 'start', process: name });
  one.runFor(3_000);
  return one;
};

const disk = (process: string, changes: Omit<Extract<ClusterAction, { readonly type: 'disk' }>, 'type' | 'process'>): ClusterAction => ({ type: 'disk', process, ...changes });
const LOGS = '/usr/local/kafka/logs';

describe('a disk', () => {
  it('becomes slow, full or bad in one directory, each once, and well again', () => {
    const one = cluster();
    const volume = () => one.world.volumes.find(({ name }) => name === 'broker-1')!;
    for (const [action, expected] of [
      [disk('broker-1', { slowness: 100 }), { slowness: 100 }],
      [disk('broker-1', { full: true }), { capacityBytes: DISK_BYTES - SYSTEM_BYTES, usedBytes: DISK_BYTES - SYSTEM_BYTES }],
      [disk('broker-1', { failed: [LOGS] }), { failed: [LOGS] }],
    ] as const) {
      expect(refusal(one.world, action)).toBeUndefined();
      one.act(action);
      expect(volume()).toMatchObject(expected);
      expect(refusal(one.world, action)).toEqual({ type: 'isSoAlready' });
    }
    const heal = disk('broker-1', { slowness: 1, full: false, failed: [] });
    expect(refusal(one.world, heal)).toBeUndefined();
    one.act(heal);
    expect(volume()).toMatchObject({ slowness: 1, capacityBytes: null, failed: [] });
    expect(refusal(one.world, heal)).toEqual({ type: 'diskIsWell' });
  });

  it('is cured of what fills it also where somebody has freed a few bytes since', () => {
    const one = running();
    const volume = () => one.world.volumes.find(({ name }) => name === 'broker-1')!;
    one.act(disk('broker-1', { full: true }));
    const other = volume().paths.findIndex((path, at) => !path.endsWith('/fill') && volume().files[at]!.content.bytes > 0);
    one.world = kernel.perform(one.world, { type: 'wipe', volume: 'broker-1', path: volume().paths[other]! }).world;
    expect(volume().usedBytes).toBeLessThan(volume().capacityBytes!);
    const heal = disk('broker-1', { slowness: 1, full: false, failed: [] });
    expect(refusal(one.world, heal)).toBeUndefined();
    one.act(heal);
    expect(volume().paths.filter((path) => path.endsWith('/fill'))).toEqual([]);
    expect(refusal(one.world, heal)).toEqual({ type: 'diskIsWell' });
  });

  it('of a ZooKeeper server can be slow or full', () => {
    const { world } = cluster();
    expect(refusal(world, disk('zookeeper1', { slowness: 100 }))).toBeUndefined();
    expect(refusal(world, disk('zookeeper1', { full: true }))).toBeUndefined();
    expect(refusal(world, disk('zookeeper1', { failed: ['/data'] }))).toEqual({ type: 'notFailing' });
    expect(refusal(world, disk('nobody', { full: true }))).toEqual({ type: 'unknown', name: 'nobody' });
  });

  it('is filled and emptied as anybody would; a directory goes bad by the lab alone', () => {
    const one = running();
    expect(realCommand(one.world, disk('broker-1', { failed: [LOGS] }))).toBeUndefined();
    expect(realCommand(one.world, disk('broker-1', { full: true }))).toBe(`dd if=/dev/zero of=${LOGS}/fill bs=1M`);
    expect(realCommand(one.world, disk('zookeeper1', { full: true }))).toBe('docker exec zookeeper1 dd if=/dev/zero of=/datalog/fill bs=1M');
    const heal = disk('zookeeper1', { slowness: 1, full: false });
    expect(realCommand(one.world, heal)).toBeUndefined();
    one.act(disk('zookeeper1', { full: true }));
    expect(realCommand(one.world, heal)).toBe('docker exec zookeeper1 rm /datalog/fill');
  });
});

describe('the real command of a cut', () => {
  const { world } = running();
  const drop = (from: string, to: string): string => `iptables -I FORWARD -s ${from} -d ${to} -j DROP`;

  it('names every container on both sides, and both directions unless it is one way', () => {
    expect(realCommand(world, { type: 'cut', a: ['zookeeper2'], b: ['zookeeper1', 'zookeeper3'] })).toBe(
      `${drop('172.19.0.3', '172.19.0.2,172.19.0.4')}; ${drop('172.19.0.2,172.19.0.4', '172.19.0.3')}`,
    );
    expect(realCommand(world, { type: 'cut', a: ['zookeeper2'], b: ['zookeeper1'], oneWay: true })).toBe(drop('172.19.0.3', '172.19.0.2'));
  });

  it('is not there for what runs on the host: no rule tells one broker from another', () => {
    const actions: readonly ClusterAction[] = [
      { type: 'cut', a: ['broker-2'], b: ['broker-1'] },
      { type: 'cut', a: ['broker-2'], b: ['zookeeper1', 'zookeeper2'] },
      { type: 'slow', from: 'broker-2', to: 'broker-1', delayMs: 500 },
      { type: 'lose', from: 'broker-2', to: 'broker-1', share: 0.3 },
    ];
    expect(actions.map((action) => realCommand(world, action))).toEqual(actions.map(() => undefined));
  });

  it('slows a container in its own network', () => {
    const pid = world.processes.find(({ name }) => name === 'zookeeper2')!.pid;
    const one = running();
    expect(realCommand(one.world, { type: 'slow', from: 'zookeeper2', to: '*', delayMs: 500 })).toBe(`nsenter -n -t ${pid} tc qdisc replace dev eth0 root netem delay 500ms`);
    one.act({ type: 'slow', from: 'zookeeper2', to: '*', delayMs: 500 });
    expect(realCommand(one.world, { type: 'lose', from: 'zookeeper2', to: '*', share: 0.3 }), 'one netem replaces another').toMatch(/ netem delay 500ms loss 30%$/);
    expect(realCommand(world, { type: 'slow', from: 'zookeeper2', to: 'zookeeper1', delayMs: 500 }), 'netem knows no receivers').toBeUndefined();
  });
});

describe('the real command of a heal', () => {
  const healed = { type: 'heal', a: 'zookeeper2' } as const;
  const after = (...actions: readonly ClusterAction[]): RunningCluster => {
    const one = running();
    for (const action of actions) one.act(action);
    return one;
  };
  const drop = (from: string, to: string): string => `iptables -D FORWARD -s ${from} -d ${to} -j DROP`;
  const cut = { type: 'cut', a: ['zookeeper2'], b: ['zookeeper1', 'zookeeper3'] } as const;

  it('takes away the rules that stand, and no others', () => {
    expect(realCommand(after().world, healed)).toBeUndefined();
    expect(realCommand(after(cut).world, healed)).toBe(`${drop('172.19.0.3', '172.19.0.2,172.19.0.4')}; ${drop('172.19.0.2,172.19.0.4', '172.19.0.3')}`);
    expect(realCommand(after({ ...cut, b: ['zookeeper1'], oneWay: true }).world, healed)).toBe(drop('172.19.0.3', '172.19.0.2'));
    expect(realCommand(after(cut).world, { ...healed, b: 'zookeeper3' })).toBe(`${drop('172.19.0.3', '172.19.0.4')}; ${drop('172.19.0.4', '172.19.0.3')}`);
    expect(realCommand(after({ ...cut, b: ['zookeeper1'], oneWay: true, port: 2888 }).world, healed)).toBe('iptables -D FORWARD -s 172.19.0.3 -d 172.19.0.2 -p tcp --dport 2888 -j DROP');
  });

  it('takes a delay and a loss away with the one netem that they are', () => {
    const one = after({ type: 'slow', from: 'zookeeper2', to: '*', delayMs: 500 }, { type: 'lose', from: 'zookeeper2', to: '*', share: 0.3 });
    const { pid } = one.world.processes.find(({ name }) => name === 'zookeeper2')!;
    expect(realCommand(one.world, healed)).toBe(`nsenter -n -t ${pid} tc qdisc del dev eth0 root`);
  });

  it('is not there where one of the rules has none', () => {
    expect(realCommand(after(cut, { type: 'cut', a: ['broker-1'], b: ['zookeeper2'] }).world, healed)).toBeUndefined();
  });
});

describe('a port', () => {
  const port = (verdict: 'DROP' | 'REJECT' | 'ACCEPT'): ClusterAction => ({ type: 'firewall', process: 'broker-1', port: 9092, verdict });

  it('is shut by the firewall of its machine, once, and opened by taking the same rule away', () => {
    const one = running();
    expect(realCommand(one.world, port('DROP'))).toBe('iptables -I INPUT -p tcp --dport 9092 -j DROP');
    expect(refusal(one.world, port('ACCEPT'))).toEqual({ type: 'portIsOpen' });
    one.act(port('REJECT'));
    expect(refusal(one.world, port('DROP'))).toEqual({ type: 'isSoAlready' });
    expect(realCommand(one.world, port('ACCEPT'))).toBe('iptables -D INPUT -p tcp --dport 9092 -j REJECT');
    one.act(port('ACCEPT'));
    expect(one.world.network.rules).toEqual([]);
    expect(refusal(one.world, { type: 'firewall', process: 'nobody', port: 9092, verdict: 'DROP' })).toEqual({ type: 'unknown', name: 'nobody' });
  });

  it('that is shut leaves a broker its session: it is alive, and what others ask does not arrive', () => {
    const one = running();
    one.act({ type: 'admin', name: 'admin-1', brokers: check({ seed: 1, zookeeper: { servers: 3, ...imageDefaults }, brokers: defaultBrokers(), clients: [] }).brokers, command: { type: 'createTopic', topic: 't', replicaAssignment: [[1, 2]] } });
    one.runFor(3_000);
    one.act(port('DROP'));
    one.runFor(40_000);
    expect(one.facts().znodeExists('/brokers/ids/1')).toBe(true);
    expect(one.facts().partition('t', 0)).toMatchObject({ leader: 1 });
    const arriving = one.world.network.connections.filter((known) => known.port === 9092);
    expect(arriving.some(({ heldToServer }) => heldToServer.length > 0)).toBe(true);
  });
});

describe('a container that is removed', () => {
  const remove = { type: 'container', container: 'zookeeper3', verb: 'rm' } as const;

  it('leaves nothing: no server, no files, no host, and nothing more can be done to it', () => {
    const one = running();
    expect(realCommand(one.world, remove)).toBe('docker rm -f zookeeper3');
    one.act(remove);
    one.runFor(5_000);
    expect(one.facts().servers.map(({ name }) => name)).toEqual(['zookeeper1', 'zookeeper2']);
    expect(one.world.volumes.find(({ name }) => name === 'zookeeper3')).toMatchObject({ paths: [], usedBytes: 0 });
    for (const verb of ['rm', 'start', 'kill'] as const) expect(refusal(one.world, { ...remove, verb })).toEqual({ type: 'unknown', name: 'zookeeper3' });
    expect(one.facts().zookeeperLeader, 'the other two have a majority').not.toBeNull();
  });
});

describe('a partition that is reassigned', () => {
  const { brokers } = check({ seed: 1, zookeeper: { servers: 3, ...imageDefaults }, brokers: defaultBrokers(), clients: [] });
  const admin = (name: string, command: AdminCommand): ClusterAction => ({ type: 'admin', name, brokers, command });
  const move = admin('admin-move', { type: 'reassignPartitions', partitions: [{ topic: 't', partition: 0, replicas: [3, 2] }] });
  const withTopic = (): RunningCluster => {
    const one = running();
    one.act(admin('admin-topic', { type: 'createTopic', topic: 't', replicaAssignment: [[1, 2]] }));
    one.runFor(3_000);
    return one;
  };
  const status = (one: RunningCluster) => one.world.processes.find(({ name }) => name === 'admin-move')!;

  it('lies elsewhere afterwards, its plan is gone, and so is who wrote it', () => {
    const one = withTopic();
    one.act(move);
    one.runFor(10_000);
    expect(one.facts().partition('t', 0)).toMatchObject({ replicas: [3, 2] });
    expect(one.facts().znodeExists('/admin/reassign_partitions')).toBe(false);
    expect(status(one)).toMatchObject({ status: 'dead', exitCode: 0 });
  });

  it('is written at a server that runs, and not to brokers that are down', () => {
    const one = withTopic();
    one.act({ type: 'container', container: 'zookeeper1', verb: 'kill' });
    expect(realCommand(one.world, move)).toContain('kafka-reassign-partitions.sh --zookeeper 127.0.0.1:2183 --reassignment-json-file');
    one.act({ type: 'signal', process: 'broker-3', signal: 'SIGKILL' });
    expect(refusal(one.world, move)).toEqual({ type: 'brokerIsDown' });
  });

  it('stays where it is while nobody keeps a plan: whoever wants to write it gives up', () => {
    const one = withTopic();
    for (const container of ['zookeeper1', 'zookeeper2']) one.act({ type: 'container', container, verb: 'kill' });
    one.runFor(8_000);
    one.act(move);
    one.runFor(29_000);
    expect(status(one).status).toBe('running');
    one.runFor(2_000);
    expect(status(one)).toMatchObject({ status: 'dead', exitCode: 1 });
  });
});

describe('a container that is taken off the network', () => {
  const network = (verb: 'connect' | 'disconnect'): ClusterAction => ({ type: 'network', container: 'zookeeper2', verb });
  const state = (one: RunningCluster) => one.facts().servers.find(({ name }) => name === 'zookeeper2')!.state;

  it('is alone there, its published port leads nowhere, and it finds the others when it is back', () => {
    const one = running();
    expect(realCommand(one.world, network('disconnect'))).toBe('docker network disconnect zookeeper-net zookeeper2');
    expect(refusal(one.world, network('connect'))).toEqual({ type: 'isSoAlready' });
    one.act(network('disconnect'));
    expect(refusal(one.world, network('disconnect'))).toEqual({ type: 'isSoAlready' });
    one.runFor(20_000);
    expect(state(one)).toBe('LOOKING');
    expect(one.facts().zookeeperLeader).not.toBeNull();
    expect(one.facts().znodeExists('/brokers/ids/2'), 'sessions move').toBe(true);
    expect(one.world.network.hosts.flatMap(({ forwards }) => forwards).some(({ toHost }) => toHost === 'zookeeper2')).toBe(false);
    expect(realCommand(one.world, { type: 'cut', a: ['zookeeper2'], b: ['zookeeper1'] }), 'no address').toBeUndefined();
    expect(refusal(one.world, { type: 'heal', a: 'zookeeper2' }), 'no firewall cut it').toEqual({ type: 'nothingToHeal' });
    one.act(network('connect'));
    one.runFor(20_000);
    expect(['FOLLOWING', 'LEADING']).toContain(state(one));
    expect(one.world.network.rules).toEqual([]);
  });

  it('cannot be one that does not run, nor a broker', () => {
    const one = running();
    one.act({ type: 'container', container: 'zookeeper2', verb: 'kill' });
    expect(refusal(one.world, network('disconnect'))).toEqual({ type: 'notRunning' });
    expect(refusal(one.world, { type: 'network', container: 'broker-1', verb: 'disconnect' })).toEqual({ type: 'unknown', name: 'broker-1' });
  });
});
