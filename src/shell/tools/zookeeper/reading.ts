/** zkCli's commands that look. */
import { FULL_VERSION } from '../../../zookeeper/server-summary.ts';
import { errors } from '../../../zookeeper/errors.ts';
import { concurrentMapOrder } from '../../../zookeeper/java-hash-order.ts';
import { aclText } from './acl.ts';
import { ask, askStat, checkPath, KeeperError, print, statText, type Answered } from './asking.ts';
import { CliError, command, usageOf, visitSubtree, type CliCommand } from './cli-command.ts';
import { helpText, type CliOption, type CommandLine } from './commons-cli.ts';

const STATS: CliOption = { name: 's', description: 'stats' };
const WATCH: CliOption = { name: 'w', description: 'watch' };

const has = ({ given }: CommandLine, name: string): boolean => Object.hasOwn(given, name);

const LS_OPTIONS: readonly CliOption[] = [{ name: '?', description: 'help' }, { name: 's', description: 'stat' }, WATCH, { name: 'R', description: 'recurse' }];
const LS = { name: 'ls', usage: '[-s] [-w] [-R] path' };

const ls = command({
  ...LS,
  options: LS_OPTIONS,
  insteadOfWatch: 'ls [-w] path',
  *run(line) {
    if (has(line, '?')) yield { type: 'print', stream: 'stdout', text: helpText('ls [options] path', { options: LS_OPTIONS }) };
    const path = line.args[1];
    if (path === undefined) throw new CliError(usageOf(LS));
    if (has(line, 'R')) return yield* visitSubtree(path, has(line, 'w'), (found) => print(found));
    const { children, stat } = yield* ask({ type: 'getChildren', path, watch: has(line, 'w') }, path);
    yield* print(`[${[...children].sort().join(', ')}]${has(line, 's') ? `\n${statText(stat)}` : ''}`);
  },
});

const get = command({
  name: 'get',
  usage: '[-s] [-w] path',
  options: [STATS, WATCH],
  words: 2,
  insteadOfWatch: 'get [-s] [-w] path',
  *run(line) {
    const path = line.args[1]!;
    let found;
    try {
      found = yield* ask({ type: 'getData', path, watch: has(line, 'w') }, path);
    } catch (error) {
      // Alone among the commands of 3.7.0 it passes the exception on as it is.
      throw error instanceof KeeperError ? new CliError(error.javaText) : error;
    }
    yield* print(`${found.data ?? 'null'}${has(line, 's') ? `\n${statText(found.stat)}` : ''}`);
  },
});

const stat = command({
  name: 'stat',
  usage: '[-w] path',
  options: [WATCH],
  words: 2,
  insteadOfWatch: 'stat [-w] path',
  *run(line) {
    const path = line.args[1]!;
    const found = yield* askStat(path, has(line, 'w'));
    if (found === null) throw new KeeperError('NONODE', path);
    yield* print(statText(found));
  },
});

const getAcl = command({
  name: 'getAcl',
  usage: '[-s] path',
  options: [STATS],
  words: 2,
  *run(line) {
    const path = line.args[1]!;
    const found = yield* ask({ type: 'getAcl', path }, path);
    yield* print(`${aclText(found.acl)}${has(line, 's') ? `\n${statText(found.stat)}` : ''}`);
  },
});

const GET_ALL = { name: 'getAllChildrenNumber', usage: 'path' };

const getAllChildrenNumber = command({
  ...GET_ALL,
  *run({ args: [, path] }) {
    if (path === undefined) throw new CliError(usageOf(GET_ALL));
    yield* print(String((yield* ask({ type: 'getAllChildrenNumber', path }, path)).count));
  },
});

const getEphemerals = command({
  name: 'getEphemerals',
  usage: 'path',
  *run({ args: [, prefix = '/'] }) {
    checkPath(prefix);
    yield* print(`[${(yield* ask({ type: 'getEphemerals', prefix }, null)).paths.join(', ')}]`);
  },
});

const CONFIG_NODE = '/zookeeper/config';

/** `<version> host:port,host:port`, the servers in the order of the Java properties they were read into (ConfigUtils). */
function clientConfig(text: string): string {
  const entries = text.split('\n').map((line): readonly [string, string] => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()]);
  const servers = concurrentMapOrder(entries, ([key]) => key).filter(([key]) => key.startsWith('server.'));
  return `${entries.find(([key]) => key === 'version')?.[1] ?? ''} ${servers.map(([, value]) => value.split(';')[1] ?? '').join(',')}`;
}

const config = command({
  name: 'config',
  usage: '[-c] [-w] [-s]',
  options: [STATS, WATCH, { name: 'c', description: 'client connection string' }],
  *run(line) {
    const { data, stat: found } = yield* ask({ type: 'getData', path: CONFIG_NODE, watch: has(line, 'w') }, CONFIG_NODE);
    const text = data ?? 'null';
    yield* print(`${has(line, 'c') ? clientConfig(text) : text}${has(line, 's') ? `\n${statText(found)}` : ''}`);
  },
});

const sync = command({
  name: 'sync',
  usage: 'path',
  words: 2,
  *run({ args }) {
    const path = args[1]!;
    checkPath(path);
    const [{ err }] = (yield { type: 'ask', ops: [{ type: 'sync', path }] }) as readonly [Answered];
    yield* print(err === 'OK' ? 'Sync is OK' : `Sync has failed. rc=${errors[err].code}`);
  },
});

const VERSION = { name: 'version', usage: '' };

const version = command({
  ...VERSION,
  *run({ args }) {
    if (args.length > 1) throw new CliError(usageOf(VERSION));
    yield* print(`ZooKeeper CLI version: ${FULL_VERSION}`);
  },
});

const whoami: CliCommand = {
  name: 'whoami',
  usage: '',
  *exec() {
    const [{ result }] = (yield { type: 'ask', ops: [{ type: 'whoAmI' }] }) as readonly [Answered];
    yield* print(['Auth scheme: User', ...(result?.type === 'whoAmI' ? result.clients.map(({ scheme, user }) => `${scheme}: ${user}`) : [])].join('\n'));
  },
};

export const reading: readonly CliCommand[] = [ls, get, stat, getAcl, getAllChildrenNumber, getEphemerals, config, sync, version, whoami];
