import { describe, expect, it } from 'vitest';
import { TRANSACTION_TOPIC } from '../../../src/kafka/transactions/transaction-topic.ts';
import type { Cluster, ClusterOptions } from '../cluster.ts';
import { booted, inT, markersIn, ScriptedTransaction } from './scripted-transaction.ts';

const TOPIC_PARTITION = `${TRANSACTION_TOPIC}-0`;

function begun(assignment: readonly (readonly number[])[], configs: Readonly<Record<string, string>> = {}, options: ClusterOptions = {}): ScriptedTransaction {
  return new ScriptedTransaction(booted(options).createTopic('t', assignment, configs)).find().init();
}

const others = (tx: ScriptedTransaction): readonly number[] => [1, 2, 3].filter((id) => id !== tx.coordinator);
const logOf = (cluster: Cluster, id: number): string => cluster.log(`broker-${id}`).join('\n');

describe('when the coordinator is gone', () => {
  it('the next one sends the markers of what was decided, and a transaction that was open goes on', () => {
    const tx = begun([[1, 2, 3], [2, 3, 1], [3, 1, 2]]);
    const { cluster } = tx;
    const open = new ScriptedTransaction(cluster, 'open');
    open.coordinator = tx.coordinator;
    open.init();
    expect(open.add(2)).toBe('NONE');
    tx.add(0, 1);
    expect(tx.end(true)).toBe('NONE');
    expect(tx.state).toBe('PrepareCommit');
    const before = tx.coordinator;
    cluster.kill(`broker-${before}`);
    cluster.until(() => cluster.state(TRANSACTION_TOPIC, 0)!.leader !== before && cluster.state(TRANSACTION_TOPIC, 0)!.leader > 0, 'another broker leads the topic', 60);
    const survivor = others(tx)[0]!;
    tx.find(survivor).reaches('CompleteCommit', 60);
    open.find(survivor);
    for (const [name, partition] of [['t-0', 0], ['t-1', 1]] as const) {
      expect(markersIn(cluster, cluster.state('t', partition)!.leader, name).at(-1)).toBe(`COMMIT ${tx.producerId}/0`);
    }
    expect(open.state).toBe('Ongoing');
    expect(open.metadata?.partitions).toEqual(inT(2));
    expect(open.end(true)).toBe('NONE');
    open.reaches('CompleteCommit');
    expect(logOf(cluster, tx.coordinator)).toMatch(/Finished loading 2 transaction metadata from __transaction_state-0 in \d+ milliseconds \(kafka\.coordinator\.transaction\.TransactionStateManager\)/);
  });

  it('and comes back as a follower, it has nothing more to say', () => {
    const tx = begun([[1, 2]]);
    const { cluster } = tx;
    tx.add(0);
    const before = tx.coordinator;
    cluster.signal(`broker-${before}`, 'SIGTERM');
    cluster.until(() => !cluster.isUp(`broker-${before}`), 'it has stopped', 60);
    expect(logOf(cluster, before)).toMatch(/\[ProducerId Manager \d\]: Shutdown complete: last producerId assigned \d+ /);
    cluster.startBroker(before).until(() => cluster.isRunning(before), 'it is back', 60);
    tx.find(others(tx)[0]);
    expect(tx.coordinator).not.toBe(before);
    expect(cluster.ask(before, 'EndTxn', { ...tx.who, committed: true }).error).toBe('NOT_COORDINATOR');
    expect(tx.end(true)).toBe('NONE');
  });

  it('moves away in order, who writes to it is told to look elsewhere', () => {
    const tx = begun([[1, 2]]);
    const { cluster } = tx;
    const replicas = cluster.partition(tx.coordinator, TOPIC_PARTITION).replicas;
    const before = tx.coordinator;
    tx.add(0);
    const target = [...replicas.filter((id) => id !== before), before];
    cluster.createZnode('/admin/reassign_partitions', JSON.stringify({ version: 1, partitions: [{ topic: TRANSACTION_TOPIC, partition: 0, replicas: target }] }));
    cluster.until(() => cluster.znode('/admin/reassign_partitions') === undefined, 'the order of replicas is changed', 60);
    cluster.ask(cluster.controllerId(), 'ElectPreferredLeaders', { topics: [{ topic: TRANSACTION_TOPIC, partitions: [0] }], timeoutMs: 10_000 });
    cluster.until(() => cluster.state(TRANSACTION_TOPIC, 0)!.leader === target[0], 'the next replica leads', 60).run(1);
    expect(tx.add(0)).toBe('NOT_COORDINATOR');
    expect(logOf(cluster, before)).toContain('Removed 1 cached transaction metadata for __transaction_state-0 on follower transition');
    tx.find(before);
    expect([tx.coordinator, tx.state]).toEqual([target[0], 'Ongoing']);
  });
});

describe('when the leader of a partition', () => {
  it('is gone, its marker goes to the next one', () => {
    const tx = begun([[1, 2], [2, 3], [3, 4], [4, 1]], {}, { brokers: 4 });
    const { cluster } = tx;
    // The topic of transactions does not wait for it.
    const victim = [1, 2, 3, 4].find((id) => !cluster.partition(tx.coordinator, TOPIC_PARTITION).replicas.includes(id))!;
    tx.add(0, 1, 2, 3);
    cluster.kill(`broker-${victim}`);
    expect(tx.end(true)).toBe('NONE');
    cluster.run(1);
    // The one that it led, and the one whose leader waits for it as a follower in sync.
    const waiting = inT(...[(victim + 2) % 4, victim - 1].sort());
    expect(tx.metadata).toMatchObject({ pendingState: 'CompleteCommit', partitions: waiting });
    tx.reaches('CompleteCommit', 60);
    for (const partition of [0, 1, 2, 3]) {
      const { leader } = cluster.state('t', partition)!;
      expect(leader).not.toBe(victim);
      expect(markersIn(cluster, leader, `t-${partition}`)).toEqual([`COMMIT ${tx.producerId}/0`]);
    }
    expect(logOf(cluster, tx.coordinator)).toContain(`WARN [TransactionCoordinator id=${tx.coordinator}] Connection to node ${victim} (/127.0.0.1:${9091 + victim}) could not be established. Broker may not be available. (org.apache.kafka.clients.NetworkClient)`);
  });

  it('is gone and nobody else has it, its marker waits for it', () => {
    const tx = begun([[1], [2], [3]]);
    const { cluster } = tx;
    const victim = others(tx)[0]!;
    tx.add(0, 1, 2);
    cluster.kill(`broker-${victim}`);
    cluster.until(() => cluster.state('t', victim - 1)!.leader === -1, 'nobody leads', 60).run(1);
    expect(tx.end(false)).toBe('NONE');
    cluster.run(40);
    expect(tx.state).toBe('PrepareAbort');
    expect(tx.metadata?.partitions).toEqual(inT(victim - 1));
    cluster.startBroker(victim).until(() => tx.state === 'CompleteAbort', 'the transaction is complete', 60);
    expect(markersIn(cluster, victim, `t-${victim - 1}`)).toEqual([`ABORT ${tx.producerId}/0`]);
  });

  it('does not answer, its marker is sent again after request.timeout.ms', () => {
    const tx = begun([[1], [2], [3]], {}, { properties: { 'request.timeout.ms': '4000' } });
    const { cluster } = tx;
    const victim = others(tx)[0]!;
    tx.add(victim - 1);
    tx.end(true);
    tx.reaches('CompleteCommit');
    tx.add(victim - 1);
    cluster.signal(`broker-${victim}`, 'SIGSTOP');
    expect(tx.end(true)).toBe('NONE');
    const asked = (): number => cluster.broker(tx.coordinator).transactions.channels.find(({ brokerId }) => brokerId === victim)!.sentAt;
    const first = asked();
    cluster.run(3);
    cluster.signal(`broker-${victim}`, 'SIGCONT');
    tx.reaches('CompleteCommit', 20);
    expect(first).toBe(asked());
    cluster.signal(`broker-${victim}`, 'SIGSTOP');
    tx.add(victim - 1);
    tx.end(true);
    cluster.run(4.5);
    expect(cluster.broker(tx.coordinator).transactions.channels.find(({ brokerId }) => brokerId === victim)!.inFlight).toBeNull();
    cluster.signal(`broker-${victim}`, 'SIGCONT');
    tx.reaches('CompleteCommit', 60);
  });

  it('has too few replicas in sync, it is asked until it has them', () => {
    const tx = begun([[1, 2], [2, 3], [3, 1]], { 'min.insync.replicas': '2' });
    const { cluster } = tx;
    const victim = others(tx)[0]!;
    const partition = [0, 1, 2].find((one) => cluster.state('t', one)!.isr.includes(victim) && cluster.state('t', one)!.leader !== victim)!;
    tx.add(partition);
    cluster.kill(`broker-${victim}`);
    cluster.until(() => cluster.state('t', partition)!.isr.length === 1, 'the follower is out', 60);
    expect(tx.end(true)).toBe('NONE');
    cluster.run(1);
    expect(tx.state).toBe('PrepareCommit');
    const { leader } = cluster.state('t', partition)!;
    const line = `[Transaction Marker Request Completion Handler ${leader}]: Sending tx's transaction marker for partition t-${partition} has failed with error org.apache.kafka.common.errors.NotEnoughReplicasException, retrying with current coordinator epoch 0`;
    const told = cluster.log(`broker-${tx.coordinator}`).filter((text) => text.includes(line)).length;
    expect(told).toBeGreaterThan(5);
    expect(told).toBeLessThan(30);
    cluster.startBroker(victim);
    tx.reaches('CompleteCommit', 60);
  });

  it('has lost its topic meanwhile, nothing is sent there', () => {
    const tx = begun([[1, 2], [2, 3]]);
    const { cluster } = tx;
    tx.add(0, 1);
    cluster.ask(cluster.controllerId(), 'DeleteTopics', { topicNames: ['t'], timeoutMs: 10_000 });
    cluster.until(() => cluster.broker(tx.coordinator).metadata.topics['t'] === undefined, 'the topic is forgotten', 60);
    expect(tx.end(true)).toBe('NONE');
    tx.reaches('CompleteCommit');
    expect(logOf(cluster, tx.coordinator)).toContain("Couldn't find leader endpoint for partitions Set(t-1, t-0) while trying to send transaction markers for tx, these partitions are likely deleted already and hence can be skipped");
  });
});

describe('when the topic of transactions has too few replicas in sync', () => {
  it('the end of a transaction is written again and again', () => {
    const tx = begun([[1], [2], [3]]);
    const { cluster } = tx;
    tx.add(tx.coordinator - 1);
    expect(tx.end(true)).toBe('NONE');
    cluster.kill(...others(tx).map((id) => `broker-${id}`));
    cluster.until(() => logOf(cluster, tx.coordinator).includes('NOT_ENOUGH_REPLICAS_AFTER_APPEND and REQUEST_TIMED_OUT; retry appending'), 'it could not be written', 70);
    expect(tx.metadata).toMatchObject({ pendingState: 'CompleteCommit', partitions: [] });
    cluster.startBroker(...others(tx));
    tx.reaches('CompleteCommit', 60);
  });
});
