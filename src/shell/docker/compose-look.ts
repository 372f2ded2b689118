/** `docker compose ps` and `docker compose logs` (plugin 2.17.2): what runs of a compose file, and what it prints, each line behind its container's name. */
import { humanDuration } from '../clock.ts';
import { done, failed, flags, freeName, lines, type Result } from '../command.ts';
import type { Project, Service } from './compose-file.ts';
import { prefixed, tinted, type FollowedContainer } from './compose-logs.ts';
import { containerLog } from './logs.ts';
import { commandText, portsText, statusText } from './look-commands.ts';
import { findContainer, isUp, processOf, statusOf, type Container } from './state.ts';
import type { Asked } from './subcommand.ts';

const HEADERS = ['NAME', 'IMAGE', 'COMMAND', 'SERVICE', 'CREATED', 'STATUS', 'PORTS'];
/** Go's tabwriter as compose sets it. */
const NARROWEST = 20;
const PADDING = 3;

function columns(rows: readonly (readonly string[])[]): string {
  const widths = HEADERS.map((_, column) => Math.max(NARROWEST, ...rows.map((row) => [...row[column]!].length + PADDING)));
  return lines(rows.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell + ' '.repeat(widths[column]! - [...cell].length))).join('')));
}

interface Found {
  readonly service: Service;
  readonly container: Container;
}

/** Containers of the services that are named, or of all; or the service that the file does not have. */
function chosen({ services }: Project, names: readonly string[], { state }: Asked): readonly Found[] | { readonly unknown: string } {
  const unknown = names.find((name) => !services.some((service) => service.name === name));
  if (unknown !== undefined) return { unknown };
  return services.flatMap((service) => {
    const container = names.length === 0 || names.includes(service.name) ? findContainer(state, service.container) : undefined;
    return container === undefined ? [] : [{ service, container }];
  });
}

const unknownFlag = (flag: string, verb: string): Result => failed(`${flag.startsWith('--') ? `unknown flag: ${flag}` : `unknown shorthand flag: '${flag.slice(1)}' in ${flag}`}\nSee 'docker compose ${verb} --help'.`, 16);

export function composePs(project: Project, asked: Asked): Result {
  const { args, context } = asked;
  const { world } = context;
  const read = flags(args, ['-a', '--all', '-q', '--quiet', '--services'], ['--format', '--status', '--filter']);
  if ('unknown' in read) return unknownFlag(read.unknown, 'ps');
  const format = read.values['--format']?.at(-1) ?? 'table';
  if (!['table', 'pretty', ''].includes(format)) return failed(`docker compose ps --format ${format}: not modelled in this lab · 本实验室未模拟`);
  const filter = read.values['--filter']?.at(-1);
  if (filter !== undefined && !filter.startsWith('status=')) return failed(filter.includes('=') ? `unknown filter ${filter.slice(0, filter.indexOf('='))}` : 'arguments to --filter should be in form KEY=VAL');
  const statuses = [...(read.values['--status'] ?? []), ...(filter === undefined ? [] : [filter.slice('status='.length)])];
  const all = chosen(project, read.rest, asked);
  if ('unknown' in all) return failed(`no such service: ${all.unknown}`);
  const isAll = read.given.has('-a') || read.given.has('--all');
  const found = all
    .filter(({ container }) => isAll || isUp(world, container))
    .filter(({ container }) => statuses.length === 0 || statuses.includes(statusOf(world, container)))
    .sort((a, b) => (a.container.name < b.container.name ? -1 : 1));
  if (read.given.has('-q') || read.given.has('--quiet')) return done(lines(found.map(({ container }) => container.id)));
  if (read.given.has('--services')) return done(`${found.map(({ service }) => service.name).join('\n')}\n`);
  const rows = found.map(({ service, container }) => [
    container.name,
    container.image,
    commandText(container, false),
    service.name,
    `${humanDuration((context.wallClockMs - container.createdMs) / 1_000)} ago`,
    statusText(context, container),
    isUp(world, container) ? portsText(container) : '',
  ]);
  return done(columns([HEADERS, ...rows]));
}

export function composeLogs(project: Project, asked: Asked): Result {
  const { args, context } = asked;
  const { world } = context;
  const read = flags(args, ['-f', '--follow', '--no-color', '--no-log-prefix'], ['-n', '--tail']);
  if ('unknown' in read) return unknownFlag(read.unknown, 'logs');
  const tail = read.values['--tail']?.at(-1) ?? read.values['-n']?.at(-1) ?? 'all';
  const found = chosen(project, read.rest, asked);
  if ('unknown' in found) return failed(`no such service: "${found.unknown}": not found`, 1);
  const hasColours = context.isTerminal && !read.given.has('--no-color');
  const width = Math.max(0, ...found.map(({ container }) => container.name.length)) + 1;
  let printed = '';
  const followed: FollowedContainer[] = [];
  for (const [index, { container }] of found.entries()) {
    const process = processOf(world, container);
    if (process === undefined) continue;
    const colour = hasColours ? index : null;
    const prefix = read.given.has('--no-log-prefix') ? '' : tinted(`${container.name.padEnd(width)} | `, colour);
    const { text, count } = containerLog(world, process);
    const all = text.split('\n').slice(0, -1);
    printed += prefixed(lines(/^\d+$/.test(tail) ? all.slice(Math.max(0, all.length - Number(tail))) : all), prefix);
    if (isUp(world, container)) followed.push({ name: container.name, process: container.process, fromLine: count, prefix, colour });
  }
  if (!(read.given.has('-f') || read.given.has('--follow')) || followed.length === 0) return done(printed);
  return {
    type: 'child',
    process: { name: freeName(world, 'docker-compose'), program: 'compose-logs', host: context.host, parent: context.shell, commandLine: `docker compose logs ${args.join(' ')}`, config: { before: printed, containers: followed } },
  };
}
