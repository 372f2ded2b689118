/** `docker … prune` and `docker cp`, as client 20.10 words them. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../../src/kernel/world.ts';
import { complete } from '../../../src/shell/complete.ts';
import { Typist } from '../typist.ts';

/** zk1 runs on net1, zk2 was stopped on net2, zk3 was only created; two volumes, one of them used. */
let world: World;
beforeAll(() => {
  const typist = new Typist();
  for (const line of [
    'systemctl start docker; docker network create net1; docker network create net2; docker pull zookeeper:3.7.0 | tail -1; docker volume create used; docker volume create spare',
    'docker run -d --name zk1 --network net1 -v used:/data -v /srv/log:/datalog zookeeper:3.7.0; docker run -d --name zk2 --network net2 zookeeper:3.7.0; docker create --name zk3 zookeeper:3.7.0',
    'sleep 1; docker stop zk2',
  ]) typist.type(line);
  world = typist.world;
});

const typed = (...lines: string[]): string => {
  const typist = new Typist(world, 'terminal-2');
  return lines.map((line) => typist.type(line)).at(-1)!;
};

describe('docker prune', () => {
  it('asks, and takes nothing but y for a yes', () => {
    const typist = new Typist(world, 'terminal-2');
    typist.input({ type: 'type', text: 'docker container prune\n' });
    typist.run(100);
    expect(typist.screen).toMatch(/WARNING! This will remove all stopped containers\.\nAre you sure you want to continue\? \[y\/N\] $/);
    expect(typist.type('yes')).toBe('Total reclaimed space: 0B\n');
    expect(typist.type("docker ps -a --format '{{.Names}}'")).toBe('zk3\nzk2\nzk1\n');
  });

  it('reads its answer of what is pasted, and no more', () => {
    const typist = new Typist(world, 'terminal-2');
    const ids = typist.type("docker ps -aq --no-trunc | head -2");
    expect(typist.type("docker container prune\ny\ndocker ps -a --format '{{.Names}}'")).toMatch(new RegExp(`\\[y/N\\] Deleted Containers:\\n${ids.split('\n').toReversed().filter((id) => id !== '').join('\\n')}\\n\\nTotal reclaimed space: \\d+B\\nzk1\\n$`));
  });

  it('answers a pipe, is interrupted and is forced', () => {
    expect(typed('echo n | docker network prune; echo $?')).toMatch(/\[y\/N\] 0\n$/);
    expect(typed('echo Y | docker network prune')).toBe('WARNING! This will remove all custom networks not used by at least one container.\nAre you sure you want to continue? [y/N] Deleted Networks:\nnet2\n\n');
    expect(typed('docker network prune -f; docker network ls --format x | grep -c net')).toBe('Deleted Networks:\nnet2\n\n1\n');
    const typist = new Typist(world, 'terminal-2');
    typist.input({ type: 'type', text: 'docker system prune\n' });
    typist.run(100);
    typist.input({ type: 'key', key: 'C-c' });
    typist.run(100);
    expect(typist.type('echo $?; docker ps -aq | wc -l')).toBe('130\n3\n');
  });

  it('removes volumes and images that no container uses', () => {
    expect(typed('docker volume ls | grep -c spare; docker volume prune -f | grep -v "^[0-9a-f]\\{64\\}$"; docker volume ls | grep -E "spare|used"')).toBe('1\nDeleted Volumes:\nspare\n\nTotal reclaimed space: 0B\nlocal     used\n');
    expect(typed('docker image prune -f')).toBe('Total reclaimed space: 0B\n');
    expect(typed('docker image prune -af')).toBe('Total reclaimed space: 0B\n');
    expect(typed('docker rm -f zk1 zk2 zk3 > /dev/null; docker image prune -a -f; docker images -q')).toMatch(/^Deleted Images:\nuntagged: zookeeper:3\.7\.0\ndeleted: sha256:[0-9a-f]{64}\n\nTotal reclaimed space: 280MB\n$/);
  });

  it('of the system does all of it', () => {
    const typist = new Typist(world, 'terminal-2');
    typist.input({ type: 'type', text: 'docker system prune -a --volumes\n' });
    typist.run(100);
    expect(typist.screen).toContain(`WARNING! This will remove:
  - all stopped containers
  - all networks not used by at least one container
  - all volumes not used by at least one container
  - all images without at least one container associated to them
  - all build cache

Are you sure you want to continue? [y/N] `);
    expect(typist.type('y')).toMatch(/^Deleted Containers:\n(?:[0-9a-f]{64}\n){2}\nDeleted Networks:\nnet2\n\nDeleted Volumes:\n(?:(?:[0-9a-f]{64}|spare)\n)+\nTotal reclaimed space: [\d.]+k?B\n$/);
    expect(typist.type('docker system prune -f')).toBe('Total reclaimed space: 0B\n');
    expect(typist.type('docker run -d --name zk4 --network net1 zookeeper:3.7.0 | wc -c')).toBe('65\n');
  });

  it('refuses what it does not know', () => {
    expect(typed('docker container prune zk2')).toBe('"docker container prune" accepts no arguments.\nSee \'docker container prune --help\'.\n\nUsage:  docker container prune [OPTIONS]\n\nRemove all stopped containers\n');
    expect(typed('docker system prune --filter until=24h')).toContain('not modelled');
    expect(typed('docker system df')).toContain('docker system df: a real host has it');
    expect(typed('docker prune')).toBe("docker: 'prune' is not a docker command.\nSee 'docker --help'\n");
  });
});

describe('docker cp', () => {
  it('copies files and directories into a container', () => {
    expect(typed('echo x > f; docker cp f zk1:/tmp; docker cp f zk1:/tmp/g; docker exec zk1 cat /tmp/f /tmp/g')).toBe('x\nx\n');
    expect(typed('mkdir -p d/e; echo 1 > d/e/f; docker cp d zk1:/tmp; docker cp d/. zk1:/root; docker cp d zk1:/new; docker exec zk1 cat /tmp/d/e/f /root/e/f /new/e/f')).toBe('1\n1\n1\n');
    expect(typed('echo log > l; docker cp l zk1:/datalog/l; cat /srv/log/l; docker cp l zk1:data/l; cat /var/lib/docker/volumes/used/_data/l')).toBe('log\nlog\n');
  });

  it('copies out of one, whether it runs or not', () => {
    expect(typed('docker cp zk1:/conf/zoo.cfg .; grep -c clientPort zoo.cfg; docker cp zk2:/conf out; ls out; docker cp zk1:/conf/. out; docker cp zk1:/conf out; ls out')).toMatch(/^\d\nzoo.cfg\nconf\s+zoo.cfg\n$/);
    expect(typed('echo standaloneEnabled=false > zoo.cfg; docker cp zoo.cfg zk3:/conf/; docker cp zk3:/conf/zoo.cfg back; cat back')).toBe('standaloneEnabled=false\n');
    expect(typed('docker cp zk3:/etc/hostname h && wc -c < h')).toBe('13\n');
  });

  it('keeps modes and times', () => {
    const typist = new Typist(world, 'terminal-2');
    typist.type('echo x > f; chmod 755 f; sleep 130; docker cp f zk1:/tmp; docker cp zk1:/tmp/f g', 200);
    const [first, second] = typist.type('ls -l f g').split('\n');
    expect(second!.slice(0, -1)).toBe(first!.slice(0, -1));
    expect(first).toMatch(/^-rwxr-xr-x/);
  });

  it('says what is wrong in the words of its client', () => {
    for (const [line, message] of [
      ['docker cp nothing zk1:/tmp', 'lstat /root/nothing: no such file or directory'],
      ['echo x > f; docker cp f nobody:/tmp/x', 'Error: No such container:path: nobody:/tmp'],
      ['docker cp nobody:/tmp/x .', 'Error: No such container:path: nobody:/tmp/x'],
      ['docker cp zk1:/nothing .', 'Error: No such container:path: zk1:/nothing'],
      ['echo x > f; docker cp f zk1:/no/such', 'Error: No such container:path: zk1:/no'],
      ['echo x > f; docker cp f zk1:/tmp/none/', 'no such directory'],
      ['mkdir d; docker cp d zk1:/etc/hostname', 'cannot copy directory'],
      ['docker cp zk1:/conf /no/where', 'invalid output path: directory "/no" does not exist'],
      ['docker cp zk1:/conf zk2:/conf', 'copying between containers is not supported'],
      ['docker cp a b', 'must specify at least one container source'],
      ['docker cp zk1:/conf -', 'docker cp: an archive at standard input or output is not modelled here · 此处未模拟用 - 读写归档'],
    ] as const) expect(typed(`${line}; echo $?`), line).toBe(`${message}\n1\n`);
    expect(typed('docker cp zk1:/conf')).toBe('"docker cp" requires exactly 2 arguments.\nSee \'docker cp --help\'.\n\nUsage:  docker cp [OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH\n\nCopy files/folders between a container and the local filesystem\n');
  });
});

it('Tab knows the words behind docker container, and containers as places', () => {
  const tab = (line: string): string | undefined => complete(world, 'terminal-1', line, line.split(/[\s|&;<>]/).at(-1) ?? '')?.word;
  expect(tab('docker container pru')).toBe('prune ');
  expect(tab('docker system pr')).toBe('prune ');
  expect(tab('docker container stop zk')).toBe('zk1 ');
  expect(tab('docker cp zk1')).toBe('zk1:');
  expect(tab('docker cp zk1:/conf /us')).toBe('/usr/');
});
