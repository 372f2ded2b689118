/** Which addresses networks and containers get (libnetwork's default IPAM driver, 20.10). */
import { addressOf, isAddress, isWithin, numberOf, subnetOf, type Subnet } from '../../kernel/addresses.ts';
import type { World } from '../../kernel/world.ts';
import { isBegun, type Attachment, type Container, type DockerNetwork, type DockerState } from './state.ts';

/** Docker's own pools are 172.17.0.0/16 to 172.31.0.0/16, given out in a circle. Those after them (192.168.0.0/20 …) are not modelled. */
const FIRST_POOL = 17;
const POOLS = 15;
const SHORTEST = 8;
/** With fewer addresses nothing is left beside the bridge's. */
const LONGEST = 30;

export type Pool = Pick<DockerNetwork, 'subnet' | 'gateway' | 'isChosen'> & Pick<DockerState, 'nextSubnet'>;

const overlaps = (a: Subnet, b: Subnet): boolean => a.first <= b.last && b.first <= a.last;
const gatewayIn = ({ first }: Subnet): string => addressOf(first + 1);

/** A pool for a new network, the wanted one if there is one; a text: why there is none. */
export function poolFor(state: DockerState, wanted: string | undefined, gateway: string | undefined): Pool | { readonly client: string } | { readonly daemon: string } {
  const taken = state.networks.flatMap(({ subnet }) => (subnet === null ? [] : subnetOf(subnet)!));
  if (wanted === undefined) {
    if (gateway !== undefined) return { client: `no matching subnet for gateway ${gateway}` };
    for (let i = 0; i < POOLS; i++) {
      const second = FIRST_POOL + ((state.nextSubnet - FIRST_POOL + i) % POOLS);
      const subnet = subnetOf(`172.${second}.0.0/16`)!;
      if (!taken.some((one) => overlaps(one, subnet))) return { subnet: `172.${second}.0.0/16`, gateway: gatewayIn(subnet), nextSubnet: second + 1 };
    }
    return { daemon: 'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network' };
  }
  const subnet = subnetOf(wanted);
  if (subnet === undefined) {
    return gateway === undefined ? { daemon: `failed to parse pool request for address space "LocalDefault" pool "${wanted}" subpool "": Invalid Address Pool` } : { client: `invalid CIDR address: ${wanted}` };
  }
  if (gateway !== undefined && (!isAddress(gateway) || !isWithin(gateway, subnet))) return { client: `no matching subnet for gateway ${gateway}` };
  if (subnet.prefixLength < SHORTEST || subnet.prefixLength > LONGEST) return { client: `docker network create: subnets from /${SHORTEST} to /${LONGEST} are modelled in this lab · 本实验室只模拟 /${SHORTEST} 到 /${LONGEST} 的子网` };
  if (taken.some((one) => overlaps(one, subnet))) return { daemon: 'Pool overlaps with other one on this address space' };
  return { subnet: `${addressOf(subnet.first)}/${subnet.prefixLength}`, gateway: gateway ?? gatewayIn(subnet), isChosen: true, nextSubnet: state.nextSubnet };
}

/** What other containers that run or are just being started have of a network. */
function takenOn(world: World, state: DockerState, network: string, own: Container): ReadonlySet<string> {
  const others = state.containers.filter((one) => one.id !== own.id && isBegun(world, one));
  return new Set(others.flatMap(({ attachments }) => attachments.filter((one) => one.network === network).map(({ address }) => address)));
}

/** The address a container gets on a network: the one it wants, or the lowest that nobody has. A problem: why it gets none. */
export function addressOn(world: World, state: DockerState, own: Container, { network, wanted }: Pick<Attachment, 'network' | 'wanted'>): string | { readonly problem: string } {
  const known = state.networks.find(({ name }) => name === network);
  const subnet = subnetOf(known?.subnet ?? '');
  if (known === undefined || subnet === undefined) return '';
  const taken = takenOn(world, state, network, own);
  if (wanted !== undefined) {
    if (['bridge', 'host', 'none'].includes(network)) return { problem: 'user specified IP address is supported on user defined networks only' };
    if (known.isChosen !== true) return { problem: 'user specified IP address is supported only when connecting to networks with user configured subnets' };
    if (!isWithin(wanted, subnet)) return { problem: `Invalid address ${wanted}: It does not belong to any of this network's subnets` };
    if (taken.has(wanted) || wanted === known.gateway || [subnet.first, subnet.last].includes(numberOf(wanted))) return { problem: 'Address already in use' };
    return wanted;
  }
  for (let number = subnet.first + 1; number < subnet.last; number++) {
    const address = addressOf(number);
    if (address !== known.gateway && !taken.has(address)) return address;
  }
  return { problem: `no available IPv4 addresses on this network's address pools: ${network} (${known.id})` };
}
