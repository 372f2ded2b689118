/** What a container runs instead of a server: `docker run … IMAGE COMMAND`. The image's entry point writes its files and runs whatever it is given. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Typist } from '../typist.ts';

const IMAGE = 'zookeeper:3.7.0';
let one: Typist;
beforeEach(() => {
  one = new Typist();
  one.type(`systemctl start docker; docker pull ${IMAGE}; docker network create net; docker run -d --name zk1 --network net ${IMAGE}`);
  one.run(3_000);
});

/** Types to whatever is in front. */
function say(line: string, ms = 3_000): string {
  const from = one.screen.length;
  one.input({ type: 'type', text: `${line}\n` });
  one.run(ms);
  return one.screen.slice(from);
}

describe('docker run with a command', () => {
  it('prints what it prints, and has its exit code', () => {
    expect(one.type(`docker run --rm ${IMAGE} cat /data/myid /conf/zoo.cfg | head -2`)).toBe('1\ndataDir=/data\n');
    expect(one.type(`docker run --rm --hostname box ${IMAGE} sh -c 'hostname; exit 3'; echo $?`)).toBe('box\n3\n');
    expect(one.type(`docker run --rm ${IMAGE} nonsense; echo $?`)).toMatch(/exec: "nonsense": executable file not found in \$PATH: unknown\.\nSee 'docker run --help'\.\n127\n$|exec: "nonsense": executable file not found in \$PATH: unknown\.\n.*\n1(25|27)\n$/);
    expect(one.type('docker ps -a --format "{{.Names}}"')).toBe('zk1\n');
  });

  it('is the client of another container, with its own address on their network', () => {
    expect(say(`docker run -it --rm --name cli --network net ${IMAGE} zkCli.sh -server zk1`)).toMatch(/\[zk: zk1\(CONNECTED\) 0\] $/);
    expect(one.screen).toMatch(/initiating session, client: \/172\.19\.0\.3:\d+, server: zk1\/172\.19\.0\.2:2181\n/);
    expect(say('create /from-outside 1')).toMatch(/Created \/from-outside\n/);
    const other = new Typist(one.world, 'terminal-2');
    expect(other.type("docker ps --format '{{.Names}} {{.Command}}' | head -1")).toBe('cli "/docker-entrypoint.…"\n');
    expect(other.type("docker inspect -f '{{.NetworkSettings.Networks.net.IPAddress}} {{.Path}} {{.Args}}' cli")).toBe('172.19.0.3 /docker-entrypoint.sh [zkCli.sh -server zk1]\n');
    expect(other.type("docker logs zk1 2>&1 | grep -c 'Creating new log file'")).toBe('1\n');
    one.world = other.world;
    say('quit', 5_000);
    expect(one.screen).toMatch(/\[root@host ~\]# $/);
    expect(one.type('docker ps -aq | wc -l')).toBe('1\n');
  });

  it('is a shell in a container of its own, until it is left', () => {
    expect(say(`docker run -it --name box --network net ${IMAGE} bash`)).toMatch(/root@[0-9a-f]{12}:\/apache-zookeeper-3\.7\.0-bin# $/);
    expect(say('echo > /tmp/mine; zkServer.sh status', 5_000)).toContain('Error contacting service. It is probably not running.');
    expect(say('echo srvr | nc zk1 2181 | grep Mode')).toContain('Mode: standalone\n');
    expect(say('nc -z box 1')).toContain('Ncat: Connection refused.');
    say('exit 4');
    expect(one.type('echo $?; docker ps -a --filter name=box --format "{{.Status}}"')).toMatch(/^4\nExited \(4\) \d+ seconds? ago\n$/);
    expect(one.type('docker cp box:/tmp/mine .; ls mine')).toBe('mine\n');
    expect(one.type('docker logs box')).toMatch(/is not kept in this lab/);
  });

  it('is at the terminal also where its image has to be fetched first', () => {
    one = new Typist();
    one.type('systemctl start docker');
    expect(say(`docker run -it --rm --hostname box ${IMAGE} bash`, 60_000)).toMatch(/\nUnable to find image 'zookeeper:3\.7\.0' locally\n3\.7\.0: Pulling from library\/zookeeper\n[^]*\nStatus: Downloaded newer image for zookeeper:3\.7\.0\nroot@box:\/apache-zookeeper-3\.7\.0-bin# $/);
    expect(say('hostname; exit 3')).toBe('hostname; exit 3\nbox\n[root@host ~]# ');
    expect(one.type('echo $?; docker ps -aq')).toBe('3\n');
  });

  it('ends with the signals of Docker, and at once where nobody can type to it', () => {
    one.type(`docker run -dit --name waits ${IMAGE} bash; docker run -d --name ends ${IMAGE} bash; docker run -d --name sleeps ${IMAGE} sleep 100`);
    one.run(1_000);
    expect(one.type("docker ps -a --format '{{.Names}} {{.Status}}' | sort | cut -d ' ' -f 1,2")).toBe('ends Exited\nsleeps Up\nwaits Up\nzk1 Up\n');
    expect(one.type('docker exec sleeps ps -o args= -C sleep')).toBe('sleep 100\n');
    one.type('docker kill sleeps waits; docker start ends');
    expect(one.type("docker ps --format '{{.Names}}'")).toBe('zk1\n');
  });

  it('is restarted as a server is', () => {
    one.type(`docker run -d --name again --restart on-failure:2 ${IMAGE} sh -c 'exit 1'`);
    one.run(10_000);
    expect(one.type("docker inspect -f '{{.RestartCount}} {{.State.ExitCode}}' again")).toBe('2 1\n');
  });

  it('is not mistaken for a terminal of somebody', () => {
    one.type(`docker run -d --name sleeps ${IMAGE} sleep 100`);
    expect(one.world.processes.filter(({ program, parent, status }) => program === 'bash' && parent === undefined && status === 'running').map(({ name }) => name)).toEqual([one.terminal]);
  });
});
