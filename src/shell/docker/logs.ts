/** Lines of a container as `docker logs` gives them: the server's own console, stamped as its log4j layout does. */
import { values } from '../../kernel/append-list.ts';
import type { Process } from '../../kernel/process.ts';
import type { World } from '../../kernel/world.ts';
import { log4jTime } from '../../kernel/calendar.ts';

const BANNER = 'ZooKeeper JMX enabled by default\nUsing config: /conf/zoo.cfg\n';

/** Everything from line number `from` on, and how many lines there are. The script's first words stand before each start's lines. */
export function containerLog(world: World, process: Process, from = 0): { readonly text: string; readonly count: number } {
  const myid = (process.config as { readonly myid?: number }).myid;
  const { lines } = process;
  let text = '';
  let pid = from > 0 ? undefined : -1;
  for (const line of values(lines, from > 0 ? from - 1 : 0)) {
    if (pid === undefined) {
      pid = line.pid;
      continue;
    }
    if (line.pid !== pid) {
      text += BANNER;
      pid = line.pid;
    }
    const ms = world.wallClockBaseMs + Math.floor(line.at / 1_000);
    text += `${log4jTime(ms)} [myid:${myid ?? ''}] - ${line.level.padEnd(5)} ${line.text}\n`;
  }
  return { text, count: lines.length };
}
