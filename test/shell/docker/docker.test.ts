import { beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../../src/kernel/world.ts';
import { ClusterFacts } from '../../../src/cluster/observe.ts';
import { Typist } from '../typist.ts';

const SERVERS = [1, 2, 3].map((id) => `server.${id}=zookeeper${id}:2888:3888;2181`).join(' ');
const run = (id: number, more = '', servers = SERVERS): string =>
  `docker run -p ${2181 + id}:2181 -d --name zookeeper${id} --hostname zookeeper${id} --network zookeeper-net --memory 1g -v /usr/local/zookeeper${id}/data:/data -v /usr/local/zookeeper${id}/log:/datalog -e ZOO_MY_ID=${id} -e ZOO_SERVERS="${servers}" ${more} zookeeper:3.7.0`;

/** Docker runs, the network is there, the image is pulled. */
let ready: World;
/** The tutorial's three containers serve. */
let ensemble: World;
beforeAll(() => {
  const typist = new Typist();
  for (const line of ['systemctl start docker', 'docker network create zookeeper-net', 'docker pull zookeeper:3.7.0 | tail -1']) typist.type(line);
  ready = typist.world;
  for (const id of [1, 2, 3]) typist.type(run(id));
  typist.run(10_000);
  ensemble = typist.world;
});

const on = (world: World): Typist => new Typist(world, 'docker-terminal');
const typed = (world: World, ...lines: string[]): string => {
  const typist = on(world);
  return lines.map((line) => typist.type(line)).at(-1)!;
};

describe('without its daemon', () => {
  it('docker says so, run with its own status', () => {
    const typist = new Typist();
    expect(typist.type('docker ps; echo $?')).toBe('Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n1\n');
    expect(typist.type('docker run zookeeper:3.7.0; echo $?')).toBe("docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?.\nSee 'docker run --help'.\n125\n");
    typist.type('sudo systemctl start docker');
    expect(typist.type('systemctl is-active docker; docker ps')).toBe('active\nCONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n');
  });
});

describe('networks', () => {
  it('are created, listed, inspected and removed', () => {
    expect(typed(ready, 'docker network ls')).toMatch(/^NETWORK ID {5}NAME {12}DRIVER {4}SCOPE\n[0-9a-f]{12} {3}bridge {10}bridge {4}local\n(.*\n){2}c98e6a7f82ee {3}zookeeper-net {3}bridge {4}local\n$/);
    expect(typed(ready, 'docker network inspect zookeeper-net --format "{{json .IPAM.Config}}"')).toBe('[{"Subnet":"172.19.0.0/16","Gateway":"172.19.0.1"}]\n');
    expect(typed(ready, 'docker network create zookeeper-net')).toBe('Error response from daemon: network with name zookeeper-net already exists\n');
    expect(typed(ready, 'docker network rm zookeeper-net nothing bridge')).toBe('zookeeper-net\nError: No such network: nothing\nError response from daemon: bridge is a pre-defined network and cannot be removed\n');
    expect(typed(ensemble, 'docker network rm zookeeper-net')).toMatch(/^Error response from daemon: error while removing network: network zookeeper-net id c98e6a7f.* has active endpoints\n$/);
  });
});

describe('addresses', () => {
  const addresses = (typist: Typist, ...names: string[]): string[] => typist.type(`docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}/{{.IPPrefixLen}} {{.Gateway}}{{end}}' ${names.join(' ')}`).trim().split('\n');

  it('of a network are those it was made with, in which its containers lie', () => {
    const typist = on(ready);
    typist.type('docker network create --driver bridge --subnet=10.5.1.7/24 --gateway 10.5.1.254 own');
    expect(typist.type('docker network inspect own -f "{{json .IPAM.Config}}"')).toBe('[{"Subnet":"10.5.1.0/24","Gateway":"10.5.1.254"}]\n');
    for (const [name, more] of [['one', ''], ['two', '--ip 10.5.1.20'], ['six', '']] as const) typist.type(`docker run -d --name ${name} --network own ${more} zookeeper:3.7.0`);
    expect(addresses(typist, 'one', 'two', 'six')).toEqual(['10.5.1.1/24 10.5.1.254', '10.5.1.20/24 10.5.1.254', '10.5.1.2/24 10.5.1.254']);
    expect(typist.type('docker exec one cat /etc/hosts')).toMatch(/^127\.0\.0\.1\tlocalhost\n10\.5\.1\.1\t[0-9a-f]{12}\n$/);
    expect(typist.type('hostname -I')).toContain(' 10.5.1.254');
    typist.run(5_000);
    expect(typist.type('nc -zv 10.5.1.20 2181 2>&1 | grep -c Connected; ping -c 1 10.5.1.77 | head -2 | tail -1')).toBe('1\nFrom 10.5.1.254 icmp_seq=1 Destination Host Unreachable\n');
    expect(typist.type("docker exec six sh -c 'echo srvr | nc 10.5.1.20 2181 | head -1'")).toContain('Zookeeper version: 3.7.0');
    typist.type('docker restart one six two; sleep 1');
    expect(addresses(typist, 'one', 'two', 'six')).toEqual(['10.5.1.1/24 10.5.1.254', '10.5.1.20/24 10.5.1.254', '10.5.1.2/24 10.5.1.254']);
    typist.type('docker rm -f one two six; docker network rm own');
    expect(typist.type('hostname -I')).not.toContain('10.5.1.254');
  });

  it('that nobody may have are refused', () => {
    const typist = on(ready);
    const refused = (line: string): string => typist.type(line).trim();
    expect(refused('docker network create --subnet 172.19.128.0/20 x')).toBe('Error response from daemon: Pool overlaps with other one on this address space');
    expect(refused('docker network create --subnet 300.1.0.0/16 x')).toBe('Error response from daemon: failed to parse pool request for address space "LocalDefault" pool "300.1.0.0/16" subpool "": Invalid Address Pool');
    expect(refused('docker network create --subnet 10.1.0.0/16 --gateway 10.2.0.1 x')).toBe('no matching subnet for gateway 10.2.0.1');
    expect(refused('docker network create --ip-range 10.1.1.0/24 x')).toContain('--ip-range is not modelled here');
    expect(refused('docker network create --subnetz 10.1.0.0/16 x')).toBe("unknown flag: --subnetz\nSee 'docker network create --help'.");
    expect(refused('docker network create --subnet 10.1.0.0/30 tight | wc -c')).toBe('65');
    const named = (line: string): string => refused(`docker run -d --name tt ${line} zookeeper:3.7.0`).split('\n').find((one) => one.startsWith('docker:'))!;
    expect(named('--ip 172.17.0.9')).toBe('docker: Error response from daemon: user specified IP address is supported on user defined networks only.');
    expect(refused('docker ps -a | tail -1')).toMatch(/Created +tt$/);
    typist.type('docker rm tt');
    expect(named('--network zookeeper-net --ip 172.19.0.9')).toBe('docker: Error response from daemon: user specified IP address is supported only when connecting to networks with user configured subnets.');
    typist.type('docker rm tt');
    expect(named('--network tight --ip 10.1.1.2')).toBe("docker: Error response from daemon: Invalid address 10.1.1.2: It does not belong to any of this network's subnets.");
    typist.type('docker rm tt');
    expect(named('--network tight --ip 10.1.0.1')).toBe('docker: Error response from daemon: Address already in use.');
    typist.type('docker rm tt; docker run -d --name full --network tight zookeeper:3.7.0');
    expect(named('--network tight')).toMatch(/^docker: Error response from daemon: no available IPv4 addresses on this network's address pools: tight \([0-9a-f]{64}\)\.$/);
    expect(refused('docker run -d --ip 10.1.0.x zookeeper:3.7.0')).toContain('invalid argument "10.1.0.x" for "--ip" flag: failed to parse IP: "10.1.0.x"');
    expect(refused('docker run -d --network host zookeeper:3.7.0')).toContain('--network host is not modelled here');
  });

  it('come from the next of fifteen pools, in a circle, past what is taken', () => {
    const typist = on(ready);
    typist.type('docker network create --subnet 172.21.0.0/24 mine; for i in {1..12}; do docker network create n$i; done > /dev/null');
    const subnets = [...typist.type("for i in {1..12}; do docker network inspect n$i -f '{{json .IPAM.Config}}'; done").matchAll(/172\.(\d+)\.0\.0/g)].map(([, second]) => Number(second));
    expect(subnets).toEqual([20, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 18]);
    expect(typist.type('docker network create late')).toBe('Error response from daemon: could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network\n');
    typist.type('docker network rm n3');
    typist.type('docker network create late');
    expect(typist.type("docker network inspect late -f '{{json .IPAM.Config}}'")).toBe('[{"Subnet":"172.23.0.0/16","Gateway":"172.23.0.1"}]\n');
  });

  it('a container without a network has none, and is reached by nobody', () => {
    const typist = on(ready);
    typist.type('docker run -d --name alone --network none zookeeper:3.7.0; docker run -d --name too --network none zookeeper:3.7.0; sleep 5');
    expect(addresses(typist, 'alone')).toEqual(['/0']);
    expect(typist.type('docker exec too nc -z alone 2181; echo $?')).not.toMatch(/\n0\n$|^0\n$/);
  });
});

describe('the tutorial\'s containers', () => {
  it('show in docker ps with their ports', () => {
    expect(typed(ensemble, 'docker ps')).toMatch(
      /^CONTAINER ID {3}IMAGE {13}COMMAND {18}CREATED {10}STATUS {10}PORTS {2,}NAMES\n27e8a40861c7 {3}zookeeper:3\.7\.0 {3}"\/docker-entrypoint\.…" {3}10 seconds ago {3}Up 10 seconds {3}2888\/tcp, 3888\/tcp, 8080\/tcp, 0\.0\.0\.0:2184->2181\/tcp, :::2184->2181\/tcp {3}zookeeper3\n0afdde8ce38a .*\n354b36f4c835 .*zookeeper1\n$/,
    );
  });

  it('have their addresses, by which inspect and grep find them', () => {
    expect(typed(ensemble, 'docker inspect 27e8a40861c7 | grep -i ip')).toContain('"IPAddress": "172.19.0.4"');
    expect(typed(ensemble, "docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' zookeeper1 zookeeper2")).toBe('172.19.0.2\n172.19.0.3\n');
    expect(typed(ensemble, "docker inspect --format '{{.State.Status}} {{.HostConfig.Memory}} {{.Config.Hostname}}' zookeeper1")).toBe('running 1073741824 zookeeper1\n');
    expect(typed(ensemble, 'docker inspect nothing')).toBe('[]\nError: No such object: nothing\n');
    expect(JSON.parse(typed(ensemble, 'docker inspect zookeeper1'))).toHaveLength(1);
    expect(typed(ensemble, 'docker port zookeeper1')).toBe('2181/tcp -> 0.0.0.0:2182\n2181/tcp -> :::2182\n');
  });

  it('form an ensemble: the second leads, started one after the other', () => {
    const states = ensemble.processes.filter(({ program }) => program === 'zookeeper-server').map(({ name, state }) => `${name} ${(state as { leading: unknown }).leading === null ? 'follows' : 'leads'}`);
    expect(states.filter((one) => one.endsWith('leads'))).toHaveLength(1);
    expect(typed(ensemble, 'docker logs zookeeper1 | grep -c "Peer state changed"')).toMatch(/^[1-9]\d*\n$/);
    expect(typed(ensemble, 'docker logs zookeeper1 2>&1 | head -2')).toBe('ZooKeeper JMX enabled by default\nUsing config: /conf/zoo.cfg\n');
  });

  it('keep their data in the directories of the machine', () => {
    expect(typed(ensemble, 'cat /usr/local/zookeeper2/data/myid; ls /usr/local/zookeeper2/data')).toBe('2\nmyid  version-2\n');
    expect(typed(ensemble, 'docker exec zookeeper2 cat /data/myid')).toBe('2\n');
  });

  it('are entered by docker exec: a shell of their own, with apt-get and ping by name', () => {
    const typist = on(ensemble);
    typist.input({ type: 'type', text: 'docker exec -it zookeeper1 /bin/bash\nhostname\nping zookeeper2\napt-get install -y iputils-ping\napt-get update\napt-get install -y iputils-ping\nexit\necho out\n' });
    typist.run(20_000);
    const { screen } = typist;
    expect(screen).toContain('root@zookeeper1:/apache-zookeeper-3.7.0-bin# ');
    expect(screen).toContain('bash: ping: command not found\n');
    expect(screen).toContain('E: Unable to locate package iputils-ping\n');
    expect(screen).toMatch(/out\n\[root@host ~\]# $/);
    expect(typist.type('docker exec -it zookeeper1 ping -c 1 zookeeper2')).toMatch(/^PING zookeeper2 \(172\.19\.0\.3\) 56\(84\) bytes of data\.\n64 bytes from zookeeper2\.zookeeper-net \(172\.19\.0\.3\): icmp_seq=1 ttl=64 time=/);
    expect(typist.type('docker exec zookeeper1 ping -c 1 nothing; echo $?')).toBe('ping: nothing: Name or service not known\n2\n');
  });

  it('are stopped, started, paused, killed and removed', () => {
    const typist = on(ensemble);
    expect(typist.type('docker stop zookeeper1; docker ps -q | wc -l')).toBe('zookeeper1\n2\n');
    expect(typist.type("docker ps -a --filter name=zookeeper1 --format '{{.Names}} {{.Status}}'")).toMatch(/^zookeeper1 Exited \(143\) /);
    expect(typist.type('docker exec zookeeper1 ls')).toMatch(/^Error response from daemon: Container 354b36f4c835[0-9a-f]{52} is not running\n$/);
    expect(typist.type('docker start zookeeper1; docker pause zookeeper2; docker pause zookeeper2')).toMatch(/^zookeeper1\nzookeeper2\nError response from daemon: Container .* is already paused\n$/);
    expect(typist.type("docker ps --format '{{.Names}} {{.Status}}'")).toMatch(/zookeeper2 Up .*\(Paused\)\n/);
    expect(typist.type('docker unpause zookeeper2; docker kill zookeeper3; docker restart zookeeper3')).toBe('zookeeper2\nzookeeper3\nzookeeper3\n');
    typist.run(10_000);
    expect(typist.type('docker exec zookeeper3 hostname; docker rm zookeeper3')).toMatch(/^zookeeper3\nError response from daemon: You cannot remove a running container 27e8a40861c7.*\. Stop the container before attempting removal or force remove\n$/);
    expect(typist.type('docker rm -f zookeeper3; docker start zookeeper3')).toBe('zookeeper3\nError response from daemon: No such container: zookeeper3\nError: failed to start containers: zookeeper3\n');
    expect(typist.type('docker exec zookeeper1 apt-get update | tail -1; docker exec zookeeper1 apt-get install -y iputils-ping | tail -1; docker exec zookeeper1 ping -c 1 zookeeper3')).toContain('ping: zookeeper3: Name or service not known');
  });
});

describe('a container that is made again', () => {
  it('finds its volumes as they were: an old myid wins over ZOO_MY_ID', () => {
    const typist = on(ensemble);
    typist.type('docker rm -f zookeeper1');
    expect(typist.type(run(1).replace('ZOO_MY_ID=1', 'ZOO_MY_ID=3'))).toMatch(/^[0-9a-f]{64}\n$/);
    typist.run(5_000);
    expect(typist.type('docker logs zookeeper1 | grep -c "Starting quorum peer, myid=1"')).toBe('1\n');
  });

  it('on a copy of another one\'s data is known by the number that lies there, and by none once it is removed', () => {
    const servers = (world: World): string[] => new ClusterFacts(world, null, () => ({ sent: 0, acked: 0, failed: 0, waiting: 0, waitedMs: 0, ackedLost: 0 })).servers.map(({ name, sid }) => `${name} ${sid}`);
    const typist = on(ensemble);
    typist.type('cp -r /usr/local/zookeeper3/data /tmp/data; docker run -d --name number9 -v /tmp/data:/data -e ZOO_MY_ID=9 zookeeper:3.7.0');
    typist.run(1_000);
    expect(servers(typist.world).at(-1)).toBe('number9 3');
    typist.type('docker rm -f number9');
    expect(servers(typist.world)).toEqual(['zookeeper1 1', 'zookeeper2 2', 'zookeeper3 3']);
  });

  it('that is not among the servers ends with status 1', () => {
    const typist = on(ready);
    typist.type(run(1).replace('ZOO_MY_ID=1', 'ZOO_MY_ID=9'));
    typist.run(2_000);
    expect(typist.type("docker ps -a --format '{{.Status}}'")).toMatch(/^Exited \(1\) /);
    expect(typist.type('docker logs zookeeper1 | grep "peer list"')).toContain('My id 9 not in the peer list');
  });

  it('whose number is none ends with status 2, whether the variable or the file says so', () => {
    for (const id of ['foo', '1.5', '99999999999999999999', '1 2']) {
      const typist = on(ready);
      typist.type(run(1).replace('ZOO_MY_ID=1', `ZOO_MY_ID="${id}"`));
      typist.run(2_000);
      expect(typist.type("docker ps -a --format '{{.Status}}'")).toMatch(/^Exited \(2\) /);
      expect(typist.type('docker logs zookeeper1')).toContain(`Caused by: java.lang.IllegalArgumentException: serverid ${id} is not a number\n`);
      expect(typist.type('cat /usr/local/zookeeper1/data/myid')).toBe(`${id}\n`);
      typist.type('docker rm zookeeper1; echo 1 > /usr/local/zookeeper1/data/myid');
      typist.type(run(1));
      typist.run(2_000);
      expect(typist.type("docker ps -a --format '{{.Status}}'")).toMatch(/^Up /);
      typist.type('docker stop zookeeper1; echo one > /usr/local/zookeeper1/data/myid; docker start zookeeper1');
      typist.run(2_000);
      expect(typist.type('docker logs zookeeper1 | tail -1')).toContain('serverid one is not a number');
    }
  });

  it('without ;2181 in its servers opens no client port', () => {
    const typist = on(ready);
    for (const id of [1, 2, 3]) typist.type(run(id, '', SERVERS.replaceAll(';2181', '')));
    typist.run(10_000);
    expect(typist.type('nc -zv 127.0.0.1 2182')).toBe('Ncat: Version 7.50 ( https://nmap.org/ncat )\nNcat: Connection refused.\n');
    expect(typist.type('docker exec zookeeper1 nc -zv zookeeper2 3888')).toContain('Connected to 172.19.0.3:3888.');
  });
});

describe('docker ps', () => {
  it('shows what is asked for, under titles where a table is', () => {
    expect(typed(ensemble, "docker ps --format 'table {{.Names}}\\t{{.State}}'")).toBe('NAMES        STATE\nzookeeper3   running\nzookeeper2   running\nzookeeper1   running\n');
    expect(typed(ensemble, "docker ps -l --format '{{.Names}}'; docker ps -n 2 -q | wc -l")).toBe('zookeeper3\n2\n');
    expect(typed(ensemble, "docker stop zookeeper1; docker ps --filter status=exited --format '{{.Names}}'; docker ps -a -f name=zookeeper2 -q | wc -l")).toBe('zookeeper1\nzookeeper1\n1\n');
  });
});

describe('what Docker has and this lab has not', () => {
  it('is said to be so', () => {
    expect(typed(ready, 'docker commit a b; echo $?')).toContain('docker commit: a real host has it, but it is not modelled in this lab\n');
    expect(typed(ready, 'docker run --mount type=bind zookeeper:3.7.0; echo $?')).toBe("docker: --mount is not modelled here · 此处未模拟 --mount\nSee 'docker run --help'.\n125\n");
    expect(typed(ready, 'docker run --help')).toContain('Usage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n');
    expect(typed(ready, 'docker ps --help; echo $?')).toBe('\nUsage:  docker ps [OPTIONS]\n\nList containers\n0\n');
  });
});

describe('what Docker refuses', () => {
  it('is said in its words', () => {
    expect(typed(ensemble, run(1))).toMatch(/^docker: Error response from daemon: Conflict\. The container name "\/zookeeper1" is already in use by container "354b36f4c835[0-9a-f]{52}"\. You have to remove \(or rename\) that container to be able to reuse that name\.\nSee 'docker run --help'\.\n$/);
    expect(typed(ensemble, run(1).replace('--name zookeeper1', '--name other'))).toMatch(/^docker: Error response from daemon: driver failed programming external connectivity on endpoint other \([0-9a-f]{64}\): Bind for 0\.0\.0\.0:2182 failed: port is already allocated\.\nSee 'docker run --help'\.\n$/);
    expect(typed(ready, run(1).replace('zookeeper-net', 'nowhere'))).toBe("docker: Error response from daemon: network nowhere not found.\nSee 'docker run --help'.\n");
    expect(typed(ready, 'docker run --nonsense zookeeper:3.7.0; echo $?')).toBe("unknown flag: --nonsense\nSee 'docker run --help'.\n125\n");
    expect(typed(ready, 'docker stop nothing')).toBe('Error response from daemon: No such container: nothing\n');
    expect(typed(ready, 'docker nonsense')).toBe("docker: 'nonsense' is not a docker command.\nSee 'docker --help'\n");
    expect(typed(ready, 'docker kill nothing')).toBe('Error response from daemon: Cannot kill container: nothing: No such container: nothing\n');
    expect(typed(ready, 'docker run -p 99999:2181 zookeeper:3.7.0')).toBe("docker: Invalid hostPort: 99999.\nSee 'docker run --help'.\n");
    expect(typed(ready, 'docker run -p 2181:a zookeeper:3.7.0')).toBe("docker: Invalid containerPort: a.\nSee 'docker run --help'.\n");
    expect(typed(ensemble, 'docker exec zookeeper1 nonsense; echo $?')).toBe('OCI runtime exec failed: exec failed: container_linux.go:380: starting container process caused: exec: "nonsense": executable file not found in $PATH: unknown\n126\n');
    expect(typed(ready, 'docker run -d -P --name all zookeeper:3.7.0; docker port all | wc -l')).toMatch(/\n8\n$/);
    expect(typed(ready, 'docker rmi nothing')).toBe('Error: No such image: nothing\n');
  });
});

describe('names on Docker\'s networks', () => {
  it('are not known on the default bridge, and are after network connect', () => {
    const typist = on(ready);
    typist.type('docker run -d --name aa zookeeper:3.7.0; docker run -d --name bb zookeeper:3.7.0');
    expect(typist.type('docker exec aa nc -zv bb 2181')).toContain('Could not resolve hostname "bb"');
    expect(typist.type("docker inspect -f '{{.NetworkSettings.IPAddress}}' bb")).toBe('172.17.0.3\n');
    expect(typist.type('docker exec aa nc -zv 172.17.0.3 2181')).toContain('Connected to 172.17.0.3:2181.');
    typist.type('docker network connect zookeeper-net aa; docker network connect zookeeper-net bb');
    expect(typist.type('docker exec aa nc -zv bb 2181')).toContain('Connected to 172.19.0.3:2181.');
    typist.type('docker network disconnect zookeeper-net bb');
    expect(typist.type('docker exec aa nc -zv bb 2181')).toContain('Could not resolve hostname "bb"');
  });
});

describe('an image that is not there', () => {
  it('is pulled first by docker run, or is honestly not to be had', () => {
    const typist = new Typist();
    typist.type('systemctl start docker');
    const output = typist.type('docker run -d --name zz zookeeper:3.7.0');
    expect(output).toContain("Unable to find image 'zookeeper:3.7.0' locally\n3.7.0: Pulling from library/zookeeper\n");
    typist.run(1_000);
    expect(typist.type("docker ps --format '{{.Names}}'; docker images -q | wc -l")).toBe('zz\n1\n');
    expect(typist.type('docker pull nginx')).toContain('only zookeeper:3.7.0 can be pulled');
  });
});
