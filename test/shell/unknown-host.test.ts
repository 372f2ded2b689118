/** A broker that is told to others by a name without an address, as two real 2.3.0 brokers and their tools had it (loopback, ZooKeeper 3.5.9). */
import { beforeAll, describe, expect, it } from 'vitest';
import { Typist } from './typist.ts';

const KAFKA = 'cd /usr/local/kafka/bin';
const NODE = 'kafka2:9093 (id: 2 rack: null)';

/** Broker 2 is told as kafka2. `on-two` is led by it, `on-one` by the other. */
let typist: Typist;
beforeAll(() => {
  typist = new Typist();
  typist.type('systemctl start docker; docker network create n; docker run -d -p 2182:2181 --name z1 --network n zookeeper:3.7.0 > /dev/null 2>&1; sleep 5');
  typist.type('cd /usr/local; tar -xzf kafka_2.12-2.3.0.tgz; mv kafka_2.12-2.3.0 kafka');
  for (const id of [1, 2]) {
    typist.type(`cd /usr/local/kafka/bin; echo -e "broker.id=${id}\\nlisteners=PLAINTEXT://127.0.0.1:${9091 + id}\\nlog.dirs=/tmp/d${id}\\nzookeeper.connect=127.0.0.1:2182\\noffsets.topic.replication.factor=1\\noffsets.topic.num.partitions=1" > s${id}.properties`);
  }
  typist.type('echo advertised.listeners=PLAINTEXT://kafka2:9093 >> s2.properties');
  for (const id of [1, 2]) typist.type(`./kafka-server-start.sh -daemon s${id}.properties; sleep 6`);
  for (const [topic, assignment] of [['on-two', '2:1'], ['on-one', '1:2']] as const) typist.type(`./kafka-topics.sh --create --zookeeper 127.0.0.1:2182 --topic ${topic} --replica-assignment ${assignment}`);
  typist.run(3_000);
});

const on = (): Typist => {
  const one = new Typist(typist.world, 'unknown-host');
  one.type(KAFKA);
  return one;
};

/** Lines from the first that matches on, without dates, as far as the frames go. */
function stack(text: string, first: RegExp): string[] {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => first.test(line));
  const end = lines.findIndex((line, at) => at > from + 1 && !line.startsWith('\tat '));
  return lines.slice(from, end < 0 ? undefined : end).map((line) => line.replace(/^>*\[[^\]]*\] /, ''));
}
const kafkaFrames = (lines: readonly string[]): string[] => lines.filter((line) => /^\tat (?!java)/.test(line)).map((line) => line.slice(4));

const CONNECTING = [
  'org.apache.kafka.clients.ClientUtils.resolve(ClientUtils.java:104)',
  'org.apache.kafka.clients.ClusterConnectionStates$NodeConnectionState.currentAddress(ClusterConnectionStates.java:403)',
  'org.apache.kafka.clients.ClusterConnectionStates$NodeConnectionState.access$200(ClusterConnectionStates.java:363)',
  'org.apache.kafka.clients.ClusterConnectionStates.currentAddress(ClusterConnectionStates.java:151)',
  'org.apache.kafka.clients.NetworkClient.initiateConnect(NetworkClient.java:943)',
  'org.apache.kafka.clients.NetworkClient.ready(NetworkClient.java:288)',
];

describe('a broker by a name without an address', () => {
  it('is what the controller cannot reach, ten times a second', () => {
    const one = on();
    const server = one.type('cat ../logs/server.log');
    const found = stack(server, /targetBrokerId=2. Error/);
    expect(found.slice(0, 2)).toEqual([`WARN [Controller id=1, targetBrokerId=2] Error connecting to node ${NODE} (org.apache.kafka.clients.NetworkClient)`, 'java.net.UnknownHostException: kafka2: Name or service not known']);
    expect(kafkaFrames(found)).toEqual([
      ...CONNECTING,
      'org.apache.kafka.clients.NetworkClientUtils.awaitReady(NetworkClientUtils.java:65)',
      'kafka.controller.RequestSendThread.brokerReady(ControllerChannelManager.scala:295)',
      'kafka.controller.RequestSendThread.doWork(ControllerChannelManager.scala:249)',
      'kafka.utils.ShutdownableThread.run(ShutdownableThread.scala:89)',
    ]);
    const exceptions = server.split('\n').filter((line) => line.startsWith('java.net.UnknownHostException: kafka2')).slice(0, 100);
    // For ten seconds the JVM remembers that there was none.
    expect(exceptions.filter((line) => line.endsWith('not known')).length).toBeLessThanOrEqual(4);
    expect(stack(one.type('cat ../logs/controller.log'), /was unsuccessful/)).toEqual([
      `WARN [RequestSendThread controllerId=1] Controller 1's connection to broker ${NODE} was unsuccessful (kafka.controller.RequestSendThread)`,
      `java.io.IOException: Connection to ${NODE} failed.`,
      '\tat org.apache.kafka.clients.NetworkClientUtils.awaitReady(NetworkClientUtils.java:71)',
      '\tat kafka.controller.RequestSendThread.brokerReady(ControllerChannelManager.scala:295)',
      '\tat kafka.controller.RequestSendThread.doWork(ControllerChannelManager.scala:249)',
      '\tat kafka.utils.ShutdownableThread.run(ShutdownableThread.scala:89)',
    ]);
  });

  it('is what its follower cannot fetch from', () => {
    const found = stack(on().type('cat ../logs/server.log'), /ReplicaFetcher replicaId=1, leaderId=2, fetcherId=0. Error connecting/);
    expect(found[0]).toBe(`WARN [ReplicaFetcher replicaId=1, leaderId=2, fetcherId=0] Error connecting to node ${NODE} (org.apache.kafka.clients.NetworkClient)`);
    expect(kafkaFrames(found).slice(CONNECTING.length, CONNECTING.length + 3)).toEqual([
      'org.apache.kafka.clients.NetworkClientUtils.awaitReady(NetworkClientUtils.java:65)',
      'kafka.server.ReplicaFetcherBlockingSend.sendRequest(ReplicaFetcherBlockingSend.scala:102)',
      'kafka.server.ReplicaFetcherThread.fetchFromLeader(ReplicaFetcherThread.scala:197)',
    ]);
  });

  it('is said by producer, consumer and admin client, which go on trying; what another one leads is not concerned', () => {
    const one = on();
    expect(one.type('echo hi | ./kafka-console-producer.sh --broker-list 127.0.0.1:9092 --topic on-one')).toBe('>>');
    one.input({ type: 'type', text: './kafka-console-producer.sh --broker-list 127.0.0.1:9092 --topic on-two\n' });
    one.run(1_500);
    one.input({ type: 'type', text: 'hi\n' });
    one.run(4_000);
    const screen = one.screen;
    const found = stack(screen.slice(screen.indexOf('hi\n')), /Error connecting/);
    expect(found[0]).toBe(`WARN [Producer clientId=console-producer] Error connecting to node ${NODE} (org.apache.kafka.clients.NetworkClient)`);
    expect(kafkaFrames(found)).toEqual([
      ...CONNECTING,
      'org.apache.kafka.clients.producer.internals.Sender.sendProducerData(Sender.java:357)',
      'org.apache.kafka.clients.producer.internals.Sender.runOnce(Sender.java:330)',
      'org.apache.kafka.clients.producer.internals.Sender.run(Sender.java:251)',
    ]);
    // After 50, 100, 200, 400, 800 ms and then about every second, with a fifth more or less.
    const times = screen.split('\n').filter((line) => line.includes('Producer clientId=console-producer] Error')).length;
    expect(times).toBeGreaterThanOrEqual(6);
    expect(times).toBeLessThanOrEqual(10);
    const asked = on().type('./kafka-console-consumer.sh --bootstrap-server 127.0.0.1:9092 --topic on-two --partition 0 --offset earliest --timeout-ms 4000', 30);
    expect(asked).toMatch(/WARN \[Consumer clientId=consumer-1, groupId=console-consumer-\d+\] Error connecting to node kafka2:9093 \(id: 2 rack: null\) \(org\.apache\.kafka\.clients\.NetworkClient\)\njava\.net\.UnknownHostException: kafka2: Name or service not known\n/);
    expect(asked).toContain('\njava.net.UnknownHostException: kafka2\n\tat java.net.InetAddress.getAllByName0(InetAddress.java:1281)\n');
    expect(on().type('./kafka-log-dirs.sh --bootstrap-server 127.0.0.1:9092 --describe', 20)).toContain(`WARN [AdminClient clientId=log-dirs-tool] Error connecting to node ${NODE} (org.apache.kafka.clients.NetworkClient)`);
  });

  it('is reached as soon as /etc/hosts has an address for the name', () => {
    const one = on();
    one.type('echo 127.0.0.1 kafka2 >> /etc/hosts; sleep 5');
    expect(one.type('echo told | ./kafka-console-producer.sh --broker-list kafka2:9093 --topic on-two')).toBe('>>');
    expect(one.type('./kafka-console-consumer.sh --bootstrap-server kafka2:9093 --topic on-two --partition 0 --offset earliest --max-messages 1')).toBe('told\nProcessed a total of 1 messages\n');
    expect(one.type("./kafka-topics.sh --describe --zookeeper 127.0.0.1:2182 --topic on-two | grep -c 'Isr: 2,1'")).toBe('1\n');
    one.type('./kafka-server-stop.sh; sleep 40');
    expect(one.type('./kafka-broker-api-versions.sh --bootstrap-server kafka2:9093', 3)).toContain('Connection to node -1 (kafka2/127.0.0.1:9093) could not be established. Broker may not be available.');
  });
});
