/**
 * Compares a re-enactment with its recording. Times are compared as delays after the event that set them off, or after t=0 for
 * what a step of the script at a fixed time set off. How far a delay may leave the range of the recorded runs:
 * - 250 ms where machines work (the recordings name up to 100 ms of noise for one time; a delay is made of two);
 * - 2000 ms where it depends on when the last ping was (a third of the session time-out) and on how the server rounds expiries
 *   up to its tick, or on where in its period a scheduled task stood (2.5 s for spreading
 *   ISR changes, which gets 2500 ms; 5 s for shrinking);
 * - 500 ms for the end of the threads of a broker's purgatories: seven, one after the other, each with its poll of 200 ms;
 * - 1500 ms for the start of a broker (0.6 to 1.5 s in the recordings, said not to be representative).
 */
import { masked, type Recording, type Row } from './recording.ts';
import type { Reenactment } from './reenactment.ts';

/** When a row of the table happened in the re-enactment; undefined: it did not. */
export function timeOf(row: Row, again: Reenactment): number | undefined {
  const { label, nth } = counted(row.label);
  const gap = /^(\S+?):? (?:\(acks=\S+\): )?longest gap between (?:acks|records), (last ack before|first ack after|from|to)$/.exec(label);
  if (gap) {
    const { from, to } = again.longestGap(gap[1]!);
    return gap[2] === 'from' || gap[2] === 'last ack before' ? from : to;
  }
  const ends = /^broker (\d+) process ends$/.exec(label);
  if (ends) return again.ends.find(({ process, at }) => process === `broker-${ends[1]}` && at >= 0)?.at;
  const log = /^b(\d) (\S+): (.*)$/.exec(label);
  if (log) {
    const wanted = new RegExp(`^${log[3]!.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\bN\b/g, '\\d+')}$`);
    return again.lines.filter((line) => line.at >= 0 && line.process === `broker-${log[1]}` && line.file === log[2] && wanted.test(line.text.split('\n')[0]!))[nth]?.at;
  }
  const closed = /^ZK session 0x\.\. \(broker \d\) closed; ephemerals deleted: \[(.*)\]$/.exec(label);
  if (closed) {
    const paths = closed[1]!.split(', ').sort();
    return again.closes.filter(({ at, deleted }) => at >= 0 && [...deleted].sort().join() === paths.join())[nth]?.at;
  }
  const registered = /^ZK multi\[create \(ephemeral\) (\/brokers\/ids\/\d) null; set/.exec(label);
  const elected = /^ZK multi\[create \(ephemeral\) \/controller \{"version":1,"brokerid":(\d).*set (\/controller_epoch) (v.*)\]$/.exec(label);
  const changes = again.changes.filter(({ at }) => at >= 0);
  if (registered) return changes.filter(({ path, what }) => path === registered[1] && what.startsWith('create'))[nth]?.at;
  if (elected) {
    const at = changes.find(({ path, what }) => path === elected[2] && what === `set ${elected[3]!}`)?.at;
    return changes.some((one) => one.at === at && one.path === '/controller' && one.what.includes(`"brokerid":${elected[1]!}`)) ? at : undefined;
  }
  const change = /^ZK \[?(create|set|delete) (\S+)/.exec(label);
  if (!change) throw new Error(`a row of an unknown kind: ${label}`);
  const unbracketed = label.startsWith('ZK [') ? label.slice(4, -1) : label.slice(3);
  const data = change[1] === 'delete' ? '' : unbracketed.slice(`${change[1]!} ${change[2]!} `.length);
  const path = change[1] === 'delete' ? unbracketed.slice('delete '.length) : change[2]!;
  const wanted = anyOrder(`${change[1]!}${data === '' ? '' : ` ${masked(data)}`}`);
  return changes.filter((one) => one.path === path && anyOrder(one.what) === wanted)[nth]?.at;
}

/** The partitions of an announced ISR change are a set: their order is that of a Scala hash set. */
function anyOrder(what: string): string {
  return what.replace(/"partitions":\[(\{.*\})\]/, (_, list: string) => list.split(/(?<=\}),/).sort().join());
}

function counted(label: string): { readonly label: string; readonly nth: number } {
  const found = / #(\d+)$/.exec(label);
  return found ? { label: label.slice(0, found.index), nth: Number(found[1]) - 1 } : { label, nth: 0 };
}

/** Where ZooKeeper comes back: a server of the recordings needs 1 s to 2 s to start, and a client tries once a second. */
const ZOOKEEPER_RETURNS_MS = 2_000;

interface Kind {
  readonly slackMs: number;
  readonly setsOff: boolean;
}

function kindOf(label: string): Kind {
  if (/closed; ephemerals/.test(label)) return { slackMs: 2_000, setsOff: true };
  if (/create \/isr_change_notification/.test(label)) return { slackMs: 2_500, setsOff: false };
  if (/Shrinking ISR|isr-expiration|Session expired/.test(label)) return { slackMs: 2_000, setsOff: true };
  if (/\] Resigned /.test(label)) return { slackMs: 500, setsOff: false };
  if (/process ends|Fatal error during/.test(label)) return { slackMs: 1_500, setsOff: false };
  if (/create \(ephemeral\) \/brokers\/ids/.test(label)) return { slackMs: 1_500, setsOff: true };
  // What a step of the script or a tool began: when, says the driver.
  if (/\/config\/topics|\/admin\//.test(label)) return { slackMs: 2_000, setsOff: true };
  // A fetcher that exists already comes to it when its fetch under way is answered, after 500 ms at the latest.
  if (/Truncating partition .* to local high watermark/.test(label)) return { slackMs: 500, setsOff: false };
  // A client that waits tries again after its back-off (at most 1 s) or learns of a new leader by then.
  if (/first ack after| to$/.test(label)) return { slackMs: 1_000, setsOff: false };
  // A load may stop because of an event that comes a moment later in the table, such as a shrinking, with that event's phase.
  if (/last ack before| from$/.test(label)) return { slackMs: 2_000, setsOff: false };
  return { slackMs: 250, setsOff: false };
}

export interface Divergence {
  readonly label: string;
  readonly recorded: string;
  readonly simulated: string;
}

/** Rows that the re-enactment misses or shows at another time. Rows that some run misses are not asked for. */
export function timeDivergences(recording: Recording, again: Reenactment): readonly Divergence[] {
  const found: Divergence[] = [];
  const { rows } = recording;
  const isGap = (label: string): boolean => label.includes('longest gap');
  const order = [...rows].sort((a, b) => (a.at.find((one) => one !== null) ?? 0) - (b.at.find((one) => one !== null) ?? 0));
  const times = new Map(recording.rows.map((row) => [row, timeOf(row, again)]));
  for (const row of rows) {
    // Where nothing interrupted a client its longest gap is anywhere.
    if (isGap(row.label) && !isInterruption(row, recording)) continue;
    const time = times.get(row);
    if (time === undefined) {
      if (row.at.every((one) => one !== null)) found.push({ label: row.label, recorded: row.at.join(' / '), simulated: 'did not happen' });
      continue;
    }
    const column = row.at.findIndex((one) => one !== null);
    const before = order.filter(
      (other) => other !== row && kindOf(other.label).setsOff && !isGap(other.label) && (other.at[column] ?? Infinity) <= row.at[column]! && times.get(other) !== undefined,
    );
    // An announced ISR change is deleted because it is there; nothing else waits for it.
    const announced = /delete (\/isr_change_notification\/\w+)/.exec(row.label)?.[1];
    const cause = (announced === undefined ? undefined : order.find(({ label }) => label.startsWith(`ZK create ${announced}`))) ?? before.at(-1);
    const delays = row.at.flatMap((one, run) => {
      if (one === null) return [];
      if (cause === undefined) return [one];
      const from = cause.at[run];
      return from === null || from === undefined ? [] : [one - from];
    });
    const delay = cause === undefined ? time : time - times.get(cause)!;
    const slackMs = kindOf(row.label).slackMs + (recording.script.some((line) => line.startsWith('zkstart')) ? ZOOKEEPER_RETURNS_MS : 0);
    const isNear = (value: number, runs: readonly number[]): boolean => runs.length > 0 && value >= Math.min(...runs) - slackMs && value <= Math.max(...runs) + slackMs;
    const sinceZero = row.at.filter((one) => one !== null);
    if (!isNear(delay, delays) && !isNear(time, sinceZero)) {
      const after = cause === undefined ? 't=0' : cause.label.slice(0, 60);
      found.push({ label: row.label, recorded: `${delays.join(' / ')} after ${after}`, simulated: String(Math.round(delay)) });
    }
  }
  return found;
}

/** A gap of more than a second in every run, with both of its ends. */
function isInterruption(row: Row, recording: Recording): boolean {
  const stem = row.label.slice(0, row.label.lastIndexOf(','));
  const [from, to] = recording.rows.filter(({ label }) => label.startsWith(`${stem},`));
  if (from === undefined || to === undefined) return false;
  return from.at.every((one, run) => one !== null && (to.at[run] ?? 0) - one > 1_000);
}

const PARTITION_STATE = /Sending (become-\w+) LeaderAndIsr request PartitionState\(([^)]*)\) to broker (\d+) for partition (\S+)/;

/** What LeaderAndIsr told each broker about each partition from t=0 on, in order. */
export function leaderAndIsr(lines: readonly { readonly at: number; readonly text: string }[]): Readonly<Record<string, readonly string[]>> {
  const told: Record<string, string[]> = {};
  for (const { at, text } of lines) {
    if (at < 0) continue;
    const found = PARTITION_STATE.exec(text);
    if (!found || found[4]!.startsWith('__')) continue;
    (told[`${found[4]!} to broker ${found[3]!}`] ??= []).push(`${found[1]!} ${found[2]!}`);
  }
  return told;
}

export function recordedLeaderAndIsr(recording: Recording): ReturnType<typeof leaderAndIsr> {
  return leaderAndIsr(recording.timeline.filter(({ source }) => source.endsWith('state-change')));
}

export function simulatedLeaderAndIsr(again: Reenactment): ReturnType<typeof leaderAndIsr> {
  return leaderAndIsr(again.lines.filter(({ file }) => file === 'state-change'));
}
