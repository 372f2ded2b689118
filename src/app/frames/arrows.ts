/** Messages around the playhead as arrows between lanes: what was sent in the last items, arrived or still under way. */
import { findConnection } from '../../kernel/network.ts';
import type { ItemRecord } from '../../kernel/world.ts';
import type { ArrowFrame } from '../../views/frame.ts';
import type { ClusterHistory } from '../story.ts';
import { messageId } from './found-message.ts';
import { familyOf, nameOf, type Seen } from './stage.ts';

const WINDOW_ITEMS = 400;

let cached: { readonly head: number; readonly item: number; readonly history: ClusterHistory; readonly arrows: readonly ArrowFrame[] } | undefined;

export function arrowsBetween(history: ClusterHistory, seen: Seen): readonly ArrowFrame[] {
  if (cached && cached.history === history && cached.item === history.item && cached.head === history.head) return cached.arrows;
  const records: readonly ItemRecord[] = history.records(history.item - WINDOW_ITEMS, Math.min(history.head, history.item + WINDOW_ITEMS / 4));
  const arrows: ArrowFrame[] = [];
  for (const record of records) {
    for (const sent of record.sent) {
      const from = seen.world.processes[sent.from]?.name;
      const to = seen.world.processes[sent.to]?.name;
      if (from === undefined || to === undefined || from === to) continue;
      const connection = seen.world.network.connections[findConnection(seen.world.network.connections, sent.connection)];
      arrows.push({
        id: messageId(record.id, sent.sequence),
        from,
        to,
        sentAt: record.at,
        dueAt: sent.dueAt,
        family: connection === undefined ? 'control' : familyOf(connection, sent.message, seen.world),
        name: nameOf(sent.message).name,
      });
    }
  }
  cached = { head: history.head, item: history.item, history, arrows };
  return arrows;
}
