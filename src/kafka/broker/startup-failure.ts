/** Why a broker does not start, and how the official 2.3.0 build (Scala 2.12) prints it: the exception with the frames of its place. */
import type { BrokerChartContext } from './broker.machine.ts';
import type { ChartState } from '../../kernel/machine.ts';
import { stackTrace } from '../stack-trace.ts';

export type FailedAt = 'zookeeperConnection' | 'brokerId' | 'lock' | 'bind' | 'registration';

export interface StartupFailure {
  readonly exception: string;
  /** With its frames, as it is logged. */
  readonly trace: string;
  /** There was a session to close; a client that does not connect is closed before the failure is told. */
  readonly hasSession: boolean;
  /** Before its id is known the broker's lines do not name it. */
  readonly isIdentified: boolean;
  /** The logs were loaded, so that they are closed as after a clean shutdown. */
  readonly hasLogs: boolean;
}

const server = (line: number): readonly string[] => [
  `kafka.server.KafkaServer.startup(KafkaServer.scala:${line})`,
  'kafka.server.KafkaServerStartable.startup(KafkaServerStartable.scala:38)',
  'kafka.Kafka$.main(Kafka.scala:84)',
  'kafka.Kafka.main(Kafka.scala)',
];

const FRAMES: { readonly [place in FailedAt]: readonly string[] } = {
  zookeeperConnection: [
    'kafka.zookeeper.ZooKeeperClient.$anonfun$waitUntilConnected$3(ZooKeeperClient.scala:258)',
    'scala.runtime.java8.JFunction0$mcV$sp.apply(JFunction0$mcV$sp.java:23)',
    'kafka.utils.CoreUtils$.inLock(CoreUtils.scala:253)',
    'kafka.zookeeper.ZooKeeperClient.waitUntilConnected(ZooKeeperClient.scala:254)',
    'kafka.zookeeper.ZooKeeperClient.<init>(ZooKeeperClient.scala:112)',
    'kafka.zk.KafkaZkClient$.apply(KafkaZkClient.scala:1826)',
    'kafka.server.KafkaServer.createZkClient$1(KafkaServer.scala:364)',
    'kafka.server.KafkaServer.initZkClient(KafkaServer.scala:387)',
    ...server(207),
  ],
  brokerId: ['kafka.server.KafkaServer.getBrokerIdAndOfflineDirs(KafkaServer.scala:715)', ...server(214)],
  lock: [
    'kafka.log.LogManager.$anonfun$lockLogDirs$1(LogManager.scala:241)',
    'scala.collection.TraversableLike.$anonfun$flatMap$1(TraversableLike.scala:244)',
    'scala.collection.mutable.ResizableArray.foreach(ResizableArray.scala:62)',
    'scala.collection.mutable.ResizableArray.foreach$(ResizableArray.scala:55)',
    'scala.collection.mutable.ArrayBuffer.foreach(ArrayBuffer.scala:49)',
    'scala.collection.TraversableLike.flatMap(TraversableLike.scala:244)',
    'scala.collection.TraversableLike.flatMap$(TraversableLike.scala:241)',
    'scala.collection.AbstractTraversable.flatMap(Traversable.scala:108)',
    'kafka.log.LogManager.lockLogDirs(LogManager.scala:236)',
    'kafka.log.LogManager.<init>(LogManager.scala:97)',
    'kafka.log.LogManager$.apply(LogManager.scala:1022)',
    ...server(242),
  ],
  bind: [
    'kafka.network.Acceptor.openServerSocket(SocketServer.scala:605)',
    'kafka.network.Acceptor.<init>(SocketServer.scala:481)',
    'kafka.network.SocketServer.createAcceptor(SocketServer.scala:253)',
    'kafka.network.SocketServer.$anonfun$createDataPlaneAcceptorsAndProcessors$1(SocketServer.scala:222)',
    'kafka.network.SocketServer.$anonfun$createDataPlaneAcceptorsAndProcessors$1$adapted(SocketServer.scala:220)',
    'scala.collection.mutable.ResizableArray.foreach(ResizableArray.scala:62)',
    'scala.collection.mutable.ResizableArray.foreach$(ResizableArray.scala:55)',
    'scala.collection.mutable.ArrayBuffer.foreach(ArrayBuffer.scala:49)',
    'kafka.network.SocketServer.createDataPlaneAcceptorsAndProcessors(SocketServer.scala:220)',
    'kafka.network.SocketServer.startup(SocketServer.scala:120)',
    ...server(255),
  ],
  registration: [
    'org.apache.zookeeper.KeeperException.create(KeeperException.java:126)',
    'kafka.zk.KafkaZkClient$CheckedEphemeral.getAfterNodeExists(KafkaZkClient.scala:1784)',
    'kafka.zk.KafkaZkClient$CheckedEphemeral.create(KafkaZkClient.scala:1722)',
    'kafka.zk.KafkaZkClient.checkedEphemeralCreate(KafkaZkClient.scala:1689)',
    'kafka.zk.KafkaZkClient.registerBroker(KafkaZkClient.scala:97)',
    ...server(262),
  ],
};

const BEFORE_THE_ID = ['connecting', 'creatingZnodes', 'readingClusterId', 'resolvingBrokerId'];

const phaseOf = ({ value }: ChartState<BrokerChartContext>): string => (typeof value === 'string' ? value : String(Object.values(value)[0]));

/** Whether a broker that still starts, or runs, knows its id. */
export const isIdentified = (chart: ChartState<BrokerChartContext>): boolean => !BEFORE_THE_ID.includes(phaseOf(chart));

/** `chart`: where it stood. What fails elsewhere is printed without frames. */
export function startupFailure(chart: ChartState<BrokerChartContext>, exception: string, place: FailedAt | null): StartupFailure {
  const phase = phaseOf(chart);
  const identified = isIdentified(chart);
  const frames = place === null ? [] : FRAMES[place];
  return { exception, trace: stackTrace(exception, frames), hasSession: phase !== 'connecting', isIdentified: identified, hasLogs: identified && phase !== 'loadingLogs' };
}
