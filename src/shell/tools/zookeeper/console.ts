/**
 * What the log of ZooKeeper's client puts on its console. zkCli 3.7.0 prints everything from INFO on (conf/log4j.properties); the 3.4.14
 * of Kafka's distribution warnings alone, in words of its own.
 */
import { log4jTime } from '../../../kernel/calendar.ts';
import { logText } from '../../../kernel/log-files.ts';
import type { ConnectFailure, Env, LogLevel, LogLine, OutputStream, ProcessEvent } from '../../../kernel/program.ts';
import { JavaException, stackTrace } from '../java.ts';
import { overlay } from '../log4j.ts';

export type Dialect = '3.4.14' | '3.7.0';

const LEVELS: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/** `INFO,CONSOLE`: the level of the root logger; null: nothing goes to the console. */
export function consoleLevel(property: string | undefined): LogLevel | null {
  const [level = 'INFO', ...appenders] = (property ?? 'INFO,CONSOLE').split(',').map((one) => one.trim());
  if (!appenders.includes('CONSOLE')) return null;
  return LEVELS.find((one) => one === level.toUpperCase()) ?? 'INFO';
}

/** `text` begins with its place, `[main:ZooKeeper@637] - `; a thread that talks to a server carries its address as `myid`. */
function line37(wallClockMs: number, { level, text }: Pick<LogLine, 'level' | 'text'>): string {
  const server = /^\[main-SendThread\((.*?)\):/.exec(text)?.[1] ?? '';
  return `${log4jTime(wallClockMs)} [myid:${server}] - ${level.padEnd(5)} ${text}\n`;
}

/** Of 3.7.0: where the loop of the sending thread calls its socket. */
const LOOP_37 = 'org.apache.zookeeper.ClientCnxn$SendThread.run(ClientCnxn.java:1280)';
const SOCKET = 'org.apache.zookeeper.ClientCnxnSocketNIO';

function readingFailed(session: string): JavaException {
  const exception = new JavaException('EndOfStreamException', `Unable to read additional data from server sessionid ${session}, likely server has closed socket`, [
    `${SOCKET}.doIO(ClientCnxnSocketNIO.java:77)`, `${SOCKET}.doTransport(ClientCnxnSocketNIO.java:350)`, LOOP_37,
  ]);
  return exception;
}

const UNRESOLVED = 'java.nio.channels.UnresolvedAddressException';
const CHECK_ADDRESS = ['java.base/sun.nio.ch.Net.checkAddress(Net.java:149)', 'java.base/sun.nio.ch.Net.checkAddress(Net.java:157)', 'java.base/sun.nio.ch.SocketChannelImpl.checkRemote(SocketChannelImpl.java:816)', 'java.base/sun.nio.ch.SocketChannelImpl.connect(SocketChannelImpl.java:839)'];

function connectingFailed(reason: ConnectFailure): JavaException {
  const named = { refused: ['ConnectException', 'Connection refused'], timedOut: ['ConnectException', 'Connection timed out'], noRoute: ['NoRouteToHostException', 'No route to host'] } as const;
  if (reason === 'unknownHost') {
    return new JavaException(UNRESOLVED, '', [
      ...CHECK_ADDRESS, `${SOCKET}.registerAndConnect(ClientCnxnSocketNIO.java:260)`, `${SOCKET}.connect(ClientCnxnSocketNIO.java:270)`,
      'org.apache.zookeeper.ClientCnxn$SendThread.startConnect(ClientCnxn.java:1167)', 'org.apache.zookeeper.ClientCnxn$SendThread.run(ClientCnxn.java:1200)',
    ]);
  }
  const [name, message] = named[reason];
  return new JavaException(`java.net.${name}`, message, [
    'java.base/sun.nio.ch.Net.pollConnect(Native Method)', 'java.base/sun.nio.ch.Net.pollConnectNow(Net.java:672)',
    'java.base/sun.nio.ch.SocketChannelImpl.finishConnect(SocketChannelImpl.java:946)', `${SOCKET}.doTransport(ClientCnxnSocketNIO.java:344)`, LOOP_37,
  ]);
}

const LOSS = /Session (0x[\da-f]+) for sever .* Attempting reconnect/;
const TIMED_OUT = /Client session timed out, have not heard .*/;
const EXPIRED = /Unable to reconnect to ZooKeeper service, session .* has expired/;

/** The exception below the warning that a connection is gone: what `event` was, or what was warned of just before. */
function lossTrace(session: string, event: ProcessEvent | null, before: string): string {
  if (event?.type === 'connectFailed') return stackTrace(connectingFailed(event.reason));
  if (event?.type === 'closed') return stackTrace(readingFailed(session));
  if (TIMED_OUT.test(before)) return stackTrace(new JavaException('org.apache.zookeeper.ClientCnxn$SessionTimeoutException', before, ['org.apache.zookeeper.ClientCnxn$SendThread.run(ClientCnxn.java:1248)']));
  return stackTrace(
    new JavaException('org.apache.zookeeper.ClientCnxn$SessionExpiredException', before, [
      'org.apache.zookeeper.ClientCnxn$SendThread.onConnected(ClientCnxn.java:1424)',
      'org.apache.zookeeper.ClientCnxnSocket.readConnectResult(ClientCnxnSocket.java:154)',
      `${SOCKET}.doIO(ClientCnxnSocketNIO.java:86)`, `${SOCKET}.doTransport(ClientCnxnSocketNIO.java:350)`, LOOP_37,
    ]),
  );
}

/** What 3.4.14 says of the same; undefined: nothing, or nothing above INFO. A refused connection is INFO there. */
function text34(text: string, event: ProcessEvent | null): string | undefined {
  const timedOut = TIMED_OUT.exec(text)?.[0];
  if (timedOut !== undefined) return timedOut.replace('session id', 'sessionid');
  const expired = EXPIRED.exec(text)?.[0];
  if (expired !== undefined) return expired;
  const [, session, server] = /Session (0x[\da-f]+) for sever (\S+),/.exec(text) ?? [];
  if (event?.type !== 'connectFailed' || event.reason !== 'unknownHost' || session === undefined) return undefined;
  return `Session ${session} for server ${server!}, unexpected error, closing socket connection and attempting reconnect`;
}

export interface Console {
  readonly env: Env;
  /** Prints what was logged since the last time. */
  release(): void;
}

/** The same world, but what the client logs while it handles `event` goes to its console as well, when it is released. */
export function consoleOn(env: Env, dialect: Dialect, level: LogLevel | null, event: ProcessEvent | null): Console {
  let before = '';
  let held: { readonly stream: OutputStream; readonly text: string }[] = [];
  const put = (stream: OutputStream, text: string): void => void held.push({ stream, text });
  const logging = overlay(env, {
    log(line) {
      env.log(line);
      if (level === null || LEVELS.indexOf(line.level) < LEVELS.indexOf(level)) return;
      if (dialect === '3.4.14') {
        const text = text34(line.text, event);
        if (text === undefined) return;
        const trace = text.includes('unexpected error') ? stackTrace(new JavaException(UNRESOLVED, '')) : '';
        put('stderr', logText(env.wallClockMs, line.level, `${text} (org.apache.zookeeper.ClientCnxn)`) + trace);
        return;
      }
      const session = LOSS.exec(line.text)?.[1];
      const isUnresolved = session !== undefined && event?.type === 'connectFailed' && event.reason === 'unknownHost';
      if (isUnresolved) {
        const [, address] = /for sever (\S+),/.exec(line.text)!;
        put('stdout', line37(env.wallClockMs, { level: 'ERROR', text: `${line.text.slice(0, line.text.indexOf(':ClientCnxn$'))}:ClientCnxnSocketNIO@272] - Unable to open socket to ${address!}` }));
      }
      put('stdout', line37(env.wallClockMs, line) + (session === undefined ? '' : lossTrace(session, event, before)));
      if (line.level === 'WARN') before = line.text.slice(line.text.indexOf('] - ') + 4);
    },
  });
  return {
    env: logging,
    release() {
      for (const { stream, text } of held) env.print(stream, text);
      held = [];
    },
  };
}
