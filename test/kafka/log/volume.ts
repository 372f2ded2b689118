/** A disk and an environment for logs under test, on the kernel's own volume. */
import { append, emptyVolume, exists, list, makeDirectory, read, removePath, renamePath, truncateFile, write, type Outcome, type Volume } from '../../../src/kernel/disk.ts';
import type { FileContent, LogLine } from '../../../src/kernel/program.ts';
import type { LogEnv, LogFlushed } from '../../../src/kafka/log/log.ts';

export interface TestEnv extends LogEnv {
  wallClockMs: number;
  volume: Volume;
  readonly lines: LogLine[];
  readonly flushes: { readonly paths: readonly string[]; readonly token: LogFlushed }[];
}

export function testEnv(wallClockMs = 1_561_000_100_000): TestEnv {
  const did = (outcome: Outcome): Outcome['result'] => {
    env.volume = outcome.volume;
    return outcome.result;
  };
  let seed = 1;
  const random = (): number => {
    seed = (Math.imul(seed, 48271) >>> 0) % 2147483647;
    return seed / 2147483647;
  };
  const env: TestEnv = {
    wallClockMs,
    volume: emptyVolume('test'),
    lines: [],
    flushes: [],
    random,
    randomInt: (min, max) => min + Math.floor(random() * (max - min + 1)),
    log: (line) => void env.lines.push(line),
    disk: {
      read: <E>(path: string) => read(env.volume, path) as FileContent<E> | undefined,
      exists: (path) => exists(env.volume, path),
      list: (directory) => list(env.volume, directory),
      makeDirectory: (path) => did(makeDirectory(env.volume, path, 0)),
      append: (path, entry, bytes) => did(append(env.volume, path, entry, bytes, 0)),
      write: (path, content, options) => did(write(env.volume, path, content, options?.flush ?? false, 0)),
      truncate: (path, entries, bytes) => did(truncateFile(env.volume, path, entries, bytes, 0)),
      remove: (path) => did(removePath(env.volume, path)),
      rename: (from, to) => did(renamePath(env.volume, from, to)),
      lock: () => true,
      flush: (paths, token) => void env.flushes.push({ paths, token: token as LogFlushed }),
    },
  };
  return env;
}

/** `text` of the lines since the last call. */
export function said(env: TestEnv): string[] {
  return env.lines.splice(0).map((line) => line.text);
}

/** Name and size of every file of a directory. */
export function files(env: TestEnv, directory: string): Record<string, number> {
  return Object.fromEntries(env.disk.list(directory).map((name) => [name, env.disk.read(`${directory}/${name}`)?.bytes ?? 0]));
}

/** Bytes of a file whose entries are bytes. */
export function bytesOf(env: TestEnv, path: string): Uint8Array {
  const chunks = env.disk.read<Uint8Array>(path)!.entries;
  return new Uint8Array(Buffer.concat([...chunks.full.flat(), ...chunks.tail]));
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
