import { beforeAll, describe, expect, it } from 'vitest';
import { dataFrame } from '../../../src/app/frames/data.ts';
import { chartsOf, chartsWithTransitions, transitionBetween, type NamedChart } from '../../../src/app/frames/statechart.ts';
import { replicaMachine } from '../../../src/kafka/broker/replica.machine.ts';
import { pullThePlug } from '../../../src/scenarios/pull-the-plug.ts';
import { sessionMachine } from '../../../src/zookeeper/session.machine.ts';
import { graphOf } from '../../../src/views/statechart/graph.ts';
import { Told } from './told.ts';

let told: Told;

beforeAll(() => {
  told = new Told(pullThePlug);
});

const valuesOf = (id: string): Record<string, unknown> => Object.fromEntries(chartsOf(id, told.seen).map((one) => [one.key, one.frame.value]));

describe('the charts of what is selected', () => {
  it("are a server's peer, and a broker's state, controller, session, replicas and fetchers", () => {
    expect(valuesOf('zookeeper2')).toEqual({ peer: { leading: 'broadcast' } });
    expect(valuesOf('broker-1')).toMatchObject({
      broker: 'RunningAsBroker',
      controller: 'Follower',
      zk: { CONNECTED: 'serving' },
      'replica:orders-0': { leader: 'serving' },
      'replica:orders-1': { follower: 'fetching' },
    });
    expect(valuesOf('broker-3')['controller']).not.toBe('Follower');
    expect(Object.keys(valuesOf('broker-1')).filter((key) => key.startsWith('fetcher.')).length).toBeGreaterThan(0);
  });

  it("are a session's at the leader and at its owner, and a partition's at the controller and on each broker", () => {
    expect(valuesOf('session:broker-1')).toEqual({ session: 'open', zk: { CONNECTED: 'serving' } });
    expect(valuesOf('partition:orders-0')).toMatchObject({ partition: 'OnlinePartition', 'replica:1': { leader: 'serving' }, 'replica:2': { follower: 'fetching' }, 'controlled:3': 'OnlineReplica' });
  });

  it('are those of clients, and none of what does not run or is not there', () => {
    expect(Object.keys(valuesOf('P1'))).toEqual(['producer']);
    expect(Object.keys(valuesOf('C1'))).toEqual(['consumer']);
    expect(chartsOf('nobody', told.seen)).toEqual([]);
  });
});

describe('the transition that was taken last', () => {
  const lastOf = (charts: readonly NamedChart[], key: string): unknown => charts.find((one) => one.key === key)?.frame.lastTransition;

  it('is found after a jump, stays while nothing else happens, and is gone before it happened', () => {
    while (told.seen.facts.partition('orders', 0)?.leader === 1 || told.seen.facts.partition('orders', 0)?.leader === null) told.step(steps++);
    told.toAfter('sessionExpired');
    const expired = told.history.item;
    const closing = { from: 'open', to: 'closing', event: 'deadlinePassed', label: 'deadlinePassed' };
    expect(lastOf(chartsWithTransitions('session:broker-1', told.seen, told.history), 'session')).toEqual(closing);
    told.history.step();
    expect(lastOf(chartsWithTransitions('session:broker-1', told.seen, told.history), 'session')).toEqual(closing);
    told.history.seekItem(expired - 1);
    expect(lastOf(chartsWithTransitions('session:broker-1', told.seen, told.history), 'session')).toBeUndefined();
  });
  let steps = 0;

  it('is told only where there is one way from one value to the other', () => {
    const graph = graphOf(replicaMachine);
    expect(transitionBetween(graph, { leader: 'serving' }, { leader: 'updatingIsr' })).toEqual({ from: 'leader.serving', to: 'leader.updatingIsr', event: 'updateIsr', label: 'updateIsr' });
    expect(transitionBetween(graph, { follower: 'truncating' }, { follower: 'fetching' })).toMatchObject({ event: 'truncated' });
    expect(transitionBetween(graph, 'none', { leader: 'serving' })).toEqual({ from: '', to: 'leader', event: 'becomeLeader', label: 'becomeLeader' });
    expect(transitionBetween(graph, { leader: 'serving' }, { leader: 'serving' })).toBe('none');
    expect(transitionBetween(graph, { leader: 'updatingIsr' }, { follower: 'fetching' })).toBeUndefined();
    // Two events lead there: only who knows which one came can tell.
    const session = graphOf(sessionMachine);
    expect(transitionBetween(session, 'open', 'closing')).toBeUndefined();
    expect(transitionBetween(session, 'open', 'closing', new Set(['closeSession']))).toMatchObject({ event: 'closeSession' });
  });
});

describe("a process's memory", () => {
  it('is shown beside what it was before the last item, whether one steps or jumps there', () => {
    const other = new Told(pullThePlug);
    const stepped = (): ReturnType<typeof dataFrame> => dataFrame(other.seen, other.history, 'broker-1');
    const first = stepped()!;
    expect(first).toBe(stepped());
    while (other.history.step()?.process !== other.seen.world.processes.findIndex((one) => one.name === 'broker-1')) stepped();
    const after = stepped()!;
    expect(after.before).toBeDefined();
    expect(after.value).not.toBe(after.before!.value);
    const { item } = other.history;
    other.history.seekItem(item - 1);
    const earlier = stepped()!.value;
    expect(after.before!.value).toEqual(earlier);
    other.history.seekItem(item);
    expect(stepped()!.before!.value).toEqual(earlier);
  });

  it('is nothing for what does not run', () => {
    expect(dataFrame(told.seen, told.history, 'nobody')).toBeUndefined();
    told.history.seek(told.history.computedUntil);
    expect(told.seen.world.processes.find((one) => one.name === 'broker-1')!.status).toBe('dead');
    expect(dataFrame(told.seen, told.history, 'broker-1')).toBeUndefined();
  });
});
