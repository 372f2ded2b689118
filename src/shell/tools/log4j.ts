/** Lines as the tools' log4j prints them: level WARN and above, to standard error (`tools-log4j.properties` 2.3.0). */
import type { Env, LogLevel, ProcessEvent } from '../../kernel/program.ts';
import { logText } from '../../kernel/log-files.ts';
import { unknownKeys } from '../../kafka/clients/client-config.ts';
import { javaHashOrder } from '../../zookeeper/java-hash-order.ts';
import { JavaException, stackTrace } from './java.ts';

const shown: readonly LogLevel[] = ['WARN', 'ERROR', 'FATAL'];

const ZOOKEEPER_LOOP = [
  'org.apache.zookeeper.ClientCnxnSocketNIO.doTransport(ClientCnxnSocketNIO.java:344)',
  'org.apache.zookeeper.ClientCnxn$SendThread.run(ClientCnxn.java:1282)',
];
const CONNECTING = [
  'java.base/sun.nio.ch.Net.pollConnect(Native Method)',
  'java.base/sun.nio.ch.Net.pollConnectNow(Net.java:672)',
  'java.base/sun.nio.ch.SocketChannelImpl.finishConnect(SocketChannelImpl.java:946)',
  ...ZOOKEEPER_LOOP,
];

/** What ZooKeeper's client logs below its warning that a connection is gone or could not be made. */
function connectionTrace(event: ProcessEvent | null): string {
  if (event?.type !== 'connectFailed') return '';
  if (event.reason === 'refused') return stackTrace(new JavaException('java.net.ConnectException', 'Connection refused', CONNECTING));
  return event.reason === 'noRoute' ? stackTrace(new JavaException('java.net.NoRouteToHostException', 'No route to host', CONNECTING)) : '';
}

/** The same world, some of it done otherwise. */
export function overlay(env: Env, own: Partial<Env>): Env {
  return new Proxy(env, {
    get(target, key): unknown {
      if (Object.hasOwn(own, key)) return own[key as keyof Env];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

/** The same world, but what a client logs while it handles `event` is also printed, as far as the tools show it. */
export function withConsole(env: Env, event: ProcessEvent | null): Env {
  return overlay(env, {
    log(line) {
      env.log(line);
      if (!shown.includes(line.level)) return;
      const trace = line.text.endsWith('(org.apache.zookeeper.ClientCnxn)') ? connectionTrace(event) : '';
      env.print('stderr', logText(env.wallClockMs, line.level, line.text) + trace);
    },
  });
}

const CONFIG_CLASSES = { producer: 'producer.ProducerConfig', consumer: 'consumer.ConsumerConfig', admin: 'admin.AdminClientConfig' } as const;

/** `AbstractConfig.logUnused`, when a client has been made. */
export function warnOfUnknownKeys(kind: keyof typeof CONFIG_CLASSES, properties: { readonly [key: string]: string }, env: Env): void {
  for (const key of javaHashOrder(unknownKeys(kind, properties), (name) => name)) {
    env.print('stderr', logText(env.wallClockMs, 'WARN', `The configuration '${key}' was supplied but isn't a known config. (org.apache.kafka.clients.${CONFIG_CLASSES[kind]})`));
  }
}
