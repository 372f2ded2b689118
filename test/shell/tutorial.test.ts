/** The tutorial's own lines, as they stand there, up to the tools that talk to the cluster; what it edits by hand is edited with sed here. */
import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { findProcess } from '../../src/kernel/world.ts';
import { ClusterFacts } from '../../src/cluster/observe.ts';
import { Typist } from './typist.ts';

const container = (id: number): string => `docker run -p ${2181 + id}:2181 -d --name zookeeper${id} --hostname zookeeper${id} --network zookeeper-net --memory 1g \\
-v /usr/local/zookeeper${id}/data:/data \\
-v /usr/local/zookeeper${id}/log:/datalog \\
-e ZOO_MY_ID=${id} \\
-e ZOO_SERVERS="server.1=zookeeper1:2888:3888;2181 server.2=zookeeper2:2888:3888;2181 server.3=zookeeper3:2888:3888;2181" \\
zookeeper:3.7.0`;

const KAFKA = `cd /usr/local
tar -zxvf kafka_2.12-2.3.0.tgz
mv kafka_2.12-2.3.0 kafka
cd kafka
mkdir logs
cd config
sed -i -e 's/^broker.id=.*/broker.id=1/' -e 's#^log.dirs=.*#log.dirs=/usr/local/kafka/logs#' -e 's#^zookeeper.connect=.*#zookeeper.connect=127.0.0.1:2182,127.0.0.1:2183,127.0.0.1:2184#' server.properties
echo "listeners=PLAINTEXT://127.0.0.1:9092" >> server.properties
cd ../bin`;

const broker = (id: number): string => `sed -e 's/^broker.id=.*/broker.id=${id}/' -e 's#^log.dirs=.*#log.dirs=/usr/local/kafka/logs-${id}#' -e 's#:9092#:${9091 + id}#' ../config/server.properties > ../config/server-${id}.properties`;

const facts = (typist: Typist): ClusterFacts => new ClusterFacts(typist.world, null, () => ({ sent: 0, acked: 0, failed: 0, waiting: 0, waitedMs: 0, ackedLost: 0 }));
const states = (typist: Typist): string[] => facts(typist).brokers.map(({ name, state, isUp }) => `${name} ${isUp ? state : 'down'}`);
/** What a broker's log says was wrong. */
const fatal = (typist: Typist, name: string): string => {
  const { lines } = findProcess(typist.world, name)!;
  return [...lines.full.flat(), ...lines.tail].filter(({ level }) => level === 'ERROR' || level === 'FATAL').map(({ text }) => text).join('\n');
};

const ensemble = (): Typist => {
  const typist = new Typist();
  typist.type(`java -version
sudo systemctl start docker
sudo docker network create zookeeper-net
sudo docker pull zookeeper:3.7.0
${[1, 2, 3].map(container).join('\n')}`);
  typist.run(10_000);
  return typist;
};

const oneBroker = (): Typist => {
  const typist = ensemble();
  typist.type(KAFKA);
  typist.type('./kafka-server-start.sh -daemon ../config/server.properties');
  typist.run(5_000);
  return typist;
};

describe('the tutorial', () => {
  it('runs from the empty host to an ensemble and a broker that jps shows', () => {
    const typist = oneBroker();
    expect(typist.type('jps')).toBe('bash: jps: command not found\n');
    expect(typist.type('sudo yum install java-1.8.0-openjdk-devel')).toContain('Complete!');
    expect(typist.type('jps')).toMatch(/^\d+ Kafka\n\d+ Jps\n$/);
    expect(typist.type('jps -m')).toMatch(/^\d+ Kafka \.\.\/config\/server\.properties\n\d+ Jps -m\n$/);
    expect(states(typist)).toEqual(['broker-1 RunningAsBroker']);
    expect(facts(typist).servers.map(({ state, isServing }) => `${state} ${isServing}`).sort()).toEqual(['FOLLOWING true', 'FOLLOWING true', 'LEADING true']);
    expect(typist.type('cat ../config/server.properties | grep "listeners"')).toContain('listeners=PLAINTEXT://127.0.0.1:9092\n');
    expect(typist.type('netstat -tuln | grep 9092')).toMatch(/^tcp6 +0 +0 127\.0\.0\.1:9092 +:::\* +LISTEN/);
    const names = typist.type('ls -A ../logs | cat').split('\n');
    for (const name of ['.lock', 'controller.log', 'kafkaServer.out', 'log-cleaner.log', 'meta.properties', 'server.log', 'state-change.log']) expect(names).toContain(name);
    expect(typist.type('cat ../logs/meta.properties')).toMatch(/^#\n#\w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC 2026\nbroker\.id=1\nversion=0\n$/);
    expect(typist.type('cat ../logs/server.log')).toBe(typist.type('cat ../logs/kafkaServer.out'));
    expect(typist.type('grep -c "started (kafka.server.KafkaServer)" ../logs/server.log')).toBe('1\n');
  });

  it('writes its log where tail -f sees it grow, a file an hour', () => {
    const typist = oneBroker();
    typist.input({ type: 'type', text: 'tail -n 1 -f ../logs/server.log\n' });
    typist.run(1_000);
    expect(typist.screen).toMatch(/\] INFO .*\n$/);
    const before = typist.screen;
    const second = new Typist(typist.world, 'terminal-2');
    second.type('cd /usr/local/kafka/bin; ./kafka-topics.sh --create --bootstrap-server 127.0.0.1:9092 --replication-factor 1 --partitions 1 --topic seen');
    typist.world = second.world;
    typist.run(1_000);
    expect(typist.screen.slice(before.length)).toMatch(/^\[2026-11-22 \d\d:\d\d:\d\d,\d{3}\] INFO .*\n[^]*Created log for partition seen-0/);
    typist.input({ type: 'key', key: 'C-c' });
    // The world begins at 07:29.
    typist.run(3_600_000);
    second.world = typist.world;
    second.type('./kafka-topics.sh --create --bootstrap-server 127.0.0.1:9092 --replication-factor 1 --partitions 1 --topic later');
    expect(second.type('ls ../logs | grep server.log')).toBe('server.log\nserver.log.2026-11-22-07\n');
    expect(second.type('grep -c seen-0 ../logs/server.log')).toBe('0\n');
  });

  it('goes on to a topic and its messages with Kafka\'s own tools', () => {
    const typist = oneBroker();
    expect(typist.type('./kafka-topics.sh --version')).toBe('2.3.0 (Commit:fc1aaa116b661c8a)\n');
    expect(typist.type('./kafka-topics.sh --create --bootstrap-server 127.0.0.1:9092 --replication-factor 1 --partitions 1 --topic test')).toBe('');
    expect(typist.type('./kafka-topics.sh --list --bootstrap-server 127.0.0.1:9092')).toBe('test\n');
    expect(typist.type("printf 'hello\\nworld\\n' | ./kafka-console-producer.sh --broker-list 127.0.0.1:9092 --topic test")).toContain('>>>');
    expect(typist.type('./kafka-console-consumer.sh --bootstrap-server 127.0.0.1:9092 --topic test --from-beginning --max-messages 2')).toBe('hello\nworld\nProcessed a total of 2 messages\n');
    expect(typist.type('cd ../logs && ../bin/kafka-dump-log.sh --print-data-log --files test-0/00000000000000000000.log')).toMatch(
      /^Dumping test-0\/00000000000000000000\.log\nStarting offset: 0\nbaseOffset: 0 lastOffset: 1 count: 2 .* isvalid: true\n\| offset: 0 .* payload: hello\n\| offset: 1 .* payload: world\n$/,
    );
  });

  it('says that the broker is at the name the machine calls itself, since the file names no listener', () => {
    const typist = ensemble();
    typist.type(KAFKA);
    typist.type("sed -i '/^listeners=/d' ../config/server.properties; ./kafka-server-start.sh -daemon ../config/server.properties");
    typist.run(5_000);
    expect(typist.type('./kafka-broker-api-versions.sh --bootstrap-server 127.0.0.1:9092 | head -n 1')).toBe('host:9092 (id: 1 rack: null) -> (\n');
  });

  it('lets time go on where the check for preferred leaders has no interval', () => {
    const typist = ensemble();
    typist.type(KAFKA);
    typist.type('echo leader.imbalance.check.interval.seconds=0 >> ../config/server.properties; ./kafka-server-start.sh -daemon ../config/server.properties');
    const { sequence } = typist.world;
    typist.run(10_000);
    expect(states(typist)).toEqual(['broker-1 RunningAsBroker']);
    expect(typist.world.sequence - sequence).toBeLessThan(5_000);
  });

  it('is reached only where it listens: at its loopback address not from outside, whatever the firewall lets in', () => {
    const typist = oneBroker();
    typist.type('firewall-cmd --add-port=9092/tcp');
    const from = (machine: string, address: string): string => {
      const other = new Typist(typist.world, `look-${machine}-${address}`, machine);
      return other.type(`nc -zv ${address} 9092`).split('\n').find((line) => /Connected|refused/.test(line))!;
    };
    expect(from('host', '127.0.0.1')).toBe('Ncat: Connected to 127.0.0.1:9092.');
    expect(from('host', '192.168.1.7')).toBe('Ncat: Connection refused.');
    expect(from('laptop', '203.0.113.10')).toBe('Ncat: Connection refused.');
    typist.type("./kafka-server-stop.sh; sleep 8; sed -i 's#^listeners=.*#listeners=PLAINTEXT://:9092#' ../config/server.properties; ./kafka-server-start.sh -daemon ../config/server.properties; sleep 5");
    expect(typist.type('netstat -tuln | grep 9092')).toMatch(/^tcp6 +0 +0 :::9092 +:::\* +LISTEN/);
    expect(typist.type('grep -c "Awaiting socket connections on 0.0.0.0:9092." ../logs/server.log')).toBe('1\n');
    for (const [machine, address] of [['host', '127.0.0.1'], ['host', '192.168.1.7'], ['laptop', '203.0.113.10']] as const) expect(from(machine, address)).toBe(`Ncat: Connected to ${address}:9092.`);
  });

  it('with a listener for either side tells each the address of its own', () => {
    const typist = ensemble();
    typist.type(KAFKA);
    typist.type('firewall-cmd --add-port=9092/tcp; sed -i "/^listeners=/d" ../config/server.properties');
    const broker = (id: number, inside: number, outside: number): void => {
      typist.type(`sed -e "s/^broker.id=.*/broker.id=${id}/" -e "s#^log.dirs=.*#log.dirs=/tmp/logs-${id}#" ../config/server.properties > ../config/two-${id}.properties`);
      typist.type(`echo -e "listeners=INTERNAL://:${inside},EXTERNAL://:${outside}\nadvertised.listeners=INTERNAL://192.168.1.7:${inside},EXTERNAL://203.0.113.10:${outside}\nlistener.security.protocol.map=INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT" >> ../config/two-${id}.properties`);
    };
    broker(1, 9094, 9092);
    typist.type('./kafka-server-start.sh -daemon ../config/two-1.properties; sleep 5');
    expect(typist.type('grep -h "requirement failed" ../logs/kafkaServer.out')).toContain('java.lang.IllegalArgumentException: requirement failed: inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options based on currently configured listeners are INTERNAL,EXTERNAL\n');
    broker(2, 9095, 9093);
    typist.type('for_both="inter.broker.listener.name=internal"; echo $for_both >> ../config/two-1.properties; echo $for_both >> ../config/two-2.properties');
    typist.type('./kafka-server-start.sh -daemon ../config/two-1.properties; sleep 5; ./kafka-server-start.sh -daemon ../config/two-2.properties; sleep 5');
    typist.type('./kafka-topics.sh --create --bootstrap-server 127.0.0.1:9092 --topic both --partitions 1 --replication-factor 2; sleep 3');
    expect(typist.type('./kafka-topics.sh --describe --zookeeper 127.0.0.1:2182 --topic both | grep -c "Isr: [12],[12]"')).toBe('1\n');
    const told = (address: string): string[] => [...typist.type(`./kafka-broker-api-versions.sh --bootstrap-server ${address} | grep rack`).matchAll(/^(\S+) \(id/gm)].map(([, node]) => node!).sort();
    expect(told('127.0.0.1:9092')).toEqual(['203.0.113.10:9092', '203.0.113.10:9093']);
    expect(told('127.0.0.1:9094')).toEqual(['192.168.1.7:9094', '192.168.1.7:9095']);
    expect(typist.type("echo inside | ./kafka-console-producer.sh --broker-list 192.168.1.7:9094 --topic both; ./kafka-console-consumer.sh --bootstrap-server 203.0.113.10:9092 --topic both --group g --from-beginning --max-messages 1")).toContain('inside\nProcessed a total of 1 messages');
  });

  it('reads lines that were pasted behind a tool that reads none', () => {
    const typist = oneBroker();
    const list = './kafka-topics.sh --list --bootstrap-server 127.0.0.1:9092';
    expect(typist.type(`${list}\n${list}; nc -zv 127.0.0.1 9092\necho read`)).toMatch(/read\n$/);
  });

  it('goes on with two more brokers, which kafka-server-stop.sh ends all', () => {
    const typist = oneBroker();
    for (const id of [2, 3]) {
      typist.type(broker(id));
      typist.type(`./kafka-server-start.sh -daemon ../config/server-${id}.properties`);
      typist.run(5_000);
    }
    expect(states(typist)).toEqual([1, 2, 3].map((id) => `broker-${id} RunningAsBroker`));
    expect(typist.type('./kafka-server-stop.sh; ps -ef | grep -c kafka.Kafka')).toBe('3\n');
    typist.run(10_000);
    expect(states(typist)).toEqual([1, 2, 3].map((id) => `broker-${id} down`));
    expect(typist.type('./kafka-server-stop.sh; echo $?')).toBe('No kafka server to stop\n1\n');
  });
});

/**
 * What is compared of a recorded failure: the exception and the lines of the parts that are modelled; `java.*` frames and causes are the machine's.
 * A thread says itself that it has stopped, before or after the one that waited for it goes on: that line is left out.
 */
const MODELLED = /(?<!\]: Stopped )\((kafka\.server\.(KafkaServer(Startable)?|ReplicaManager(\$LogDirFailureHandler)?|ReplicaFetcherManager|ReplicaAlterLogDirsManager|DelayedOperationPurgatory\$ExpiredOperationReaper|ClientQuotaManager\$ThrottledChannelReaper)|kafka\.log\.LogManager|kafka\.zookeeper\.ZooKeeperClient|kafka\.network\.SocketServer|kafka\.zk\.KafkaZkClient\$CheckedEphemeral)\)$/;
const failureLines = (text: string): readonly string[] => {
  const lines = text.trimEnd().split('\n');
  const cause = lines.findIndex((line) => line.startsWith('Caused by: '));
  const causeEnds = cause < 0 ? -1 : lines.findIndex((line, i) => i > cause && line.startsWith('['));
  return lines
    .filter((line, i) => (line.startsWith('[') ? MODELLED.test(line) : i < cause || i >= causeEnds))
    .map((line) => line.replace(/^\[[^\]]*\]/, '[<date>]').replace(/'\d{10,}'/g, "'<session>'"));
};
const recorded = (name: string): readonly string[] => {
  const capture = readFileSync(new URL('../captures/kafka/17-start-failures.txt', import.meta.url), 'utf8');
  return failureLines(capture.split(`== ${name} ==\n`)[1]!.split('\n== ')[0]!);
};
const printedFailure = (typist: Typist, directory = '<logdir>'): readonly string[] => {
  const lines = typist.type('cat ../logs/kafkaServer.out').replaceAll(directory, '<logdir>').split('\n');
  return failureLines(lines.slice(lines.findIndex((line) => / ERROR (\[KafkaServer id=\d+\] Fatal|Fatal|Error while creating ephemeral)/.test(line))).join('\n'));
};

it('scripts of Kafka that have no counterpart here say so', () => {
  const typist = new Typist();
  typist.type(KAFKA);
  for (const script of typist.type('ls -1 .').trim().split('\n')) expect(typist.type(`./${script}`), script).not.toContain('Permission denied');
  expect(typist.type('./kafka-acls.sh --list; echo $?')).toBe('kafka-acls.sh: a real host has it, but it is not modelled in this lab\nkafka-acls.sh：真实主机上有这个命令，但本实验室没有模拟它\n127\n');
  expect(typist.type('./zookeeper-server-stop.sh; echo $?')).toBe('No zookeeper server to stop\n1\n');
});

it('kafka-cli#28 KL-28 kafka-server-stop.sh where no broker runs', () => {
  const typist = new Typist();
  typist.type(KAFKA);
  expect(typist.type('./kafka-server-stop.sh; echo $?')).toBe('No kafka server to stop\n1\n');
  expect(typist.type('./kafka-server-stop.sh 2>/dev/null')).toBe('No kafka server to stop\n');
});

describe('a broker that cannot start', () => {
  it('says that nobody is there for ZooKeeper, after six seconds', () => {
    const typist = new Typist();
    typist.type(KAFKA);
    typist.type('./kafka-server-start.sh -daemon ../config/server.properties');
    typist.run(8_000);
    expect(fatal(typist, 'broker-1')).toContain('kafka.zookeeper.ZooKeeperClientTimeoutException: Timed out waiting for connection while in state: CONNECTING');
    expect(states(typist)).toEqual(['broker-1 down']);
    expect(printedFailure(typist)).toEqual(recorded('no ZooKeeper'));
  });

  it('with the log directory of another finds it locked', () => {
    const typist = oneBroker();
    typist.type("sed -e 's/^broker.id=.*/broker.id=1/' -e 's#:9092#:9093#' ../config/server.properties > ../config/server-2.properties");
    typist.type('./kafka-server-start.sh -daemon ../config/server-2.properties');
    typist.run(5_000);
    expect(fatal(typist, 'broker-1-2')).toContain('Failed to acquire lock on file .lock in /usr/local/kafka/logs. A Kafka instance in another process or thread is using this directory.');
    expect(printedFailure(typist, '/usr/local/kafka/logs')).toEqual(recorded('log directory locked'));
  });

  it('with another id than its directory knows says which', () => {
    const typist = oneBroker();
    typist.type("./kafka-server-stop.sh; sleep 10; sed -i 's/^broker.id=.*/broker.id=2/' ../config/server.properties");
    typist.type('./kafka-server-start.sh -daemon ../config/server.properties');
    typist.run(5_000);
    expect(printedFailure(typist)).toEqual(recorded('broker.id other than in meta.properties').map((line) => line.replace('broker.id 3', 'broker.id 2')));
    expect(fatal(typist, 'broker-2')).toContain("Configured broker.id 2 doesn't match stored broker.id 1 in meta.properties");
  });

  it('on a port in use, or one that Docker publishes, says so', () => {
    const typist = oneBroker();
    typist.type(`${broker(2).replace(':9093', ':9092')}; ./kafka-server-start.sh -daemon ../config/server-2.properties`);
    typist.run(5_000);
    expect(fatal(typist, 'broker-2')).toContain('Socket server failed to bind to 127.0.0.1:9092: Address already in use.');
    expect(printedFailure(typist)).toEqual(recorded('port in use'));
    typist.type(`${broker(3).replace(':9094', ':2182')}; ./kafka-server-start.sh -daemon ../config/server-3.properties`);
    typist.run(5_000);
    expect(fatal(typist, 'broker-3')).toContain('Socket server failed to bind to 127.0.0.1:2182: Address already in use.');
  });

  it('at an address that its machine does not have, or at a name that has none, says so', () => {
    const typist = oneBroker();
    for (const [name, address] of [['listener at an address of another machine', '10.255.255.9'], ['listener at a name without an address', 'no.such.name.invalid']] as const) {
      typist.type(`${broker(2)}; sed -i 's#//127.0.0.1:9093#//${address}:39092#' ../config/server-2.properties; ./kafka-server-start.sh -daemon ../config/server-2.properties`);
      typist.run(5_000);
      expect(printedFailure(typist)).toEqual(recorded(name).map((line) => line.replace('id=1]', 'id=2]').replace('brokerId=1]', 'brokerId=2]')));
    }
  });

  it('at any of its own addresses starts', () => {
    const typist = oneBroker();
    const own = ['0.0.0.0', 'host', 'localhost', '203.0.113.10'];
    for (const [index, address] of own.entries()) {
      const port = 9093 + index;
      typist.type(`cp ../config/server.properties own.properties; echo -e "broker.id=${index + 2}\nlisteners=PLAINTEXT://${address}:${port}\nadvertised.listeners=PLAINTEXT://127.0.0.1:${port}\nlog.dirs=/tmp/own-${index}" >> own.properties; ./kafka-server-start.sh -daemon own.properties`);
      typist.run(5_000);
    }
    expect(states(typist)).toEqual([1, 2, 3, 4, 5].map((id) => `broker-${id} RunningAsBroker`));
  });

  it('with the id of a living one finds its node', () => {
    const typist = oneBroker();
    typist.type(`${broker(2).replace('broker.id=2', 'broker.id=1')}; ./kafka-server-start.sh -daemon ../config/server-2.properties`);
    typist.run(15_000);
    expect(fatal(typist, 'broker-1-2')).toContain('NodeExists');
    expect(printedFailure(typist)).toEqual(recorded('id registered by a living broker'));
    // It closed its logs in good order.
    expect(typist.type('ls -A ../logs-2 | cat')).toContain('.kafka_cleanshutdown\n');
  });

  it('without its file leaves that in its logs', () => {
    const typist = oneBroker();
    expect(typist.type('./kafka-server-start.sh -daemon nosuch.properties; echo $?')).toBe('0\n');
    expect(typist.type('cat ../logs/kafkaServer.out')).toMatch(/^\[.*\] INFO Registered kafka:type=kafka\.Log4jController MBean .*\n\[.*\] ERROR Exiting Kafka due to fatal exception \(kafka\.Kafka\$\)\njava\.nio\.file\.NoSuchFileException: nosuch\.properties\n\tat /);
    expect(typist.type('tail -n 5 ../logs/server.log')).toContain('NoSuchFileException: nosuch.properties\n');
    expect(typist.type('./kafka-server-start.sh nosuch.properties; echo $?')).toMatch(/ERROR Exiting Kafka .*\n[^]*\n1\n$/);
  });

  it('in the foreground prints its log, and its shell has its status', () => {
    const typist = oneBroker();
    const output = typist.type("echo 'broker.id=0 //x' > bad.properties; ./kafka-server-start.sh bad.properties; echo status $?");
    expect(output).toMatch(/ERROR Exiting Kafka due to fatal exception \(kafka\.Kafka\$\)\n/);
    expect(output).toMatch(/status 1\n$/);
    typist.type('./kafka-server-stop.sh; sleep 8');
    const from = typist.screen.length;
    typist.input({ type: 'type', text: './kafka-server-start.sh ../config/server.properties\n' });
    typist.run(8_000);
    typist.input({ type: 'key', key: 'C-c' });
    typist.run(8_000);
    const shown = typist.screen.slice(from);
    expect(shown).toContain('INFO [KafkaServer id=1] started (kafka.server.KafkaServer)\n');
    expect(shown).toContain('INFO Terminating process due to signal SIGINT (');
    expect(shown).not.toMatch(/^\[\S+ \S+\] (DEBUG|TRACE)|\[Controller id=1\]/m);
    expect(typist.type('echo $?')).toBe('130\n');
    expect(typist.type('./kafka-server-start.sh; echo $?')).toBe('USAGE: ./kafka-server-start.sh [-daemon] server.properties [--override property=value]*\n1\n');
  });
});

it('runs a Kafka from where it is unpacked', () => {
  const typist = ensemble();
  typist.type('mkdir -p /opt; cd /opt; tar -zxf /usr/local/kafka_2.12-2.3.0.tgz; mv kafka_2.12-2.3.0 kafka; cd kafka/bin');
  typist.type("sed -i 's#^zookeeper.connect=.*#zookeeper.connect=127.0.0.1:2182#' ../config/server.properties; ./kafka-server-start.sh -daemon ../config/server.properties");
  typist.run(5_000);
  expect(typist.type('grep -c "started (kafka.server.KafkaServer)" ../logs/server.log')).toBe('1\n');
  expect(typist.type('ls /usr/local/kafka')).toContain('No such file or directory');
  expect(typist.type('ps -ef | grep -o "kafka.logs.dir=[^ ]*" | head -1')).toBe('kafka.logs.dir=/opt/kafka/bin/../logs\n');
});
