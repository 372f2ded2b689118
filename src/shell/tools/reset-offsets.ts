/** `kafka-consumer-groups.sh --reset-offsets`: which partitions, which offsets, and the commit (`ConsumerGroupService.resetOffsets`). */
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from '../../kafka/protocol/list-offsets.ts';
import { hashOf, isSamePartition, nameOf, type TopicPartition } from '../../kafka/topic-partition.ts';
import { immutableMapOrder } from '../../kafka/zookeeper/scala-map-order.ts';
import { log, out, wallClock } from './asking.ts';
import { epochMs } from '../../kernel/calendar.ts';
import { committedOffsets, commitOffsets, describeGroup, offsetsAt, partitionsFor, type PartitionOffset } from './group-questions.ts';
import { illegalArgument, JavaException, javaSplit } from './java.ts';
import { has, numberOf, toInt, UsageError, valueOf, valuesOf, type Options } from './options.ts';
import type { Script } from './script.ts';
import type { ReadFile } from './tool.ts';

/** In the order in which they are compared with each other. */
export const SCENARIOS = ['to-offset', 'to-datetime', 'by-duration', 'to-earliest', 'to-latest', 'to-current', 'shift-by', 'from-file'] as const;
/** As the tool's set of them prints. */
export const inSet: readonly (typeof SCENARIOS)[number][] = ['by-duration', 'to-offset', 'from-file', 'to-datetime', 'to-earliest', 'to-current', 'shift-by', 'to-latest'];

type GroupOffsets = { readonly group: string; readonly offsets: readonly PartitionOffset[] };

const outOfBounds = (): JavaException => new JavaException('java.lang.ArrayIndexOutOfBoundsException', 'Index 1 out of bounds for length 1');

/** Milliseconds since 1970 of `YYYY-MM-DDTHH:mm:SS.sss`, in UTC unless it has a zone. */
function datetimeMs(given: string): number {
  const [, time] = javaSplit(given, 'T');
  if (time === undefined) throw outOfBounds();
  const text = /[+\-Z]/.test(time) ? given : `${given}Z`;
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

/** The file of `--from-file` as the machine has it, read before the tool begins; text null: there is none. */
export interface PlanFile {
  readonly path: string;
  readonly text: string | null;
}

export function planFile(given: Options, read: ReadFile): PlanFile | null {
  const path = valueOf(given, 'from-file');
  return path === undefined ? null : { path, text: read(path) ?? null };
}

const isNumber = (column: string): boolean => /^ *-?\d+ *$/.test(column);

/** What a column that is left out stands for. */
function numberIn(column: string | undefined): number {
  if (column !== undefined && !isNumber(column)) {
    throw new JavaException('com.fasterxml.jackson.databind.exc.InvalidFormatException', `Cannot deserialize value of type \`int\` from String "${column}": not a valid Integer value`);
  }
  return Number(column ?? 0);
}

/** Lines `topic,partition,offset` where one group is asked for and the first line is such a one; else `group,topic,partition,offset`. */
function parsePlan({ path, text }: PlanFile, groups: readonly string[]): readonly GroupOffsets[] {
  if (text === null) throw new JavaException('java.nio.file.NoSuchFileException', path);
  const rows = javaSplit(text, '\n').map((line) => line.split(','));
  const isOfOneGroup = groups.length === 1 && rows[0]!.length <= 3 && rows[0]!.slice(1).every(isNumber);
  const plan = new Map<string, PartitionOffset[]>();
  for (const row of rows) {
    const [group = '', topic = '', partition, offset] = isOfOneGroup ? [groups[0], ...row] : row;
    const planned = { topic, partition: numberIn(partition), offset: numberIn(offset) };
    plan.set(group, [...(plan.get(group) ?? []).filter((one) => !isSamePartition(one, planned)), planned]);
  }
  return [...plan].map(([group, offsets]) => ({ group, offsets }));
}

function* partitionsToReset(given: Options, group: string, timeoutMs: number): Script<readonly TopicPartition[]> {
  if (has(given, 'all-topics')) return yield* committedOffsets(group, timeoutMs);
  if (!has(given, 'topic') && !has(given, 'from-file')) throw new UsageError('One of the reset scopes should be defined: --all-topics, --topic.');
  const partitions: TopicPartition[] = [];
  for (const scope of valuesOf(given, 'topic')) {
    if (!scope.includes(':')) {
      partitions.push(...(yield* partitionsFor(scope)));
      continue;
    }
    const [topic = '', numbers] = javaSplit(scope, ':');
    if (numbers === undefined) throw outOfBounds();
    partitions.push(...javaSplit(numbers, ',').map((number) => ({ topic, partition: toInt(number) })));
  }
  return partitions;
}

/** Keeps offsets inside the log, with a warning for each that was not. */
function* withinLog(asked: readonly PartitionOffset[]): Script<readonly PartitionOffset[]> {
  const wanted = immutableMapOrder(asked, hashOf);
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

function* newOffsets(given: Options, group: string, timeoutMs: number, file: PlanFile | null): Script<readonly PartitionOffset[]> {
  const partitions = yield* partitionsToReset(given, group, timeoutMs);
  const scenario = SCENARIOS.find((name) => has(given, name));
  if (scenario === undefined) throw new UsageError(`Option '[reset-offsets]' requires one of the following scenarios: Set(${inSet.map((name) => `[${name}]`).join(', ')})`);
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
        const current = committed.find((known) => isSamePartition(known, one));
        if (!current) throw illegalArgument(`Cannot shift offset for partition ${nameOf(one)} since there is no current committed offset`);
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
      const isKnown = (one: TopicPartition): boolean => committed.some((known) => isSamePartition(known, one));
      return [...partitions.filter(isKnown).map((one) => committed.find((known) => isSamePartition(known, one))!), ...ends.filter((one) => !isKnown(one))];
    }
    case 'from-file': {
      const planned = parsePlan(file!, valuesOf(given, 'group')).find((one) => one.group === group);
      if (planned) return yield* withinLog(planned.offsets);
      yield* out(`\nError: No reset plan for group ${group} found`);
      return [];
    }
  }
}

export function* resetOffsets(given: Options, groups: readonly string[], timeoutMs: number, file: PlanFile | null): Script<void> {
  const isExecuted = has(given, 'execute') && !has(given, 'dry-run');
  const results: GroupOffsets[] = [];
  for (const group of groups) {
    const { state } = yield* describeGroup(group, timeoutMs);
    if (state !== 'Empty' && state !== 'Dead') {
      yield* out(`\nError: Assignments can only be reset if the group '${group}' is inactive, but the current state is ${state}.`);
      results.push({ group, offsets: [] });
      continue;
    }
    const offsets = immutableMapOrder(yield* newOffsets(given, group, timeoutMs, file), hashOf);
    if (isExecuted) yield* commitOffsets(group, offsets, timeoutMs);
    results.push({ group, offsets });
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

export const warnsOfNoAction = (given: Options): boolean => has(given, 'reset-offsets') && !has(given, 'dry-run') && !has(given, 'execute');

/** Said before anything else is done. */
export const NO_ACTION =
  'WARN: No action will be performed as the --execute option is missing.In a future major release, the default behavior of this command will be to prompt the user before executing the reset rather than doing a dry run. You should add the --dry-run option explicitly if you are scripting this command and want to keep the current default behavior without prompting.';
