import { describe, expect, it } from 'vitest';
import type { ClusterAction } from '../../src/cluster/actions.ts';
import { readShared, type Shared, type SharedResult } from '../../src/cluster/share.ts';

const broker = { id: 1, port: 9092, properties: 'broker.id=1\nzookeeper.connect=127.0.0.1:2182\n' };

const everyAction: readonly ClusterAction[] = [
  { type: 'signal', process: 'broker-1', signal: 'SIGSTOP' },
  { type: 'start', process: 'broker-1' },
  { type: 'container', container: 'zookeeper1', verb: 'pause' },
  { type: 'powerLoss', host: 'broker-1' },
  { type: 'powerOn', host: 'broker-1' },
  { type: 'cut', a: ['broker-1'], b: ['zookeeper1', 'zookeeper2'], oneWay: true, port: 2181 },
  { type: 'slow', from: 'broker-1', to: 'broker-2', delayMs: 500 },
  { type: 'slow', from: 'zookeeper1', to: '*', delayMs: 500 },
  { type: 'lose', from: 'broker-1', to: 'broker-2', share: 0.25 },
  { type: 'heal' },
  { type: 'heal', a: 'broker-1', b: 'broker-2' },
  { type: 'container', container: 'zookeeper1', verb: 'rm' },
  { type: 'admin', name: 'admin-9', brokers: [], command: { type: 'reassignPartitions', partitions: [{ topic: 'test', partition: 0, replicas: [3, 1] }] } },
  { type: 'network', container: 'zookeeper1', verb: 'disconnect' },
  { type: 'firewall', process: 'broker-1', port: 9092, verdict: 'REJECT' },
  { type: 'disk', process: 'broker-1', slowness: 8, full: false, failed: ['/tmp/kafka-logs-1'] },
  { type: 'wipe', process: 'broker-1' },
  { type: 'configure', broker: 'broker-1', properties: broker.properties },
  {
    type: 'addClient',
    client: { kind: 'producer', name: 'P2', properties: { acks: '1' }, workload: { topic: 'orders', partition: 0, ratePerSecond: 2, count: 9, keys: 3, valuePrefix: 'v-', startAfterMs: 10 } },
    brokers: [broker],
  },
  { type: 'addClient', client: { kind: 'consumer', name: 'C2', properties: {}, assignment: [{ topic: 'orders', partition: 0 }] }, brokers: [broker] },
  { type: 'produce', producer: 'P1', records: [{ topic: 'orders', partition: 1, key: 'k', value: '<script>alert(1)</script>' }] },
  { type: 'workload', producer: 'P1', workload: null },
  { type: 'admin', name: 'admin-1', brokers: [broker], command: { type: 'createTopic', topic: 't', replicaAssignment: [[1, 2]], configs: { 'min.insync.replicas': '2' } } },
  { type: 'admin', name: 'admin-2', brokers: [broker], command: { type: 'createTopic', topic: 't', partitions: 3, replicationFactor: 2 } },
  { type: 'admin', name: 'admin-3', brokers: [broker], command: { type: 'deleteTopic', topic: 't' } },
  { type: 'admin', name: 'admin-4', brokers: [broker], command: { type: 'alterTopicConfig', topic: 't', configs: { 'retention.ms': '1' } } },
  { type: 'terminal', terminal: 'terminal-1', deed: { type: 'open', host: 'host' } },
  { type: 'terminal', terminal: 'terminal-2', deed: { type: 'open', host: 'host', before: ['kill -9 4203'] } },
  { type: 'terminal', terminal: 'terminal-1', deed: { type: 'type', text: 'docker ps | grep <b>\n中文\n' } },
  { type: 'terminal', terminal: 'terminal-1', deed: { type: 'key', key: 'C-c' } },
  { type: 'admin', name: 'admin-5', brokers: [broker], command: { type: 'electPreferredLeaders', partitions: [{ topic: 't', partition: 0 }] } },
];

const good: Shared = {
  version: 1,
  scenario: 'pull-the-plug',
  seed: 7,
  acts: everyAction.map((action, index) => ({ at: 1_000 * index, item: 10 * index, action })),
  steps: [{ startItem: 1, startAt: 2, doneItem: 3, doneAt: 4, isHere: true }],
  at: 5_000_000,
  item: 9_000,
};

/** As it comes out of a link, with one change. */
function read(change: (json: Record<string, unknown> & { acts: Record<string, unknown>[] }) => void = () => undefined): SharedResult {
  const json = JSON.parse(JSON.stringify(good)) as Record<string, unknown> & { acts: Record<string, unknown>[] };
  change(json);
  return readShared(json, ['pull-the-plug', 'first-election']);
}

function withAction(action: unknown): SharedResult {
  return read((json) => {
    json.acts = [{ at: 0, item: 0, action }];
  });
}

describe('what a share link holds', () => {
  it('comes back with every kind of action, field by field', () => {
    expect(read()).toEqual({ ok: good });
  });

  it('shares no object with what was read', () => {
    const json: unknown = JSON.parse(JSON.stringify(good));
    const result = readShared(json, ['pull-the-plug']);
    expect('ok' in result && result.ok).not.toBe(json);
    expect('ok' in result && result.ok.acts).not.toBe((json as Shared).acts);
  });

  it.each<[string, (json: Record<string, unknown>) => void, string, string]>([
    ['another version', (json) => (json['version'] = 2), 'version', 'version'],
    ['a version as text', (json) => (json['version'] = '1'), 'version', 'version'],
    ['an unknown scenario', (json) => (json['scenario'] = 'no-such'), 'scenario', 'oneOf'],
    ['a negative seed', (json) => (json['seed'] = -1), 'seed', 'wholeNumber'],
    ['a missing playhead', (json) => delete json['at'], 'at', 'wholeNumber'],
    ['a playhead that is no number', (json) => (json['at'] = NaN), 'at', 'wholeNumber'],
    ['a moment too far off', (json) => (json['at'] = 1e300), 'at', 'wholeNumber'],
    ['a half item', (json) => (json['item'] = 0.5), 'item', 'wholeNumber'],
    ['acts that are no list', (json) => (json['acts'] = { length: 1 }), 'acts', 'list'],
    ['too many acts', (json) => (json['acts'] = Array.from({ length: 2_001 }, () => null)), 'acts', 'list'],
    ['an act that is nothing', (json) => (json['acts'] = [null]), 'acts[0]', 'object'],
    ['a field too many', (json) => (json['run'] = 'alert(1)'), 'run', 'unexpected'],
  ])('is refused with %s', (_, change, field, rule) => {
    const result = read(change);
    expect(result).toMatchObject({ problem: { field, rule: { type: rule } } });
  });

  it.each<[string, unknown, string, string]>([
    ['an unknown action', { type: 'eval', code: 'alert(1)' }, 'acts[0].action.type', 'oneOf'],
    ['an action named like a property of every object', { type: 'toString' }, 'acts[0].action.type', 'oneOf'],
    ['a script in a name', { type: 'start', process: '<script>alert(1)</script>' }, 'acts[0].action.process', 'name'],
    ['a name of every object', { type: 'start', process: '__proto__' }, 'acts[0].action.process', 'name'],
    ['an endless name', { type: 'start', process: 'x'.repeat(250) }, 'acts[0].action.process', 'name'],
    ['a signal that is none', { type: 'signal', process: 'broker-1', signal: 'SIGFPE' }, 'acts[0].action.signal', 'oneOf'],
    ['a negative delay', { type: 'slow', from: 'a', to: 'b', delayMs: -1 }, 'acts[0].action.delayMs', 'wholeNumber'],
    ['a share above all', { type: 'lose', from: 'a', to: 'b', share: 1.5 }, 'acts[0].action.share', 'number'],
    ['a flag that is a text', { type: 'disk', process: 'a', full: 'yes' }, 'acts[0].action.full', 'flag'],
    ['a broker configuration for something else', { type: 'configure', broker: 'zookeeper1', properties: '' }, 'acts[0].action.broker', 'name'],
    ['a field of another action', { type: 'start', process: 'a', signal: 'SIGKILL' }, 'acts[0].action.signal', 'unexpected'],
    ['a partition far below', { type: 'produce', producer: 'P1', records: [{ topic: 't', partition: -1, value: '' }] }, 'acts[0].action.records[0].partition', 'wholeNumber'],
    ['a value that is no text', { type: 'produce', producer: 'P1', records: [{ topic: 't', value: 1 }] }, 'acts[0].action.records[0].value', 'text'],
    ['an unknown tool', { type: 'admin', name: 'a', brokers: [], command: { type: 'format' } }, 'acts[0].action.command.type', 'oneOf'],
  ])('is refused with %s', (_, action, field, rule) => {
    expect(withAction(action)).toMatchObject({ problem: { field, rule: { type: rule } } });
  });

  it('is refused with keys that reach for the prototype, at any depth, and nothing is changed by them', () => {
    const parse = (text: string): unknown => JSON.parse(text) as unknown;
    const top = JSON.stringify(good).replace('{', '{"__proto__":{"polluted":1},');
    expect(readShared(parse(top), ['pull-the-plug'])).toMatchObject({ problem: { field: '__proto__', rule: { type: 'unexpected' } } });
    const deep = parse('{"type":"addClient","client":{"kind":"producer","name":"P2","properties":{"__proto__":"x"}},"brokers":[]}');
    expect(withAction(deep)).toMatchObject({ problem: { field: 'acts[0].action.client.properties.__proto__', rule: { type: 'name' } } });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('takes nothing from a prototype', () => {
    const inherited: unknown = Object.create(JSON.parse(JSON.stringify(good)) as object);
    expect(readShared(inherited, ['pull-the-plug'])).toMatchObject({ problem: { field: 'version' } });
  });

  it('is refused if its acts do not follow each other', () => {
    const action = { type: 'heal' };
    expect(read((json) => (json.acts = [{ at: 5, item: 1, action }, { at: 4, item: 2, action }]))).toMatchObject({ problem: { field: 'acts[1].at', rule: { type: 'order' } } });
    expect(read((json) => (json.acts = [{ at: 5, item: 1, action }, { at: 5, item: 1, action }]))).toMatchObject({ problem: { field: 'acts[1].item', rule: { type: 'order' } } });
  });

  it('shows a long wrong value only in part', () => {
    const result = read((json) => (json['scenario'] = 'y'.repeat(100_000)));
    expect('problem' in result && result.problem.value.length).toBeLessThan(100);
  });
});
