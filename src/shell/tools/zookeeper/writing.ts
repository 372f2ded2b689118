/** zkCli's commands that change the tree. */
import type { ClientOp, CreateMode } from '../../../zookeeper/messages.ts';
import { readAcl } from './acl.ts';
import { ask, checkPath, KeeperError, print, statText, type Answered, type Script } from './asking.ts';
import { CliError, command, notModelled, parseInteger, parseLong, subtree, versionOf, visitSubtree, type CliCommand } from './cli-command.ts';
import type { CliOption, CommandLine } from './commons-cli.ts';

const STATS: CliOption = { name: 's', description: 'stats' };
const VERSION: CliOption = { name: 'v', description: 'version', takesArgument: true };
/** EphemeralType.TTL: forty bits. */
const LONGEST_TTL = (1n << 40n) - 1n;

const has = ({ given }: CommandLine, name: string): boolean => Object.hasOwn(given, name);

function createMode(line: CommandLine): CreateMode {
  const [isEphemeral, isSequential, isContainer, hasTtl] = ['e', 's', 'c', 't'].map((name) => has(line, name));
  if (isContainer && (isEphemeral || isSequential)) {
    throw new CliError('-c cannot be combined with -s or -e. Containers cannot be ephemeral or sequential.');
  }
  const ttl = hasTtl ? parseLong(line.given.t!) : 0n;
  if (ttl === undefined) throw new CliError('-t argument must be a long value');
  if (hasTtl && isEphemeral) throw new CliError('TTLs cannot be used with Ephemeral znodes');
  if (hasTtl && isContainer) throw new CliError('TTLs cannot be used with Container znodes');
  if (hasTtl && (ttl <= 0n || ttl > LONGEST_TTL)) throw new CliError(`ttl must be positive and cannot be larger than: ${LONGEST_TTL}`);
  if (isEphemeral) return isSequential ? 'EPHEMERAL_SEQUENTIAL' : 'EPHEMERAL';
  if (isSequential) return hasTtl ? 'PERSISTENT_SEQUENTIAL_WITH_TTL' : 'PERSISTENT_SEQUENTIAL';
  if (isContainer) return 'CONTAINER';
  return hasTtl ? 'PERSISTENT_WITH_TTL' : 'PERSISTENT';
}

/** What may be sent as it stands; a list without an entry is refused before that, one that no server takes in the same words. */
function* aclOf(text: string, path: string): Script<number> {
  const { acl, complaints } = readAcl(text);
  for (const complaint of complaints) yield* print(complaint, 'stderr');
  if (acl === 'notModelled') throw notModelled(`${text}: access rights of anybody but world:anyone are`, `${text}：除 world:anyone 之外的权限`);
  if (typeof acl === 'number') return acl;
  throw new KeeperError('INVALIDACL', acl === 'none' ? null : path);
}

const create = command({
  name: 'create',
  usage: '[-s] [-e] [-c] [-t ttl] path [data] [acl]',
  options: [
    { name: 'e', description: 'ephemeral' }, { name: 's', description: 'sequential' }, { name: 'c', description: 'container' },
    { name: 't', description: 'ttl', takesArgument: true },
  ],
  words: 2,
  *run(line) {
    const mode = createMode(line);
    const [, path = '', data = null, aclText] = line.args;
    try {
      const acl = aclText === undefined ? {} : { acl: yield* aclOf(aclText, path) };
      const { path: made } = yield* ask({ type: 'create', path, data, mode, ...acl }, path);
      yield* print(`Created ${made}`, 'stderr');
    } catch (error) {
      if (error instanceof KeeperError && error.err === 'INVALIDACL') yield* print(error.message, 'stderr');
      throw error;
    }
  },
});

const set = command({
  name: 'set',
  usage: '[-s] [-v version] path data',
  options: [STATS, VERSION],
  words: 3,
  *run(line) {
    const [, path = '', data = ''] = line.args;
    const { stat } = yield* ask({ type: 'setData', path, data, version: versionOf(line, 'SetCommand', 69) }, path);
    if (has(line, 's')) yield* print(statText(stat));
  },
});

const remove = command({
  name: 'delete',
  usage: '[-v version] path',
  options: [VERSION],
  words: 2,
  *run(line) {
    const [, path = '', old] = line.args;
    // The version of the old form is read by nobody.
    if (old !== undefined) yield* print("'delete path [version]' has been deprecated. Please use 'delete [-v version] path' instead.", 'stderr');
    yield* ask({ type: 'delete', path, version: versionOf(line, 'DeleteCommand', 81) }, path);
  },
});

/** Transactions that are on their way at once (ZKUtil.deleteInBatch). */
const IN_FLIGHT = 10;

const deleteall = command({
  name: 'deleteall',
  usage: 'path [-b batch size]',
  options: [{ name: 'b', description: 'batch size', takesArgument: true }],
  words: 2,
  *run({ args, given }) {
    const batchSize = given.b === undefined ? 1_000 : parseInteger(given.b);
    if (batchSize === undefined) throw new CliError('-b argument must be an int value');
    const root = args[1]!;
    checkPath(root);
    // Leaves first, the root of it all last.
    const paths = [...(yield* subtree(root))].reverse();
    const size = batchSize > 0 ? batchSize : paths.length;
    const multis: ClientOp[] = [];
    for (let at = 0; at < paths.length; at += size) {
      multis.push({ type: 'multi', ops: paths.slice(at, at + size).map((path) => ({ type: 'delete', path, version: -1 })) });
    }
    for (let at = 0; at < multis.length; at += IN_FLIGHT) {
      const answers = (yield { type: 'ask', ops: multis.slice(at, at + IN_FLIGHT) }) as readonly Answered[];
      if (answers.some(({ err }) => err !== 'OK')) return yield* print('Failed to delete some node(s) in the subtree!', 'stderr');
    }
  },
});

const setAcl = command({
  name: 'setAcl',
  usage: '[-s] [-v version] [-R] path acl',
  options: [STATS, VERSION, { name: 'R', description: 'recursive' }],
  words: 3,
  *run(line) {
    const [, path = '', text = ''] = line.args;
    checkPath(path);
    let acl: number;
    try {
      acl = yield* aclOf(text, path);
    } catch (error) {
      throw error instanceof KeeperError ? new KeeperError(error.err, path) : error;
    }
    const version = versionOf(line, 'SetAclCommand', 76);
    const apply = function* (at: string): Script {
      try {
        yield* ask({ type: 'setAcl', path: at, acl, version }, at);
      } catch (error) {
        if (!(error instanceof KeeperError)) throw error;
        yield { type: 'print', stream: 'stdout', text: error.message };
      }
    };
    if (has(line, 'R')) return yield* visitSubtree(path, false, apply);
    const { stat } = yield* ask({ type: 'setAcl', path, acl, version }, path);
    if (has(line, 's')) yield* print(statText(stat));
  },
});

export const writing: readonly CliCommand[] = [create, set, remove, deleteall, setAcl];
