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
  readonly networks: readonly string[];
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
  const networks = new Set<string>();
  const services: Service[] = [];
  for (const [name, service] of Object.entries(file['services'])) {
    if (!isTable(service)) return { problem: `services.${name} must be a mapping` };
    const odd = Object.keys(service).find((key) => !KNOWN_KEYS.has(key));
    if (odd !== undefined) return { problem: `services.${name}.${odd}: not modelled in this lab · 本实验室未模拟` };
    if (service['image'] === undefined) return { problem: `service "${name}" has neither an image nor a build context specified: invalid compose project` };
    const keys = isTable(service['networks']) ? Object.keys(service['networks']) : listOf(service['networks']);
    const unknown = keys.find((key) => !Object.hasOwn(declared, key) && key !== 'default');
    if (unknown !== undefined) return { problem: `service "${name}" refers to undefined network ${unknown}: invalid compose project` };
    const network = networkName(keys[0] ?? 'default');
    networks.add(network);
    const container = service['container_name'] === undefined ? `${project}-${name}-1` : text(service['container_name']);
    services.push({
      name,
      container,
      args: [
        '-d', '--name', container, '--network', network, '--network-alias', name,
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
  return { services, networks: [...networks] };
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
