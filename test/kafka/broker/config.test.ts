import { expect, test } from 'vitest';
import { parseConfig, type BrokerConfig } from '../../../src/kafka/broker/config.ts';
import { topicOptionProblem } from '../../../src/kafka/log/topic-options.ts';
import { parseProperties } from '../../../src/kafka/properties.ts';

const parse = (text: string): ReturnType<typeof parseConfig> => parseConfig(text, 'machine');

function good(text: string): BrokerConfig {
  const parsed = parse(`zookeeper.connect=localhost:2181\n${text}`);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ text: problem }) => problem).join('; '));
  return parsed.config;
}

test('a file with nothing but zookeeper.connect gives the defaults of 2.3.0', () => {
  const config = good('');
  expect(config).toMatchObject({
    brokerId: -1, zookeeperSessionTimeoutMs: 6000, zookeeperConnectionTimeoutMs: 6000, replicaLagTimeMaxMs: 10000, numIoThreads: 8, queuedMaxRequests: 500,
    replicaFetchWaitMaxMs: 500, replicaFetchBackoffMs: 1000, autoCreateTopicsEnable: true, controlledShutdownMaxRetries: 3, logDirs: ['/tmp/kafka-logs'],
  });
  expect(config.topicDefaults).toMatchObject({ 'max.message.bytes': '1000012', 'retention.ms': '604800000', 'min.insync.replicas': '1', 'flush.messages': '9223372036854775807' });
  expect(Object.keys(config.topicDefaults)).toHaveLength(26);
  expect(config.listeners).toEqual([{ name: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host: '', port: 9092 }]);
  expect(config.advertisedListeners).toEqual([{ name: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host: 'machine', port: 9092 }]);
});

test.each(['zookeeper.connect=', 'zookeeper.connect=/chroot', 'zookeeper.connect=:2181'])('%s is a server on the machine itself, as a real start showed', (line) => {
  const config = parseConfig(line, 'machine');
  expect(config.ok && config.config.zookeeperServers).toEqual([{ host: 'localhost', port: 2181 }]);
});

test.each([
  ['', 'zookeeper.connect', null, 'required', 'Missing required configuration "zookeeper.connect" which has no default value.'],
  ['zookeeper.connect=,', 'zookeeper.connect', ',', 'requirement', 'A HostProvider may not be empty!'],
  ['num.partitions=abc', 'num.partitions', 'abc', 'type', 'Invalid value abc for configuration num.partitions: Not a number of type INT'],
  ['num.partitions=0', 'num.partitions', '0', 'range', 'Invalid value 0 for configuration num.partitions: Value must be at least 1'],
  ['min.insync.replicas=0', 'min.insync.replicas', '0', 'range', 'Value must be at least 1'],
  ['log.segment.bytes=10', 'log.segment.bytes', '10', 'range', 'Value must be at least 14'],
  ['auto.create.topics.enable=yes', 'auto.create.topics.enable', 'yes', 'type', 'Expected value to be either true or false'],
  ['log.retention.hours=0', 'log.retention.hours', '0', 'requirement', 'requirement failed: log.retention.ms must be unlimited (-1) or, equal or greater than 1'],
  ['broker.id=1001', 'broker.id', '1001', 'requirement', 'requirement failed: broker.id must be equal or greater than -1 and not greater than reserved.broker.max.id'],
  ['log.dirs=', 'log.dirs', '', 'requirement', 'requirement failed: At least one log directory must be defined via log.dirs or log.dir.'],
  ['log.dirs=/a,/a', 'log.dirs', '/a,/a', 'requirement', 'Duplicate log directory found: /a, /a'],
  ['listeners=PLAINTEXT://0.0.0.0:9092', 'advertised.listeners', null, 'requirement', 'advertised.listeners cannot use the nonroutable meta-address 0.0.0.0'],
  ['listeners=localhost:9092', 'listeners', 'localhost:9092', 'requirement', 'Unable to parse localhost:9092 to a broker endpoint'],
  ['listeners=FOO://h:1', 'listeners', 'FOO://h:1', 'requirement', 'No security protocol defined for listener FOO'],
  ['compression.type=foo', 'compression.type', 'foo', 'requirement', 'compression.type : foo is not valid'],
  ['replica.fetch.wait.max.ms=20000', 'replica.fetch.wait.max.ms', '20000', 'requirement', 'replica.lag.time.max.ms'],
  ['num.io.threads=8 // eight of them', 'num.io.threads', '8 // eight of them', 'type', 'Not a number of type INT'],
  ['broker.id=99999999999', 'broker.id', '99999999999', 'type', 'Not a number of type INT'],
] as const)('%s is refused with key, value, rule and the exception of the real broker', (line, key, value, rule, text) => {
  const parsed = parse(line.startsWith('zookeeper') || line === '' ? line : `zookeeper.connect=z:2181\n${line}`);
  expect(parsed.ok).toBe(false);
  if (parsed.ok) return;
  expect(parsed.problems[0]).toMatchObject({ key, value, rule });
  expect(parsed.problems[0]!.text).toContain(text);
});

test('a misspelt key is kept as unknown and changes nothing', () => {
  const config = good('message.max.byte=5000000\nfoo.bar=1\n');
  expect(config.unknown).toEqual([{ key: 'message.max.byte', value: '5000000', line: 2 }, { key: 'foo.bar', value: '1', line: 3 }]);
  expect(config.topicDefaults['max.message.bytes']).toBe('1000012');
});

test('keys that are names of prototype fields are only unknown keys', () => {
  expect(good('__proto__=x\nconstructor=y\nhasOwnProperty=z').unknown.map(({ key }) => key)).toEqual(['__proto__', 'constructor', 'hasOwnProperty']);
});

test('properties are read as Java reads them: comments, separators, continued lines, escapes, the last one of two counts', () => {
  expect(parseProperties('# no\n! no\n a = 1\nb:2\nc 3\nd=x\\\n   y\ne\\ f=\\u0041 # stays\n\n')).toEqual([
    { key: 'a', value: '1', line: 3 }, { key: 'b', value: '2', line: 4 }, { key: 'c', value: '3', line: 5 }, { key: 'd', value: 'xy', line: 6 }, { key: 'e f', value: 'A # stays', line: 8 },
  ]);
  expect(good('num.partitions=2\nnum.partitions=4').values['num.partitions']).toBe(4);
});

test('retention and roll: milliseconds win over minutes over hours', () => {
  expect(good('log.retention.hours=1').topicDefaults['retention.ms']).toBe('3600000');
  expect(good('log.retention.hours=1\nlog.retention.minutes=2').topicDefaults['retention.ms']).toBe('120000');
  expect(good('log.retention.minutes=2\nlog.retention.ms=-5').topicDefaults['retention.ms']).toBe('-1');
  expect(good('log.roll.ms=77\nlog.roll.hours=3').topicDefaults['segment.ms']).toBe('77');
});

test('the connect string has servers, default ports and a chroot', () => {
  const config = parse('zookeeper.connect=a:1,b/kafka/');
  expect(config.ok && [config.config.zookeeperServers, config.config.zookeeperChroot]).toEqual([[{ host: 'a', port: 1 }, { host: 'b', port: 2181 }], '/kafka']);
});

test('a topic may only have the 26 options of a topic', () => {
  expect(topicOptionProblem('min.insync.replicas', '2')).toBeNull();
  expect(topicOptionProblem('cleanup.policy', 'compact,delete')).toBeNull();
  expect(topicOptionProblem('foo', '1')).toBe('Unknown topic config name: foo');
  expect(topicOptionProblem('toString', '1')).toBe('Unknown topic config name: toString');
  expect(topicOptionProblem('retention.ms', '9223372036854775807')).toBeNull();
  expect(topicOptionProblem('retention.ms', '9223372036854775808')).toBe('Invalid value 9223372036854775808 for configuration retention.ms: Not a number of type LONG');
  expect(topicOptionProblem('min.cleanable.dirty.ratio', '5e-1d')).toBeNull();
  expect(topicOptionProblem('min.cleanable.dirty.ratio', '0x1')).toBe('Invalid value 0x1 for configuration min.cleanable.dirty.ratio: Not a number of type DOUBLE');
  expect(topicOptionProblem('segment.bytes', '5')).toBe('Invalid value 5 for configuration segment.bytes: Value must be at least 14');
});
