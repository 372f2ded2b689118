/** `docker run` and `docker create`. */
import { done, failed, freeName, type Context, type Result } from '../command.ts';
import { machineOf } from '../../kernel/network.ts';
import type { World } from '../../kernel/world.ts';
import { randomName } from './names.ts';
import { pull } from './images.ts';
import { addressOn } from './pools.ts';
import { isScript } from '../machine/path.ts';
import { isExecutable, notExecutable } from './inside.ts';
import { start } from './lifecycle.ts';
import { runOptions, type RunOptions } from './run-options.ts';
import { quoted } from '../bash/quote.ts';
import { findImage, findNetwork, isBegun, newId, shortId, writeState, type Container, type DockerState } from './state.ts';
import type { Subcommand } from './subcommand.ts';
import { runRefused } from './words.ts';
import { COMMAND, EXPOSED_PORTS, IMAGE_ENV, runsServer, VOLUMES } from './zookeeper-image.ts';

/** First port of Linux's range for those that nobody chose. */
const EPHEMERAL = 49_153;

/** In the image's own `bin`. */
const IMAGE_SCRIPTS = ['zkServer.sh', 'zkCli.sh'];

function freePort(context: Context, taken: ReadonlySet<number>): number {
  let port = EPHEMERAL;
  while (taken.has(port) || context.world.network.listeners.some((one) => one.port === port)) port++;
  return port;
}

function containerOf(options: RunOptions, context: Context, state: DockerState, id: string, network: string): Container {
  const name = options.name ?? randomName(context);
  const hostname = options.hostname ?? shortId(id);
  const used = new Set(state.containers.flatMap(({ ports }) => ports.map(({ hostPort }) => hostPort)));
  const exposed = options.publishesAll ? EXPOSED_PORTS.filter((port) => !options.ports.some(({ containerPort }) => containerPort === port)).map((containerPort) => ({ hostPort: null, containerPort })) : [];
  const ports = [...options.ports, ...exposed].map(({ hostPort, containerPort }) => {
    const chosen = hostPort ?? freePort(context, used);
    used.add(chosen);
    return { hostPort: chosen, containerPort };
  });
  const own = options.binds.map((bind) => (bind.source === '' ? { ...bind, source: newId(context) } : bind));
  const anonymous = VOLUMES.filter((path) => !own.some(({ destination }) => destination === path)).map((path) => ({ source: newId(context), destination: path, isNamed: true }));
  const taken = (candidate: string): boolean => {
    const process = context.world.processes.find((one) => one.name === candidate);
    return context.world.network.hosts.some((host) => host.name === candidate) || (process !== undefined && process.program !== 'zookeeper-server' && process.status !== 'dead');
  };
  return {
    id,
    name,
    image: options.image.includes(':') ? options.image : `${options.image}:latest`,
    hostname,
    command: options.command.length > 0 ? [COMMAND[0], ...options.command] : COMMAND,
    env: [...IMAGE_ENV, ...options.env.map((one) => (one.includes('=') ? one : `${one}=${context.session.variables[one] ?? ''}`))],
    createdMs: context.wallClockMs,
    attachments: [{ network, address: '', aliases: network === 'bridge' ? [] : [name, ...options.aliases, shortId(id)], endpoint: newId(context), ...(options.address === null ? {} : { wanted: options.address }) }],
    ports,
    binds: [...own, ...anonymous],
    memoryBytes: options.memoryBytes,
    restart: options.restart,
    isRemovedAtEnd: options.isRemovedAtEnd,
    ...(options.isInteractive ? { isInteractive: true } : {}),
    process: taken(name) ? freeName(context.world, `container-${name}`) : name,
    startedAt: null,
  };
}

/** Why it cannot start: an address or a port is not to be had. Undefined: it can. */
export function startProblem(world: World, machine: string, state: DockerState, container: Container): string | undefined {
  for (const attachment of container.attachments) {
    const address = addressOn(world, state, container, attachment);
    if (typeof address !== 'string') return address.problem;
  }
  for (const { hostPort } of container.ports) {
    const prefix = `driver failed programming external connectivity on endpoint ${container.name} (${container.attachments[0]?.endpoint ?? ''})`;
    if (state.containers.some((other) => other.id !== container.id && isBegun(world, other) && other.ports.some((port) => port.hostPort === hostPort))) {
      return `${prefix}: Bind for 0.0.0.0:${hostPort} failed: port is already allocated`;
    }
    if (world.network.listeners.some((one) => one.port === hostPort && machineOf(world.network.hosts, one.host) === machine)) {
      return `${prefix}: Error starting userland proxy: listen tcp4 0.0.0.0:${hostPort}: bind: address already in use`;
    }
  }
  return undefined;
}

export const runCommand: Subcommand = ({ verb, args, context, state }): Result => {
  const options = runOptions(args);
  if (typeof options === 'string') {
    if (options.startsWith('"docker run"')) return failed(`${options.replace('docker run', `docker ${verb}`)}\nSee 'docker ${verb} --help'.\n\nUsage:  docker ${verb} [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nRun a command in a new container`);
    return /^(Error|Invalid|No port|Conflicting|maximum)/.test(options) ? runRefused(options) : failed(`${options}\nSee 'docker ${verb} --help'.`, 125);
  }
  const network = findNetwork(state, options.network);
  const image = findImage(state, options.image);
  if (image === undefined) return pullFirst(verb, args, options, context);
  if (image.repository !== 'zookeeper') return failed(`docker: the image ${options.image} is not modelled here`, 125);
  const sameName = options.name === null ? undefined : state.containers.find(({ name }) => name === options.name);
  if (sameName) {
    return runRefused(`Error response from daemon: Conflict. The container name "/${sameName.name}" is already in use by container "${sameName.id}". You have to remove (or rename) that container to be able to reuse that name.`);
  }
  const [name] = options.command;
  if (name !== undefined && !IMAGE_SCRIPTS.includes(name) && (isScript(name) || !isExecutable(context.commands, context.files, { env: IMAGE_ENV }, name))) {
    return runRefused(`Error response from daemon: failed to create shim: OCI runtime create failed: container_linux.go:380: ${notExecutable(name)}.`);
  }
  if (network?.name === 'host') return failed(`docker: --network host is not modelled here · 此处未模拟 --network host`, 125);
  const [prefix, ...containerIds] = state.containerIds;
  const id = newId(context, prefix);
  const created = containerOf(options, context, state, id, network?.name ?? options.network);
  const withIt = (container: Container): DockerState => ({ ...state, containerIds, containers: [...state.containers, container] });
  // Docker has made the container by now: it stays, as `Created`.
  if (network === undefined) return { ...runRefused(`Error response from daemon: network ${options.network} not found.`), actions: [writeState(context.files, withIt(created))] };
  if (verb === 'create') return done(`${id}\n`, { actions: [writeState(context.files, withIt(created))] });
  const world = { ...context.world, now: context.now };
  const problem = startProblem(world, context.host, state, created);
  if (problem !== undefined) return { ...runRefused(`Error response from daemon: ${problem}.`), actions: [writeState(context.files, withIt(created))] };
  const isAtTerminal = !options.isDetached && !runsServer(created);
  const begun = start(world, context.host, context.files, state, created, isAtTerminal ? context.shell : undefined);
  const actions = [writeState(context.files, withIt(begun.container)), ...begun.actions];
  if (options.isDetached) return done(`${id}\n`, { actions });
  if (isAtTerminal) return { type: 'child', actions, process: begun.process, ...(options.isInteractive ? { reads: 'terminal' } : {}) };
  return {
    type: 'child',
    actions,
    process: { name: freeName(context.world, 'docker-run'), program: 'follow', host: context.host, parent: context.shell, commandLine: `docker run ${args.join(' ')}`, config: { type: 'container', process: created.process, fromLine: 0, isAttached: true } },
  };
};

/** The image is fetched, and then the same command is given again, by a shell at the same terminal. */
function pullFirst(verb: string, args: readonly string[], { image, isInteractive, isDetached }: RunOptions, context: Context): Result {
  const unable = `Unable to find image '${image.includes(':') ? image : `${image}:latest`}' locally`;
  const pulled = pull(image, context, false);
  if ('problem' in pulled) return failed(`${unable}\ndocker: ${pulled.problem}.\nSee 'docker run --help'.`, 125);
  const { cwd, variables } = context.session;
  const again = `docker ${verb} ${args.map(quoted).join(' ')}`;
  return {
    type: 'child',
    ...(isInteractive && !isDetached ? { reads: 'terminal' } : {}),
    process: {
      name: freeName(context.world, 'docker-run'),
      program: 'bash',
      host: context.host,
      parent: context.shell,
      commandLine: `docker ${verb} ${args.join(' ')}`,
      config: { line: `echo ${quoted(unable)} >&2; docker pull ${quoted(image)} | grep -v ^docker.io/ >&2; ${again}`, cwd, variables },
    },
  };
}
