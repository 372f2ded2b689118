import { describe, expect, it } from 'vitest';
import { build, check, checkChange, type ClusterDescription, type Problem } from '../../src/cluster/description.ts';
import { defaultBrokers, imageDefaults } from '../../src/cluster/defaults.ts';

const good: ClusterDescription = { seed: 1, zookeeper: { servers: 3, ...imageDefaults }, brokers: defaultBrokers(3, 3), clients: [] };
const properties = (index: number): string => good.brokers[index]!.properties;

function set(text: string, key: string, value: string | null): string {
  const lines = text.split('\n').filter((line) => !line.startsWith(`${key}=`));
  return [...lines, ...(value === null ? [] : [`${key}=${value}`])].join('\n');
}

function withBroker(index: number, text: string): readonly Problem[] {
  return check({ ...good, brokers: good.brokers.map((broker, at) => (at === index ? { properties: text } : broker)) }).problems;
}

describe('a deployment', () => {
  it('stands as the tutorial describes it', () => {
    expect(check(good).problems).toEqual([]);
    expect(check(good).brokers.map(({ id, port }) => [id, port])).toEqual([[1, 9092], [2, 9093], [3, 9094]]);
  });

  it('is refused with a value of the wrong type, in the words of the broker', () => {
    expect(withBroker(1, set(properties(1), 'num.io.threads', 'eight'))).toEqual([
      {
        part: 'broker 2',
        field: 'num.io.threads',
        rule: { type: 'config', message: 'org.apache.kafka.common.config.ConfigException: Invalid value eight for configuration num.io.threads: Not a number of type INT' },
        value: 'eight',
      },
    ]);
  });

  it('is refused without zookeeper.connect', () => {
    expect(withBroker(0, set(properties(0), 'zookeeper.connect', null))).toMatchObject([
      { part: 'broker 1', field: 'zookeeper.connect', rule: { type: 'config', message: expect.stringContaining('Missing required configuration "zookeeper.connect"') as string } },
    ]);
  });

  it('is refused with a broker.id or a port twice, and names who has it', () => {
    expect(withBroker(2, set(properties(2), 'broker.id', '1'))).toEqual([{ part: 'broker 3', field: 'broker.id', rule: { type: 'duplicate', other: 'broker 1' }, value: '1' }]);
    expect(withBroker(2, set(properties(2), 'listeners', 'PLAINTEXT://127.0.0.1:9093'))).toMatchObject([{ part: 'broker 3', field: 'listeners', rule: { type: 'duplicate', other: 'broker 2' }, value: '9093' }]);
  });

  it('names who has it also behind a broker whose text is broken', () => {
    const brokers = [{ properties: 'broker.id=x' }, { properties: properties(1) }, { properties: set(properties(2), 'broker.id', '2') }];
    expect(check({ ...good, brokers }).problems).toContainEqual({ part: 'broker 3', field: 'broker.id', rule: { type: 'duplicate', other: 'broker 2' }, value: '2' });
  });

  it("is refused with a broker on a ZooKeeper server's published port", () => {
    expect(withBroker(0, set(properties(0), 'listeners', 'PLAINTEXT://127.0.0.1:2183'))).toMatchObject([{ part: 'broker 1', field: 'listeners', rule: { type: 'duplicate', other: 'zookeeper2' } }]);
  });

  it.each<[string, Partial<ClusterDescription>, string, string]>([
    ['no ZooKeeper server', { zookeeper: { ...good.zookeeper, servers: 0 } }, 'zookeeper', 'servers'],
    ['eight ZooKeeper servers', { zookeeper: { ...good.zookeeper, servers: 8 } }, 'zookeeper', 'servers'],
    ['half a ZooKeeper server', { zookeeper: { ...good.zookeeper, servers: 2.5 } }, 'zookeeper', 'servers'],
    ['no tick', { zookeeper: { ...good.zookeeper, tickTimeMs: 0 } }, 'zookeeper', 'tickTime'],
    ['thirteen brokers', { brokers: defaultBrokers(13, 3) }, 'cluster', 'brokers'],
    ['a negative seed', { seed: -1 }, 'cluster', 'seed'],
    ['a seed that is no number', { seed: NaN }, 'cluster', 'seed'],
  ])('is refused with %s', (_, change, part, field) => {
    expect(check({ ...good, ...change }).problems).toContainEqual(expect.objectContaining({ part, field, rule: expect.objectContaining({ type: 'count' }) as unknown }));
    expect(() => build({ ...good, ...change })).toThrow(field);
  });

  it('is refused with a script as the name of a client, and with a name twice', () => {
    const client = (name: string): ClusterDescription['clients'][number] => ({ kind: 'producer', name, properties: {} });
    expect(check({ ...good, clients: [client('<script>')] }).problems).toEqual([{ part: '<script>', field: 'name', rule: { type: 'name' }, value: '<script>' }]);
    expect(check({ ...good, clients: [client('P1'), client('P1')] }).problems).toEqual([{ part: 'P1', field: 'name', rule: { type: 'duplicate', other: 'P1' }, value: 'P1' }]);
  });
});

describe('another text for a broker that stands', () => {
  it('is taken if the deployment can still be', () => {
    expect(checkChange(good, 1, set(properties(1), 'min.insync.replicas', '2'))).toEqual([]);
  });

  it('may not move the broker to another id or port', () => {
    expect(checkChange(good, 1, set(set(properties(1), 'broker.id', '9'), 'listeners', 'PLAINTEXT://127.0.0.1:9099'))).toEqual([
      { part: 'broker 2', field: 'broker.id', rule: { type: 'fixed', was: '2' }, value: '9' },
      { part: 'broker 2', field: 'listeners', rule: { type: 'fixed', was: '9093' }, value: '9099' },
    ]);
  });

  it("may not take another broker's id", () => {
    expect(checkChange(good, 0, set(properties(0), 'broker.id', '3'))).toMatchObject([{ field: 'broker.id', rule: { type: 'duplicate' } }]);
  });

  it('may be anything a hand can type, and is then refused in words', () => {
    for (const text of ['', '\0', '<script>alert(1)</script>', '__proto__=1', '='.repeat(10_000)]) {
      expect(checkChange(good, 0, text).map(({ field }) => field)).toContain('zookeeper.connect');
    }
  });
});
