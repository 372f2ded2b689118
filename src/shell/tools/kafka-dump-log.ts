/** `kafka-dump-log.sh` (`kafka.tools.DumpLogSegments` 2.3.0): reads the files of its machine, asks nobody. */
import { SimulationStopped } from '../../kernel/assert.ts';
import type { Env, FileContent, Program } from '../../kernel/program.ts';
import { decodeAssignment, PROTOCOL_TYPE } from '../../kafka/groups/consumer-protocol.ts';
import { readGroupValue, readKey, readOffsetValue } from '../../kafka/groups/offsets-topic.ts';
import { fromUtf8, type DecodedRecord } from '../../kafka/log/record-batch.ts';
import { INDEX_SUFFIX, LOG_SUFFIX, SNAPSHOT_SUFFIX, TIME_INDEX_SUFFIX, TRANSACTION_INDEX_SUFFIX } from '../../kafka/log/segment.ts';
import { readInt16 } from '../../kafka/log/varint.ts';
import { nameOf } from '../../kafka/topic-partition.ts';
import { partitionsText, stateOf } from '../../kafka/transactions/state.ts';
import { readTransactionKey, readTransactionValue } from '../../kafka/transactions/transaction-topic.ts';
import { contentOf } from '../files/text.ts';
import { resolvePath } from '../files/tree.ts';
import { illegalArgument, JavaException, JVM_START, uncaught } from './java.ts';
import { dumpIndex, dumpLog, dumpSnapshot, dumpTimeIndex, dumpTransactionIndex, offsetInName, type DumpedFile, type IndexDump, type Parse, type Print } from './log-dump.ts';
import { checkRequired, has, numberOf, parseOptions, valueOf, type OptionSpec, type Options } from './options.ts';
import { Answer, helpOrVersion, type ReadFile, type Tool } from './tool.ts';

const STRING_DECODER = 'kafka.serializer.StringDecoder';
const OTHER_DECODERS = ['DefaultDecoder', 'LongDecoder', 'IntegerDecoder'].map((name) => `kafka.serializer.${name}`);

const options: readonly OptionSpec[] = [
  { name: 'print-data-log', description: 'Print what is in the records, too. So it is with any decoder.' },
  { name: 'verify-index-only', description: 'Compare the index with the log without printing it.' },
  { name: 'index-sanity-check', description: 'Check the index as a broker does when it starts, without printing it.' },
  { name: 'files', description: 'REQUIRED: files of logs and indexes, separated by commas.', argument: { type: 'String', describedAs: 'file1, file2, ...' } },
  { name: 'max-message-size', description: 'Size of the largest message.', argument: { type: 'Integer', describedAs: 'size', defaultsTo: '5242880' } },
  { name: 'deep-iteration', description: 'List records, not only batches. So it is with --print-data-log.' },
  { name: 'value-decoder-class', description: 'Class that reads values.', argument: { type: 'String', isOptional: true, defaultsTo: STRING_DECODER } },
  { name: 'key-decoder-class', description: 'Class that reads keys.', argument: { type: 'String', isOptional: true, defaultsTo: STRING_DECODER } },
  { name: 'offsets-decoder', description: 'Read records as those of __consumer_offsets.' },
  { name: 'transaction-log-decoder', description: 'Read records as those of __transaction_state.' },
];

interface Plan {
  readonly given: Options['given'];
  readonly cwd: string;
}

const frame = (method: string, line: number): string => `kafka.tools.DumpLogSegments${method}(DumpLogSegments.scala:${line})`;
const MAIN = [frame('$.main', 43), 'kafka.tools.DumpLogSegments.main(DumpLogSegments.scala)'];

function plan(args: readonly string[], _read: ReadFile, cwd: string): Plan {
  const given = parseOptions(options, args, [frame('$DumpLogSegmentsOptions.<init>', 480), ...MAIN]);
  helpOrVersion(args, given, 'This tool helps to parse a log file and dump its contents to the console, useful for debugging a seemingly corrupt log segment.');
  checkRequired(given, 'files');
  for (const option of ['value-decoder-class', 'key-decoder-class']) {
    const decoder = valueOf(given, option)!;
    if (OTHER_DECODERS.includes(decoder)) throw new Answer({ stderr: `${decoder} is not modelled here\n`, exitCode: 1 });
  }
  return { given: given.given, cwd };
}

const body: Program<Plan, Plan> = {
  start(given, env) {
    env.setTimer('main', JVM_START);
    return given;
  },
  handle(given, event, env) {
    if (event.type === 'signal') env.exit(event.signal === 'SIGINT' ? 130 : 143);
    else if (event.type === 'timer') env.exit(dumpAll(given, env));
    return given;
  },
};

function dumpAll({ given, cwd }: Plan, env: Env): number {
  try {
    dumpFiles({ specs: options, given, rest: [] }, cwd, env);
    return 0;
  } catch (error) {
    if (!(error instanceof JavaException)) throw error;
    env.print('stderr', uncaught(error));
    return 1;
  }
}

const EACH_FILE = [
  frame('$.$anonfun$main$1$adapted', 51),
  'scala.collection.IndexedSeqOptimized.foreach(IndexedSeqOptimized.scala:36)',
  'scala.collection.IndexedSeqOptimized.foreach$(IndexedSeqOptimized.scala:33)',
  'scala.collection.mutable.ArrayOps$ofRef.foreach(ArrayOps.scala:198)',
  frame('$.main', 51),
  'kafka.tools.DumpLogSegments.main(DumpLogSegments.scala)',
];

function fileOf(name: string, path: string, env: Env): DumpedFile {
  const content = env.disk.read(path);
  if (content === undefined) throw new JavaException('java.nio.file.NoSuchFileException', name, EACH_FILE);
  return { name, path, content };
}

/** Java makes an index that is not there, and then finds that it was not told how large it may be. */
function indexOf(path: string, env: Env): DumpedFile {
  const content: FileContent | undefined = env.disk.read(path);
  if (content !== undefined) return { name: path, path, content };
  env.disk.write(path, contentOf(''));
  throw illegalArgument('Invalid max index size: -1', EACH_FILE);
}

/** Errors are told at the end, of several files in their order (the real order is that of a hash table). */
function dumpFiles(given: Options, cwd: string, env: Env): void {
  const reports: string[] = [];
  const print: Print = (stream, text) => env.print(stream, text);
  const report = (title: string, pairs: readonly (readonly [number, number])[], line: (a: number, b: number) => string): void => {
    if (pairs.length > 0) reports.push(`${title}\n${pairs.map(([a, b]) => `${line(a, b)}\n`).join('')}`);
  };
  for (const listed of valueOf(given, 'files')!.split(',')) {
    const name = listed.replace(/\/+/g, '/');
    const path = resolvePath(cwd, name);
    const beside = (suffix: string): string => `${path.slice(0, path.lastIndexOf('/') + 1)}${path.slice(path.lastIndexOf('/') + 1).split('.')[0]!}${suffix}`;
    env.print('stdout', `Dumping ${name}\n`);
    const ofIndex = (): IndexDump => ({
      isSanityCheck: has(given, 'index-sanity-check'),
      isVerifyOnly: has(given, 'verify-index-only'),
      maxMessageSize: numberOf(given, 'max-message-size')!,
      print,
    });
    switch (suffixOf(path)) {
      case LOG_SUFFIX: {
        const parse = parserOf(given);
        numberOf(given, 'max-message-size');
        env.print('stdout', `Starting offset: ${offsetInName(path)}\n`);
        const gaps = dumpLog(fileOf(name, path, env), has(given, 'deep-iteration') || parse !== null, parse, print);
        report(`Non-consecutive offsets in ${path}`, gaps, (first, second) => `  ${first} is followed by ${second}`);
        break;
      }
      case INDEX_SUFFIX: {
        offsetInName(path);
        const log = fileOf(beside(LOG_SUFFIX), beside(LOG_SUFFIX), env);
        report(`Mismatches in :${path}`, dumpIndex({ ...indexOf(path, env), name }, log, ofIndex()), (inIndex, inLog) => `  Index offset: ${inIndex}, log offset: ${inLog}`);
        break;
      }
      case TIME_INDEX_SUFFIX: {
        offsetInName(path);
        const log = fileOf(beside(LOG_SUFFIX), beside(LOG_SUFFIX), env);
        const index = indexOf(beside(INDEX_SUFFIX), env);
        const { mismatches, outOfOrder, notFound } = dumpTimeIndex({ ...indexOf(path, env), name }, log, index, ofIndex());
        report(`Found timestamp mismatch in :${path}`, mismatches, (inIndex, inLog) => `  Index timestamp: ${inIndex}, log timestamp: ${inLog}`);
        report(`Found out of order timestamp in :${path}`, outOfOrder, (now, before) => `  Index timestamp: ${now}, Previously indexed timestamp: ${before}`);
        report('The following indexed offsets are not found in the log.', notFound, (offset, found) => `Indexed offset: ${offset}, found log offset: ${found}`);
        break;
      }
      case SNAPSHOT_SUFFIX:
        dumpSnapshot(fileOf(name, path, env), print);
        break;
      case TRANSACTION_INDEX_SUFFIX:
        offsetInName(path);
        dumpTransactionIndex({ name, path, content: env.disk.read(path) ?? contentOf('') }, print);
        break;
      default:
        env.print('stderr', `Ignoring unknown file ${name}\n`);
    }
  }
  for (const text of reports) env.print('stderr', text);
}

function suffixOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  if (dot < 0) throw new JavaException('java.lang.StringIndexOutOfBoundsException', 'String index out of range: -1', EACH_FILE);
  return name.slice(dot);
}

/** null: the contents of records are not asked for. */
function parserOf(given: Options): Parse | null {
  for (const option of ['value-decoder-class', 'key-decoder-class']) {
    const decoder = valueOf(given, option)!;
    if (!has(given, 'offsets-decoder') && !has(given, 'transaction-log-decoder') && decoder !== STRING_DECODER) throw new JavaException('java.lang.ClassNotFoundException', decoder, EACH_FILE);
  }
  if (has(given, 'offsets-decoder')) return asOffsets;
  if (has(given, 'transaction-log-decoder')) return asTransactions;
  return ['print-data-log', 'value-decoder-class', 'key-decoder-class'].some((option) => has(given, option)) ? asText : null;
}

/** A record without a value shows neither. */
function asText({ key, value }: DecodedRecord): ReturnType<Parse> {
  return value === null ? { key: null, payload: null } : { key: key && fromUtf8(key), payload: fromUtf8(value) };
}

/** The newest layout of a key that 2.3.0 knows. */
const NEWEST_KEY_VERSION = 2;

function asOffsets({ key, value }: DecodedRecord): ReturnType<Parse> {
  if (value === null) return { key: null, payload: null };
  if (key === null) throw new JavaException('org.apache.kafka.common.KafkaException', 'Failed to decode message using offset topic decoder (message had a missing key)');
  if (key.length < 2) throw new JavaException('java.nio.BufferUnderflowException', '');
  const version = readInt16(key, 0);
  if (version < 0 || version > NEWEST_KEY_VERSION) throw new JavaException('org.apache.kafka.common.KafkaException', `Unknown offset schema version ${version}`);
  return fields(() => readOffsetsRecord(key, value));
}

/** A record without key or value is not expected: the tool ends there. */
function asTransactions({ key, value }: DecodedRecord): ReturnType<Parse> {
  if (key === null) throw new JavaException('java.lang.NullPointerException', 'Cannot invoke "java.nio.ByteBuffer.getShort()" because "buffer" is null');
  if (key.length < 2) throw new JavaException('java.nio.BufferUnderflowException', '');
  const version = readInt16(key, 0);
  if (version !== 0) throw new JavaException('org.apache.kafka.common.KafkaException', `Unknown transaction log message key schema version ${version}`);
  if (value === null) throw new JavaException('java.lang.NullPointerException', 'Cannot invoke "kafka.coordinator.transaction.TransactionMetadata.producerId()" because "txnMetadata" is null');
  return fields(() => {
    const metadata = readTransactionValue(readTransactionKey(key), value);
    const { transactionalId, producerId, producerEpoch, partitions, lastUpdateMs, txnTimeoutMs } = metadata;
    return {
      key: `transactionalId=${transactionalId}`,
      payload: `producerId:${producerId},producerEpoch:${producerEpoch},state=${stateOf(metadata)},partitions=${partitionsText(partitions)},txnLastUpdateTimestamp=${lastUpdateMs},txnTimeoutMs=${txnTimeoutMs}`,
    };
  });
}

/** Anything may stand in a topic: fields that end too early are an exception of the tool. */
function fields<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof SimulationStopped ? new JavaException('org.apache.kafka.common.protocol.types.SchemaException', `Error reading field: ${error.message}`) : error;
  }
}

function readOffsetsRecord(key: Uint8Array, value: Uint8Array): ReturnType<Parse> {
  const read = readKey(key);
  if (read.type === 'offset') {
    const { offset, metadata } = readOffsetValue(value);
    return { key: `offset::${read.groupId}:${read.topic}:${read.partition}`, payload: metadata === '' ? String(offset) : `${offset}:${metadata}` };
  }
  const { protocolType, protocol, generationId, members } = readGroupValue(value);
  const assignment = members.map((member) => `${member.memberId}=${assignmentText(protocolType, member.assignment)}`).join(',');
  return { key: JSON.stringify({ metadata: read.groupId }), payload: JSON.stringify({ protocolType, protocol, generationId, assignment: `{${assignment}}` }) };
}

function assignmentText(protocolType: string, assignment: Uint8Array): string {
  if (protocolType === PROTOCOL_TYPE) return `[${decodeAssignment(assignment).map(nameOf).join(', ')}]`;
  return [...assignment].map((byte) => byte.toString(16).padStart(2, '0')).join('').replace(/^0/, '').toUpperCase();
}

export const kafkaDumpLog: Tool<Plan> = {
  name: 'kafka-dump-log.sh',
  mainClass: 'kafka.tools.DumpLogSegments',
  options,
  program: 'kafka-dump-log',
  body: body as Tool<Plan>['body'],
  plan,
};
