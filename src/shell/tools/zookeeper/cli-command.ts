/** What a command of zkCli 3.7.0 is (CliCommand): options, usage, and what it does with its session. */
import { JavaException } from '../java.ts';
import { ask, IllegalArgument, KeeperError, print, type Script } from './asking.ts';
import { parseCommandLine, type CliOption, type CliOptions, type CommandLine } from './commons-cli.ts';

/** Ends a command: printed to standard error, and the client's exit code if it is the last (CliException). */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface CliCommand {
  readonly name: string;
  /** Options and arguments, as the list of commands shows them. */
  readonly usage: string;
  exec(words: readonly string[]): Script;
}

export const usageOf = ({ name, usage }: Pick<CliCommand, 'name' | 'usage'>): string => `${name} ${usage}`;

interface Description {
  readonly name: string;
  readonly usage: string;
  readonly options?: readonly CliOption[];
  readonly group?: CliOptions['group'];
  /** Words it needs at least, its own name included; without them it prints its usage. */
  readonly words?: number;
  /** The old form `<name> path [watch]` is taken for this one. */
  readonly insteadOfWatch?: string;
  run(line: CommandLine): Script;
}

function parsed(known: CliOptions, words: readonly string[]): CommandLine {
  const line = parseCommandLine(known, words);
  if ('problem' in line) throw new CliError(line.problem);
  return line;
}

export function command(description: Description): CliCommand {
  const { name, usage, options = [], group, words: needed = 0, insteadOfWatch, run } = description;
  const known: CliOptions = { options, ...(group === undefined ? {} : { group }) };
  return {
    name,
    usage,
    *exec(words) {
      let line = parsed(known, words);
      if (line.args.length < needed) throw new CliError(usageOf(description));
      if (insteadOfWatch !== undefined && line.args.length > 2) {
        yield* print(`'${name} path [watch]' has been deprecated. Please use '${insteadOfWatch}' instead.`, 'stderr');
        // The word at that place becomes the option, whatever it was.
        line = parsed(known, words.with(2, '-w'));
        if (line.args.length < needed) throw new CliError(usageOf(description));
      }
      yield* failingAsCli(run(line));
    },
  };
}

function* failingAsCli(script: Script): Script {
  try {
    yield* script;
  } catch (error) {
    if (error instanceof IllegalArgument) throw new CliError(error.message);
    if (error instanceof KeeperError) throw new CliError(knownError(error, 'Insufficient permission') ?? error.message);
    throw error;
  }
}

/** What both clients say of an error they have words for (CliWrapperException, ZooKeeperMain.processCmd); undefined: of another one. */
export function knownError({ err, path }: KeeperError, noAuth: string): string | undefined {
  switch (err) {
    case 'NONODE': return `Node does not exist: ${path}`;
    case 'NOCHILDRENFOREPHEMERALS': return `Ephemerals cannot have children: ${path}`;
    case 'NODEEXISTS': return `Node already exists: ${path}`;
    case 'NOTEMPTY': return `Node not empty: ${path}`;
    case 'NOTREADONLY': return `Not a read-only call: ${path}`;
    case 'INVALIDACL': return `Acl is not valid : ${path}`;
    case 'NOAUTH': return `${noAuth} : ${path}`;
    case 'BADARGUMENTS': return `Arguments are not valid : ${path}`;
    case 'BADVERSION': return `version No is not valid : ${path}`;
    default: return undefined;
  }
}

const inRange = (text: string, bits: 32n | 64n): boolean => {
  if (!/^[+-]?\d{1,25}$/.test(text)) return false;
  const value = BigInt(text.replace('+', ''));
  return value >= -(1n << (bits - 1n)) && value < 1n << (bits - 1n);
};

/** `Integer.parseInt`; undefined: a NumberFormatException. */
export function parseInteger(text: string): number | undefined {
  return inRange(text, 32n) ? Number(text) : undefined;
}

/** `Long.parseLong`, likewise. */
export function parseLong(text: string): bigint | undefined {
  return inRange(text, 64n) ? BigInt(text.replace('+', '')) : undefined;
}

/** Which nobody in the client catches: it ends with it. */
export function numberFormat(text: string, frames: readonly string[]): JavaException {
  return new JavaException('java.lang.NumberFormatException', `For input string: "${text}"`, [
    'java.base/java.lang.NumberFormatException.forInputString(NumberFormatException.java:65)',
    'java.base/java.lang.Integer.parseInt(Integer.java:652)',
    'java.base/java.lang.Integer.parseInt(Integer.java:770)',
    ...frames,
  ]);
}

/** The number behind `-v`; −1 without it. `place`: the line of the command's source. */
export function versionOf({ given }: CommandLine, className: string, place: number): number {
  const text = given.v;
  if (text === undefined) return -1;
  const version = parseInteger(text);
  if (version === undefined) throw numberFormat(text, [`org.apache.zookeeper.cli.${className}.exec(${className}.java:${place})`]);
  return version;
}

/** Something a real client does and this deployment's servers could not answer truthfully. */
export function notModelled(what: string, inChinese: string): CliError {
  return new CliError(`${what} not modelled in this lab\n${inChinese}没有在本实验室中模拟`);
}

/** Every path below one, breadth first, itself first; the names of children are joined to it with a slash, also to the root (ZKUtil.listSubTreeBFS). */
export function* subtree(root: string): Script<readonly string[]> {
  const tree = [root];
  for (let at = 0; at < tree.length; at++) {
    const path = tree[at]!;
    const { children } = yield* ask({ type: 'getChildren', path, watch: false }, path);
    for (const child of children) tree.push(`${path}/${child}`);
  }
  return tree;
}

/** Gives each path below one to `visit`: all children of a node, then what is below each of them (ZKUtil.visitSubTreeDFS). */
export function* visitSubtree(root: string, watch: boolean, visit: (path: string) => Script): Script {
  yield* ask({ type: 'getData', path: root, watch }, root);
  yield* visit(root);
  yield* visitChildren(root, watch, visit);
}

function* visitChildren(path: string, watch: boolean, visit: (path: string) => Script): Script {
  let children: readonly string[];
  try {
    children = (yield* ask({ type: 'getChildren', path, watch }, path)).children;
  } catch (error) {
    // Somebody deleted it in between.
    if (error instanceof KeeperError && error.err === 'NONODE') return;
    throw error;
  }
  const paths = [...children].sort().map((name) => (path === '/' ? `/${name}` : `${path}/${name}`));
  for (const child of paths) yield* visit(child);
  for (const child of paths) yield* visitChildren(child, watch, visit);
}
