/** /etc/hosts: what a machine knows of names before it asks anybody else (nsswitch.conf(5), `hosts: files dns`). Read anew for every name. */
import { toArray } from './append-list.ts';
import { read, type Volume } from './disk.ts';
import { addressFor, machineOf, type FoundAddress, type Host } from './network.ts';

const PATH = '/etc/hosts';

/** The address that stands for a name on a host; the name as it is, where the file has none for it. The first line that has it counts. */
export function byHostsFile(hosts: readonly Host[], volumes: readonly Volume[], from: string, name: string): string {
  const machine = machineOf(hosts, from);
  const volume = volumes.find((one) => one.name === machine);
  if (volume === undefined) return name;
  const content = read(volume, PATH);
  for (const line of content === undefined ? [] : toArray(content.entries)) {
    if (typeof line !== 'string') continue;
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address !== undefined && names.some((one) => one.toLowerCase() === name.toLowerCase())) return address;
  }
  return name;
}

/** `addressFor` with the machine's own file. */
export function lookUp(hosts: readonly Host[], volumes: readonly Volume[], from: string, name: string): FoundAddress | undefined {
  return addressFor(hosts, from, byHostsFile(hosts, volumes, from, name));
}
