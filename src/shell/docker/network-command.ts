/** `docker network create | ls | inspect | rm | connect | disconnect`. */
import type { KernelAction } from '../../kernel/world.ts';
import { severed } from '../../cluster/container-network.ts';
import { done, failed, flags, lines, type Context, type DoneResult } from '../command.ts';
import { columns } from './columns.ts';
import { inspectNetwork, format } from './inspect.ts';
import { hostNetworks, hostsFile, withPorts } from './lifecycle.ts';
import { addressOn, poolFor } from './pools.ts';
import { findContainer, findNetwork, isUp, newId, shortId, writeState, type Container, type DockerState } from './state.ts';
import type { Asked, Subcommand } from './subcommand.ts';
import { daemonSays, needsArguments, noSuchContainer } from './words.ts';

const NOT_MODELLED = ['--ip-range', '--aux-address', '--ipam-driver', '--ipam-opt', '--config-from', '--scope', '-o', '--opt'];

function create({ args, context, state }: Asked): DoneResult {
  const read = flags(args, ['--attachable', '--internal', '--ipv6', '--ingress', '--config-only'], ['-d', '--driver', '--subnet', '--gateway', '--label', ...NOT_MODELLED]);
  if ('unknown' in read) return failed(`unknown flag: ${read.unknown}\nSee 'docker network create --help'.`, 125);
  const missing = [...NOT_MODELLED.filter((name) => read.values[name] !== undefined), ...['--internal', '--ipv6', '--ingress', '--config-only'].filter((name) => read.given.has(name))][0];
  if (missing !== undefined) return failed(`docker network create: ${missing} is not modelled here · 此处未模拟 ${missing}`, 125);
  const last = (...names: readonly string[]): string | undefined => names.flatMap((name) => read.values[name] ?? []).at(-1);
  const driver = last('-d', '--driver') ?? 'bridge';
  const [name, ...more] = read.rest;
  if (name === undefined || more.length > 0) return needsArguments('network create', 'exactly 1 argument', '[OPTIONS] NETWORK', 'Create a network');
  if (driver !== 'bridge') return daemonSays(`plugin "${driver}" not found (in this lab only bridge networks)`);
  const pool = poolFor(state, last('--subnet'), last('--gateway'));
  if ('client' in pool) return failed(pool.client);
  if (findNetwork(state, name)?.name === name) return daemonSays(`network with name ${name} already exists`);
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) return daemonSays(`invalid network name: ${name}`);
  if ('daemon' in pool) return daemonSays(pool.daemon);
  const { nextSubnet, ...chosen } = pool;
  const [prefix, ...networkIds] = state.networkIds;
  const id = newId(context, prefix);
  return done(`${id}\n`, {
    actions: [
      writeState(context.files, { ...state, networkIds, nextSubnet, networks: [...state.networks, { name, id, driver: 'bridge', ...chosen, createdMs: context.wallClockMs }] }),
      { type: 'changeHost', host: context.host, names: [...addressesOf(context), chosen.gateway] },
    ],
  });
}

/** The machine's own, its bridges' among them. */
function addressesOf(context: Context): readonly string[] {
  return context.world.network.hosts.find((one) => one.name === context.host)!.names;
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

/** Without these networks: their bridges are no longer addresses of the machine. */
export function removedNetworks(context: Context, state: DockerState, removed: readonly string[]): { readonly state: DockerState; readonly actions: readonly KernelAction[] } {
  const gateways = state.networks.filter(({ name }) => removed.includes(name)).map(({ gateway }) => gateway);
  const names = addressesOf(context).filter((one) => !gateways.includes(one));
  return removed.length === 0 ? { state, actions: [] } : { state: { ...state, networks: state.networks.filter(({ name }) => !removed.includes(name)) }, actions: [{ type: 'changeHost', host: context.host, names }] };
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
  const after = removedNetworks(context, state, removed);
  return done(lines(removed), { actions: removed.length > 0 ? [writeState(context.files, after.state), ...after.actions] : [], stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
}

/** `connect` and `disconnect`: a container that runs is there, or gone, at once. */
function attach({ verb, args, context, state }: Asked): DoneResult {
  const isConnecting = verb === 'connect';
  const read = flags(args, ['-f', '--force'], ['--alias', '--ip', '--ip6', '--link', '--link-local-ip', '--driver-opt']);
  if ('unknown' in read) return failed(`unknown flag: ${read.unknown}\nSee 'docker network ${verb} --help'.`, 125);
  const missing = ['--ip6', '--link', '--link-local-ip', '--driver-opt'].find((name) => read.values[name] !== undefined);
  if (missing !== undefined) return failed(`docker network ${verb}: ${missing} is not modelled here · 此处未模拟 ${missing}`, 125);
  const wanted = read.values['--ip']?.at(-1);
  const [networkName, containerName] = read.rest;
  if (networkName === undefined || containerName === undefined) return needsArguments(`network ${verb}`, 'exactly 2 arguments', '[OPTIONS] NETWORK CONTAINER', isConnecting ? 'Connect a container to a network' : 'Disconnect a container from a network');
  const network = findNetwork(state, networkName);
  const container = findContainer(state, containerName);
  if (network === undefined) return daemonSays(`network ${networkName} not found`);
  if (container === undefined) return daemonSays(noSuchContainer(containerName));
  const has = container.attachments.some((one) => one.network === network.name);
  if (isConnecting && has) return daemonSays(`endpoint with name ${container.name} already exists in network ${network.name}`);
  if (!isConnecting && !has) return daemonSays(`container ${container.id} is not connected to network ${network.name}`);
  const isLive = isUp(context.world, container);
  const aliases = network.name === 'bridge' ? [] : [container.name, ...(read.values['--alias'] ?? []), shortId(container.id)];
  const place = { network: network.name, ...(wanted === undefined ? {} : { wanted }) };
  const address = isConnecting && isLive ? addressOn(context.world, state, container, place) : '';
  if (typeof address !== 'string') return daemonSays(address.problem);
  const attachments = isConnecting
    ? [...container.attachments, { ...place, address, aliases, endpoint: newId(context) }]
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
      ...(isLive ? [{ type: 'files' as const, volume: container.process, edits: [hostsFile(changed)] }, { type: 'changeHost' as const, host: container.process, networks: hostNetworks(state, attachments) }, withPorts(context.host, changed, attachments.length > 0), ...severed(context.world, container.process, isReachable)] : []),
    ],
  });
}

const VERBS: Readonly<Record<string, (asked: Asked) => DoneResult>> = { create, ls: list, list, inspect, rm: remove, remove, connect: attach, disconnect: attach };

export const networkCommand: Subcommand = (asked) => {
  const [verb = '', ...args] = asked.args;
  return Object.hasOwn(VERBS, verb)
    ? VERBS[verb]!({ ...asked, verb, args })
    : done(`\nUsage:  docker network COMMAND\n\nManage networks\n\nCommands:\n${lines(['connect', 'create', 'disconnect', 'inspect', 'ls', 'prune', 'rm'].map((one) => `  ${one}`))}`, { exitCode: verb === '' ? 0 : 1 });
};
