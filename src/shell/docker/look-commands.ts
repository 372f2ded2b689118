/** What only looks: `ps`, `logs`, `inspect`, `port`, `top`, `stats`, `version`, `info`, `volume`. */
import { momentOf, two } from '../../kernel/calendar.ts';
import { humanDuration } from '../clock.ts';
import { done, failed, freeName, lines, table, type Context } from '../command.ts';
import { processesOf } from '../machine/system.ts';
import { columns } from './columns.ts';
import { format, inspectContainer, inspectNetwork } from './inspect.ts';
import { containerLog } from './logs.ts';
import { SERVER_MEMORY_BYTES, VOLUMES_PATH } from './lifecycle.ts';
import { findContainer, findImage, findNetwork, isUp, processOf, shortId, statusOf, type Container } from './state.ts';
import type { Subcommand } from './subcommand.ts';
import { daemonSays, needsArguments, noSuchContainer } from './words.ts';
import { EXPOSED_PORTS, runsServer } from './zookeeper-image.ts';

export function statusText(context: Context, container: Container): string {
  const { world } = context;
  const ago = (at: number | null): string => humanDuration((context.now - (at ?? 0)) / 1_000_000);
  const process = processOf(world, container);
  switch (statusOf(world, container)) {
    case 'created':
      return 'Created';
    case 'running':
      return `Up ${ago(container.startedAt)}`;
    case 'paused':
      return `Up ${ago(container.startedAt)} (Paused)`;
    case 'restarting':
      return `Restarting (${process?.exitCode ?? 0}) ${ago(process?.endedAt ?? null)} ago`;
    case 'exited':
      return `Exited (${process?.exitCode ?? 0}) ${ago(process?.endedAt ?? null)} ago`;
  }
}

/** Neighbouring ports stand together (`2888/tcp, 3888/tcp` do not touch), published ones with both families. */
export function portsText(container: Container): string {
  const published = container.ports.flatMap(({ hostPort, containerPort }) => [`0.0.0.0:${hostPort}->${containerPort}/tcp`, `:::${hostPort}->${containerPort}/tcp`]);
  const plain = EXPOSED_PORTS.filter((port) => !container.ports.some(({ containerPort }) => containerPort === port)).map((port) => `${port}/tcp`);
  return [...plain, ...published].join(', ');
}

export function commandText(container: Container, isWhole: boolean): string {
  const text = container.command.join(' ');
  return `"${isWhole || text.length <= 20 ? text : `${text.slice(0, 19)}…`}"`;
}

const PS_TITLES = { ID: 'CONTAINER ID', Image: 'IMAGE', Command: 'COMMAND', CreatedAt: 'CREATED AT', RunningFor: 'CREATED', Status: 'STATUS', Ports: 'PORTS', Names: 'NAMES', State: 'STATE' } as const;
const textOf = (one: ReturnType<typeof format>): string => ('text' in one ? one.text : '');

const ps: Subcommand = ({ args, context, state }) => {
  const isAll = args.some((arg) => /^-[a-z]*a/.test(arg) || arg === '--all');
  const isQuiet = args.some((arg) => /^-[a-z]*q/.test(arg) || arg === '--quiet');
  const isWhole = args.includes('--no-trunc');
  const filters = args.flatMap((arg, i) => (/^--filter=/.test(arg) ? [arg.slice(9)] : arg === '--filter' || arg === '-f' ? [args[i + 1] ?? ''] : []));
  const filterOf = (key: string): string | undefined => filters.find((one) => one.startsWith(`${key}=`))?.slice(key.length + 1);
  const strange = filters.find((one) => !/^(name|status)=/.test(one));
  if (strange !== undefined) return failed(`docker ps: the filter ${strange} is not modelled here (name and status are)`, 125);
  const lastAt = args.findIndex((arg) => /^(-n|--last)(=|$)/.test(arg));
  const last = lastAt >= 0 ? Number(args[lastAt]!.split('=')[1] ?? args[lastAt + 1]) : args.some((arg) => /^-[a-z]*l/.test(arg) || arg === '--latest') ? 1 : undefined;
  if (last !== undefined && !Number.isInteger(last)) return failed(`invalid argument "${args[lastAt + 1] ?? ''}" for "-n, --last" flag: strconv.ParseInt: parsing "${args[lastAt + 1] ?? ''}": invalid syntax\nSee 'docker ps --help'.`, 125);
  const formatAt = args.indexOf('--format');
  const odd = args.find((arg, i) => arg.startsWith('-') && !/^(-[aqnls]+|--all|--quiet|--no-trunc|--filter(=.*)?|-f|--format|--latest|--size|--last(=.*)?)$/.test(arg) && args[i - 1] !== '--format');
  if (odd !== undefined) return failed(`${odd.startsWith('--') ? `unknown flag: ${odd}` : `unknown shorthand flag: '${odd[1] ?? ''}' in ${odd}`}\nSee 'docker ps --help'.`, 125);
  const isWanted = (one: Container): boolean => {
    const status = filterOf('status');
    if (filterOf('name') !== undefined && !one.name.includes(filterOf('name')!)) return false;
    return status === undefined ? isAll || last !== undefined || isUp(context.world, one) || one.isRestarting === true : statusOf(context.world, one) === status;
  };
  const shown = [...state.containers].reverse().filter(isWanted).slice(0, last);
  const rowOf = (one: Container) => ({
    ID: isWhole ? one.id : shortId(one.id), Image: one.image, Command: commandText(one, isWhole), CreatedAt: '', RunningFor: `${humanDuration((context.wallClockMs - one.createdMs) / 1_000)} ago`, Status: statusText(context, one), Ports: isUp(context.world, one) ? portsText(one) : '', Names: one.name, State: statusOf(context.world, one),
  });
  if (isQuiet) return done(lines(shown.map((one) => (isWhole ? one.id : shortId(one.id)))));
  if (formatAt >= 0) {
    const asked = args[formatAt + 1] ?? '';
    const isTable = /^table\s/.test(asked);
    const template = asked.replace(/^table\s+/, '').replaceAll('\\t', '\t');
    const filled = shown.map((one) => format(template, rowOf(one)));
    const titles = textOf(format(template, PS_TITLES));
    const problem = filled.find((one) => 'problem' in one);
    return problem && 'problem' in problem ? failed(problem.problem) : done(isTable ? columns([titles, ...filled.map(textOf)].map((one) => one.split('\t'))) : lines(filled.map(textOf)));
  }
  const rows = shown.map((one) => {
    const row = rowOf(one);
    return [row.ID, row.Image, row.Command, row.RunningFor, row.Status, row.Ports, row.Names];
  });
  return done(columns([['CONTAINER ID', 'IMAGE', 'COMMAND', 'CREATED', 'STATUS', 'PORTS', 'NAMES'], ...rows]));
};

const logs: Subcommand = ({ args, context, state }) => {
  const follows = args.some((arg) => /^-[a-z]*f/.test(arg) || arg === '--follow');
  const tailText = args.map((arg, i) => /^--tail=(.*)$/.exec(arg)?.[1] ?? (arg === '--tail' || arg === '-n' ? args[i + 1] : undefined)).find((one) => one !== undefined);
  const [name] = args.filter((arg, i) => !arg.startsWith('-') && !['--tail', '-n', '--since', '--until'].includes(args[i - 1] ?? ''));
  if (name === undefined) return needsArguments('logs', 'exactly 1 argument', '[OPTIONS] CONTAINER', 'Fetch the logs of a container');
  const container = findContainer(state, name);
  if (container === undefined) return failed(`Error: ${noSuchContainer(name)}`);
  const process = processOf(context.world, container);
  if (process === undefined) return done('');
  if (!runsServer(container)) return failed('docker logs: what a container prints whose first process is no server is not kept in this lab · 首进程不是服务器的容器，本实验室不保存其输出');
  const { text, count } = containerLog(context.world, process);
  const all = text.split('\n').slice(0, -1);
  if (tailText !== undefined && tailText !== 'all' && !/^\d+$/.test(tailText)) return daemonSays(`invalid tail: ${tailText}`);
  const shown = lines(tailText === undefined || tailText === 'all' ? all : all.slice(Math.max(0, all.length - Number(tailText))));
  if (!follows || !isUp(context.world, container)) return done(shown);
  const name_ = freeName(context.world, 'docker-logs');
  return { type: 'child', process: { name: name_, program: 'follow', host: context.host, parent: context.shell, commandLine: `docker logs ${args.join(' ')}`, config: { type: 'container', process: container.process, fromLine: count, before: shown } } };
};

const inspect: Subcommand = ({ args, context, state }) => {
  const at = args.findIndex((arg) => /^(-f|--format)(=|$)/.test(arg));
  const template = at < 0 ? undefined : args[at]!.includes('=') ? args[at]!.slice(args[at]!.indexOf('=') + 1) : args[at + 1];
  const names = args.filter((arg, i) => !arg.startsWith('-') && !(at >= 0 && !args[at]!.includes('=') && i === at + 1) && args[i - 1] !== '--type');
  if (names.length === 0) return needsArguments('inspect', 'at least 1 argument', '[OPTIONS] NAME|ID [NAME|ID...]', 'Return low-level information on Docker objects');
  const values: { readonly [key: string]: never }[] = [];
  const missing: string[] = [];
  for (const name of names) {
    const container = findContainer(state, name);
    const network = findNetwork(state, name);
    const image = findImage(state, name);
    if (container) values.push(inspectContainer(context.world, state, container) as never);
    else if (image) values.push({ Id: `sha256:${image.id}`, RepoTags: [`${image.repository}:${image.tag}`], Architecture: 'amd64', Os: 'linux', Size: image.sizeMb * 1_000_000 } as never);
    else if (network) values.push(inspectNetwork(context.world, state, network) as never);
    else missing.push(`Error: No such object: ${name}`);
  }
  const ending = { stderr: lines(missing), exitCode: missing.length > 0 ? 1 : 0 };
  if (template === undefined) return done(`${JSON.stringify(values, null, 4)}\n`, ending);
  const filled = values.map((value) => format(template, value));
  const problem = filled.find((one) => 'problem' in one);
  return problem && 'problem' in problem ? failed(problem.problem) : done(lines(filled.map((one) => ('text' in one ? one.text : ''))), ending);
};

const port: Subcommand = ({ args: [name, wanted], state }) => {
  if (name === undefined) return needsArguments('port', 'at least 1 and at most 2 arguments', 'CONTAINER [PRIVATE_PORT[/PROTO]]', 'List port mappings or a specific mapping for the container');
  const container = findContainer(state, name);
  if (container === undefined) return failed(`Error: ${noSuchContainer(name)}`);
  const ports = container.ports.filter(({ containerPort }) => wanted === undefined || wanted.replace('/tcp', '') === String(containerPort));
  if (wanted !== undefined && ports.length === 0) return failed(`Error: No public port '${wanted.includes('/') ? wanted : `${wanted}/tcp`}' published for ${name}`);
  return done(lines(ports.flatMap(({ containerPort, hostPort }) => ['0.0.0.0', '::'].map((address) => `${wanted === undefined ? `${containerPort}/tcp -> ` : ''}${address}:${hostPort}`))));
};

const TOP_TITLES = ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'];
/** Its columns are twenty wide with the blanks behind them (tabwriter: 20, 1, 3). */
const TOP_WIDTH = 17;

const top: Subcommand = ({ args: [name], context, state }) => {
  const container = name === undefined ? undefined : findContainer(state, name);
  if (container === undefined) return name === undefined ? needsArguments('top', 'at least 1 argument', 'CONTAINER [ps OPTIONS]', 'Display the running processes of a container') : daemonSays(noSuchContainer(name));
  if (!isUp(context.world, container)) return daemonSays(`Container ${container.id} is not running`);
  const rows = processesOf(context.world, context.host).filter(({ process }) => process?.host === container.process).map((one) => {
    const at = momentOf(context.wallClockMs - (context.now - one.startedAt) / 1_000);
    return [one.user, String(one.pid), String(one.ppid), '0', `${two(at.hour)}:${two(at.minute)}`, one.tty, '00:00:00', one.commandLine];
  });
  return done(table([TOP_TITLES, ...rows], [], 3, TOP_TITLES.map(() => TOP_WIDTH)));
};

const stats: Subcommand = ({ args, context, state }) => {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const missing = names.find((name) => findContainer(state, name) === undefined);
  if (missing !== undefined) return daemonSays(noSuchContainer(missing));
  const shown = state.containers.filter((one) => (names.length > 0 ? names.some((name) => findContainer(state, name) === one) : isUp(context.world, one)));
  const rows = shown.map((one) => {
    const limit = one.memoryBytes > 0 ? one.memoryBytes / 1_048_576 : 3_788.8;
    // What is over the limit is in swap.
    const used = isUp(context.world, one) ? Math.min(Number((SERVER_MEMORY_BYTES / 1_048_576).toFixed(2)), limit) : 0;
    return [shortId(one.id), one.name, '0.00%', `${used === 0 ? '0B' : `${used}MiB`} / ${limit >= 1_024 ? `${Number((limit / 1_024).toFixed(3))}GiB` : `${limit}MiB`}`, `${((used / limit) * 100).toFixed(2)}%`, '0B / 0B', '0B / 0B', used === 0 ? '0' : '39'];
  });
  // Without --no-stream the real one draws itself anew each second; here it is one look.
  return done(columns([['CONTAINER ID', 'NAME', 'CPU %', 'MEM USAGE / LIMIT', 'MEM %', 'NET I/O', 'BLOCK I/O', 'PIDS'], ...rows]));
};

const version: Subcommand = () => done(lines(['Client: Docker Engine - Community', ' Version:           20.10.24', ' API version:       1.41', '', 'Server: Docker Engine - Community', ' Engine:', '  Version:          20.10.24', '  API version:      1.41 (minimum version 1.12)']));

const info: Subcommand = ({ context, state }) => {
  const count = (wanted: string): number => state.containers.filter((one) => statusOf(context.world, one) === wanted).length;
  return done(lines(['Server:', ` Containers: ${state.containers.length}`, `  Running: ${count('running') + count('restarting')}`, `  Paused: ${count('paused')}`, `  Stopped: ${count('exited') + count('created')}`, ` Images: ${state.images.length}`, ' Server Version: 20.10.24', ' Storage Driver: overlay2']));
};

const volume: Subcommand = ({ args: [verb, ...names], context, state }) => {
  const inUse = state.containers.flatMap(({ binds }) => binds.filter(({ isNamed }) => isNamed).map(({ source }) => source));
  const known = context.files.list(VOLUMES_PATH);
  if (verb === 'ls') return done(columns([['DRIVER', 'VOLUME NAME'], ...known.map((name) => ['local', name])]));
  if (verb === 'create') return done(`${names[0] ?? ''}\n`, { actions: names.slice(0, 1).map((name) => context.files.makeDirectory(`${VOLUMES_PATH}/${name}/_data`)) });
  if (verb === 'rm') {
    const busy = names.find((name) => inUse.includes(name));
    if (busy !== undefined) return daemonSays(`remove ${busy}: volume is in use - [${state.containers.find(({ binds }) => binds.some(({ source }) => source === busy))?.id ?? ''}]`);
    const missing = names.find((name) => !known.includes(name));
    if (missing !== undefined) return failed(`Error: No such volume: ${missing}`);
    return done(lines(names), { actions: names.map((name) => context.files.remove(`${VOLUMES_PATH}/${name}`)) });
  }
  return failed(`docker volume ${verb ?? ''}: not modelled here (ls, create, rm and prune are) · 此处未模拟（有 ls、create、rm 和 prune）`);
};

export const lookCommands: Readonly<Record<string, Subcommand>> = { ps, logs, inspect, port, top, stats, version, info, volume };
