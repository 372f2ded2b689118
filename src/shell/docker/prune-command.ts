/** `docker container | image | network | volume | system prune` (client 20.10): what nobody uses is removed, after a question. */
import type { KernelAction } from '../../kernel/world.ts';
import { done, failed, flags, freeName, lines, type Context, type Result } from '../command.ts';
import type { FileTree } from '../files/tree.ts';
import { containerFiles, remove, VOLUMES_PATH } from './lifecycle.ts';
import { removedNetworks } from './network-command.ts';
import { isUp, writeState, type Container, type DockerState } from './state.ts';
import type { Asked, Subcommand } from './subcommand.ts';

type Kind = 'container' | 'image' | 'network' | 'volume';

interface Pruned {
  readonly state: DockerState;
  readonly actions: readonly KernelAction[];
  readonly text: string;
  readonly bytes: number;
}

const SUMMARIES: Readonly<Record<Kind | 'system', string>> = {
  container: 'Remove all stopped containers',
  image: 'Remove unused images',
  network: 'Remove all unused networks',
  volume: 'Remove all unused local volumes',
  system: 'Remove unused data',
};

const SURE = 'Are you sure you want to continue? [y/N] ';

function questionOf(kind: Kind | 'system', isAll: boolean, withVolumes: boolean): string {
  switch (kind) {
    case 'container':
      return `WARNING! This will remove all stopped containers.\n${SURE}`;
    case 'image':
      return `WARNING! This will remove all ${isAll ? 'images without at least one container associated to them' : 'dangling images'}.\n${SURE}`;
    case 'network':
      return `WARNING! This will remove all custom networks not used by at least one container.\n${SURE}`;
    case 'volume':
      return `WARNING! This will remove all local volumes not used by at least one container.\n${SURE}`;
    case 'system': {
      const what = [
        'all stopped containers',
        'all networks not used by at least one container',
        ...(withVolumes ? ['all volumes not used by at least one container'] : []),
        isAll ? 'all images without at least one container associated to them' : 'all dangling images',
        isAll ? 'all build cache' : 'all dangling build cache',
      ];
      return `WARNING! This will remove:\n${lines(what.map((one) => `  - ${one}`))}\n${SURE}`;
    }
  }
}

/** Four digits at most and the unit, by powers of ten (go-units, `HumanSize`). */
function humanSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1_000 && unit < units.length - 1; unit++) value /= 1_000;
  return `${Number(value.toPrecision(4))}${units[unit]!}`;
}

/** What a container wrote over its image: neither the image's files nor what Docker puts there itself. */
function writtenBytes(files: FileTree, container: Container): number {
  const { edits } = containerFiles(container, []);
  return files.seenFrom(container.process, []).walk('/').reduce((sum, { path, bytes, isDirectory }) => sum + (isDirectory || edits.some((edit) => edit.type === 'write' && edit.path === path) ? 0 : bytes), 0);
}

function section(title: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `${lines([title, ...names])}\n`;
}

const PRUNE: Readonly<Record<Kind, (context: Context, state: DockerState, files: FileTree, isAll: boolean) => Pruned>> = {
  container({ world }, state, files) {
    const gone = state.containers.filter((one) => !isUp(world, one) && one.isRestarting !== true);
    return {
      state: { ...state, containers: state.containers.filter((one) => !gone.includes(one)) },
      actions: gone.flatMap(remove),
      text: section('Deleted Containers:', gone.map(({ id }) => id)),
      bytes: gone.reduce((sum, one) => sum + writtenBytes(files, one), 0),
    };
  },
  /** An image that has lost its name is not to be had here: nothing is built. */
  image(_context, state, _files, isAll) {
    const gone = isAll ? state.images.filter((image) => !state.containers.some((container) => container.image === `${image.repository}:${image.tag}`)) : [];
    return {
      state: { ...state, images: state.images.filter((one) => !gone.includes(one)) },
      actions: [],
      text: section('Deleted Images:', gone.flatMap(({ repository, tag, id }) => [`untagged: ${repository}:${tag}`, `deleted: sha256:${id}`])),
      bytes: gone.reduce((sum, { sizeMb }) => sum + sizeMb * 1_000_000, 0),
    };
  },
  /** A container that does not run has no place in its networks. */
  network(context, state) {
    const gone = state.networks.filter(({ name, driver }) => driver === 'bridge' && name !== 'bridge' && !state.containers.some((one) => isUp(context.world, one) && one.attachments.some(({ network }) => network === name))).map(({ name }) => name);
    const removed = removedNetworks(context, state, gone);
    return { ...removed, text: section('Deleted Networks:', gone), bytes: 0 };
  },
  volume(_context, state, files) {
    const inUse = new Set(state.containers.flatMap(({ binds }) => binds.filter(({ isNamed }) => isNamed).map(({ source }) => source)));
    const gone = files.list(VOLUMES_PATH).filter((name) => !inUse.has(name));
    return {
      state,
      actions: gone.map((name) => files.remove(`${VOLUMES_PATH}/${name}`)),
      text: section('Deleted Volumes:', gone),
      bytes: gone.reduce((sum, name) => sum + files.bytesBelow(`${VOLUMES_PATH}/${name}`), 0),
    };
  },
};

function prune(kind: Kind | 'system', { args, context, state }: Asked): Result {
  const isSystem = kind === 'system';
  const read = flags(args, ['-f', '--force', ...(isSystem || kind === 'image' ? ['-a', '--all'] : []), ...(isSystem ? ['--volumes'] : [])], ['--filter']);
  if ('unknown' in read) return failed(`${read.unknown.startsWith('--') ? `unknown flag: ${read.unknown}` : `unknown shorthand flag: '${read.unknown[1]!}' in ${args.find((arg) => arg.includes(read.unknown[1]!)) ?? read.unknown}`}\nSee 'docker ${kind} prune --help'.`, 125);
  if (read.rest.length > 0) return failed(`"docker ${kind} prune" accepts no arguments.\nSee 'docker ${kind} prune --help'.\n\nUsage:  docker ${kind} prune [OPTIONS]\n\n${SUMMARIES[kind]}`);
  if (read.values['--filter'] !== undefined) return failed(`docker ${kind} prune: --filter is not modelled here · 此处未模拟 --filter`, 125);
  const isAll = read.given.has('-a') || read.given.has('--all');
  const withVolumes = read.given.has('--volumes');
  const total = (bytes: number): string => (kind === 'network' ? '' : `Total reclaimed space: ${humanSize(bytes)}\n`);
  if (!read.given.has('-f') && !read.given.has('--force')) {
    const { cwd, variables } = context.session;
    const question = questionOf(kind, isAll, withVolumes);
    return {
      type: 'child',
      reads: 'line',
      process: {
        name: freeName(context.world, 'docker-prune'),
        program: 'question',
        host: context.host,
        parent: context.shell,
        commandLine: ['docker', kind, 'prune', ...args].join(' '),
        config: { question, refused: isSystem ? '' : total(0), command: { line: ['docker', kind, 'prune', '-f', ...args].join(' '), cwd, variables, hasNoInput: true } },
      },
    };
  }
  const kinds: readonly Kind[] = isSystem ? ['container', 'network', ...(withVolumes ? (['volume'] as const) : []), 'image'] : [kind];
  let { files } = context;
  let after = state;
  const actions: KernelAction[] = [];
  let text = '';
  let bytes = 0;
  for (const one of kinds) {
    const pruned = PRUNE[one](context, after, files, isAll);
    after = pruned.state;
    files = files.with(pruned.actions);
    actions.push(...pruned.actions);
    text += pruned.text;
    bytes += pruned.bytes;
  }
  return done(text + total(bytes), { actions: after === state ? actions : [...actions, writeState(context.files, after)] });
}

const pruning = (kind: Kind | 'system'): Subcommand => (asked) => prune(kind, asked);

export const pruneCommands: Readonly<Record<`${Kind | 'system'} prune`, Subcommand>> = {
  'container prune': pruning('container'),
  'image prune': pruning('image'),
  'network prune': pruning('network'),
  'volume prune': pruning('volume'),
  'system prune': pruning('system'),
};
