/** `docker cp` (client 20.10): files and directories between the machine and a container, whether it runs or not. */
import type { KernelAction } from '../../kernel/world.ts';
import { done, failed, flags, type Context, type DoneResult } from '../command.ts';
import { baseName, parentOf, resolvePath, type FileEdits, type FileTree } from '../files/tree.ts';
import { containerFiles, sourceOf } from './lifecycle.ts';
import { findContainer, type Container, type DockerState } from './state.ts';
import type { Asked, Subcommand } from './subcommand.ts';
import { daemonSays, needsArguments } from './words.ts';

/** `container:path`, or a path of the machine: an absolute one, one without a colon, one that begins with a dot. */
function placeOf(arg: string): { readonly container: string; readonly path: string } | { readonly path: string } {
  const colon = arg.indexOf(':');
  return arg.startsWith('/') || arg.startsWith('.') || colon < 0 ? { path: arg } : { container: arg.slice(0, colon), path: arg.slice(colon + 1) };
}

/** What a container sees; one that was never started has its image's files already. `actions`: what makes them. */
function filesOf(files: FileTree, container: Container, context: Context): { readonly tree: FileTree; readonly actions: readonly KernelAction[] } {
  const seen = files.seenFrom(container.process, container.binds.map((bind) => ({ at: bind.destination, path: sourceOf(bind) })));
  if (container.startedAt !== null || context.world.volumes.some(({ name }) => name === container.process)) return { tree: seen, actions: [] };
  const actions = [containerFiles(container, [])];
  return { tree: seen.with(actions), actions };
}

const asksDirectory = (path: string): boolean => /(^|\/)\.?$/.test(path);

/** Where the source's own name ends up; a text: why it cannot (archive.PrepareArchiveCopy). */
function targetOf(source: string, isSourceDirectory: boolean, tree: FileTree, path: string): string | { readonly problem: string } {
  const to = resolvePath('/', path);
  // `SRC/.` means what is in it.
  const name = /(^|\/)\.$/.test(source) ? '' : baseName(resolvePath('/', source));
  if (tree.isDirectory(to)) return resolvePath(to, name === '' ? '.' : name);
  if (tree.exists(to)) return isSourceDirectory ? { problem: 'cannot copy directory' } : asksDirectory(path) ? { problem: 'not a directory' } : to;
  return !isSourceDirectory && asksDirectory(path) ? { problem: 'no such directory' } : to;
}

/** With modes and times, as the archive between both has them. */
function copied(from: FileTree, source: string, to: FileTree, target: string): readonly FileEdits[] {
  return from.walk(source).flatMap(({ path, isDirectory, mode, modifiedAt }) => {
    const place = path === source ? target : resolvePath(target, `.${source === '/' ? path : path.slice(source.length)}`);
    if (isDirectory) return to.isDirectory(place) ? [] : [to.makeDirectory(place)];
    return [to.edit(place, (inside) => ({ type: 'write', path: inside, content: from.content(path)! })), to.edit(place, (inside) => ({ type: 'attributes', path: inside, mode, modifiedAt }))];
  });
}

/** A file that is to stand where a directory stands; the daemon and the client name it alike. */
function covers(from: FileTree, source: string, to: FileTree, target: string): boolean {
  return !from.isDirectory(source) && to.isDirectory(target);
}

function toContainer(context: Context, state: DockerState, source: string, name: string, path: string): DoneResult {
  const local = resolvePath(context.session.cwd, source);
  const { files } = context;
  if (!files.exists(local)) return failed(`lstat ${local}: no such file or directory`);
  const isDirectory = files.isDirectory(local);
  if (!isDirectory && asksDirectory(source)) return failed('not a directory');
  const container = findContainer(state, name);
  const directoryOf = (missing: string): string => (asksDirectory(missing) && !isDirectory ? missing : parentOf(resolvePath('/', missing)));
  if (container === undefined) return failed(`Error: No such container:path: ${name}:${directoryOf(path)}`);
  const { tree, actions } = filesOf(files, container, context);
  const target = targetOf(source, isDirectory, tree, path);
  if (typeof target !== 'string') return failed(target.problem);
  if (!tree.isDirectory(parentOf(target))) return failed(`Error: No such container:path: ${name}:${parentOf(target)}`);
  if (covers(files, local, tree, target)) return daemonSays(`cannot overwrite directory "${target}" with non-directory "${parentOf(target)}"`);
  if (tree.refusal(target, files.bytesBelow(local)) !== undefined) return daemonSays(`Error processing tar file(exit status 1): write /${baseName(target)}: no space left on device`);
  return done('', { actions: [...actions, ...copied(files, local, tree, target)] });
}

function fromContainer(context: Context, state: DockerState, name: string, path: string, destination: string): DoneResult {
  const local = resolvePath(context.session.cwd, destination);
  const { files } = context;
  if (!files.isDirectory(parentOf(local))) return failed(`invalid output path: directory ${JSON.stringify(parentOf(local))} does not exist`);
  const container = findContainer(state, name);
  if (container === undefined) return failed(`Error: No such container:path: ${name}:${path}`);
  const { tree } = filesOf(files, container, context);
  const source = resolvePath('/', path);
  if (!tree.exists(source)) return failed(`Error: No such container:path: ${name}:${path}`);
  const isDirectory = tree.isDirectory(source);
  if (!isDirectory && asksDirectory(path)) return daemonSays('not a directory');
  const target = targetOf(path, isDirectory, files, asksDirectory(destination) ? `${local}/` : local);
  if (typeof target !== 'string') return failed(target.problem);
  if (covers(tree, source, files, target)) return failed(`cannot overwrite directory ${JSON.stringify(target)} with non-directory`);
  if (files.refusal(target, tree.bytesBelow(source)) !== undefined) return failed(`write ${target}: no space left on device`);
  return done('', { actions: copied(tree, source, files, target) });
}

export const cpCommand: Subcommand = ({ args, context, state }: Asked) => {
  const read = flags(args, ['-a', '--archive', '-L', '--follow-link', '-q', '--quiet']);
  // Alone, `-` is an archive that is read or written.
  if (args.includes('-')) return failed('docker cp: an archive at standard input or output is not modelled here · 此处未模拟用 - 读写归档');
  if ('unknown' in read || read.given.has('-q') || read.given.has('--quiet')) {
    const odd = 'unknown' in read ? read.unknown : args.find((arg) => arg.startsWith('-'))!;
    return failed(`${odd.startsWith('--') ? `unknown flag: ${odd}` : `unknown shorthand flag: '${odd[1]!}' in ${odd}`}\nSee 'docker cp --help'.`, 125);
  }
  const [from, to, ...more] = read.rest;
  if (from === undefined || to === undefined || more.length > 0) {
    return needsArguments('cp', 'exactly 2 arguments', '[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH', 'Copy files/folders between a container and the local filesystem');
  }
  if (from === '') return failed('source can not be empty');
  if (to === '') return failed('destination can not be empty');
  const source = placeOf(from);
  const target = placeOf(to);
  if ('container' in source && 'container' in target) return failed('copying between containers is not supported');
  if ('container' in target) return toContainer(context, state, source.path, target.container, target.path);
  if ('container' in source) return fromContainer(context, state, source.container, source.path, target.path);
  return failed('must specify at least one container source');
};
