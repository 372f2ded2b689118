import { describe, expect, it } from 'vitest';
import { initialObserved } from '../../src/cluster/observer.ts';
import { factsOf } from '../../src/cluster/observer.ts';
import { takeHome } from '../../src/shell/take-home.ts';
import { Typist } from './typist.ts';

const service = (id: number): string => `  zookeeper${id}:
    image: zookeeper:3.7.0
    container_name: zookeeper${id}
    hostname: zookeeper${id}
    ports: ["${2181 + id}:2181"]
    environment:
      ZOO_MY_ID: ${id}
      ZOO_SERVERS: server.1=zookeeper1:2888:3888;2181 server.2=zookeeper2:2888:3888;2181 server.3=zookeeper3:2888:3888;2181
    networks: [zookeeper-net]
`;
const FILE = `services:\n${[1, 2, 3].map(service).join('')}networks:\n  zookeeper-net:\n    name: zookeeper-net\n`;

function ready(file: string): Typist {
  const typist = new Typist();
  typist.type('systemctl start docker; docker pull zookeeper:3.7.0; mkdir /root/lab; cd /root/lab');
  typist.type(`cat > docker-compose.yml <<'END'\n${file}END`);
  return typist;
}
const states = (typist: Typist): string[] => factsOf(typist.world, initialObserved).servers.map(({ state }) => state).sort();

describe('docker compose', () => {
  it('brings an ensemble up that elects a leader, finds it running, and takes it down with its network', () => {
    const typist = ready(FILE);
    const said = typist.type('docker compose up -d');
    expect(said.split('\n').slice(0, 4)).toEqual([' Network zookeeper-net  Creating', ' Network zookeeper-net  Created', ' Container zookeeper1  Creating', ' Container zookeeper1  Started']);
    typist.run(10_000);
    expect(states(typist)).toEqual(['FOLLOWING', 'FOLLOWING', 'LEADING']);
    expect(typist.type('docker compose up -d')).toBe([1, 2, 3].map((id) => ` Container zookeeper${id}  Running\n`).join(''));
    expect(typist.type('docker compose down')).toContain(' Network zookeeper-net  Removed\n');
    expect(typist.type('docker ps -aq; docker network ls -q | wc -l')).toBe('3\n');
  });

  it('takes what the lab itself gave out', () => {
    const first = ready(FILE);
    first.type('docker compose up -d');
    const compose = takeHome(first.world, { bringUp: '', kafka: '', topics: '', typed: '' })[0]!;
    expect(compose.name).toBe('docker-compose.yml');
    const second = ready(compose.text);
    second.type('docker compose up -d');
    second.run(10_000);
    expect(states(second)).toEqual(['FOLLOWING', 'FOLLOWING', 'LEADING']);
  });

  it('names what is wrong with a file, and does nothing', () => {
    expect(ready('services:\n  a: {}\n').type('docker compose up -d; echo $?')).toBe('service "a" has neither an image nor a build context specified: invalid compose project\n15\n');
    expect(ready('services:\n  a:\n    image: x\n    build: .\n').type('docker compose up -d')).toContain('services.a.build: not modelled in this lab');
    expect(ready('a: [\n').type('docker compose up -d; echo $?')).toMatch(/^yaml: .*\n15\n$/);
    const typist = new Typist();
    typist.type('systemctl start docker');
    expect(typist.type('docker compose up -d; echo $?')).toBe('no configuration file provided: not found\n14\n');
    expect(typist.type('docker compose build')).toContain('of its commands this lab has up -d');
  });
});
