/**
 * What `Tab` finds: commands, paths, Docker's subcommands and the names of its containers, networks and images, topics. As bash with its
 * completions for Docker does it; that topics are among them is a courtesy of this lab. In zkCli its commands and the nodes its server has.
 */
import { TOPICS } from '../kafka/zookeeper/znodes.ts';
import type { Process } from '../kernel/process.ts';
import type { World } from '../kernel/world.ts';
import type { ServerState } from '../zookeeper/server-state.ts';
import { nodeAt } from '../zookeeper/tree.ts';
import { commands } from './commands/index.ts';
import { dockerVerbs } from './commands/docker.ts';
import { readState, type DockerState } from './docker/state.ts';
import { FileTree, resolvePath } from './files/tree.ts';
import { notModelled } from './commands/not-modelled.ts';
import { isScript } from './machine/path.ts';
import { mountsOf, newestTree, rootVolumeOf } from './machine/system.ts';
import { front, innermost } from './terminal.ts';
import { complete as completeForClient } from './tools/zookeeper/completion.ts';
import type { MainConfig, MainState } from './tools/zookeeper/zookeeper-main.ts';

export interface Completion {
  /** What the word before the cursor becomes: as far as all choices agree, with a blank or a slash behind it if there is but one. */
  readonly word: string;
  readonly choices: readonly string[];
}

/** What this lab runs. */
const NAMES: readonly string[] = commands.filter((command) => !notModelled.includes(command)).map(({ name }) => name);
const IN_PATH: readonly string[] = NAMES.filter((name) => !isScript(name)).concat('nohup').sort();
const WRAPPERS: ReadonlySet<string> = new Set(['sudo', 'nohup', 'watch', 'xargs', 'which', 'man', 'type', 'if', 'then', 'elif', 'else', 'while', 'until', 'do', '!', '{', '(']);

const OF_RUNNING: ReadonlySet<string> = new Set(['exec', 'stop', 'kill', 'pause', 'top', 'port', 'stats', 'attach']);
const OF_CONTAINERS: ReadonlySet<string> = new Set(['start', 'restart', 'unpause', 'rm', 'logs', 'inspect', 'rename', 'wait']);
const MANAGEMENT_VERBS: Readonly<Record<string, readonly string[]>> = {
  container: [...OF_RUNNING, ...OF_CONTAINERS, 'create', 'cp', 'ls', 'prune', 'run'].sort(),
  image: ['inspect', 'ls', 'prune', 'pull', 'rm'],
  network: ['connect', 'create', 'disconnect', 'inspect', 'ls', 'prune', 'rm'],
  system: ['info', 'prune'],
  volume: ['create', 'ls', 'prune', 'rm'],
};
const SYSTEMCTL_VERBS = ['disable', 'enable', 'restart', 'start', 'status', 'stop'];

/** Words of the command the cursor is in, the last of them the one before the cursor. */
function wordsOf(line: string): readonly string[] {
  const command = line.slice(Math.max(...['|', ';', '&'].map((sign) => line.lastIndexOf(sign))) + 1).trimStart();
  const words = command.split(/\s+/);
  let from = 0;
  while (from < words.length - 1 && WRAPPERS.has(words[from]!)) from++;
  return words.slice(from);
}

/** `line` and `word` end at the cursor. Undefined: nothing fits, or no shell reads. */
export function complete(world: World, terminal: string, line: string, word: string): Completion | undefined {
  const shell = innermost(world, terminal);
  if (!shell) return forZooKeeper(world, front(world, terminal), line, word);
  const { process, state } = shell;
  const files = FileTree.of(world, rootVolumeOf(world, process.host), mountsOf(world, process.host), world.now);
  const words = wordsOf(line);
  const named = namesFor(world, files, shell, words);
  if (named) return found(word, named);
  return pathFor(files, state.session.cwd, state.session.variables['HOME'] ?? '/root', word);
}

/** What fits in zkCli, where its own editor reads. */
function forZooKeeper(world: World, program: Process | undefined, line: string, word: string): Completion | undefined {
  const state = program?.program === 'zookeeper-main' && (program.config as MainConfig).dialect === '3.7.0' ? (program.state as MainState | null) : null;
  const client = state?.client;
  if (!client) return undefined;
  const connection = world.network.connections.find(({ id }) => id === client.connection);
  const server = world.processes[connection?.server ?? -1]?.state as ServerState | null | undefined;
  const chroot = client.config.chroot ?? '';
  const { from, candidates } = completeForClient(line, line.length, (path) => (server ? nodeAt(server.tree, path === '/' ? chroot || '/' : chroot + path)?.children : undefined));
  const typed = line.slice(from);
  const fitting = found(typed, candidates);
  return fitting && { ...fitting, word: word.slice(0, word.length - typed.length) + fitting.word };
}

/** Scripts are found where they lie. */
function scriptsIn(files: FileTree, directories: readonly string[]): readonly string[] {
  return directories.flatMap((directory) => files.list(directory).filter((name) => isScript(name) && NAMES.includes(name)));
}

/** All that could stand there, if it is not a path. */
function namesFor(world: World, files: FileTree, { process, state }: NonNullable<ReturnType<typeof innermost>>, words: readonly string[]): readonly string[] | undefined {
  const word = words.at(-1) ?? '';
  const before = words.at(-2);
  const isContainer = world.network.hosts.find(({ name }) => name === process.host)?.bridgedBy !== undefined;
  if (words.length <= 1) {
    const { functions, variables } = state.session;
    return word.includes('/') || word.startsWith('~') ? undefined : [...IN_PATH, ...scriptsIn(files, (variables.PATH ?? '').split(':')), ...Object.keys(functions)].sort();
  }
  if (before === '--topic' || before === '--topic-list') return topicsOf(world);
  if (words[0] === 'docker' && !isContainer) return dockerNames(world, readState(files), words.slice(1));
  if (words[0] === 'systemctl') return words.length === 2 ? SYSTEMCTL_VERBS : ['docker', 'firewalld'];
  return undefined;
}

function dockerNames(world: World, state: DockerState, words: readonly string[]): readonly string[] | undefined {
  const { containers, networks, images } = state;
  const [verb = ''] = words;
  if (words.length <= 1) return dockerVerbs;
  if (words.at(-2) === '--network' || words.at(-2) === '--net') return networks.map(({ name }) => name);
  if (words.length === 2 && Object.hasOwn(MANAGEMENT_VERBS, verb)) return MANAGEMENT_VERBS[verb];
  if (verb === 'container') return dockerNames(world, state, words.slice(1));
  if (verb === 'network') {
    return words.length === 3 ? networks.map(({ name }) => name) : containers.map(({ name }) => name);
  }
  if (verb === 'cp') {
    const fitting = containers.map(({ name }) => `${name}:`).filter((name) => name.startsWith(words.at(-1) ?? ''));
    return fitting.length === 0 ? undefined : fitting;
  }
  // Behind its container an exec has a command, and paths of another machine.
  const plain = words.slice(1, -1).filter((one) => !one.startsWith('-'));
  if (verb === 'exec' && plain.length > 0) return [...IN_PATH, 'zkCli.sh', 'zkServer.sh'].sort();
  if (OF_RUNNING.has(verb)) return containers.filter((one) => world.processes.some(({ name, status }) => name === one.process && (status === 'running' || status === 'paused'))).map(({ name }) => name);
  if (OF_CONTAINERS.has(verb)) return containers.map(({ name }) => name);
  return verb === 'run' || verb === 'create' || verb === 'rmi' ? images.map(({ repository, tag }) => `${repository}:${tag}`) : undefined;
}

function topicsOf(world: World): readonly string[] {
  const tree = newestTree(world);
  return [...((tree && nodeAt(tree, TOPICS)?.children) ?? [])].sort();
}

function pathFor(files: FileTree, cwd: string, home: string, word: string): Completion | undefined {
  const slash = word.lastIndexOf('/') + 1;
  const directory = word.slice(0, slash);
  const begin = word.slice(slash);
  const place = resolvePath(cwd, directory.startsWith('~/') ? home + directory.slice(1) : directory === '' ? '.' : directory);
  const names = files
    .list(place)
    .filter((name) => begin !== '' || !name.startsWith('.'))
    .map((name) => (files.isDirectory(resolvePath(place, name)) ? `${name}/` : name));
  const fitting = found(begin, names);
  return fitting && { ...fitting, word: directory + fitting.word };
}

function found(word: string, names: readonly string[]): Completion | undefined {
  const choices = [...new Set(names)].filter((name) => name.startsWith(word));
  const [first] = choices;
  if (first === undefined) return undefined;
  if (choices.length === 1) return { word: /[/:]$/.test(first) ? first : `${first} `, choices };
  let length = first.length;
  for (const one of choices) while (!one.startsWith(first.slice(0, length))) length--;
  return { word: first.slice(0, length), choices };
}
