/** `docker inspect` of containers and networks: the fields that people look at, in Docker's order, by Docker's names. */
import { subnetOf } from '../../kernel/addresses.ts';
import type { World } from '../../kernel/world.ts';
import { isoTime } from '../clock.ts';
import { isTooSmall, sourceOf } from './lifecycle.ts';
import { isUp, processOf, statusOf, type Attachment, type Container, type DockerNetwork, type DockerState } from './state.ts';
import { EXPOSED_PORTS, HOME } from './zookeeper-image.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const NEVER = '0001-01-01T00:00:00Z';
const gatewayOf = (network: DockerNetwork | undefined): string => network?.gateway ?? '';
const prefixLengthOf = (network: DockerNetwork | undefined): number => subnetOf(network?.subnet ?? '')?.prefixLength ?? 0;

/** The address as Docker makes a hardware address of it. */
const macOf = (address: string): string => (address === '' ? '' : ['02', '42', ...address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':'));

function time(world: World, micros: number | null): string {
  if (micros === null) return NEVER;
  return isoTime(world.wallClockBaseMs + Math.floor(micros / 1_000), (Math.abs(micros) % 1_000) * 1_000);
}

function endpoint(attachment: Attachment, container: Container, state: DockerState, isLive: boolean): Json {
  const network = state.networks.find(({ name }) => name === attachment.network);
  const isUserDefined = attachment.network !== 'bridge';
  return {
    IPAMConfig: attachment.wanted !== undefined ? { IPv4Address: attachment.wanted } : isUserDefined ? {} : null,
    Links: null,
    Aliases: isUserDefined ? [...attachment.aliases] : null,
    NetworkID: network?.id ?? '',
    EndpointID: isLive ? attachment.endpoint : '',
    Gateway: isLive ? gatewayOf(network) : '',
    IPAddress: isLive ? attachment.address : '',
    IPPrefixLen: isLive ? prefixLengthOf(network) : 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    MacAddress: isLive ? macOf(attachment.address) : '',
    DriverOpts: null,
  };
}

const bindings = (ports: Container['ports']): { readonly [key: string]: Json } =>
  Object.fromEntries(ports.map(({ hostPort, containerPort }) => [`${containerPort}/tcp`, [{ HostIp: '', HostPort: String(hostPort) }]]));

export function inspectContainer(world: World, state: DockerState, container: Container): { readonly [key: string]: Json } {
  const status = statusOf(world, container);
  const isLive = isUp(world, container);
  const process = processOf(world, container);
  const bridge = container.attachments.find(({ network }) => network === 'bridge');
  const bridgeNetwork = state.networks.find(({ name }) => name === 'bridge');
  const image = state.images.find(({ repository, tag }) => `${repository}:${tag}` === container.image);
  const exposed: { readonly [key: string]: Json } = Object.fromEntries(EXPOSED_PORTS.map((port) => [`${port}/tcp`, {}]));
  return {
    Id: container.id,
    Created: isoTime(container.createdMs, 0),
    Path: container.command[0] ?? '',
    Args: container.command.slice(1),
    State: {
      Status: status,
      Running: isLive,
      Paused: status === 'paused',
      Restarting: status === 'restarting',
      OOMKilled: status === 'exited' && isTooSmall(container),
      Dead: false,
      Pid: isLive ? (process?.pid ?? 0) : 0,
      ExitCode: status === 'exited' || status === 'restarting' ? (process?.exitCode ?? 0) : 0,
      Error: '',
      StartedAt: time(world, container.startedAt),
      FinishedAt: status === 'exited' || status === 'restarting' ? time(world, process?.endedAt ?? null) : NEVER,
    },
    Image: `sha256:${image?.id ?? ''}`,
    LogPath: `/var/lib/docker/containers/${container.id}/${container.id}-json.log`,
    Name: `/${container.name}`,
    RestartCount: container.restartCount ?? 0,
    Driver: 'overlay2',
    Platform: 'linux',
    HostConfig: {
      Binds: container.binds.map((bind) => `${bind.source}:${bind.destination}`),
      NetworkMode: container.attachments[0]?.network ?? 'default',
      PortBindings: bindings(container.ports),
      RestartPolicy: { Name: container.restart.split(':')[0]!, MaximumRetryCount: Number(container.restart.split(':')[1] ?? 0) },
      AutoRemove: container.isRemovedAtEnd,
      Memory: container.memoryBytes,
      MemorySwap: container.memoryBytes * 2,
    },
    Mounts: container.binds.map((bind) => ({
      Type: bind.isNamed ? 'volume' : 'bind',
      ...(bind.isNamed ? { Name: bind.source } : {}),
      Source: sourceOf(bind),
      Destination: bind.destination,
      Mode: '',
      RW: true,
      Propagation: bind.isNamed ? '' : 'rprivate',
    })),
    Config: {
      Hostname: container.hostname,
      Domainname: '',
      User: '',
      ExposedPorts: exposed,
      Env: [...container.env],
      Cmd: container.command.slice(1),
      Image: container.image,
      WorkingDir: HOME,
      Entrypoint: container.command.slice(0, 1),
    },
    NetworkSettings: {
      Bridge: '',
      SandboxID: '',
      HairpinMode: false,
      LinkLocalIPv6Address: '',
      LinkLocalIPv6PrefixLen: 0,
      Ports: isLive
        ? Object.fromEntries(
            EXPOSED_PORTS.map((port) => {
              const published = container.ports.filter(({ containerPort }) => containerPort === port);
              return [`${port}/tcp`, published.length === 0 ? null : published.flatMap(({ hostPort }) => ['0.0.0.0', '::'].map((HostIp) => ({ HostIp, HostPort: String(hostPort) })))];
            }),
          )
        : {},
      SecondaryIPAddresses: null,
      SecondaryIPv6Addresses: null,
      EndpointID: isLive && bridge ? bridge.endpoint : '',
      Gateway: isLive && bridge ? gatewayOf(bridgeNetwork) : '',
      GlobalIPv6Address: '',
      GlobalIPv6PrefixLen: 0,
      IPAddress: isLive && bridge ? bridge.address : '',
      IPPrefixLen: isLive && bridge ? prefixLengthOf(bridgeNetwork) : 0,
      IPv6Gateway: '',
      MacAddress: isLive && bridge ? macOf(bridge.address) : '',
      Networks: Object.fromEntries(container.attachments.map((one) => [one.network, endpoint(one, container, state, isLive)])),
    },
  };
}

export function inspectNetwork(world: World, state: DockerState, network: DockerNetwork): { readonly [key: string]: Json } {
  const members = state.containers.filter((container) => isUp(world, container) && container.attachments.some((one) => one.network === network.name));
  return {
    Name: network.name,
    Id: network.id,
    Created: isoTime(network.createdMs, 0),
    Scope: 'local',
    Driver: network.driver,
    EnableIPv6: false,
    IPAM: { Driver: 'default', Options: {}, Config: network.subnet === null ? [] : [{ Subnet: network.subnet, Gateway: network.gateway }] },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: Object.fromEntries(
      members.map((container) => {
        const { address, endpoint: id } = container.attachments.find((one) => one.network === network.name)!;
        return [container.id, { Name: container.name, EndpointID: id, MacAddress: macOf(address), IPv4Address: `${address}/${prefixLengthOf(network)}`, IPv6Address: '' }];
      }),
    ),
    Options: {},
    Labels: {},
  };
}

/** `{{.State.Status}}`, `{{.NetworkSettings.Networks.zookeeper-net.IPAddress}}`, `{{json .Mounts}}`, `{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}`; a text: why not. */
export function format(template: string, value: { readonly [key: string]: Json }): { readonly text: string } | { readonly problem: string } {
  const follow = (from: Json, path: string): Json | undefined => {
    let at: Json | undefined = from;
    for (const key of path.split('.').filter((one) => one !== '')) {
      if (typeof at !== 'object' || at === null || Array.isArray(at) || !Object.hasOwn(at, key)) return undefined;
      at = (at as { readonly [key: string]: Json })[key];
    }
    return at;
  };
  // As Go prints a list; what else has parts is written as JSON.
  const shown = (one: Json): string => (typeof one === 'string' ? one : one === null ? '<no value>' : Array.isArray(one) && one.every((part) => typeof part !== 'object') ? `[${one.join(' ')}]` : typeof one === 'object' ? JSON.stringify(one) : String(one));
  let problem: string | undefined;
  const fill = (text: string, root: Json): string =>
    text.replace(/\{\{\s*(json\s+)?(\.[\w.-]*)\s*\}\}/g, (_, asJson: string | undefined, path: string) => {
      const found = follow(root, path);
      if (found === undefined) {
        problem ??= `template: :1:2: executing "" at <${path}>: map has no entry for key "${path.split('.').at(-1) ?? ''}"`;
        return '';
      }
      return asJson === undefined ? shown(found) : JSON.stringify(found);
    });
  const ranged = template.replace(/\{\{\s*range\s+(?:\$\w+\s*,\s*\$\w+\s*:=\s*)?(\.[\w.-]+)\s*\}\}(.*?)\{\{\s*end\s*\}\}/gs, (_, path: string, body: string) => {
    const found = follow(value, path);
    return typeof found === 'object' && found !== null ? Object.values(found).map((one: Json) => fill(body, one)).join('') : '';
  });
  const text = fill(ranged, value);
  if (problem !== undefined) return { problem };
  return text.includes('{{') ? { problem: `template parsing error: template: :1: not modelled here: ${text.slice(text.indexOf('{{'), text.indexOf('{{') + 40)}` } : { text };
}
