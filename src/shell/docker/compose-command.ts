/**
 * `docker compose up | down | stop | start | restart` (plugin 2.17, plain progress): the services of a compose file as the runs they stand for,
 * carried out one after the other. What a file asks for beyond that is named and not done.
 */
import { parse } from 'yaml';
import { failed, freeName, type Context, type Result } from '../command.ts';
import { baseName, resolvePath } from '../files/tree.ts';
import { findContainer, findNetwork, isUp } from './state.ts';
import type { Asked, Subcommand } from './subcommand.ts';

const FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
const KNOWN_KEYS: ReadonlySet<string> = new Set(['image', 'container_name', 'hostname', 'restart', 'mem_limit', 'ports', 'environment', 'volumes', 'networks', 'depends_on']);

type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
type Table = { readonly [key: string]: Value };

interface Service {
  readonly name: string;
  readonly container: string;
  /** Of the `docker run` it stands for. */
  readonly args: readonly string[];
}

interface Project {
  readonly services: readonly Service[];
  readonly networks: readonly string[];
}

const isTable = (value: Value | undefined): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: Value | undefined): string => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));
const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

function listOf(value: Value | undefined): readonly string[] {
  return Array.isArray(value) ? value.map((one: Value) => text(one)) : [];
}

/** `environment` as a table or as a list of `KEY=value`. */
function environmentOf(value: Value | undefined): readonly string[] {
  return isTable(value) ? Object.entries(value).map(([key, one]) => `${key}=${text(one)}`) : listOf(value);
}

function projectOf(source: string, directory: string): Project | { readonly problem: string } {
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

/** One line of a shell that says what compose says around each step, and stops at the first that fails. */
function lineOf(verb: string, { services, networks }: Project, { context, state }: Asked): string {
  const steps: string[] = [];
  const step = (kind: string, name: string, doing: string, did: string, command: string): void => void steps.push(`echo ' ${kind} ${name}  ${doing}'`, `${command} > /dev/null`, `echo ' ${kind} ${name}  ${did}'`);
  const known = (name: string) => findContainer(state, name);
  const running = (name: string): boolean => { const found = known(name); return found !== undefined && isUp(context.world, found); };
  if (verb === 'up') {
    for (const network of networks) if (!findNetwork(state, network)) step('Network', network, 'Creating', 'Created', `docker network create ${quoted(network)}`);
    for (const { container, args } of services) {
      if (running(container)) steps.push(`echo ' Container ${container}  Running'`);
      else if (known(container)) step('Container', container, 'Starting', 'Started', `docker start ${quoted(container)}`);
      else step('Container', container, 'Creating', 'Started', `docker run ${args.map(quoted).join(' ')}`);
    }
  } else if (verb === 'down') {
    for (const { container } of services.toReversed()) {
      if (running(container)) step('Container', container, 'Stopping', 'Stopped', `docker stop ${quoted(container)}`);
      if (known(container)) step('Container', container, 'Removing', 'Removed', `docker rm ${quoted(container)}`);
    }
    for (const network of networks) if (findNetwork(state, network)) step('Network', network, 'Removing', 'Removed', `docker network rm ${quoted(network)}`);
  } else {
    const [doing, did] = { start: ['Starting', 'Started'], stop: ['Stopping', 'Stopped'], restart: ['Restarting', 'Started'] }[verb as 'start' | 'stop' | 'restart'];
    for (const { container } of services) if (known(container)) step('Container', container, doing!, did!, `docker ${verb} ${quoted(container)}`);
  }
  return steps.length === 0 ? 'true' : steps.join(' && ');
}

function fileOf(args: readonly string[], context: Context): { readonly path: string; readonly source: string } | string {
  const at = args.findIndex((arg) => arg === '-f' || arg === '--file');
  const names = at < 0 ? FILES : [args[at + 1] ?? ''];
  for (const name of names) {
    const path = resolvePath(context.session.cwd, name);
    const source = context.files.text(path);
    if (source !== undefined) return { path, source };
  }
  return at < 0 ? 'no configuration file provided: not found' : `open ${resolvePath(context.session.cwd, names[0]!)}: no such file or directory`;
}

export const composeCommand: Subcommand = (asked): Result => {
  const { args, context } = asked;
  const at = args.findIndex((arg) => arg === '-f' || arg === '--file');
  const words = args.filter((_, i) => at < 0 || (i !== at && i !== at + 1));
  const [verb, ...rest] = words;
  if (verb === 'version') return { type: 'done', stdout: 'Docker Compose version v2.17.2\n', stderr: '', exitCode: 0 };
  if (verb === undefined || !['up', 'down', 'stop', 'start', 'restart'].includes(verb)) {
    return failed(`docker compose: of its commands this lab has up -d, down, stop, start and restart · 本实验室只有 up -d、down、stop、start 和 restart`);
  }
  const odd = rest.find((arg) => arg !== '-d' && arg !== '--detach');
  if (odd !== undefined) return failed(odd.startsWith('-') ? `unknown flag: ${odd}` : `docker compose ${verb}: single services are not modelled here · 此处未模拟对单个服务的操作`, odd.startsWith('-') ? 16 : 1);
  if (verb === 'up' && rest.length === 0) return failed('docker compose up: in this lab only with -d · 本实验室只支持 up -d');
  const file = fileOf(args, context);
  if (typeof file === 'string') return failed(file, 14);
  const project = projectOf(file.source, baseName(resolvePath(file.path, '..')));
  if ('problem' in project) return failed(project.problem, 15);
  const { cwd, variables } = context.session;
  return {
    type: 'child',
    process: { name: freeName(context.world, 'docker-compose'), program: 'bash', host: context.host, parent: context.shell, commandLine: `docker compose ${args.join(' ')}`, config: { line: lineOf(verb, project, asked), cwd, variables } },
  };
};
