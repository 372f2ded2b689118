/** A compose file: the services it names as the runs they stand for. What it asks for beyond that is named and not done. */
import { parse } from 'yaml';
import type { Context } from '../command.ts';
import { resolvePath } from '../files/tree.ts';

const FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
const KNOWN_KEYS: ReadonlySet<string> = new Set(['image', 'container_name', 'hostname', 'restart', 'mem_limit', 'ports', 'environment', 'volumes', 'networks', 'depends_on']);

type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
type Table = { readonly [key: string]: Value };

export interface Service {
  readonly name: string;
  readonly container: string;
  /** Of the `docker run` it stands for. */
  readonly args: readonly string[];
}

export interface Project {
  readonly services: readonly Service[];
  /** Each with the options of the `docker network create` that makes it. */
  readonly networks: readonly { readonly name: string; readonly options: readonly string[] }[];
}

const isTable = (value: Value | undefined): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: Value | undefined): string => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));

function listOf(value: Value | undefined): readonly string[] {
  return Array.isArray(value) ? value.map((one: Value) => text(one)) : [];
}

/** `environment` as a table or as a list of `KEY=value`. */
function environmentOf(value: Value | undefined): readonly string[] {
  return isTable(value) ? Object.entries(value).map(([key, one]) => `${key}=${text(one)}`) : listOf(value);
}

/** Of `docker network create`, for what a file says about a network; a text: the key that has no meaning here. */
function networkOptions(network: Value | undefined): readonly string[] | string {
  if (!isTable(network)) return [];
  const odd = Object.keys(network).find((key) => !['name', 'driver', 'ipam'].includes(key));
  if (odd !== undefined) return odd;
  const driver = network['driver'] === undefined ? [] : ['--driver', text(network['driver'])];
  const { ipam } = network;
  if (!isTable(ipam)) return driver;
  const config: readonly Value[] = Array.isArray(ipam['config']) ? ipam['config'] : [];
  const strange = Object.keys(ipam).find((key) => !['driver', 'config'].includes(key)) ?? config.flatMap((one) => (isTable(one) ? Object.keys(one) : [])).find((key) => !['subnet', 'gateway'].includes(key));
  if (strange !== undefined) return `ipam.${strange}`;
  return [...driver, ...config.flatMap((one) => (isTable(one) ? Object.entries(one).flatMap(([key, value]) => [`--${key}`, text(value)]) : []))];
}

export function projectOf(source: string, directory: string): Project | { readonly problem: string } {
  let file: Value;
  try {
    file = parse(source, { maxAliasCount: 100 }) as Value;
  } catch (error) {
    return { problem: `yaml: ${(error as Error).message.split('\n')[0]!.replace(/ at line.*$/, '')}` };
  }
  if (!isTable(file) || !isTable(file['services'])) return { problem: 'services must be a mapping' };
  const project = directory.toLowerCase().replace(/[^a-z0-9_-]/g, '') || 'root';
  const declared = isTable(file['networks']) ? file['networks'] : {};
  const networkName = (key: string): string => {
    const one = declared[key];
    return isTable(one) && one['name'] !== undefined ? text(one['name']) : `${project}_${key}`;
  };
  const networks = new Map<string, readonly string[]>();
  const services: Service[] = [];
  for (const [name, service] of Object.entries(file['services'])) {
    if (!isTable(service)) return { problem: `services.${name} must be a mapping` };
    const odd = Object.keys(service).find((key) => !KNOWN_KEYS.has(key));
    if (odd !== undefined) return { problem: `services.${name}.${odd}: not modelled in this lab · 本实验室未模拟` };
    if (service['image'] === undefined) return { problem: `service "${name}" has neither an image nor a build context specified: invalid compose project` };
    const keys = isTable(service['networks']) ? Object.keys(service['networks']) : listOf(service['networks']);
    const unknown = keys.find((key) => !Object.hasOwn(declared, key) && key !== 'default');
    if (unknown !== undefined) return { problem: `service "${name}" refers to undefined network ${unknown}: invalid compose project` };
    if (keys.length > 1) return { problem: `services.${name}.networks: more than one is not modelled in this lab · 本实验室未模拟多个网络` };
    const key = keys[0] ?? 'default';
    const place = isTable(service['networks']) ? service['networks'][key] : undefined;
    const strange = isTable(place) ? Object.keys(place).find((one) => !['aliases', 'ipv4_address'].includes(one)) : undefined;
    if (strange !== undefined) return { problem: `services.${name}.networks.${key}.${strange}: not modelled in this lab · 本实验室未模拟` };
    const network = networkName(key);
    const options = networkOptions(declared[key]);
    if (typeof options === 'string') return { problem: `networks.${key}.${options}: not modelled in this lab · 本实验室未模拟` };
    networks.set(network, options);
    const container = service['container_name'] === undefined ? `${project}-${name}-1` : text(service['container_name']);
    services.push({
      name,
      container,
      args: [
        '-d', '--name', container, '--network', network, '--network-alias', name,
        ...(isTable(place) ? listOf(place['aliases']).flatMap((alias) => ['--network-alias', alias]) : []),
        ...(isTable(place) && place['ipv4_address'] !== undefined ? ['--ip', text(place['ipv4_address'])] : []),
        ...(service['hostname'] === undefined ? [] : ['--hostname', text(service['hostname'])]),
        ...(service['restart'] === undefined ? [] : ['--restart', service['restart'] === false ? 'no' : text(service['restart'])]),
        ...(service['mem_limit'] === undefined ? [] : ['--memory', text(service['mem_limit'])]),
        ...listOf(service['ports']).flatMap((port) => ['-p', port]),
        ...listOf(service['volumes']).flatMap((volume) => ['-v', volume]),
        ...environmentOf(service['environment']).flatMap((one) => ['-e', one]),
        text(service['image']),
      ],
    });
  }
  return { services, networks: [...networks].map(([name, options]) => ({ name, options })) };
}

/** The file that is named, or else the one that stands in the shell's directory. */
export function fileOf(named: string | undefined, context: Context): { readonly path: string; readonly source: string } | string {
  for (const name of named === undefined ? FILES : [named]) {
    const path = resolvePath(context.session.cwd, name);
    const source = context.files.text(path);
    if (source !== undefined) return { path, source };
  }
  return named === undefined ? 'no configuration file provided: not found' : `open ${resolvePath(context.session.cwd, named)}: no such file or directory`;
}
