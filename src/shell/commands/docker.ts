/** Docker's client, a subcommand a function; each asks the daemon's state as it is at this moment. */
import { containerCommands } from '../docker/container-commands.ts';
import { composeCommand } from '../docker/compose-command.ts';
import { cpCommand } from '../docker/cp-command.ts';
import { execCommand } from '../docker/exec-command.ts';
import { imageCommands } from '../docker/image-commands.ts';
import { lookCommands } from '../docker/look-commands.ts';
import { networkCommand } from '../docker/network-command.ts';
import { pruneCommands } from '../docker/prune-command.ts';
import { runCommand } from '../docker/run-command.ts';
import { RUN_FLAGS } from '../docker/run-options.ts';
import type { Subcommand } from '../docker/subcommand.ts';
import { isRunning, readState } from '../docker/state.ts';
import { noDaemon, runRefused, NO_DAEMON } from '../docker/words.ts';
import { done, failed, notModelledHere, type Command, type DoneResult } from '../command.ts';

const subcommands: Readonly<Record<string, Subcommand>> = { ...containerCommands, ...imageCommands, ...lookCommands, ...pruneCommands, compose: composeCommand, cp: cpCommand, exec: execCommand, run: runCommand, create: runCommand, network: networkCommand };

export const dockerVerbs: readonly string[] = Object.keys(subcommands).filter((name) => !name.includes(' ')).concat('container', 'image', 'system').sort();

/** `docker container ls` is `docker ps`, and so on. */
const MANAGEMENT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  container: { ls: 'ps', list: 'ps' },
  image: { ls: 'images', list: 'images', rm: 'rmi' },
  system: { info: 'info', df: 'system df', events: 'events' },
};

/** What Docker's client has besides. */
const NOT_MODELLED: ReadonlySet<string> = new Set(['attach', 'build', 'builder', 'buildx', 'commit', 'config', 'context', 'diff', 'events', 'export', 'history', 'import', 'load', 'login', 'logout', 'manifest', 'node', 'plugin', 'push', 'save', 'search', 'secret', 'service', 'stack', 'swarm', 'system df', 'tag', 'trust']);

const HELP: Readonly<Record<string, readonly [usage: string, summary: string]>> = {
  cp: ['[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH', 'Copy files/folders between a container and the local filesystem'],
  create: ['[OPTIONS] IMAGE [COMMAND] [ARG...]', 'Create a new container'],
  exec: ['[OPTIONS] CONTAINER COMMAND [ARG...]', 'Run a command in a running container'],
  images: ['[OPTIONS] [REPOSITORY[:TAG]]', 'List images'],
  info: ['[OPTIONS]', 'Display system-wide information'],
  inspect: ['[OPTIONS] NAME|ID [NAME|ID...]', 'Return low-level information on Docker objects'],
  kill: ['[OPTIONS] CONTAINER [CONTAINER...]', 'Kill one or more running containers'],
  logs: ['[OPTIONS] CONTAINER', 'Fetch the logs of a container'],
  network: ['COMMAND', 'Manage networks'],
  pause: ['CONTAINER [CONTAINER...]', 'Pause all processes within one or more containers'],
  port: ['CONTAINER [PRIVATE_PORT[/PROTO]]', 'List port mappings or a specific mapping for the container'],
  ps: ['[OPTIONS]', 'List containers'],
  pull: ['[OPTIONS] NAME[:TAG|@DIGEST]', 'Pull an image or a repository from a registry'],
  rename: ['CONTAINER NEW_NAME', 'Rename a container'],
  restart: ['[OPTIONS] CONTAINER [CONTAINER...]', 'Restart one or more containers'],
  rm: ['[OPTIONS] CONTAINER [CONTAINER...]', 'Remove one or more containers'],
  rmi: ['[OPTIONS] IMAGE [IMAGE...]', 'Remove one or more images'],
  run: ['[OPTIONS] IMAGE [COMMAND] [ARG...]', 'Run a command in a new container'],
  start: ['[OPTIONS] CONTAINER [CONTAINER...]', 'Start one or more stopped containers'],
  stats: ['[OPTIONS] [CONTAINER...]', 'Display a live stream of container(s) resource usage statistics'],
  stop: ['[OPTIONS] CONTAINER [CONTAINER...]', 'Stop one or more running containers'],
  top: ['CONTAINER [ps OPTIONS]', 'Display the running processes of a container'],
  unpause: ['CONTAINER [CONTAINER...]', 'Unpause all processes within one or more containers'],
  update: ['[OPTIONS] CONTAINER [CONTAINER...]', 'Update configuration of one or more containers'],
  version: ['[OPTIONS]', 'Show the Docker version information'],
  volume: ['COMMAND', 'Manage volumes'],
  wait: ['CONTAINER [CONTAINER...]', 'Block until one or more containers stop, then print their exit codes'],
};

/** `--help` before the first word that is no option; what stands behind an image or a container may be that one's. */
function helpOf(verb: string, args: readonly string[]): DoneResult | undefined {
  const help = HELP[verb];
  const first = args.findIndex((arg) => !arg.startsWith('-'));
  if (help === undefined || !(first < 0 ? args : args.slice(0, first)).includes('--help')) return undefined;
  const options = verb === 'run' || verb === 'create' ? `\nOptions here: ${RUN_FLAGS.join(', ')}\n` : '';
  return done(`\nUsage:  docker ${verb} ${help[0]}\n\n${help[1]}\n${options}`);
}

export const docker: Command = {
  name: 'docker',
  summary: { en: 'containers: network, pull, run, ps, logs, exec, inspect, stop, start, rm …', 'zh-CN': '容器：network、pull、run、ps、logs、exec、inspect、stop、start、rm ……' },
  run(args, context) {
    const [first, second] = args;
    if (context.world.network.hosts.find(({ name }) => name === context.host)?.bridgedBy !== undefined) return failed('bash: docker: command not found', 127);
    if (first === undefined || first === '--help' || first === 'help') return { type: 'done', stdout: `\nUsage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n\nCommands here: ${dockerVerbs.join(', ')}\n`, stderr: '', exitCode: 0 };
    if (first === '--version' || first === '-v') return { type: 'done', stdout: 'Docker version 20.10.24, build 297e128\n', stderr: '', exitCode: 0 };
    const isJoint = Object.hasOwn(subcommands, `${first} ${second}`);
    const isManaged = isJoint || Object.hasOwn(MANAGEMENT, first);
    const name = isJoint ? `${first} ${second}` : isManaged ? (MANAGEMENT[first]![second ?? ''] ?? second ?? '') : first;
    if (!Object.hasOwn(subcommands, name)) {
      if (NOT_MODELLED.has(name)) return notModelledHere(`docker ${args.slice(0, isManaged ? 2 : 1).join(' ')}`);
      return failed(`docker: '${name}' is not a docker command.\nSee 'docker --help'`);
    }
    const help = helpOf(name, args.slice(isManaged ? 2 : 1));
    if (help) return help;
    if (!isRunning(context.world, context.host)) return name === 'run' ? runRefused(`${NO_DAEMON.replace(/\?$/, '')}?.`) : noDaemon();
    return subcommands[name]!({ verb: name, args: args.slice(isManaged ? 2 : 1), context, state: readState(context.files) });
  },
};

/** Compose 2 is also a program of its own. */
export const dockerCompose: Command = {
  name: 'docker-compose',
  summary: { en: 'several containers from a file: up -d, down, ps, logs', 'zh-CN': '用一个文件管理多个容器：up -d、down、ps、logs' },
  run: (args, context) => docker.run(['compose', ...args], context),
};
