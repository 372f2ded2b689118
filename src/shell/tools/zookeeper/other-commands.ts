/** zkCli's commands about watches, quotas, the session and the membership. */
import type { AddWatchMode, WatcherType } from '../../../zookeeper/messages.ts';
import { pathProblem } from '../../../zookeeper/paths.ts';
import { illegalArgument, type JavaException } from '../java.ts';
import { ask, askStat, IllegalArgument, print, type Script } from './asking.ts';
import { CliError, command, notModelled, parseInteger, parseLong, usageOf, type CliCommand } from './cli-command.ts';
import type { CliOption, CommandLine } from './commons-cli.ts';

const MODES: readonly AddWatchMode[] = ['PERSISTENT', 'PERSISTENT_RECURSIVE'];
const DEFAULT_MODE: AddWatchMode = 'PERSISTENT_RECURSIVE';
const ADD_WATCH = { name: 'addWatch', usage: `[-m mode] path # optional mode is one of [${MODES.join(', ')}] - default is ${DEFAULT_MODE}` };

/** Where PathUtils throws, by the beginning of what it says. */
const PATH_LINES: readonly (readonly [beginning: string, line: number])[] = [['Path length', 46], ['Path must start', 49], ['Path must not', 55], ['Invalid path', 91]];

/** The path that is wrong is caught by nobody: the client ends. */
function strayPath(problem: string): JavaException {
  const line = PATH_LINES.find(([beginning]) => problem.startsWith(beginning))?.[1] ?? 0;
  return illegalArgument(problem, [
    `org.apache.zookeeper.common.PathUtils.validatePath(PathUtils.java:${line})`,
    'org.apache.zookeeper.ZooKeeper.addWatch(ZooKeeper.java:2808)',
    'org.apache.zookeeper.ZooKeeper.addWatch(ZooKeeper.java:2840)',
    'org.apache.zookeeper.cli.AddWatchCommand.exec(AddWatchCommand.java:77)',
  ]);
}

const addWatch = command({
  ...ADD_WATCH,
  options: [{ name: 'm', description: '', takesArgument: true }],
  *run({ args, given }) {
    const path = args[1];
    const mode = MODES.find((one) => one === (given.m?.toUpperCase() ?? DEFAULT_MODE));
    if (path === undefined || args.length !== 2 || mode === undefined) throw new CliError(usageOf(ADD_WATCH));
    const problem = pathProblem(path);
    if (problem !== undefined) throw strayPath(problem);
    yield* ask({ type: 'addWatch', path, mode }, path);
  },
});

const removewatches = command({
  name: 'removewatches',
  usage: 'path [-c|-d|-a] [-l]',
  options: [
    { name: 'c', description: 'child watcher type' }, { name: 'd', description: 'data watcher type' }, { name: 'a', description: 'any watcher type' },
    { name: 'l', description: 'remove locally when there is no server connection' },
  ],
  words: 2,
  *run({ args, given }) {
    const path = args[1]!;
    const watcherType: WatcherType = Object.hasOwn(given, 'c') ? 'Children' : Object.hasOwn(given, 'd') ? 'Data' : 'Any';
    yield* ask({ type: 'removeWatches', path, watcherType }, path);
  },
});

const quotaOptions = (takesArgument: boolean): readonly CliOption[] =>
  [['n', 'num soft quota'], ['b', 'bytes soft quota'], ['N', 'num hard quota'], ['B', 'bytes hard quota']].map(([name = '', description = '']) => ({ name, description, takesArgument }));

const limitPath = (path: string): string => `/zookeeper/quota${path}/zookeeper_limits`;

/** What is wrong with the number of a quota; undefined: nothing. */
function quotaProblem({ given }: CommandLine): string | undefined {
  for (const [name, text] of Object.entries(given)) {
    const isCount = name.toLowerCase() === 'n';
    const value = isCount ? parseInteger(text) : parseLong(text);
    if (value === undefined) return 'NumberFormatException happens when parsing the option value';
    if (isCount && value <= 0) return 'the num quota must be greater than zero';
    if (value < 0) return 'the bytes quota must be greater than or equal to zero';
  }
  return undefined;
}

const setquota = command({
  name: 'setquota',
  usage: '-n|-b|-N|-B val path',
  options: quotaOptions(true),
  group: { isRequired: true },
  words: 2,
  *run(line) {
    const path = line.args[1]!;
    const problem = path.startsWith('/zookeeper/quota') ? 'cannot set a quota under the path: /zookeeper/quota' : quotaProblem(line);
    if (problem !== undefined) return yield* print(problem, 'stderr');
    if ((yield* askStat(path, false)) === null) throw new IllegalArgument(`${path} does not exist.`);
    throw notModelled('setquota: quotas are', 'setquota：配额');
  },
});

const listquota = command({
  name: 'listquota',
  usage: 'path',
  words: 2,
  *run({ args }) {
    const path = args[1]!;
    yield* print(`absolute path is ${limitPath(path)}`, 'stderr');
    if ((yield* askStat(limitPath(path), false)) === null) return yield* print(`quota for ${path} does not exist.`, 'stderr');
    throw notModelled('listquota: quotas are', 'listquota：配额');
  },
});

const delquota = command({
  name: 'delquota',
  usage: '[-n|-b|-N|-B] path',
  options: quotaOptions(false),
  group: { isRequired: false },
  words: 2,
  *run({ args }) {
    const path = args[1]!;
    if ((yield* askStat(limitPath(path), false)) === null) return yield* print(`Quota does not exist for ${path}`);
    throw notModelled('delquota: quotas are', 'delquota：配额');
  },
});

const close: CliCommand = {
  name: 'close',
  usage: '',
  *exec() {
    yield { type: 'close' };
  },
};

const addauth = command({
  name: 'addauth',
  usage: 'scheme auth',
  words: 2,
  *run() {
    throw notModelled('addauth: every client is world:anyone; authentication is', 'addauth：所有客户端都是 world:anyone；认证');
  },
});

const RECONFIG = {
  name: 'reconfig',
  usage:
    '[-s] [-v version] [[-file path] | [-members serverID=host:port1:port2;port3[,...]*]] | [-add serverId=host:port1:port2;port3[,...]]* [-remove serverId[,...]*]',
};

const reconfig = command({
  ...RECONFIG,
  options: [
    { name: 's', description: 'stats' },
    ...['v', 'file', 'members', 'add', 'remove'].map((name): CliOption => ({ name, description: '', takesArgument: true })),
  ],
  *run({ given }): Script {
    const has = (name: string): boolean => Object.hasOwn(given, name);
    const isWhole = has('file') || has('members');
    const isChange = has('add') || has('remove');
    if (!isWhole && !isChange) throw new CliError(usageOf(RECONFIG));
    if (has('v') && !/^[+-]?[\da-f]{1,16}$/i.test(given.v!)) throw new CliError('-v must be followed by a long (configuration version)');
    if (isWhole && isChange) {
      throw new CliError("Can't use -file or -members together with -add or -remove (mixing incremental and non-incremental modes is not allowed)");
    }
    if (has('file') && has('members')) throw new CliError("Can't use -file and -members together (conflicting non-incremental modes)");
    yield* ask({ type: 'reconfig' }, null);
  },
});

export const otherCommands: readonly CliCommand[] = [addWatch, removewatches, setquota, listquota, delquota, close, addauth, reconfig];
