/** A disk that is filled: by a file that grows until nothing is left, as `dd` makes one, and emptied by removing it. */
import { emptyList } from '../kernel/append-list.ts';
import type { Volume } from '../kernel/disk.ts';
import { mountOf, placeOnVolume, type Process } from '../kernel/process.ts';
import type { KernelAction, World } from '../kernel/world.ts';

/** A disk of 40 GB, where a volume has no limit of its own, and what the system itself takes of it. */
export const DISK_BYTES = 42_927_656_960;
export const SYSTEM_BYTES = 3_221_225_472;

/** The file's name in the directory that is filled. */
export const FILL = 'fill';

export function freeBytes({ capacityBytes, usedBytes }: Volume): number {
  return (capacityBytes ?? DISK_BYTES - SYSTEM_BYTES) - usedBytes;
}

export function isFull(volume: Volume): boolean {
  return volume.capacityBytes !== null && freeBytes(volume) <= 0;
}

/** Files that fill a volume, whoever made them. */
export function fillsOf({ paths }: Volume): readonly string[] {
  return paths.filter((path) => path.endsWith(`/${FILL}`));
}

/** Where a server keeps its data, as a path of its own: ZooKeeper's transaction log, a broker's first log directory. */
export function dataDirectory({ program, config }: Process): string {
  if (program === 'zookeeper-server') return '/datalog';
  const properties = (config as { readonly properties?: unknown } | null)?.properties;
  const [first] = typeof properties === 'string' ? (/^log\.dirs=(.*)$/m.exec(properties)?.[1] ?? '/tmp/kafka-logs').split(',') : ['/tmp'];
  return first!.trim();
}

/** The volume on which that lies, and its path there. */
export function dataPlace(world: World, process: Process): { readonly volume: Volume; readonly directory: string } {
  const own = dataDirectory(process);
  const mount = mountOf(process.mounts, own);
  return { volume: world.volumes[mount?.volume ?? process.volume]!, directory: placeOnVolume(mount, own) };
}

/** All that is free, or so many bytes of it, to a file: a path of the volume. A disk that was filled once has the size of one. */
export function fillFile(volume: Volume, path: string, atMost = Infinity): readonly KernelAction[] {
  const bytes = Math.min(Math.max(0, freeBytes(volume)), atMost);
  return [
    { type: 'disk', volume: volume.name, capacityBytes: volume.capacityBytes ?? DISK_BYTES - SYSTEM_BYTES },
    { type: 'files', volume: volume.name, edits: [{ type: 'write', path, content: { entries: emptyList(), bytes } }] },
  ];
}
