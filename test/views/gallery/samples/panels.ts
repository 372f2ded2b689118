import type { DataFrame } from '../../../../src/views/data/frame.ts';
import type { LogFrame } from '../../../../src/views/log/frame.ts';
import type { PromisesFrame } from '../../../../src/views/promises/frame.ts';
import type { TopicsFrame } from '../../../../src/views/topics/frame.ts';
import type { WhyFrame } from '../../../../src/views/why/frame.ts';
import type { Znode, ZnodeTreeFrame } from '../../../../src/views/znode-tree/frame.ts';

export const promises: PromisesFrame = {
  rows: [
    { key: 'a', state: 'owed', sentence: 'A partition with a live ISR gets a leader', detail: '2.314 s', step: { at: 10_000_000, what: 'kill -9' } },
    { key: 'b', state: 'kept', sentence: 'No acknowledged record is lost', detail: '60 of 60' },
    { key: 'c', state: 'kept', sentence: 'One leader per leader epoch', detail: 'epoch 0' },
    { key: 'd', state: 'broken', sentence: 'HW ≤ LEO of every ISR member', detail: '21 > 20', step: { at: 12_314_000, what: 'Fetch answered' } },
    { key: 'e', state: 'neverMade', sentence: 'Writes never pause', detail: 'not promised' },
    { key: 'f', state: 'kept', sentence: 'At most one /controller', detail: 'broker 3' },
  ],
};

export const why: WhyFrame = {
  question: 'Why is it still open?',
  chain: [
    { key: '5', at: 12_314_000, sentence: 'The deadline, 16.000 s, is ahead. Nothing else ends a session.', kind: 'event', things: ['session:broker-1'] },
    { key: '4', at: 10_000_000, sentence: 'zookeeper1 saw the connection close. That ends no session.', kind: 'event', things: ['zookeeper1'] },
    { key: '3', at: 10_000_000, sentence: '**You**: `kill -9` broker 1', kind: 'act', things: ['broker-1'] },
    { key: '2', at: 9_002_000, sentence: 'PING answer zk1 to zk2 carries the touch.', kind: 'event', skipped: 12, things: ['zookeeper2', 'zookeeper1'] },
  ],
};

export const log: LogFrame = {
  process: 'broker-2',
  lines: [
    { key: '1', at: 1, level: 'INFO', file: 'server', text: '[2019-06-08 13:20:00,120] INFO [KafkaServer id=2] started (kafka.server.KafkaServer)' },
    { key: '2', at: 2, level: 'WARN', file: 'server', text: '[2019-06-08 13:20:06,004] WARN [ReplicaFetcher replicaId=2, leaderId=1, fetcherId=0] Connection to node 1 (/172.19.0.1:9092) could not be established. Broker may not be available. (org.apache.kafka.clients.NetworkClient)' },
    { key: '3', at: 3, level: 'INFO', file: 'controller', text: '[2019-06-08 13:20:16,004] INFO [Controller id=2] 2 successfully elected as the controller. Epoch incremented to 2 and epoch zk version is now 2 (kafka.controller.KafkaController)' },
    { key: '4', at: 4, level: 'ERROR', file: 'state-change', text: '[2019-06-08 13:20:16,120] ERROR [Controller id=2 epoch=2] Controller 2 epoch 2 failed to change state for partition test-0 from OfflinePartition to OnlinePartition (state.change.logger)' },
  ],
};

export const data: DataFrame = {
  name: 'peer',
  value: { state: 'LOOKING', round: 2, proposal: { leader: 2, zxid: '0x100000004' }, received: [1, 2], buffer: new Uint8Array([1, 2, 255]), votes: [{ from: 1, leader: 2 }] },
  before: { value: { state: 'LOOKING', round: 1, proposal: { leader: 1, zxid: '0x100000004' }, received: [1], buffer: new Uint8Array([1, 2, 255]) } },
};

const znode = (path: string, text: string, more: Partial<Znode> = {}): Znode => ({ path, data: text, version: 0, cversion: 0, czxid: '0x100000002', mzxid: '0x100000002', pzxid: '0x100000002', dataLength: text.length, children: 0, ephemeralOwner: '0x0', owner: '', fading: false, watchers: [], change: 'none', ...more });

export const znodes: ZnodeTreeFrame = {
  server: 'zookeeper1',
  lastZxid: '0x10000004c',
  znodes: [
    znode('/brokers', ''), znode('/brokers/ids', '', { children: 2, watchers: ['broker-3'], change: 'childrenChanged' }),
    znode('/brokers/ids/2', '{"listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT"},"endpoints":["PLAINTEXT://172.19.0.1:9093"]}', { ephemeralOwner: '0x200006045640000', owner: 'broker 2' }),
    znode('/brokers/ids/3', '{"listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT"}}', { ephemeralOwner: '0x3000060456a0000', owner: 'broker 3', fading: true }),
    znode('/controller', '{"version":1,"brokerid":2,"timestamp":"1560000016004"}', { ephemeralOwner: '0x200006045640000', owner: 'broker 2', change: 'created', watchers: ['broker-1', 'broker-3'] }),
    znode('/controller_epoch', '2', { version: 2, change: 'set' }),
    znode('/isr_change_notification', ''), znode('/isr_change_notification/isr_change_0000000003', '{"version":1}'),
  ],
  deleted: ['/brokers/ids/1'],
};

export const topics: TopicsFrame = {
  topics: [
    { name: 'orders', replicationFactor: 3, configs: '', partitions: [
      { partition: 0, leader: 2, leaderEpoch: 1, replicas: [1, 2, 3], isr: [2, 3], highWatermark: 26, logEnd: 27, minInsyncReplicas: 1 },
      { partition: 1, leader: 2, leaderEpoch: 0, replicas: [2, 3, 1], isr: [2, 3, 1], highWatermark: 20, logEnd: 20, minInsyncReplicas: 1 },
    ] },
    { name: 'test', replicationFactor: 2, configs: 'min.insync.replicas=2', partitions: [{ partition: 0, leader: undefined, leaderEpoch: 4, replicas: [1, 3], isr: [1], highWatermark: undefined, logEnd: undefined, minInsyncReplicas: 2 }] },
  ],
};
