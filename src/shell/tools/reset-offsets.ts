/** `kafka-consumer-groups.sh --reset-offsets`: which partitions, which offsets, and the commit (`ConsumerGroupService.resetOffsets`). */
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from '../../kafka/protocol/list-offsets.ts';
import type { TopicPartition } from '../../kafka/topic-partition.ts';
import { err, log, out, wallClock } from './asking.ts';
import { epochMs } from '../../kernel/calendar.ts';
import { committedOffsets, commitOffsets, describeGroup, isSame, nameOf, offsetsAt, partitionsFor, type PartitionOffset } from './group-questions.ts';
import { JavaException } from './java.ts';
import { has, numberOf, valueOf, valuesOf, type Options } from './options.ts';
import type { Script } from './script.ts';
import { readText, type ReadFile } from './tool.ts';

export const SCENARIOS = ['to-offset', 'shift-by', 'to-datetime', 'by-duration', 'to-earliest', 'to-latest', 'to-current', 'from-file'] as const;

export type GroupOffsets = { readonly group: string; readonly offsets: readonly PartitionOffset[] };

const illegal = (message: string): JavaException => new JavaException('java.lang.IllegalArgumentException', message);

/** Milliseconds since 1970 of `YYYY-MM-DDTHH:mm:SS.sss`, in UTC unless it has a zone. */
function datetimeMs(text: string): number {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{1,3})(?:Z|([+-])(\d\d):?(\d\d)?)?$/.exec(text);
  if (!match) throw new JavaException('java.text.ParseException', `Unparseable date: "${text}"`);
  const [year, month, day, hour, minute, second, millisecond] = match.slice(1, 8).map(Number) as [number, number, number, number, number, number, number];
  const zone = (match[8] === '-' ? -1 : 1) * (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0));
  return epochMs({ year, month, day }) + ((hour * 60 + minute - zone) * 60 + second) * 1_000 + millisecond;
}

/** Milliseconds of an ISO duration `PnDTnHnMnS`. */
function durationMs(text: string): number {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i.exec(text);
  if (!match || /^PT?$/i.test(text)) throw new JavaException('java.time.format.DateTimeParseException', 'Text cannot be parsed to a Duration');
  const [days, hours, minutes, seconds] = match.slice(1, 5).map((part) => Number(part ?? 0)) as [number, number, number, number];
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}

/** Lines `topic,partition,offset` of one group, or `group,topic,partition,offset`. */
export function parsePlan(given: Options, read: ReadFile): readonly GroupOffsets[] | null {
  const path = valueOf(given, 'from-file');
  if (path === undefined) return null;
  const groups = valuesOf(given, 'group');
  const plan = new Map<string, PartitionOffset[]>();
  for (const row of readText(path, read).split('\n').filter((line) => line !== '')) {
    const columns = row.split(',');
    const [group, topic, partition, offset] = columns.length === 3 && groups.length === 1 ? [groups[0]!, ...columns] : columns;
    plan.set(group!, [...(plan.get(group!) ?? []), { topic: topic!, partition: Number(partition), offset: Number(offset) }]);
  }
  return [...plan].map(([group, offsets]) => ({ group, offsets }));
}

function* partitionsToReset(given: Options, group: string, timeoutMs: number): Script<readonly TopicPartition[]> {
  if (has(given, 'all-topics')) return yield* committedOffsets(group, timeoutMs);
  const partitions: TopicPartition[] = [];
  for (const scope of valuesOf(given, 'topic')) {
    const [topic, numbers] = scope.split(':');
    if (numbers === undefined) partitions.push(...(yield* partitionsFor(topic!)));
    else partitions.push(...numbers.split(',').map((number) => ({ topic: topic!, partition: Number(number) })));
  }
  return partitions;
}

/** Keeps offsets inside the log, with a warning for each that was not. */
function* withinLog(wanted: readonly PartitionOffset[]): Script<readonly PartitionOffset[]> {
  const starts = yield* offsetsAt(wanted, EARLIEST_TIMESTAMP);
  const ends = yield* offsetsAt(wanted, LATEST_TIMESTAMP);
  const kept: PartitionOffset[] = [];
  for (const [index, one] of wanted.entries()) {
    const [start, end] = [starts[index]!.offset, ends[index]!.offset];
    const offset = Math.min(Math.max(one.offset, start), end);
    if (offset !== one.offset) {
      const [way, edge] = one.offset > end ? ['higher than latest', end] : ['lower than earliest', start];
      yield* log('WARN', `New offset (${one.offset}) is ${way} offset for topic partition ${nameOf(one)}. Value will be set to ${edge}`, 'kafka.admin.ConsumerGroupCommand$');
    }
    kept.push({ ...one, offset });
  }
  return kept;
}

function* atTime(partitions: readonly TopicPartition[], timestamp: number): Script<readonly PartitionOffset[]> {
  const found = yield* offsetsAt(partitions, timestamp);
  const ends = yield* offsetsAt(partitions, LATEST_TIMESTAMP);
  return found.map((one, index) => (one.offset < 0 ? ends[index]! : one));
}

function* newOffsets(given: Options, group: string, timeoutMs: number, fromFile: readonly GroupOffsets[] | null): Script<readonly PartitionOffset[]> {
  const partitions = yield* partitionsToReset(given, group, timeoutMs);
  const scenario = SCENARIOS.find((name) => has(given, name))!;
  switch (scenario) {
    case 'to-offset':
      return yield* withinLog(partitions.map((one) => ({ ...one, offset: numberOf(given, 'to-offset')! })));
    case 'to-earliest':
      return yield* offsetsAt(partitions, EARLIEST_TIMESTAMP);
    case 'to-latest':
      return yield* offsetsAt(partitions, LATEST_TIMESTAMP);
    case 'shift-by': {
      const committed = yield* committedOffsets(group, timeoutMs);
      const by = numberOf(given, 'shift-by')!;
      const shifted = partitions.map((one) => {
        const current = committed.find((known) => isSame(known, one));
        if (!current) throw illegal(`Cannot shift offset for partition ${nameOf(one)} since there is no current committed offset`);
        return { ...one, offset: current.offset + by };
      });
      return yield* withinLog(shifted);
    }
    case 'to-datetime':
      return yield* atTime(partitions, datetimeMs(valueOf(given, 'to-datetime')!));
    case 'by-duration':
      return yield* atTime(partitions, (yield* wallClock()) - durationMs(valueOf(given, 'by-duration')!));
    case 'to-current': {
      const committed = yield* committedOffsets(group, timeoutMs);
      const ends = yield* offsetsAt(partitions, LATEST_TIMESTAMP);
      return partitions.map((one, index) => committed.find((known) => isSame(known, one)) ?? ends[index]!);
    }
    case 'from-file': {
      const planned = fromFile?.find((one) => one.group === group);
      if (planned) return yield* withinLog(planned.offsets);
      yield* out(`\nError: No reset plan for group ${group} found`);
      return [];
    }
  }
}

const byName = (a: PartitionOffset, b: PartitionOffset): number => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1);

export function* resetOffsets(given: Options, groups: readonly string[], timeoutMs: number, fromFile: readonly GroupOffsets[] | null): Script<void> {
  const isExecuted = has(given, 'execute') && !has(given, 'dry-run');
  const results: GroupOffsets[] = [];
  for (const group of groups) {
    const { state } = yield* describeGroup(group, timeoutMs);
    if (state !== 'Empty' && state !== 'Dead') {
      yield* out(`\nError: Assignments can only be reset if the group '${group}' is inactive, but the current state is ${state}.`);
      results.push({ group, offsets: [] });
      continue;
    }
    const offsets = yield* newOffsets(given, group, timeoutMs, fromFile);
    if (isExecuted) yield* commitOffsets(group, offsets, timeoutMs);
    // The real order is that of a hash table.
    results.push({ group, offsets: offsets.toSorted(byName) });
  }
  if (has(given, 'export')) yield* exportOffsets(results, valuesOf(given, 'group').length === 1);
  else yield* printOffsets(results);
}

function* exportOffsets(results: readonly GroupOffsets[], isSingle: boolean): Script<void> {
  const rows = results.flatMap(({ group, offsets }) =>
    offsets.map(({ topic, partition, offset }) => `${isSingle ? '' : `${group},`}${topic},${partition},${offset}\n`),
  );
  yield* out(rows.join(''));
}

function* printOffsets(results: readonly GroupOffsets[]): Script<void> {
  const row = (cells: readonly (string | number)[]): string => [30, 30, 10, 15].map((width, index) => String(cells[index]).padEnd(width)).join(' ');
  if (results.length > 0) yield* out(`\n${row(['GROUP', 'TOPIC', 'PARTITION', 'NEW-OFFSET'])}`);
  for (const { group, offsets } of results) for (const { topic, partition, offset } of offsets) yield* out(row([group, topic, partition, offset]));
}

/** Said before anything else is done. */
export const noActionWarning = (): Script<null> =>
  err(
    'WARN: No action will be performed as the --execute option is missing.In a future major release, the default behavior of this command will be to prompt the user before executing the reset rather than doing a dry run. You should add the --dry-run option explicitly if you are scripting this command and want to keep the current default behavior without prompting.',
  );
