/**
 * A container on Docker's network, and off it: then it has no address there, its name is known to nobody, and its published ports lead
 * nowhere. Simplified: connections that stand fall silent; Docker's proxy would close those that came through a published port.
 */
import type { Host } from '../kernel/network.ts';
import type { Process } from '../kernel/process.ts';
import { findProcess, type KernelAction, type World } from '../kernel/world.ts';
import { publishedZooKeeperPort } from './description.ts';

const NETWORK = 'zookeeper-net';
/** The machine whose bridge the network is. */
const MACHINE = 'host';
/** The program that does what is asked of Docker. A deployment that was built has none until somebody opens a terminal there, and runs nevertheless. */
export const DOCKER_DAEMON = 'dockerd';
const CLIENT_PORT = 2181;
const RULE = 'docker-network:';

const isServer = ({ program }: Process): boolean => program === 'zookeeper-server';
const hostOf = (world: World, process: Process | undefined): Host | undefined => world.network.hosts.find(({ name }) => name === process?.host);

/** The one on Docker's network, or the one among its names. */
export function addressOf({ networks, names }: Host): string | undefined {
  return networks?.[0]?.address ?? names.find((name) => /^[\d.]+$/.test(name));
}

/** Whether the machine of a container has a daemon that does not run. */
export function isDockerDown(world: World, container: string): boolean {
  const machine = hostOf(world, findProcess(world, container))?.bridgedBy;
  const daemons = world.processes.filter(({ program, host }) => program === DOCKER_DAEMON && host === machine);
  return daemons.length > 0 && !daemons.some(({ status }) => status === 'running');
}

/** A host that was never given a place is where its names say. */
const isOffNetwork = (host: Host | undefined): boolean => host?.networks?.length === 0;

export function isOff(world: World, process: Process): boolean {
  return isOffNetwork(hostOf(world, process));
}

/** The network that a container is on, or on which the others are. */
export function networkOf(world: World, process: Process): string {
  const places = [hostOf(world, process), ...world.processes.filter(isServer).map((one) => hostOf(world, one))];
  return places.flatMap((host) => host?.networks ?? [])[0]?.network ?? NETWORK;
}

/** Whether a rule stands for the network that two no longer share, which no firewall made. */
export function isNetworkRule({ id }: { readonly id: string }): boolean {
  return id.startsWith(RULE);
}

/** Who begins anew has no connection that could have fallen silent. */
export function unsevered(world: World, container: string): readonly KernelAction[] {
  return world.network.rules.filter((rule) => isNetworkRule(rule) && [rule.from, rule.to].includes(container)).map(({ id }) => ({ type: 'removeRule', id }));
}

/** Between a container and those it was connected with, or may be about to: nothing passes any more to whom it cannot reach. */
export function severed(world: World, container: string, isReachable: (other: string) => boolean): readonly KernelAction[] {
  const { processes, network } = world;
  const at = processes.findIndex(({ name }) => name === container);
  const linked = network.connections.flatMap(({ client, server }) => (client === at ? [server] : server === at ? [client] : []));
  const peers = processes.filter((one, index) => one.host !== processes[at]?.host && (linked.includes(index) || (isServer(one) && one.status !== 'dead')));
  const back = network.rules.filter((rule) => isNetworkRule(rule) && [rule.from, rule.to].includes(container) && isReachable(rule.from === container ? rule.to : rule.from));
  const lost = peers.filter(({ name }) => !isReachable(name)).flatMap(({ name }) => [[container, name], [name, container]] as const);
  return [
    ...back.map(({ id }): KernelAction => ({ type: 'removeRule', id })),
    ...lost.map(([from, to]): KernelAction => ({ type: 'addRule', rule: { id: `${RULE}${from}>${to}`, from, to, effect: { type: 'cut' } } })),
  ];
}

/** In a deployment that was built: with it every container gets its place on the network, as its daemon would know it. */
export function attached(world: World, container: string, isOn: boolean): readonly KernelAction[] {
  const { processes, network } = world;
  const servers = processes.filter(isServer);
  const process = findProcess(world, container)!;
  const places = servers.flatMap((server): KernelAction[] => {
    const host = hostOf(world, server);
    if (host === undefined || (host.networks !== undefined && server !== process)) return [];
    const address = host.names.find((name) => /^[\d.]+$/.test(name)) ?? '';
    const networks = server === process && !isOn ? [] : [{ network: networkOf(world, process), address, aliases: [server.name] }];
    return [{ type: 'changeHost', host: host.name, bridgedBy: MACHINE, networks }];
  });
  const published = { port: publishedZooKeeperPort((process.config as { readonly myid: number }).myid), toHost: process.host, toPort: CLIENT_PORT };
  const ports = network.hosts
    .filter(({ name }) => !servers.some(({ host }) => host === name))
    .map(({ name, forwards }): KernelAction => ({ type: 'changeHost', host: name, forwards: [...forwards.filter(({ toHost }) => toHost !== process.host), ...(isOn ? [published] : [])] }));
  const isReachable = (other: string): boolean => isOn && !isOffNetwork(hostOf(world, findProcess(world, other)));
  return [...places, ...ports, ...severed(world, container, isReachable)];
}
