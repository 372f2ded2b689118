/** Docker's daemon acts by itself: what ends is taken off the machine's ports, and started again where the container's policy says so. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Typist } from '../typist.ts';

let one: Typist;
beforeEach(() => {
  one = new Typist();
  one.type('systemctl start docker; docker pull zookeeper:3.7.0');
});

const run = (name: string, options: string): string => one.type(`docker run -d --name ${name} ${options} zookeeper:3.7.0`);
const pid = (name: string): string => one.type(`docker inspect -f '{{.State.Pid}}' ${name}`).trim();
const status = (name: string): string => one.type(`docker ps -a --filter name=${name} --format '{{.Status}}'`).trim();
const inspect = (name: string, path: string): string => one.type(`docker inspect -f '{{${path}}}' ${name}`).trim();

describe('the policy always', () => {
  it('starts again what was killed behind its back, with its ports', () => {
    run('zk1', '--restart always -p 2182:2181');
    const before = pid('zk1');
    one.type(`kill -9 ${before}`);
    expect(status('zk1')).toMatch(/^Restarting \(137\) Less than a second ago$/);
    expect(one.type('docker ps -q')).not.toBe('');
    expect(one.type('docker exec zk1 ls')).toMatch(/is restarting, wait until the container is running\n$/);
    one.run(3_000);
    expect(status('zk1')).toMatch(/^Up \d+ seconds$/);
    expect(pid('zk1')).not.toBe(before);
    expect(inspect('zk1', '.RestartCount')).toBe('1');
    expect(one.type('echo ruok | nc localhost 2182; nc -z localhost 2182; echo $?')).toMatch(/0\n$/);
  });

  it('leaves alone what was stopped or killed with docker, until it is started, or the daemon is', () => {
    run('zk1', '--restart always');
    run('zk2', '--restart unless-stopped');
    one.run(1_000);
    one.type('docker kill zk1; docker stop zk2');
    one.run(5_000);
    expect(status('zk1')).toMatch(/^Exited \(137\) \d+ seconds ago$/);
    expect(status('zk2')).toMatch(/^Exited \(143\) \d+ seconds ago$/);
    one.type('systemctl restart docker');
    one.run(2_000);
    expect(status('zk1')).toMatch(/^Up /);
    expect(status('zk2')).toMatch(/^Exited /);
    one.type('docker start zk2; systemctl restart docker');
    one.run(2_000);
    expect(status('zk2')).toMatch(/^Up /);
  });

  it('tries in ever longer pauses what ends at once, and stops when told to', () => {
    run('zk1', '--restart always -e ZOO_MY_ID=x');
    one.run(10_000);
    const tries = Number(inspect('zk1', '.RestartCount'));
    // Lives of 0.4 s, pauses of 0.1, 0.2, 0.4 … s.
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThan(8);
    expect(status('zk1')).toMatch(/^Restarting \(2\)/);
    expect(one.type('docker rm zk1')).toMatch(/You cannot remove a restarting container [0-9a-f]{64}\. Stop the container before attempting removal or force remove\n$/);
    one.type('docker stop zk1');
    one.run(60_000);
    expect(status('zk1')).toMatch(/^Exited \(2\)/);
    expect(Number(inspect('zk1', '.RestartCount'))).toBe(tries);
  });
});

describe('other policies', () => {
  it('on-failure gives up after so many', () => {
    run('zk1', '--restart on-failure:2 -e ZOO_MY_ID=x');
    one.run(30_000);
    expect(inspect('zk1', '.RestartCount')).toBe('2');
    expect(status('zk1')).toMatch(/^Exited \(2\)/);
    expect(one.type("docker inspect -f '{{json .HostConfig.RestartPolicy}}' zk1")).toBe('{"Name":"on-failure","MaximumRetryCount":2}\n');
  });

  it('can be changed while it runs', () => {
    run('zk1', '--restart always');
    expect(one.type('docker update --restart=no zk1')).toBe('zk1\n');
    one.type(`kill -9 ${pid('zk1')}`);
    one.run(3_000);
    expect(status('zk1')).toMatch(/^Exited/);
    expect(one.type('docker update --restart sometimes zk1; docker update zk1; docker update --restart always nobody')).toBe("Error response from daemon: invalid restart policy 'sometimes'\nYou must provide one or more flags when using this command.\nError response from daemon: No such container: nobody\n");
    expect(one.type('docker update --cpus 2 zk1')).toMatch(/^docker update --cpus: a real host has it, but it is not modelled in this lab/);
  });

  it('none: what ended stays, and its ports are free', () => {
    run('zk1', '-p 2182:2181');
    one.type(`kill -9 ${pid('zk1')}`);
    one.run(3_000);
    expect(status('zk1')).toMatch(/^Exited \(137\)/);
    expect(one.type('netstat -tln | grep -c 2182')).toBe('0\n');
  });

  it('--rm: whatever ends goes', () => {
    run('zk1', '--rm -p 2182:2181');
    one.type(`kill -9 ${pid('zk1')}`);
    one.run(100);
    expect(one.type('docker ps -aq; netstat -tln | grep -c 2182')).toBe('0\n');
    run('zk1', '--rm');
    expect(one.type('docker kill zk1; docker ps -aq')).toBe('zk1\n');
  });

  it.each([
    ['--restart sometimes', "docker: Error response from daemon: invalid restart policy 'sometimes'.\nSee 'docker run --help'.\n"],
    ['--restart always:3', "docker: Error response from daemon: maximum retry count cannot be used with restart policy 'always'.\nSee 'docker run --help'.\n"],
    ['--restart on-failure:x', "docker: maximum retry count must be an integer.\nSee 'docker run --help'.\n"],
    ['--restart always --rm', "docker: Conflicting options: --restart and --rm.\nSee 'docker run --help'.\n"],
  ])('%s is refused', (options, text) => {
    expect(run('zk1', options)).toBe(text);
  });
});

describe('a limit of memory', () => {
  it('that is too small for a server ends it, and Docker says why', () => {
    run('zk1', '-m 32m');
    run('zk2', '-m 64m');
    run('zk3', '--memory 1g');
    one.run(3_000);
    expect(status('zk1')).toMatch(/^Exited \(137\) \d seconds ago$/);
    expect(inspect('zk1', '.State.OOMKilled')).toBe('true');
    expect(inspect('zk3', '.State.OOMKilled')).toBe('false');
    // As much again of swap is allowed.
    expect(one.type("docker stats --no-stream | tail -n +2 | awk '{print $2, $4, $5, $6, $7}'")).toBe('zk2 64MiB / 64MiB 100.00%\nzk3 94.31MiB / 1GiB 9.21%\n');
  });

  it('ends it again and again where its policy starts it', () => {
    run('zk1', '-m 32m --restart always');
    one.run(10_000);
    expect(Number(inspect('zk1', '.RestartCount'))).toBeGreaterThan(2);
    expect(one.type('docker logs zk1')).toBe('');
  });
});

describe('several at once', () => {
  it('are published and addressed side by side', () => {
    one.type('docker network create net');
    run('zk1', '--network net -p 2182:2181');
    run('zk2', '--network net -p 2183:2181');
    one.type('docker stop zk1');
    one.type('docker stop zk2');
    expect(one.type('netstat -tln | grep -c 218')).toBe('0\n');
    one.type('docker start zk1 zk2');
    one.run(3_000);
    expect(one.type('nc -z localhost 2182 && nc -z localhost 2183 && echo both')).toBe('both\n');
    const addresses = ['zk1', 'zk2'].map((name) => inspect(name, '.NetworkSettings.Networks.net.IPAddress'));
    expect(new Set(addresses).size).toBe(2);
    one.type('docker stop zk1 zk2');
    expect(one.type('netstat -tln | grep -c 218')).toBe('0\n');
  });

  it('come back together with their daemon', () => {
    one.type('docker network create net');
    for (const [name, port] of [['zk1', 2182], ['zk2', 2183]] as const) run(name, `--network net --restart always -p ${port}:2181`);
    one.type('systemctl stop docker');
    expect(one.type('netstat -tln | grep -c 218')).toBe('0\n');
    one.type('systemctl start docker');
    one.run(3_000);
    expect(one.type('nc -z localhost 2182 && nc -z localhost 2183 && echo both')).toBe('both\n');
    expect(new Set(['zk1', 'zk2'].map((name) => inspect(name, '.NetworkSettings.Networks.net.IPAddress'))).size).toBe(2);
  });
});
