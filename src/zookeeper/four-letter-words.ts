/**
 * Four-letter words (section 5.3; FourLetterCommands and the classes beside it): what a server answers to four bytes on a plain
 * connection. Left out: `hash`, whose digests the model does not have, and `stmk`, which wants eight bytes more; both give nothing.
 */
import { javaDate } from '../kernel/calendar.ts';
import { matches } from '../kernel/machine.ts';
import type { Env } from '../kernel/program.ts';
import { environment } from './environment.ts';
import { javaHashOrder, javaStringHash } from './java-hash-order.ts';
import { configText } from './membership.ts';
import { NO_SESSION, type SessionId } from './messages.ts';
import { monitoredValues } from './monitored-values.ts';
import { monotonicMs } from './proposals.ts';
import { resetConnection, resetStatistics, type ConnectionStatistics } from './server-statistics.ts';
import { sayOnce } from './server-log.ts';
import { say, serverOf, type ClientConnection, type ServerState } from './server-state.ts';
import { FULL_VERSION, averageText, modeOf, outstandingRequests } from './server-summary.ts';
import { nodeCount } from './tree.ts';
import { directorySizes, logDirectory, snapshotDirectory } from './txn-log.ts';
import { watchersByPath } from './watches.ts';
import { formatZxid } from './zxid.ts';

const WORKER = 'NIOWorkerThread-1';
/** jute.maxbuffer */
const MAX_REQUEST_BYTES = 1_048_575;

/** In the order of FourLetterCommands. */
const WORDS = [
  'conf', 'cons', 'crst', 'dirs', 'dump', 'envi', 'gtmk', 'ruok', 'stmk', 'srst', 'srvr', 'stat', 'wchc', 'wchp', 'wchs', 'mntr', 'isro',
  'telnet close', 'hash',
] as const;
const TELNET_CLOSE = -720_899;

/** Four bytes as a big-endian number. */
function codeOf(word: string): number {
  if (word === 'telnet close') return TELNET_CLOSE;
  let code = 0;
  for (let i = 0; i < 4; i++) code = ((code << 8) | (word.charCodeAt(i) & 0xff)) | 0;
  return code;
}

const knownInOrder = javaHashOrder(WORDS, codeOf);

export interface FourLetterAnswered {
  readonly state: ServerState;
  /** Empty: nothing is sent. */
  readonly text: string;
}

function enabledWords(whitelist: string): readonly string[] {
  const enabled = new Set<string>();
  for (const word of whitelist.split(',').map((one) => one.trim())) {
    if (word === '*') {
      for (const known of knownInOrder) enabled.add(known);
      break;
    }
    if (word !== '') enabled.add(word);
  }
  // zkServer.sh depends on it.
  enabled.add('srvr');
  return javaHashOrder([...enabled], javaStringHash);
}

/** `asking` is the connection it came on. */
export function answerFourLetterWord(state: ServerState, env: Env, asking: ClientConnection, word: string): FourLetterAnswered {
  if (!(WORDS as readonly string[]).includes(word)) {
    say(
      state, env, 'WARN', 'NIOServerCnxn@380',
      `Close of session 0x0\njava.io.IOException: Len error. A message from /${asking.peer} with advertised length of ${codeOf(word)} is either a malformed ` +
        `message or too large to process (length is greater than jute.maxbuffer=${MAX_REQUEST_BYTES})`,
      WORKER,
    );
    return { state, text: '' };
  }
  const enabled = enabledWords(state.settings.fourLetterWords);
  const next = sayOnce(state, env, 'FourLetterCommands', [
    ['FourLetterCommands@223', `The list of known four letter word commands is : [{${knownInOrder.map((one) => `${codeOf(one)}=${one}`).join(', ')}}]`],
    ['FourLetterCommands@224', `The list of enabled four letter word commands is : [[${enabled.join(', ')}]]`],
  ], WORKER);
  if (!enabled.includes(word)) return { state: next, text: `${word} is not executed because it is not in the whitelist.\n` };
  say(next, env, 'INFO', 'NIOServerCnxn@514', `Processing ${word} command from /${asking.peer}`, WORKER);
  return answer(next, env, asking, word);
}

function answer(state: ServerState, env: Env, asking: ClientConnection, word: string): FourLetterAnswered {
  const only = (text: string): FourLetterAnswered => ({ state, text });
  switch (word) {
    case 'ruok': return only('imok');
    case 'gtmk': return only(String(TRACE_MASK));
    case 'envi': return only(`Environment:\n${environment(env.host).map(([key, value]) => `${key}=${value}\n`).join('')}`);
    case 'isro': return only(state.isServing ? 'rw' : 'null');
    case 'stmk':
    case 'hash':
    case 'telnet close': return only('');
  }
  if (!state.isServing) return only('This ZooKeeper instance is not currently serving requests\n');
  switch (word) {
    case 'srvr': return only(summary(state, ''));
    case 'stat': {
      say(state, env, 'INFO', 'StatCommand@52', 'Stat command output', WORKER);
      return only(summary(state, `Clients:\n${connections(state).map((one) => connectionText(env, one, one === asking, true)).join('')}\n`));
    }
    case 'cons': return only(`${connections(state).map((one) => connectionText(env, one, one === asking, false)).join('')}\n`);
    case 'conf': return only(configuration(state, env));
    case 'dirs': {
      // Each name shows the other's size (3.7.0).
      const { snapshots, logs } = directorySizes(env, state.settings);
      return only(`datadir_size: ${logs}\nlogdir_size: ${snapshots}\n`);
    }
    case 'dump': return only(dump(state, env));
    case 'wchs': return only(watchSummary(state));
    case 'wchc': return only(watchesBySession(state));
    case 'wchp': return only(watchesByPath(state));
    case 'mntr': return only(monitoredValues(state, env).map(([key, value]) => `zk_${key}\t${value}\n`).join(''));
    case 'crst': {
      const clients: Record<number, ClientConnection> = {};
      for (const one of connections(state)) clients[one.id] = { ...one, statistics: resetConnection(one.statistics) };
      return { state: { ...state, clients }, text: 'Connection stats reset.\n' };
    }
    case 'srst': return { state: { ...state, statistics: resetStatistics(state.statistics) }, text: 'Server stats reset.\n' };
    default: return only('');
  }
}

/** ZooTrace's default: CLIENT_REQUEST, SERVER_PACKET, SESSION and WARNING. */
const TRACE_MASK = 306;

function connections(state: ServerState): readonly ClientConnection[] {
  return Object.values(state.clients);
}

/** `between` stands after the first line. */
function summary(state: ServerState, between: string): string {
  const { packetsReceived, packetsSent, latencies, proposalSizes } = state.statistics;
  const mode = modeOf(state);
  const { last, min, max } = proposalSizes;
  return (
    `Zookeeper version: ${FULL_VERSION}\n${between}` +
    `Latency min/avg/max: ${latencies.minMs}/${averageText(latencies)}/${latencies.maxMs}\n` +
    `Received: ${packetsReceived}\nSent: ${packetsSent}\nConnections: ${connections(state).length}\n` +
    `Outstanding: ${outstandingRequests(state)}\nZxid: ${formatZxid(state.tree.lastProcessedZxid)}\nMode: ${mode}\nNode count: ${nodeCount(state.tree)}\n` +
    (mode === 'leader' ? `Proposal sizes last/min/max: ${last}/${min}/${max}\n` : '')
  );
}

/** The bracket is the socket's interest set: a connection that sent a word is taken off the selector. */
function connectionText(env: Env, client: ClientConnection, isAsking: boolean, brief: boolean): string {
  const { statistics: s, queue, sessionId, timeoutMs } = client;
  const full = brief || sessionId === NO_SESSION ? '' : `,sid=${sessionId},lop=${s.lastOp},est=${s.establishedMs},to=${timeoutMs}${lastOpText(s)}`;
  return ` /${client.peer}[${isAsking ? 0 : 1}](queued=${queue.length},recved=${s.packetsReceived},sent=${s.packetsSent}${full})\n`;
}

function lastOpText({ lastCxid, lastZxid, lastResponseMs, lastLatencyMs, latencies: { count, totalMs, minMs, maxMs } }: ConnectionStatistics): string {
  const cxid = lastCxid >= 0 ? `,lcxid=0x${lastCxid.toString(16)}` : '';
  const average = count === 0 ? 0 : Math.floor(totalMs / count);
  return `${cxid},lzxid=${formatZxid(lastZxid)},lresp=${lastResponseMs},llat=${lastLatencyMs},minlat=${minMs},avglat=${average},maxlat=${maxMs}`;
}

function configuration(state: ServerState, env: Env): string {
  const { settings } = state;
  const { snapshots, logs } = directorySizes(env, settings);
  const isAlone = matches(state.chart, 'standalone');
  const lines = [
    `clientPort=${settings.clientPort ?? -1}`,
    'secureClientPort=-1',
    `dataDir=${snapshotDirectory(settings)}`,
    `dataDirSize=${logs}`,
    `dataLogDir=${logDirectory(settings)}`,
    `dataLogSize=${snapshots}`,
    `tickTime=${settings.tickTimeMs}`,
    `maxClientCnxns=${settings.maxClientCnxns}`,
    `minSessionTimeout=${2 * settings.tickTimeMs}`,
    `maxSessionTimeout=${20 * settings.tickTimeMs}`,
    'clientPortListenBacklog=-1',
    `serverId=${isAlone ? 0 : settings.myid}`,
  ];
  if (isAlone) return `${lines.join('\n')}\n`;
  const self = serverOf(settings, settings.myid)!;
  lines.push(
    `initLimit=${settings.initLimit}`, `syncLimit=${settings.syncLimit}`, 'electionAlg=3', `electionPort=${self.electionPort}`,
    `quorumPort=${self.quorumPort}`, 'peerType=0', 'membership: ', configText(state),
  );
  return lines.join('\n');
}

const bySession = (one: SessionId, other: SessionId): number => {
  const difference = BigInt(one) - BigInt(other);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

function dump(state: ServerState, env: Env): string {
  const { tree, leading } = state;
  const ephemerals = Object.keys(tree.ephemerals).sort(bySession);
  const sessions = leading
    ? `Session ${expirySets(
        env, leading.tracker.buckets, Object.keys(leading.tracker.sessions).sort(bySession).map((id) => ({ deadlineMs: leading.tracker.sessions[id]!.deadlineMs, text: id })),
      )}`
    : `Global Sessions(${Object.keys(tree.sessions).length}):\n${Object.keys(tree.sessions).sort(bySession).map((id) => `${id}\t${tree.sessions[id]!}ms\n`).join('')}`;
  return (
    `SessionTracker dump:\n${sessions}ephemeral nodes dump:\nSessions with Ephemerals (${ephemerals.length}):\n` +
    ephemerals.map((id) => `${id}:\n${tree.ephemerals[id]!.map((path) => `\t${path}\n`).join('')}`).join('') +
    `Connections dump:\nConnections ${expirySets(
      env, state.connectionBuckets, connections(state).map((one) => ({ deadlineMs: one.statistics.deadlineMs, text: `ip: /${one.peer} sessionId: ${one.sessionId}` })),
    )}`
  );
}

function expirySets(env: Env, buckets: readonly number[], elements: readonly { readonly deadlineMs: number; readonly text: string }[]): string {
  const nowMs = monotonicMs(env);
  const coming = buckets.filter((deadlineMs) => deadlineMs > nowMs);
  const sets = coming.map((deadlineMs) => {
    const held = elements.filter((element) => element.deadlineMs === deadlineMs);
    return `${held.length} expire at ${javaDate(env.wallClockMs + deadlineMs - nowMs)}:\n${held.map(({ text }) => `\t${text}\n`).join('')}`;
  });
  return `Sets (${coming.length})/(${elements.length}):\n${sets.join('')}`;
}

function watchSummary(state: ServerState): string {
  const held = watchersByPath(state.watches, 'data');
  const paths = Object.keys(held);
  const pairs = paths.flatMap((path) => held[path]!);
  return `${new Set(pairs).size} connections watching ${paths.length} paths\nTotal watches:${pairs.length}\n`;
}

function watchesByPath(state: ServerState): string {
  const held = watchersByPath(state.watches, 'data');
  const entries = Object.keys(held).map((path) => `${path}\n${held[path]!.map((id) => `\t${state.clients[id]?.sessionId ?? NO_SESSION}\n`).join('')}`);
  return `${entries.join('')}\n`;
}

function watchesBySession(state: ServerState): string {
  const held = watchersByPath(state.watches, 'data');
  const paths = Object.keys(held);
  const watching = [...new Set(paths.flatMap((path) => held[path]!))];
  const entries = watching.map((id) => {
    const own = paths.filter((path) => held[path]!.includes(id));
    return `${state.clients[id]?.sessionId ?? NO_SESSION}\n${own.map((path) => `\t${path}\n`).join('')}`;
  });
  return `${entries.join('')}\n`;
}
