import { DISK_BYTES, fillFile, freeBytes } from '../../cluster/filling.ts';
import { mountOf, placeOnVolume } from '../../kernel/process.ts';
import { done, failed, freeName, type Command, type Context, type Result } from '../command.ts';
import { mountsOf } from '../machine/system.ts';
import { humanBytes, pathOf } from './shared.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, c: 1, w: 2, b: 512, k: 1_024, K: 1_024, kB: 1_000, M: 1_048_576, MB: 1_000_000, G: 1_073_741_824, GB: 1_000_000_000 };
/** What an ordinary SSD takes. */
const BYTES_A_SECOND = 1_000_000_000;

function sizeOf(text: string): number | undefined {
  const [, digits, unit] = /^(\d+)(\w*)$/.exec(text) ?? [];
  return digits !== undefined && Object.hasOwn(UNITS, unit!) ? Number(digits) * UNITS[unit!]! : undefined;
}

/** Zeros into a file, so many or until the disk is full. Simplified: it has its place on the disk at once, and takes its time afterwards. */
export const dd: Command = {
  name: 'dd',
  summary: { en: 'writes a file of zeros: if=/dev/zero of=FILE bs=1M [count=N]', 'zh-CN': '写一个全零的文件：if=/dev/zero of=文件 bs=1M [count=N]' },
  run(args, context) {
    const operand = (name: string): string | undefined => args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1);
    const unknown = args.find((arg) => !/^(if|of|bs|count|status)=/.test(arg));
    if (unknown !== undefined) return failed(`dd: unrecognized operand ‘${unknown}’\nTry 'dd --help' for more information.`);
    const [to, block, count] = [operand('of'), sizeOf(operand('bs') ?? '512'), sizeOf(operand('count') ?? String(DISK_BYTES))];
    if (block === undefined || block === 0) return failed(`dd: invalid number ‘${operand('bs')}’`);
    if (count === undefined) return failed(`dd: invalid number ‘${operand('count')}’`);
    if (operand('if') !== '/dev/zero' || to === undefined) return failed('dd: only if=/dev/zero of=FILE is modelled here');
    return written(context, to, block, count);
  },
};

function written(context: Context, to: string, block: number, count: number): Result {
  const path = pathOf(context, to);
  if (context.files.isDirectory(path)) return failed(`dd: failed to open ‘${to}’: Is a directory`);
  const parent = path.slice(0, path.lastIndexOf('/')) || '/';
  if (!context.files.isDirectory(parent)) return failed(`dd: failed to open ‘${to}’: No such file or directory`);
  const volume = context.files.volumeOf(path);
  const emptied = { ...volume, usedBytes: volume.usedBytes - (context.files.stat(path)?.bytes ?? 0) };
  const wanted = block * count;
  const bytes = Math.min(wanted, Math.max(0, freeBytes(emptied)));
  const actions = fillFile(emptied, placeOnVolume(mountOf(mountsOf(context.world, context.host), path), path), wanted);
  const isFull = bytes < wanted;
  const records = (more: number): string => `${Math.floor(bytes / block) + more}+${bytes % block > 0 ? 1 : 0} records`;
  const seconds = bytes / BYTES_A_SECOND;
  const problem = isFull ? `dd: error writing ‘${to}’: No space left on device\n` : '';
  const stderr = `${problem}${records(isFull ? 1 : 0)} in\n${records(0)} out\n${bytes} bytes (${humanBytes(bytes)}) copied, ${seconds.toFixed(4)} s, ${humanBytes(BYTES_A_SECOND)}/s\n`;
  const exitCode = isFull ? 1 : 0;
  if (seconds < 0.001) return done('', { stderr, exitCode, actions });
  return {
    type: 'child',
    actions,
    process: { name: freeName(context.world, 'dd'), program: 'playback', host: context.host, parent: context.shell, commandLine: `dd of=${to}`, config: { steps: [{ afterMs: seconds * 1_000, stderr }], exitCode } },
  };
}
