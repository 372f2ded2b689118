/**
 * The commands of the client 3.4.14 that Kafka's distribution brings along (`zookeeper-shell.sh`): one chain of conditions, in which a command
 * with too few words does nothing, and errors it has no words for end the client.
 */
import { javaHashOrder, javaStringHash } from '../../../zookeeper/java-hash-order.ts';
import type { ErrorName } from '../../../zookeeper/errors.ts';
import { errors } from '../../../zookeeper/errors.ts';
import type { ClientOp, CreateMode } from '../../../zookeeper/messages.ts';
import { JavaException } from '../java.ts';
import { aclText, readAcl } from './acl.ts';
import { ask, askStat, checkPath, IllegalArgument, KeeperError, print, statText, type Answered, type ResultOf, type Script } from './asking.ts';
import { CliError, knownError, notModelled, parseInteger, parseLong, subtree } from './cli-command.ts';

/** In the order in which they are put into its table. */
const USAGE: readonly (readonly [name: string, usage: string])[] = [
  ['connect', 'host:port'], ['close', ''], ['create', '[-s] [-e] path data acl'], ['delete', 'path [version]'], ['rmr', 'path'],
  ['set', 'path data [version]'], ['get', 'path [watch]'], ['ls', 'path [watch]'], ['ls2', 'path [watch]'], ['getAcl', 'path'], ['setAcl', 'path acl'],
  ['stat', 'path [watch]'], ['sync', 'path'], ['setquota', '-n|-b val path'], ['listquota', 'path'], ['delquota', '[-n|-b] path'], ['history', ''],
  ['redo', 'cmdno'], ['printwatches', 'on|off'], ['quit', ''], ['addauth', 'scheme auth'],
];

export const NAMES: readonly string[] = USAGE.map(([name]) => name);

/** In the order of its hash table. */
export function usage(): string {
  const listed = javaHashOrder(USAGE, ([name]) => name);
  return `ZooKeeper -server host:port cmd args\n${listed.map(([name, text]) => `\t${name} ${text}\n`).join('')}`;
}

/** Children in the order of a server's `HashSet`, which is made for eight: the client prints them as they come. */
export function inServersOrder(children: readonly string[]): readonly string[] {
  return javaHashOrder(children, javaStringHash, 8);
}

/** Where ZooKeeper.java throws: its method, the line, and the line of the form that takes a boolean for a watcher. */
const METHODS: Partial<Readonly<Record<ClientOp['type'], readonly [method: string, line: number, overload?: number]>>> = {
  getData: ['getData', 1221, 1250], getChildren: ['getChildren', 1541, 1569], exists: ['exists', 1111, 1139], create: ['create', 792], delete: ['delete', 882],
  setData: ['setData', 1336], getAcl: ['getACL', 1397], setAcl: ['setACL', 1468],
};
/** Where KeeperException.java makes those that nobody catches. */
const MADE_AT: Partial<Readonly<Record<ErrorName, number>>> = { CONNECTIONLOSS: 102, UNIMPLEMENTED: 106, SESSIONEXPIRED: 130, SESSIONMOVED: 134 };

function uncaught(op: ClientOp, { err, javaText, message }: KeeperError, place: number): JavaException {
  const [method, line, overload] = METHODS[op.type] ?? [];
  const at = (source: string, number: number): string => `org.apache.zookeeper.${source}(${source.split('.')[0]!}.java:${number})`;
  return new JavaException(javaText.slice(0, javaText.indexOf(':')), message, [
    ...(MADE_AT[err] === undefined ? [] : [at('KeeperException.create', MADE_AT[err])]),
    at('KeeperException.create', 54),
    ...(method === undefined ? [] : [at(`ZooKeeper.${method}`, line!), ...(overload === undefined ? [] : [at(`ZooKeeper.${method}`, overload)])]),
    at('ZooKeeperMain.processZKCmd', place),
  ]);
}

/** `place`: the line of `processZKCmd` from which it is asked. */
function* call<Asked extends ClientOp>(op: Asked, path: string, place: number): Script<ResultOf<Asked>> {
  try {
    return yield* ask(op, path);
  } catch (error) {
    if (error instanceof KeeperError && textOf(error) === undefined) throw uncaught(op, error, place);
    throw error;
  }
}

const textOf = (error: KeeperError): string | undefined => knownError(error, 'Authentication is not valid');

class NumberFormat extends Error {}

function integer(text: string): number {
  const value = parseInteger(text);
  if (value === undefined) throw new NumberFormat(`For input string: "${text}"`);
  return value;
}

/** Java 1.8 says no more than the index. */
function word(words: readonly string[], index: number, place: number): string {
  const found = words[index];
  if (found === undefined) throw new JavaException('java.lang.ArrayIndexOutOfBoundsException', String(index), [`org.apache.zookeeper.ZooKeeperMain.processZKCmd(ZooKeeperMain.java:${place})`]);
  return found;
}

function* aclOf(text: string, path: string): Script<number> {
  const { acl, complaints } = readAcl(text);
  for (const complaint of complaints) yield* print(complaint, 'stderr');
  if (acl === 'notModelled') throw notModelled(`${text}: access rights of anybody but world:anyone are`, `${text}：除 world:anyone 之外的权限`);
  if (typeof acl !== 'number') throw new KeeperError('INVALIDACL', acl === 'none' ? null : path);
  return acl;
}

const OPTIONS: readonly string[] = ['-e', '-s'];

function* create(words: readonly string[]): Script {
  const given = new Set<string>();
  let first = 0;
  if (OPTIONS.includes(words[1]!)) {
    given.add(words[1]!);
    first = 1;
    if (OPTIONS.includes(words[2]!) && words[2] !== words[1]) {
      given.add(words[2]!);
      first = 2;
    }
  }
  const mode: CreateMode = given.size === 2 ? 'EPHEMERAL_SEQUENTIAL' : given.has('-e') ? 'EPHEMERAL' : given.has('-s') ? 'PERSISTENT_SEQUENTIAL' : 'PERSISTENT';
  const acl = words.length === first + 4 ? { acl: yield* aclOf(words[first + 3]!, words[first + 1]!) } : {};
  const path = word(words, first + 1, 706);
  const { path: made } = yield* call({ type: 'create', path, data: word(words, first + 2, 707), mode, ...acl }, path, 707);
  yield* print(`Created ${made}`, 'stderr');
}

const limitPath = (path: string): string => `/zookeeper/quota${path}/zookeeper_limits`;

function* quota(words: readonly string[]): Script {
  const [name, option = '', value = ''] = words;
  if (name === 'setquota') {
    const path = words[3]!;
    yield* print(`Comment: the parts are option ${option} val ${value} path ${path}`, 'stderr');
    if (option !== '-b' && option !== '-n') return yield* print(usage().trimEnd(), 'stderr');
    if (option === '-n') integer(value);
    else if (parseLong(value) === undefined) throw new NumberFormat(`For input string: "${value}"`);
    if ((yield* askStat(path, false)) === null) throw new IllegalArgument(`${path} does not exist.`);
  } else {
    const path = name === 'delquota' && words.length > 2 ? value : option;
    if (name === 'listquota') yield* print(`absolute path is ${limitPath(path)}`, 'stderr');
    if ((yield* askStat(limitPath(path), false)) === null) {
      return yield* name === 'listquota' ? print(`quota for ${path} does not exist.`, 'stderr') : print(`Quota does not exist for ${path}`);
    }
  }
  throw notModelled(`${name}: quotas are`, `${name}：配额`);
}

function* remove(root: string): Script {
  checkPath(root);
  for (const path of [...(yield* subtree(root))].reverse()) yield* ask({ type: 'delete', path, version: -1 }, path);
}

function* carryOut(words: readonly string[]): Script {
  const [name, path = '', third] = words;
  const watch = words.length > 2;
  if (words.length < (NEEDED[name!] ?? 1)) return;
  switch (name) {
    case 'create': return yield* create(words);
    case 'delete':
      yield* call({ type: 'delete', path, version: watch ? integer(third!) : -1 }, path, 712);
      return;
    case 'rmr': return yield* remove(path);
    case 'set': {
      const { stat } = yield* call({ type: 'setData', path, data: third!, version: words.length > 3 ? integer(words[3]!) : -1 }, path, 718);
      return yield* print(statText(stat), 'stderr');
    }
    case 'get': {
      const { data, stat } = yield* call({ type: 'getData', path, watch }, path, 726);
      yield* print(data ?? 'null');
      return yield* print(statText(stat), 'stderr');
    }
    case 'ls':
    case 'ls2': {
      const { children, stat } = yield* call({ type: 'getChildren', path, watch }, path, name === 'ls' ? 732 : 736);
      yield* print(`[${inServersOrder(children).join(', ')}]`);
      return name === 'ls' ? undefined : yield* print(statText(stat), 'stderr');
    }
    case 'getAcl': return yield* print(aclText((yield* call({ type: 'getAcl', path }, path, 741)).acl));
    case 'setAcl': {
      const acl = yield* aclOf(third!, path);
      const { stat } = yield* call({ type: 'setAcl', path, acl, version: words.length > 4 ? integer(words[3]!) : -1 }, path, 748);
      return yield* print(statText(stat), 'stderr');
    }
    case 'stat': {
      const stat = yield* askStat(path, watch);
      if (stat === null) throw new KeeperError('NONODE', path);
      return yield* print(statText(stat), 'stderr');
    }
    case 'setquota':
    case 'listquota':
    case 'delquota': return yield* quota(words);
    case 'close':
      yield { type: 'close' };
      return;
    case 'sync': {
      checkPath(path);
      const [{ err }] = (yield { type: 'ask', ops: [{ type: 'sync', path }] }) as readonly [Answered];
      return yield* print(`Sync returned ${errors[err].code}`);
    }
    case 'addauth': throw notModelled('addauth: every client is world:anyone; authentication is', 'addauth：所有客户端都是 world:anyone；认证');
  }
}

/** Words without which a command does nothing, its name included. */
const NEEDED: Readonly<Record<string, number>> = {
  create: 3, delete: 2, rmr: 2, set: 3, get: 2, ls: 2, ls2: 2, getAcl: 2, setAcl: 3, stat: 2, listquota: 2, setquota: 4, delquota: 2, sync: 2, addauth: 2,
};

/** What `processCmd` does with a command that is not one of the main loop's own. */
export function* run(words: readonly string[]): Script<number> {
  try {
    yield* carryOut(words);
  } catch (error) {
    if (error instanceof IllegalArgument) yield* print(`Command failed: java.lang.IllegalArgumentException: ${error.message}`, 'stderr');
    else if (error instanceof NumberFormat) yield* print(`Command failed: java.lang.NumberFormatException: ${error.message}`, 'stderr');
    else if (error instanceof CliError) yield* print(error.message, 'stderr');
    else {
      const text = error instanceof KeeperError ? textOf(error) : undefined;
      if (text === undefined) throw error instanceof KeeperError ? new JavaException(error.javaText.slice(0, error.javaText.indexOf(':')), error.message) : error;
      yield* print(text, 'stderr');
    }
  }
  return 0;
}
