/**
 * The threads of a broker that look again and again whether something is due (kafka.utils.ShutdownableThread, not interruptible):
 * who shuts one down waits until its poll under way is over.
 * Simplified: an operation that expires ends a poll of its purgatory early, and the next begins then; here every poll takes its whole time.
 */
import type { Env, Micros } from '../../kernel/program.ts';
import { say, type Broker, type Draft } from './state.ts';

/** Prefix of the timers at which the poll of a thread that is being shut down is over. */
export const THREAD_TIMER = 'shutdown.thread.';
/**
 * How far threads of one part have moved away from each other: those of the recorded brokers begin within 3 ms and stand 13 ms apart after some
 * thirty polls. Whether the next one in line has just begun another poll is thus a matter of chance, in the recordings too.
 */
const START_SPREAD_US = 3_000;
const LATENESS_PER_POLL_US = 500;
/** From the end of one thread to the shutdown of the next: who waits has to wake up. */
const HANDOVER_US = 1_000;

interface Threads {
  /** DelayedOperationPurgatory.ExpiredOperationReaper or ClientQuotaManager.ThrottledChannelReaper. */
  readonly kind: 'ExpirationReaper' | 'ThrottledChannelReaper';
  /** In the order in which they are shut down, one after the other. */
  readonly names: readonly string[];
}

const PARTS = {
  quotaManagers: { kind: 'ThrottledChannelReaper', names: ['Fetch', 'Produce', 'Request'] },
  replicaManager: { kind: 'ExpirationReaper', names: ['Fetch', 'Produce', 'DeleteRecords', 'ElectPreferredLeader'] },
  adminManager: { kind: 'ExpirationReaper', names: ['topic'] },
  groupCoordinator: { kind: 'ExpirationReaper', names: ['Heartbeat', 'Rebalance'] },
} as const satisfies { readonly [part: string]: Threads };

export type ThreadedPart = keyof typeof PARTS;

const KINDS = {
  ExpirationReaper: { pollUs: 200_000, logger: 'kafka.server.DelayedOperationPurgatory$ExpiredOperationReaper' },
  ThrottledChannelReaper: { pollUs: 1_000_000, logger: 'kafka.server.ClientQuotaManager$ThrottledChannelReaper' },
} as const satisfies { readonly [Kind in Threads['kind']]: { readonly pollUs: Micros; readonly logger: string } };

function sayOf(b: Broker, env: Env, part: ThreadedPart, at: number, text: string): void {
  const { kind, names } = PARTS[part];
  say(env, 'INFO', `[${kind}-${kind === 'ExpirationReaper' ? `${b.brokerId}-` : ''}${names[at]}]: ${text}`, KINDS[kind].logger);
}

export function startThreads(b: Draft, env: Env, part: ThreadedPart): void {
  b.threadsSince = { ...b.threadsSince, [part]: env.now };
  for (const at of PARTS[part].names.keys()) sayOf(b, env, part, at, 'Starting');
}

/** Shuts the threads of a part down from this one on, if it was started and there is one; false: there is nothing to wait for. */
export function stopThreads(b: Broker, env: Env, part: ThreadedPart, at = 0): boolean {
  const since = b.threadsSince[part];
  if (since === undefined || at >= PARTS[part].names.length) return false;
  sayOf(b, env, part, at, 'Shutting down');
  const { pollUs } = KINDS[PARTS[part].kind];
  const age = env.now + HANDOVER_US - since;
  const late = Math.round(env.random() * (START_SPREAD_US + (LATENESS_PER_POLL_US * age) / pollUs));
  env.setTimer(`${THREAD_TIMER}${part}.${at}`, HANDOVER_US + pollUs - ((age + pollUs - late) % pollUs));
  return true;
}

/** A poll was over: answers false if that was the last thread of its part. */
export function endThread(b: Broker, env: Env, timer: string): boolean {
  const [part, at] = timer.slice(THREAD_TIMER.length).split('.') as [ThreadedPart, string];
  for (const text of ['Stopped', 'Shutdown completed']) sayOf(b, env, part, Number(at), text);
  return stopThreads(b, env, part, Number(at) + 1);
}
