import { DISK_BYTES, SYSTEM_BYTES } from '../../cluster/filling.ts';
import { done, flags, invalidOption, table, type Command } from '../command.ts';
import { humanSize } from './shared.ts';

export const df: Command = {
  name: 'df',
  summary: { en: 'space on the disks', 'zh-CN': '查看磁盘空间' },
  run(args, context) {
    const read = flags(args, ['-h', '-k', '-T', '-a']);
    if ('unknown' in read) return invalidOption('df', read.unknown);
    const isHuman = read.given.has('-h');
    const size = (bytes: number): string => (isHuman ? humanSize(bytes) : String(Math.floor(bytes / 1_024)));
    const rows = context.files.mountTable.map(({ at, volume }, index) => {
      const used = volume.usedBytes + (index === 0 ? SYSTEM_BYTES : 0);
      const total = volume.capacityBytes === null ? DISK_BYTES : volume.capacityBytes + (index === 0 ? SYSTEM_BYTES : 0);
      const share = total === 0 ? 100 : Math.ceil((used / total) * 100);
      return [`/dev/vda${index + 1}`, size(total), size(used), size(Math.max(0, total - used)), `${share}%`, at];
    });
    const header = isHuman ? ['Filesystem', 'Size', 'Used', 'Avail', 'Use%', 'Mounted on'] : ['Filesystem', '1K-blocks', 'Used', 'Available', 'Use%', 'Mounted on'];
    return done(table([header, ...rows], [false, true, true, true, true, false], 1, [14, 5, 5, 5, 4]));
  },
};
