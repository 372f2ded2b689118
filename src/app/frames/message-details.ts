/** What a message says and how far it has come, as rows. */
import type { ThingId } from '../../views/frame.ts';
import type { Detail } from '../../views/details/frame.ts';
import { defineText } from '../../views/text/define.ts';
import { seconds } from '../../views/text/units.ts';
import type { ClusterHistory } from '../story.ts';
import { messageStateWord } from './between.ts';
import { describeMessage } from './described.ts';
import { marked, rowsBefore } from './details.ts';
import { findMessage } from './found-message.ts';
import type { Seen } from './stage.ts';

const words = defineText({
  en: {
    says: 'says', state: 'state', sentAt: 'sent', dueAt: 'due', arrivedAt: 'arrived', took: (ms: string) => `${ms} ms on the way`, at: (s: string) => `${s} s`, recordBytes: 'records', bytes: (n: number) => `${n} bytes`, over: 'over',
  },
  'zh-CN': {
    says: '内容', state: '状态', sentAt: '发出', dueAt: '应到', arrivedAt: '到达', took: (ms) => `路上 ${ms} ms`, at: (s) => `${s} s`, recordBytes: '记录', bytes: (n) => `${n} 字节`, over: '经由',
  },
});

/** Bytes of record batches inside a message; undefined: it carries none. */
function recordBytes(value: unknown): number | undefined {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return undefined;
  let sum: number | undefined;
  for (const part of Object.values(value)) {
    const bytes = recordBytes(part);
    if (bytes !== undefined) sum = (sum ?? 0) + bytes;
  }
  return sum;
}

function rowsOf(id: ThingId, seen: Seen, history: ClusterHistory): readonly Detail[] {
  const found = findMessage(id, seen.world, history);
  if (!found) return [];
  const bytes = recordBytes(found.message);
  const arrived = found.delivery === undefined ? undefined : history.timeOf(found.delivery);
  const { connection } = found;
  return [
    { name: words.says, value: describeMessage(found.message) },
    { name: words.state, value: messageStateWord(found.state) },
    { name: words.sentAt, value: words.at(seconds(found.sentAt)) },
    { name: arrived === undefined ? words.dueAt : words.arrivedAt, value: `${words.at(seconds(arrived ?? found.dueAt))} · ${words.took((((arrived ?? found.dueAt) - found.sentAt) / 1_000).toFixed(1))}` },
    ...(bytes === undefined ? [] : [{ name: words.recordBytes, value: words.bytes(bytes) }]),
    ...(connection === undefined ? [] : [{ name: words.over, value: `${connection.tag} → :${connection.port}` }]),
  ];
}

/** Rows with what the last item changed marked. */
export function messageDetails(id: ThingId, seen: Seen, history: ClusterHistory): readonly Detail[] {
  const rows = rowsOf(id, seen, history);
  return marked(rows, rowsBefore(id, history, rows));
}
