import { describe, expect, it } from 'vitest';
import { realCommand, refusal, type ClusterAction } from '../../src/cluster/actions.ts';
import { defaultBrokers, imageDefaults } from '../../src/cluster/defaults.ts';
import { build } from '../../src/cluster/description.ts';
import { RunningCluster } from '../../src/cluster/running.ts';

const cluster = (): RunningCluster => new RunningCluster(build({ seed: 1, zookeeper: { servers: 3, ...imageDefaults }, brokers: defaultBrokers(), clients: [] }));

const disk = (process: string, changes: Omit<Extract<ClusterAction, { readonly type: 'disk' }>, 'type' | 'process'>): ClusterAction => ({ type: 'disk', process, ...changes });
const LOGS = '/usr/local/kafka/logs';

describe('a disk', () => {
  it('becomes slow, full or bad in one directory, each once, and well again', () => {
    const one = cluster();
    const volume = () => one.world.volumes.find(({ name }) => name === 'broker-1')!;
    for (const [action, expected] of [
      [disk('broker-1', { slowness: 100 }), { slowness: 100 }],
      [disk('broker-1', { full: true }), { capacityBytes: volume().usedBytes }],
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

  it('of a ZooKeeper server can be slow or full', () => {
    const { world } = cluster();
    expect(refusal(world, disk('zookeeper1', { slowness: 100 }))).toBeUndefined();
    expect(refusal(world, disk('zookeeper1', { full: true }))).toBeUndefined();
    expect(refusal(world, disk('zookeeper1', { failed: ['/data'] }))).toEqual({ type: 'notFailing' });
    expect(refusal(world, disk('nobody', { full: true }))).toEqual({ type: 'unknown', name: 'nobody' });
  });

  it('is filled and emptied as anybody would; a directory goes bad by the lab alone', () => {
    const one = cluster();
    expect(realCommand(one.world, disk('broker-1', { failed: [LOGS] }))).toBeUndefined();
    expect(realCommand(one.world, disk('broker-1', { full: true }))).toBe(`dd if=/dev/zero of=${LOGS}/fill bs=1M`);
    expect(realCommand(one.world, disk('zookeeper1', { full: true }))).toBe('docker exec zookeeper1 dd if=/dev/zero of=/datalog/fill bs=1M');
    const heal = disk('zookeeper1', { slowness: 1, full: false });
    expect(realCommand(one.world, heal)).toBeUndefined();
    one.act(disk('zookeeper1', { full: true }));
    expect(realCommand(one.world, heal)).toBe('docker exec zookeeper1 rm /datalog/fill');
  });
});
