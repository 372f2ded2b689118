/** Scripts lie in directories of their own, which are in the PATH or not; every other command is in one that always is. */
import type { Session } from '../command.ts';
import { resolvePath, type FileTree } from '../files/tree.ts';

export const PATH = '/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin:/root/bin';

/** Where a script lies that is named without a directory; undefined: in none of those of the PATH. */
export function scriptInPath(files: FileTree, { cwd, variables }: Pick<Session, 'cwd' | 'variables'>, name: string): string | undefined {
  return (variables.PATH ?? '').split(':').map((directory) => resolvePath(resolvePath(cwd, directory || '.'), name)).find((path) => files.content(path) !== undefined);
}

export const isScript = (name: string): boolean => name.endsWith('.sh');

/** The directories of Kafka and ZooKeeper, where somebody may have unpacked them. */
const PLACES = ['/usr/local', '/opt', '/root', '/home', '/tmp', '/apache-zookeeper-3.7.0-bin'];

/** Where a script lies that was not found. */
export function scriptElsewhere(files: FileTree, cwd: string, name: string): string | undefined {
  for (const directory of [cwd, `${cwd}/bin`, ...PLACES.flatMap((place) => [place, ...files.list(place).map((one) => `${place}/${one.replace(/\/$/, '')}`)]).map((place) => `${place}/bin`)]) {
    const path = resolvePath(directory, name);
    if (files.content(path) !== undefined) return path;
  }
  return undefined;
}
