/** `kafka-consumer-groups.sh` (`kafka.admin.ConsumerGroupCommand` 2.3.0): arguments, tables and what is said of a group's state. */
import { LATEST_TIMESTAMP } from '../../kafka/protocol/list-offsets.ts';
import { hashOf, isSamePartition } from '../../kafka/topic-partition.ts';
import { immutableMapOrder } from '../../kafka/zookeeper/scala-map-order.ts';
import { javaHashOrder } from '../../zookeeper/java-hash-order.ts';
import { ClientNotMade, err, openClient, out, printed } from './asking.ts';
import { answeredOrder, committedOffsets, deleteGroup, describeGroup, listGroups, offsetsAt, type DescribedGroup, type PartitionOffset } from './group-questions.ts';
import { JavaException, stackTrace, throwableText } from './java.ts';
import { checkInvalid, checkRequired, has, numberOf, parseOptions, UsageError, valueOf, valuesOf, type OptionSpec, type Options } from './options.ts';
import { inSet, NO_ACTION, planFile, resetOffsets, SCENARIOS, warnsOfNoAction, type PlanFile } from './reset-offsets.ts';
import { scripted, type Script } from './script.ts';
import { helpOrVersion, propertiesFile, type ReadFile, type Tool } from './tool.ts';
import { usageTable } from './usage.ts';

const options: readonly OptionSpec[] = [
  { name: 'bootstrap-server', description: 'REQUIRED: brokers to begin with.', argument: { type: 'String', describedAs: 'server to connect to' } },
  { name: 'group', description: 'The consumer group.', argument: { type: 'String', describedAs: 'consumer group' } },
  { name: 'topic', description: 'A topic whose offsets are reset; topic1:0,1 for some of its partitions.', argument: { type: 'String', describedAs: 'topic' } },
  { name: 'all-topics', description: 'Reset the offsets of all topics of the group.' },
  { name: 'list', description: 'List the groups.' },
  { name: 'describe', description: 'Show offsets and lag of a group.' },
  { name: 'all-groups', description: 'All groups.' },
  { name: 'delete', description: 'Delete groups with their offsets.' },
  { name: 'timeout', description: 'How long brokers are waited for.', argument: { type: 'Long', describedAs: 'timeout (ms)', defaultsTo: '5000' } },
  { name: 'command-config', description: 'Properties of the clients.', argument: { type: 'String', describedAs: 'command config property file' } },
  { name: 'reset-offsets', description: 'Set the offsets of a group without members.' },
  { name: 'dry-run', description: 'Only show what would be set.' },
  { name: 'execute', description: 'Set the offsets.' },
  { name: 'export', description: 'Show the offsets as CSV.' },
  { name: 'to-offset', description: 'Set to this offset.', argument: { type: 'Long', describedAs: 'offset' } },
  { name: 'from-file', description: 'Set to what a CSV file says.', argument: { type: 'String', describedAs: 'path to CSV file' } },
  { name: 'to-datetime', description: "Set to the first record from then on: 'YYYY-MM-DDTHH:mm:SS.sss'.", argument: { type: 'String', describedAs: 'datetime' } },
  { name: 'by-duration', description: "Set to the first record since so long ago: 'PnDTnHnMnS'.", argument: { type: 'String', describedAs: 'duration' } },
  { name: 'to-earliest', description: 'Set to the start of the log.' },
  { name: 'to-latest', description: 'Set to the end of the log.' },
  { name: 'to-current', description: 'Set to what is committed.' },
  { name: 'shift-by', description: 'Set to so many records later, or earlier.', argument: { type: 'Long', describedAs: 'number-of-offsets' } },
  { name: 'members', description: 'Describe the members.' },
  { name: 'verbose', description: 'Say more.' },
  { name: 'offsets', description: 'Describe the offsets; so it does by itself.' },
  { name: 'state', description: 'Describe the state.' },
];

interface Plan {
  readonly given: Options['given'];
  readonly properties: { readonly [key: string]: string };
  readonly file: PlanFile | null;
}

function plan(args: readonly string[], read: ReadFile): Plan {
  const given = parseOptions(options, args, []);
  const reports = ['members', 'offsets', 'state'].filter((report) => has(given, report));
  if (reports.length > 1) {
    throw new JavaException('joptsimple.UnavailableOptionException', `Option(s) [${reports.join(', ')}] are unavailable given other options on the command line`);
  }
  helpOrVersion(args, given, 'This tool helps to list all consumer groups, describe a consumer group, delete consumer group info, or reset consumer group offsets.');
  if (['list', 'describe', 'delete', 'reset-offsets'].filter((action) => has(given, action)).length !== 1) {
    throw new UsageError('Command must include exactly one action: --list, --describe, --delete, --reset-offsets');
  }
  checkRequired(given, 'bootstrap-server');
  if (has(given, 'reset-offsets') && has(given, 'dry-run') && has(given, 'execute')) throw new UsageError('Option [reset-offsets] only accepts one of [execute] and [dry-run]');
  try {
    checkCombinations(given);
  } catch (error) {
    throw error instanceof UsageError && warnsOfNoAction(given) ? new UsageError(`${NO_ACTION}\n${error.message}`) : error;
  }
  return { given: given.given, properties: propertiesFile(given, 'command-config', read), file: planFile(given, read) };
}

function checkCombinations(given: Options): void {
  const hasGroups = has(given, 'group') || has(given, 'all-groups');
  for (const action of ['describe', 'delete', 'reset-offsets']) {
    if (has(given, action) && !hasGroups) throw new UsageError(`Option [${action}] takes one of these options: [group], [all-groups]`);
  }
  if (has(given, 'delete') && has(given, 'topic')) throw new UsageError('The consumer does not support topic-specific offset deletion from a consumer group.');
  if (has(given, 'reset-offsets')) for (const scenario of SCENARIOS) checkInvalid(given, scenario, inSet.filter((other) => other !== scenario));
  checkInvalid(given, 'group', ['all-groups', 'list']);
  checkInvalid(given, 'topic', ['list', 'describe']);
}

function* script({ given, properties, file }: Plan): Script<number> {
  const asked: Options = { specs: options, given, rest: [] };
  if (warnsOfNoAction(asked)) yield* err(NO_ACTION);
  yield* openClient({ bootstrapServers: valueOf(asked, 'bootstrap-server')!, properties });
  try {
    yield* act(asked, numberOf(asked, 'timeout')!, file);
  } catch (error) {
    if (error instanceof UsageError) {
      yield* printed('stderr', `${error.message}\n${usageTable(options)}`);
      return 1;
    }
    if (!(error instanceof JavaException) || error instanceof ClientNotMade) throw error;
    yield* out(`\nError: Executing consumer group command failed due to ${error.message === '' ? 'null' : error.message}`);
    yield* printed('stderr', stackTrace(error));
  }
  return 0;
}

function* act(asked: Options, timeoutMs: number, file: PlanFile | null): Script<void> {
  if (has(asked, 'list')) {
    for (const group of yield* listGroups(timeoutMs)) yield* out(group);
    return;
  }
  const groups = [...new Set(has(asked, 'all-groups') ? yield* listGroups(timeoutMs) : valuesOf(asked, 'group'))];
  if (has(asked, 'delete')) return yield* remove(answeredOrder(groups), timeoutMs);
  if (has(asked, 'reset-offsets')) return yield* resetOffsets(asked, answeredOrder(groups), timeoutMs, file);
  for (const group of groups.toSorted()) {
    const described = yield* describeGroup(group, timeoutMs);
    if (has(asked, 'members')) yield* printMembers(group, described, has(asked, 'verbose'));
    else if (has(asked, 'state')) yield* printState(group, described);
    else yield* printOffsets(group, described, timeoutMs);
  }
}

function* remove(groups: readonly string[], timeoutMs: number): Script<void> {
  const done: string[] = [];
  const failed: string[] = [];
  for (const group of groups) {
    try {
      yield* deleteGroup(group, timeoutMs);
      done.push(group);
    } catch (error) {
      if (!(error instanceof JavaException)) throw error;
      failed.push(`* Group '${group}' could not be deleted due to: ${throwableText(error)}`);
    }
  }
  const names = done.map((group) => `'${group}'`).join(', ');
  if (failed.length === 0) {
    yield* out(`Deletion of requested consumer groups (${names}) was successful.`);
    return;
  }
  yield* out('\nError: Deletion of some consumer groups failed:');
  for (const line of failed) yield* out(line);
  if (done.length > 0) yield* out(`\nThese consumer groups were deleted successfully: ${names}`);
}

/** Says what there is to say of a state; true if the rows are to be printed. */
function* isShown(group: string, state: string, rows: number): Script<boolean> {
  if (state === 'Dead') yield* out(`\nError: Consumer group '${group}' does not exist.`);
  else if (state === 'Empty') yield* err(`\nConsumer group '${group}' has no active members.`);
  else if (state !== 'Stable') yield* err(`\nWarning: Consumer group '${group}' is rebalancing.`);
  return state !== 'Dead' && rows > 0;
}

const MISSING = '-';
type Row = readonly string[];

/** Every column but the last is filled up: to its least width, or to its widest value where `grows`. */
function* printTable(header: Row, rows: readonly Row[], widths: readonly { readonly width: number; readonly grows?: boolean }[]): Script<void> {
  const filled = widths.map(({ width, grows }, column) => (grows ? Math.max(width, ...rows.map((row) => row[column]!.length)) : width));
  const text = (row: Row): string => row.map((cell, column) => (filled[column] === undefined ? cell : cell.padEnd(filled[column]))).join(' ');
  yield* out(`\n${text(header)}`);
  for (const row of rows) yield* out(text(row));
}

const growing = { width: 15, grows: true };
const fixed = (width: number): { readonly width: number } => ({ width });

function* printOffsets(group: string, { state, members }: DescribedGroup, timeoutMs: number): Script<void> {
  const committed = yield* committedOffsets(group, timeoutMs);
  const rows: Row[] = [];
  const row = (offset: PartitionOffset | undefined, end: PartitionOffset, owner: readonly [string, string, string]): Row => {
    const lag = offset ? String(end.offset - offset.offset) : MISSING;
    return [group, end.topic, String(end.partition), offset ? String(offset.offset) : MISSING, String(end.offset), lag, ...owner];
  };
  const owners = members.filter(({ partitions }) => partitions.length > 0).toSorted((a, b) => b.partitions.length - a.partitions.length);
  for (const { memberId, host, clientId, partitions } of owners) {
    const sorted = javaHashOrder(partitions, hashOf).toSorted((a, b) => a.partition - b.partition);
    for (const end of immutableMapOrder(yield* offsetsAt(sorted, LATEST_TIMESTAMP), hashOf)) rows.push(row(committed.find((one) => isSamePartition(one, end)), end, [memberId, host, clientId]));
  }
  const owned = owners.flatMap(({ partitions }) => partitions);
  const unowned = immutableMapOrder(committed, hashOf).filter((one) => !owned.some((other) => isSamePartition(one, other)));
  for (const end of yield* offsetsAt(unowned, LATEST_TIMESTAMP)) rows.push(row(committed.find((one) => isSamePartition(one, end)), end, [MISSING, MISSING, MISSING]));
  if (!(yield* isShown(group, state, rows.length))) return;
  yield* printTable(
    ['GROUP', 'TOPIC', 'PARTITION', 'CURRENT-OFFSET', 'LOG-END-OFFSET', 'LAG', 'CONSUMER-ID', 'HOST', 'CLIENT-ID'],
    rows,
    [growing, growing, fixed(10), fixed(15), fixed(15), fixed(15), growing, growing],
  );
}

function* printMembers(group: string, { state, members }: DescribedGroup, isVerbose: boolean): Script<void> {
  if (!(yield* isShown(group, state, members.length))) return;
  const rows = members.map(({ memberId, host, clientId, partitions }) => [group, memberId, host, clientId, String(partitions.length), isVerbose ? assignmentText(partitions) : '']);
  yield* printTable(['GROUP', 'CONSUMER-ID', 'HOST', 'CLIENT-ID', '#PARTITIONS', isVerbose ? 'ASSIGNMENT' : ''], rows, [growing, growing, growing, growing, fixed(15)]);
}

function assignmentText(partitions: readonly { readonly topic: string; readonly partition: number }[]): string {
  const topics = [...new Set(partitions.map(({ topic }) => topic))];
  const texts = topics.map((topic) => `${topic}(${partitions.filter((one) => one.topic === topic).map(({ partition }) => partition).sort((a, b) => a - b).join(',')})`);
  return texts.length === 0 ? MISSING : texts.sort().join(', ');
}

function* printState(group: string, { state, coordinator, assignor, members }: DescribedGroup): Script<void> {
  if (!(yield* isShown(group, state, 1))) return;
  const node = `${coordinator.host}:${coordinator.port} (${coordinator.nodeId})`;
  const widths = [fixed(Math.max(25, node.length)), fixed(25), fixed(20), fixed(15)];
  yield* printTable(['GROUP', 'COORDINATOR (ID)', 'ASSIGNMENT-STRATEGY', 'STATE', '#MEMBERS'], [[group, node, assignor, state, String(members.length)]], widths);
}

export const kafkaConsumerGroups: Tool<Plan> = {
  name: 'kafka-consumer-groups.sh',
  mainClass: 'kafka.admin.ConsumerGroupCommand',
  options,
  program: 'kafka-consumer-groups',
  body: scripted(script) as Tool<Plan>['body'],
  plan,
};
