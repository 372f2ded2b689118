/** `docker network create | ls | inspect | rm | connect | disconnect`. */
import { severed } from '../../cluster/container-network.ts';
import { done, failed, lines, type DoneResult } from '../command.ts';
import { columns } from './columns.ts';
import { inspectNetwork, format } from './inspect.ts';
import { freeAddress, hostNetworks, withPorts } from './lifecycle.ts';
import { findContainer, findNetwork, isUp, newId, shortId, writeState, type Container } from './state.ts';
import type { Asked, Subcommand } from './subcommand.ts';
import { daemonSays, needsArguments, noSuchContainer } from './words.ts';

const SUBNETS = 256;

function create({ args, context, state }: Asked): DoneResult {
  const rest = args.filter((arg, i) => !arg.startsWith('-') && !['-d', '--driver', '--subnet', '--gateway'].includes(args[i - 1] ?? ''));
  const driver = args[args.findIndex((arg) => arg === '-d' || arg === '--driver') + 1];
  const odd = args.find((arg) => arg.startsWith('-') && !/^(-d|--driver(=.*)?|--attachable|--subnet(=.*)?|--gateway(=.*)?)$/.test(arg));
  if (odd !== undefined) return failed(`unknown flag: ${odd}\nSee 'docker network create --help'.`, 125);
  const [name, ...more] = rest;
  if (name === undefined || more.length > 0) return needsArguments('network create', 'exactly 1 argument', '[OPTIONS] NETWORK', 'Create a network');
  if ((args.includes('-d') || args.includes('--driver')) && driver !== 'bridge') return daemonSays(`plugin "${driver ?? ''}" not found (in this lab only bridge networks)`);
  if (findNetwork(state, name)?.name === name) return daemonSays(`network with name ${name} already exists`);
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) return daemonSays(`invalid network name: ${name}`);
  if (state.nextSubnet >= SUBNETS) return daemonSays('could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network');
  const [prefix, ...networkIds] = state.networkIds;
  const id = newId(context, prefix);
  const subnet = state.nextSubnet;
  const host = context.world.network.hosts.find((one) => one.name === context.host)!;
  return done(`${id}\n`, {
    actions: [
      writeState(context.files, { ...state, networkIds, nextSubnet: subnet + 1, networks: [...state.networks, { name, id, driver: 'bridge', subnet, createdMs: context.wallClockMs }] }),
      { type: 'changeHost', host: context.host, names: [...host.names, `172.${subnet}.0.1`] },
    ],
  });
}

function list({ args, state }: Asked): DoneResult {
  const sorted = [...state.networks].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (args.includes('-q') || args.includes('--quiet')) return done(lines(sorted.map(({ id }) => shortId(id))));
  const rows = sorted.map(({ id, name, driver }) => [shortId(id), name, driver, 'local']);
  return done(columns([['NETWORK ID', 'NAME', 'DRIVER', 'SCOPE'], ...rows]));
}

function inspect({ args, context, state }: Asked): DoneResult {
  const at = args.findIndex((arg) => arg === '-f' || arg === '--format');
  const template = at < 0 ? undefined : args[at + 1];
  const names = args.filter((_, i) => at < 0 || (i !== at && i !== at + 1));
  if (names.length === 0) return needsArguments('network inspect', 'at least 1 argument', '[OPTIONS] NETWORK [NETWORK...]', 'Display detailed information on one or more networks');
  const found = names.flatMap((name) => findNetwork(state, name) ?? []);
  const missing = names.filter((name) => findNetwork(state, name) === undefined);
  const values = found.map((network) => inspectNetwork(context.world, state, network));
  const stderr = lines(missing.map((name) => `Error: No such network: ${name}`));
  if (template === undefined) return done(`${JSON.stringify(values, null, 4)}\n`, { stderr, exitCode: missing.length > 0 ? 1 : 0 });
  const filled = values.map((value) => format(template, value));
  const problem = filled.find((one) => 'problem' in one);
  return problem && 'problem' in problem ? failed(problem.problem) : done(lines(filled.map((one) => ('text' in one ? one.text : ''))), { stderr, exitCode: missing.length > 0 ? 1 : 0 });
}

function remove({ args, context, state }: Asked): DoneResult {
  if (args.length === 0) return needsArguments('network rm', 'at least 1 argument', 'NETWORK [NETWORK...]', 'Remove one or more networks');
  const removed: string[] = [];
  const problems: string[] = [];
  for (const name of args) {
    const network = findNetwork(state, name);
    if (network === undefined) problems.push(`Error: No such network: ${name}`);
    else if (['bridge', 'host', 'none'].includes(network.name)) problems.push(`Error response from daemon: ${network.name} is a pre-defined network and cannot be removed`);
    else if (state.containers.some((one) => isUp(context.world, one) && one.attachments.some((each) => each.network === network.name))) {
      problems.push(`Error response from daemon: error while removing network: network ${network.name} id ${network.id} has active endpoints`);
    } else removed.push(network.name);
  }
  const next = { ...state, networks: state.networks.filter(({ name }) => !removed.includes(name)) };
  return done(lines(removed), { actions: removed.length > 0 ? [writeState(context.files, next)] : [], stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
}

/** `connect` and `disconnect`: a container that runs is there, or gone, at once. */
function attach({ verb, args, context, state }: Asked): DoneResult {
  const isConnecting = verb === 'connect';
  const aliasAt = args.indexOf('--alias');
  const words = args.filter((arg, i) => !arg.startsWith('-') && (aliasAt < 0 || i !== aliasAt + 1));
  const [networkName, containerName] = words;
  if (networkName === undefined || containerName === undefined) return needsArguments(`network ${verb}`, 'exactly 2 arguments', '[OPTIONS] NETWORK CONTAINER', isConnecting ? 'Connect a container to a network' : 'Disconnect a container from a network');
  const network = findNetwork(state, networkName);
  const container = findContainer(state, containerName);
  if (network === undefined) return daemonSays(`network ${networkName} not found`);
  if (container === undefined) return daemonSays(noSuchContainer(containerName));
  const has = container.attachments.some((one) => one.network === network.name);
  if (isConnecting && has) return daemonSays(`endpoint with name ${container.name} already exists in network ${network.name}`);
  if (!isConnecting && !has) return daemonSays(`container ${container.id} is not connected to network ${network.name}`);
  const isLive = isUp(context.world, container);
  const aliases = network.name === 'bridge' ? [] : [container.name, ...(aliasAt < 0 ? [] : [args[aliasAt + 1] ?? '']), shortId(container.id)];
  const attachments = isConnecting
    ? [...container.attachments, { network: network.name, address: isLive ? freeAddress(context.world, state, network.name) : '', aliases, endpoint: newId(context) }]
    : container.attachments.filter((one) => one.network !== network.name);
  const changed: Container = { ...container, attachments };
  const others = state.containers.filter((one) => one.id !== container.id && isUp(context.world, one));
  const shares = (one: Container): boolean => one.attachments.some((each) => attachments.some((own) => own.network === each.network));
  const isReachable = (process: string): boolean => {
    const other = others.find((one) => one.process === process);
    // From the machine itself it is reached wherever it is.
    return other === undefined ? attachments.length > 0 : shares(other);
  };
  return done('', {
    actions: [
      writeState(context.files, { ...state, containers: state.containers.map((one) => (one.id === container.id ? changed : one)) }),
      ...(isLive ? [{ type: 'changeHost' as const, host: container.process, networks: hostNetworks(attachments) }, withPorts(context.world, context.host, changed, attachments.length > 0), ...severed(context.world, container.process, isReachable)] : []),
    ],
  });
}

const VERBS: Readonly<Record<string, (asked: Asked) => DoneResult>> = { create, ls: list, list, inspect, rm: remove, remove, connect: attach, disconnect: attach };

export const networkCommand: Subcommand = (asked) => {
  const [verb = '', ...args] = asked.args;
  return Object.hasOwn(VERBS, verb)
    ? VERBS[verb]!({ ...asked, verb, args })
    : done(`\nUsage:  docker network COMMAND\n\nManage networks\n\nCommands:\n${lines(['connect', 'create', 'disconnect', 'inspect', 'ls', 'rm'].map((one) => `  ${one}`))}`, { exitCode: verb === '' ? 0 : 1 });
};
