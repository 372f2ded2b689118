/** A terminal in a deployment that was built and not typed: what stands there answers the same commands. */
import { describe, expect, it } from 'vitest';
import { values } from '../../../src/kernel/append-list.ts';
import { refusal, type ClusterAction } from '../../../src/cluster/actions.ts';
import { factsOf, initialObserved } from '../../../src/cluster/observer.ts';
import { RunningCluster } from '../../../src/cluster/running.ts';
import { build } from '../../../src/cluster/description.ts';
import { pullThePlug } from '../../../src/scenarios/pull-the-plug.ts';
import { furnish, isFurnished } from '../../../src/shell/machine/furnish.ts';
import { shellKernel } from '../../../src/shell/kernel.ts';
import { Typist } from '../typist.ts';

function typist(done: readonly ClusterAction[] = []): Typist {
  const running = new RunningCluster(build(pullThePlug.cluster));
  for (const step of pullThePlug.boot) running.perform(step);
  for (const action of done) running.act(action);
  let { world } = running;
  expect(isFurnished(world)).toBe(false);
  for (const action of furnish(world)) world = shellKernel.perform(world, action).world;
  expect(isFurnished(world)).toBe(true);
  const found = new Typist(world);
  found.run(3_000);
  return found;
}

const brokers = (one: Typist): string[] => factsOf(one.world, initialObserved).brokers.map(({ name, state, isUp }) => `${name} ${isUp ? state : 'down'}`);

describe('a terminal in a story', () => {
  it('finds a container off the network that was taken off before it was opened, and puts it back', () => {
    const one = typist([{ type: 'network', container: 'zookeeper2', verb: 'disconnect' }]);
    expect(one.type('docker exec zookeeper1 nc -zv zookeeper2 2181')).toContain('Could not resolve hostname "zookeeper2"');
    expect(one.type('nc -z 127.0.0.1 2183; echo $?')).toBe('Ncat: Connection refused.\n1\n');
    expect(one.type("docker inspect -f '{{.NetworkSettings.IPAddress}}' zookeeper2")).toBe('\n');
    one.type('docker network connect zookeeper-net zookeeper2');
    one.run(8_000);
    expect(one.type('docker exec zookeeper1 nc -zv zookeeper2 2181')).toContain('Connected to 172.19.0.3:2181.');
    expect(one.type('echo srvr | nc 127.0.0.1 2183 | grep Mode')).toMatch(/^Mode: /);
  });

  it('finds in a server\'s log by their addresses who hung up', () => {
    const one = typist();
    one.type('nc -z 127.0.0.1 2182; docker exec zookeeper1 nc -z 127.0.0.1 2181; sleep 1');
    const said = one.type("docker logs zookeeper1 2>&1 | grep 'probably closed' | sed 's/.*address = //'").split('\n');
    expect(said.some((line) => /^\/172\.19\.0\.1:\d+, session = 0x0$/.test(line))).toBe(true);
    expect(said.some((line) => /^\/127\.0\.0\.1:\d+, session = 0x0$/.test(line))).toBe(true);
  });

  it('sees only ports that answer, and connections by the addresses of their ends', () => {
    const one = typist();
    const listening = one.type("netstat -tln | awk '/^tcp/ {print $4}' | sed 's/.*://' | sort -un").trim().split('\n');
    expect(listening).toContain('9092');
    for (const port of listening) expect(one.type(`nc -z 127.0.0.1 ${port}; echo $?`), port).toBe('0\n');
    const established = one.type("netstat -tn | awk '/^tcp/ {print $4, $5}'");
    expect(established).toMatch(/^127\.0\.0\.1:\d+ 127\.0\.0\.1:9093$/m);
    expect(established).toMatch(/^172\.19\.0\.1:\d+ 172\.19\.0\.[234]:2181$/m);
  });

  it('stops and starts Docker\'s daemon, without which nothing is done to containers, by whatever way', () => {
    const one = typist();
    const start = { type: 'container', container: 'zookeeper1', verb: 'start' } as const;
    expect(one.type('systemctl is-active docker')).toBe('active\n');
    one.type('docker stop zookeeper1');
    one.run(100);
    expect(refusal(one.world, start)).toBeUndefined();
    one.type('systemctl stop docker');
    one.run(100);
    expect(one.type('systemctl is-active docker; docker start zookeeper1')).toMatch(/^inactive\nCannot connect to the Docker daemon/);
    expect(refusal(one.world, start)).toEqual({ type: 'dockerIsDown' });
    expect(refusal(one.world, { type: 'network', container: 'zookeeper1', verb: 'disconnect' })).toEqual({ type: 'dockerIsDown' });
    one.type('systemctl start docker');
    expect(refusal(one.world, start)).toBeUndefined();
    one.type('docker start zookeeper1 zookeeper2 zookeeper3');
    one.run(10_000);
    expect(one.type('echo srvr | nc 127.0.0.1 2182 | grep -c Mode; echo srvr | nc 127.0.0.1 2183 | grep -c Mode')).toBe('1\n1\n');
  });

  it('finds no container that was removed before it was opened, and runs another one of that name', () => {
    const one = typist([{ type: 'container', container: 'zookeeper3', verb: 'rm' }]);
    expect(one.type('docker ps -a --format "{{.Names}}"')).toBe('zookeeper2\nzookeeper1\n');
    const [, server1 = ''] = /ZOO_SERVERS=(.*)/.exec(one.type('docker exec zookeeper1 env')) ?? [];
    one.type(`docker run -d --name zookeeper3 --network zookeeper-net -p 2184:2181 -e ZOO_MY_ID=3 -e ZOO_SERVERS="${server1}" zookeeper:3.7.0`);
    one.run(8_000);
    expect(one.type('echo srvr | nc 127.0.0.1 2184 | grep Mode')).toMatch(/^Mode: /);
  });

  it('finds a port that was shut before it was opened in the firewall of its machine, and opens it', () => {
    const one = typist([{ type: 'firewall', process: 'broker-1', port: 9092, verdict: 'REJECT' }]);
    expect(one.type('iptables -L | grep dpt')).toMatch(/^REJECT +tcp .* tcp dpt:9092 reject-with icmp-port-unreachable\n$/);
    expect(one.type('nc -z 127.0.0.1 9092; echo $?')).toBe('Ncat: Connection refused.\n1\n');
    expect(one.type('iptables -D INPUT -p tcp --dport 9092 -j REJECT; nc -z 127.0.0.1 9092; echo $?')).toBe('0\n');
  });

  it('finds containers, brokers, files and topics as if they had been typed', () => {
    const one = typist();
    expect(one.type('docker ps --format "{{.Names}} {{.Ports}}"').split('\n')[0]).toMatch(/^zookeeper3 .*0\.0\.0\.0:2184->2181\/tcp/);
    expect(one.type('ps -ef | grep -c "[k]afka.Kafka"')).toBe('3\n');
    expect(one.type('jps | grep -c Kafka')).toBe('3\n');
    expect(one.type('jps -m | grep Kafka | cut -d " " -f 2- | sort')).toBe('Kafka ../config/server-2.properties\nKafka ../config/server-3.properties\nKafka ../config/server.properties\n');
    expect(one.type('ls /usr/local/kafka/config | grep ^server')).toBe('server-2.properties\nserver-3.properties\nserver.properties\n');
    expect(one.type('ls /usr/local/kafka')).toContain('bin');
    expect(one.type('docker exec zookeeper1 cat /data/myid')).toBe('1\n');
    expect(one.type('docker exec zookeeper1 apt-get update; docker exec zookeeper1 apt-get install -y iputils-ping; docker exec zookeeper1 ping -c 1 zookeeper2')).toContain('172.19.0.3');
    expect(one.type('cd /usr/local/kafka/bin; ./kafka-topics.sh --list --bootstrap-server 127.0.0.1:9092')).toBe('orders\n');
    expect(one.type('./kafka-topics.sh --describe --zookeeper 127.0.0.1:2182 --topic orders')).toContain('Topic: orders\tPartition: 0\tLeader: 1\tReplicas: 1,2,3');
    expect(brokers(one)).toEqual([1, 2, 3].map((id) => `broker-${id} RunningAsBroker`));
    one.type("kill -9 $(ps -ef | grep '[s]erver-2.properties' | awk '{print $2}')");
    expect(brokers(one)).toContain('broker-2 down');
  });

  it('leaves the running cluster as it is: nobody loses a connection or a session', () => {
    const one = typist();
    one.run(20_000);
    const facts = factsOf(one.world, initialObserved);
    expect(facts.servers.map(({ state }) => state)).toEqual(['FOLLOWING', 'LEADING', 'FOLLOWING']);
    const epochs = one.type('cd /usr/local/kafka/bin; ./kafka-topics.sh --describe --bootstrap-server 127.0.0.1:9093 --topic orders');
    expect(epochs.match(/Isr: \S+/g)).toEqual(['Isr: 1,2,3', 'Isr: 2,3,1', 'Isr: 3,1,2']);
  });

  it('stops and starts brokers and containers, which come back with what they had', () => {
    const one = typist();
    const pid = one.world.processes.find(({ name }) => name === 'broker-2')!.pid;
    one.type(`kill -9 ${pid}`);
    one.run(10_000);
    expect(brokers(one)[1]).toBe('broker-2 down');
    one.type('cd /usr/local/kafka/bin; ./kafka-server-start.sh -daemon ../config/server-2.properties');
    one.run(20_000);
    expect(brokers(one)).toEqual([1, 2, 3].map((id) => `broker-${id} RunningAsBroker`));
    expect(one.type('./kafka-topics.sh --describe --bootstrap-server 127.0.0.1:9092 --topic orders').match(/Isr: \S+/g)!.map((isr) => isr.length)).toEqual([10, 10, 10]);
    expect(one.type('grep -c "started (kafka.server.KafkaServer)" ../logs/server.log')).toBe('4\n');
    one.type('docker stop zookeeper3');
    one.run(3_000);
    expect(one.type('docker ps -a --filter name=zookeeper3 --format "{{.Status}}"')).toMatch(/^Exited/);
    one.type('docker start zookeeper3');
    one.run(5_000);
    expect(factsOf(one.world, initialObserved).servers.map(({ state }) => state)).toEqual(['FOLLOWING', 'LEADING', 'FOLLOWING']);
  });

  it('finds what all brokers logged from their start, in the order in which they did, and what they log from now on', () => {
    const one = typist();
    const log = one.type('cat /usr/local/kafka/logs/server.log').trimEnd().split('\n');
    const stamps = log.flatMap((line) => /^\[([^\]]+)\]/.exec(line)?.[1] ?? []);
    expect(stamps).toEqual(stamps.toSorted());
    for (const id of [1, 2, 3]) {
      const own = one.world.processes.find(({ name }) => name === `broker-${id}`)!;
      expect(log.filter((line) => line.includes(`[KafkaServer id=${id}] started (kafka.server.KafkaServer)`))).toHaveLength(1);
      expect([...values(own.lines)].filter(({ file }) => file === 'server').every(({ text }) => log.some((line) => line.endsWith(text.split('\n').at(-1)!)))).toBe(true);
    }
    expect(one.type('grep -c "KafkaServer id=.* started" /usr/local/kafka/logs/server.log; ls /usr/local/kafka/logs | grep log$')).toBe('3\ncontroller.log\nkafka-authorizer.log\nkafka-request.log\nlog-cleaner.log\nserver.log\nstate-change.log\n');
    expect(one.type('tail -n 1 /usr/local/kafka/logs/controller.log')).toMatch(/\(kafka\.controller\..*\)$/m);
    one.input({ type: 'type', text: 'tail -n 0 -f /usr/local/kafka/logs/server.log\n' });
    one.run(200);
    one.world = shellKernel.perform(one.world, { type: 'kill', process: 'broker-3', signal: 'SIGTERM' }).world;
    one.run(8_000);
    expect(one.screen).toContain('[KafkaServer id=3] shut down completed (kafka.server.KafkaServer)\n');
  });

  it('a broker that keeps its data beside the logs comes back with it', () => {
    const one = typist();
    one.type(`cd /usr/local/kafka/bin; kill ${one.world.processes.find(({ name }) => name === 'broker-1')!.pid}`);
    one.run(10_000);
    one.type('./kafka-server-start.sh -daemon ../config/server.properties');
    one.run(20_000);
    expect(one.type('./kafka-topics.sh --describe --bootstrap-server 127.0.0.1:9093 --topic orders').match(/Isr: \S+/g)!.map((isr) => isr.length)).toEqual([10, 10, 10]);
    expect(one.type('ls -d /usr/local/kafka/logs/orders-0 /usr/local/kafka/logs/server.log | cat').split('\n')).toHaveLength(3);
  });
});
