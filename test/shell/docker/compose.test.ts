import { describe, expect, it } from 'vitest';
import { initialObserved } from '../../../src/cluster/observer.ts';
import { factsOf } from '../../../src/cluster/observer.ts';
import { takeHome } from '../../../src/shell/machine/take-home.ts';
import { Typist } from '../typist.ts';

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

  it('gives networks and containers the addresses that the file asks for, and gives them out again', () => {
    const services = [1, 2, 3].map((id) => service(id).replace('[zookeeper-net]', `{zookeeper-net: {ipv4_address: 10.9.0.1${id}}}`));
    const own = `services:\n${services.join('')}networks:\n  zookeeper-net:\n    name: zookeeper-net\n    ipam: {config: [{subnet: 10.9.0.0/16}]}\n`;
    const typist = ready(own);
    typist.type('docker compose up -d');
    typist.run(10_000);
    expect(states(typist)).toEqual(['FOLLOWING', 'FOLLOWING', 'LEADING']);
    const shown = typist.type("docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' zookeeper1 zookeeper2 zookeeper3");
    expect(shown).toBe('10.9.0.11\n10.9.0.12\n10.9.0.13\n');
    const again = ready(takeHome(typist.world, { bringUp: '', kafka: '', topics: '', typed: '' }).find(({ name }) => name === 'docker-compose.yml')!.text);
    again.type('docker compose up -d');
    expect(again.type("docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' zookeeper1 zookeeper2 zookeeper3")).toBe(shown);
    expect(ready(`${FILE}    internal: true\n`).type('docker compose up -d')).toContain('networks.zookeeper-net.internal: not modelled in this lab');
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

  it('lists what runs of a file in columns of at least twenty, by name; -a also what ended', () => {
    const typist = ready(FILE);
    typist.type('docker compose up -d');
    typist.run(3_000);
    const [header, first, ...rest] = typist.type('docker compose ps').split('\n');
    expect(header).toBe('NAME                IMAGE               COMMAND                  SERVICE             CREATED             STATUS              PORTS');
    expect(first).toMatch(/^zookeeper1          zookeeper:3\.7\.0     "\/docker-entrypoint\.…"   zookeeper1          \d+ seconds ago +Up \d+ seconds +2888\/tcp, 3888\/tcp, 8080\/tcp, 0\.0\.0\.0:2182->2181\/tcp, :::2182->2181\/tcp$/);
    expect(rest.map((line) => line.split(' ')[0])).toEqual(['zookeeper2', 'zookeeper3', '']);
    typist.type('docker kill zookeeper2');
    expect(typist.type('docker compose ps --services')).toBe('zookeeper1\nzookeeper3\n');
    expect(typist.type('docker compose ps -a zookeeper2')).toMatch(/\nzookeeper2 .* Exited \(137\) .* ago +\n$/);
    expect(typist.type('docker compose ps -q --status exited')).toBe('');
    expect(typist.type('docker compose ps -aq --status exited')).toMatch(/^[0-9a-f]{64}\n$/);
    expect(typist.type('docker compose ps nothing; echo $?')).toBe('no such service: nothing\n1\n');
  });

  it('prints what containers logged behind their names, and goes on doing so until the last has ended', () => {
    const typist = ready(FILE.replaceAll('zookeeper3', 'third'));
    typist.type('docker compose up -d');
    typist.run(5_000);
    const lines = typist.type('docker compose logs --tail 2 | cat').split('\n');
    expect(lines.map((line) => line.slice(0, 13))).toEqual(['zookeeper1  |', 'zookeeper1  |', 'zookeeper2  |', 'zookeeper2  |', 'third       |', 'third       |', '']);
    const own = typist.type('docker logs zookeeper1');
    expect(typist.type('docker compose logs --no-log-prefix zookeeper1')).toBe(own);
    expect(typist.type('docker compose logs zookeeper2')).toBe(typist.type('docker logs zookeeper2').replace(/^.*\n/gm, (line) => `\u001b[36mzookeeper2  | \u001b[0m${line}`));

    typist.input({ type: 'type', text: 'docker compose logs -f --no-color -n 0\n' });
    typist.run(100);
    const from = typist.screen.length;
    const other = new Typist(typist.world, 'other');
    other.type('docker compose -f lab/docker-compose.yml stop', 120);
    other.run(1_000);
    typist.world = other.world;
    const followed = typist.screen.slice(from);
    expect(followed).toMatch(/^third       \| .*/m);
    for (const name of ['zookeeper1', 'zookeeper2', 'third']) expect(followed).toMatch(new RegExp(`^${name} exited with code \\d+$`, 'm'));
    expect(followed).toMatch(/# $/);
  });
});
