/**
 * What NetworkClient of 2.3.0 says of a node that is not reached, whoever it works for (NetworkClient.initiateConnect, processDisconnection),
 * and what those say who wait for it, with the frames of Java 1.8.0_262.
 */
import type { Micros } from '../../kernel/program.ts';
import { socketText } from '../../zookeeper/socket-text.ts';
import { stackTrace } from '../stack-trace.ts';
import { nodeText, type ClusterNode } from './metadata.ts';

const LOGGER = 'org.apache.kafka.clients.NetworkClient';

/** networkaddress.cache.negative.ttl: for so long the JVM does not ask again for a name that has no address. */
const NEGATIVE_TTL: Micros = 10_000_000;

const LOOKED_UP = [
  'java.net.Inet6AddressImpl.lookupAllHostAddr(Native Method)',
  'java.net.InetAddress$2.lookupAllHostAddr(InetAddress.java:929)',
  'java.net.InetAddress.getAddressesFromNameService(InetAddress.java:1324)',
  'java.net.InetAddress.getAllByName0(InetAddress.java:1277)',
];
const REMEMBERED = ['java.net.InetAddress.getAllByName0(InetAddress.java:1281)'];

const CONNECTING = [
  'java.net.InetAddress.getAllByName(InetAddress.java:1193)',
  'java.net.InetAddress.getAllByName(InetAddress.java:1127)',
  'org.apache.kafka.clients.ClientUtils.resolve(ClientUtils.java:104)',
  'org.apache.kafka.clients.ClusterConnectionStates$NodeConnectionState.currentAddress(ClusterConnectionStates.java:403)',
  'org.apache.kafka.clients.ClusterConnectionStates$NodeConnectionState.access$200(ClusterConnectionStates.java:363)',
  'org.apache.kafka.clients.ClusterConnectionStates.currentAddress(ClusterConnectionStates.java:151)',
  'org.apache.kafka.clients.NetworkClient.initiateConnect(NetworkClient.java:943)',
  'org.apache.kafka.clients.NetworkClient.ready(NetworkClient.java:288)',
];

/** Of the controller's thread for one broker, where it waits for a connection. */
const SEND_THREAD = [
  'kafka.controller.RequestSendThread.brokerReady(ControllerChannelManager.scala:295)',
  'kafka.controller.RequestSendThread.doWork(ControllerChannelManager.scala:249)',
  'kafka.utils.ShutdownableThread.run(ShutdownableThread.scala:89)',
];

const ADMIN = [
  'org.apache.kafka.clients.admin.KafkaAdminClient$AdminClientRunnable.sendEligibleCalls(KafkaAdminClient.java:925)',
  'org.apache.kafka.clients.admin.KafkaAdminClient$AdminClientRunnable.run(KafkaAdminClient.java:1140)',
  'java.lang.Thread.run(Thread.java:748)',
];

/** By whom NetworkClient was asked; of consumers only what they all have in common, below which each call has frames of its own. */
const CALLERS = {
  Producer: [
    'org.apache.kafka.clients.producer.internals.Sender.sendProducerData(Sender.java:357)',
    'org.apache.kafka.clients.producer.internals.Sender.runOnce(Sender.java:330)',
    'org.apache.kafka.clients.producer.internals.Sender.run(Sender.java:251)',
    'java.lang.Thread.run(Thread.java:748)',
  ],
  Consumer: [
    'org.apache.kafka.clients.consumer.internals.ConsumerNetworkClient.trySend(ConsumerNetworkClient.java:474)',
    'org.apache.kafka.clients.consumer.internals.ConsumerNetworkClient.poll(ConsumerNetworkClient.java:252)',
    'org.apache.kafka.clients.consumer.internals.ConsumerNetworkClient.poll(ConsumerNetworkClient.java:233)',
  ],
  AdminClient: ADMIN,
  LegacyAdminClient: ADMIN,
  Controller: ['org.apache.kafka.clients.NetworkClientUtils.awaitReady(NetworkClientUtils.java:65)', ...SEND_THREAD],
  TransactionCoordinator: [
    'kafka.common.InterBrokerSendThread.$anonfun$sendRequests$1(InterBrokerSendThread.scala:89)',
    'kafka.common.InterBrokerSendThread.$anonfun$sendRequests$1$adapted(InterBrokerSendThread.scala:85)',
    'scala.collection.Iterator.foreach(Iterator.scala:941)',
    'scala.collection.Iterator.foreach$(Iterator.scala:941)',
    'scala.collection.AbstractIterator.foreach(Iterator.scala:1429)',
    'scala.collection.IterableLike.foreach(IterableLike.scala:74)',
    'scala.collection.IterableLike.foreach$(IterableLike.scala:73)',
    'scala.collection.AbstractIterable.foreach(Iterable.scala:56)',
    'kafka.common.InterBrokerSendThread.sendRequests(InterBrokerSendThread.scala:85)',
    'kafka.common.InterBrokerSendThread.doWork(InterBrokerSendThread.scala:65)',
    'kafka.utils.ShutdownableThread.run(ShutdownableThread.scala:89)',
  ],
  ReplicaFetcher: [
    'org.apache.kafka.clients.NetworkClientUtils.awaitReady(NetworkClientUtils.java:65)',
    'kafka.server.ReplicaFetcherBlockingSend.sendRequest(ReplicaFetcherBlockingSend.scala:102)',
    'kafka.server.ReplicaFetcherThread.fetchFromLeader(ReplicaFetcherThread.scala:197)',
    'kafka.server.AbstractFetcherThread.processFetchRequest(AbstractFetcherThread.scala:286)',
    'kafka.server.AbstractFetcherThread.$anonfun$maybeFetch$3(AbstractFetcherThread.scala:133)',
    'kafka.server.AbstractFetcherThread.$anonfun$maybeFetch$3$adapted(AbstractFetcherThread.scala:132)',
    'scala.Option.foreach(Option.scala:274)',
    'kafka.server.AbstractFetcherThread.maybeFetch(AbstractFetcherThread.scala:132)',
    'kafka.server.AbstractFetcherThread.doWork(AbstractFetcherThread.scala:114)',
    'kafka.utils.ShutdownableThread.run(ShutdownableThread.scala:89)',
  ],
} as const;

type Caller = keyof typeof CALLERS;

export interface NotReached {
  /** The line, and the exception under it where there is one. */
  readonly text: string;
  /** To be kept if the host was asked for now, and had no address. */
  readonly noted: { readonly unresolvedAt?: Micros };
}

/**
 * `prefix` says who it is: `[Producer clientId=…] `; `address` is the host's, undefined: it has none, and was last asked for in vain at
 * `failedAt`, which the JVM remembers for a while.
 */
export function notReached(prefix: string, node: ClusterNode, address: string | undefined, now: Micros, failedAt: Micros | undefined): NotReached {
  if (address !== undefined) {
    const where = socketText(node.host, address, node.port);
    return { text: `${prefix}Connection to node ${node.id} (${where}) could not be established. Broker may not be available. (${LOGGER})`, noted: {} };
  }
  const caller = /^\[(\w+)/.exec(prefix)?.[1] as Caller;
  const isRemembered = failedAt !== undefined && now - failedAt < NEGATIVE_TTL;
  const exception = `java.net.UnknownHostException: ${node.host}${isRemembered ? '' : ': Name or service not known'}`;
  const trace = stackTrace(exception, [...(isRemembered ? REMEMBERED : LOOKED_UP), ...CONNECTING, ...CALLERS[caller]]);
  return { text: `${prefix}Error connecting to node ${nodeText(node)} (${LOGGER})\n${trace}`, noted: isRemembered ? {} : { unresolvedAt: now } };
}

/** What the controller's thread adds when it was not connected: at once, or in its time. */
export function connectTimedOut(socketTimeoutMs: number): string {
  const [brokerReady, ...frames] = SEND_THREAD;
  return stackTrace(`java.net.SocketTimeoutException: Failed to connect within ${socketTimeoutMs} ms`, [brokerReady!.replace(':295', ':296'), ...frames]);
}

export function connectionFailed(node: ClusterNode): string {
  return stackTrace(`java.io.IOException: ${connectionFailedText(node)}`, ['org.apache.kafka.clients.NetworkClientUtils.awaitReady(NetworkClientUtils.java:71)', ...SEND_THREAD]);
}

/** `NetworkClientUtils.awaitReady`. */
export const connectionFailedText = (node: ClusterNode): string => `Connection to ${nodeText(node)} failed.`;

/** `NetworkClientUtils.sendAndReceive`. */
export const disconnectedText = (node: number): string => `Connection to ${node} was disconnected before the response was read`;
