/**
 * What is due next. Everything is ordered by (time, sequence number); a tie in time is decided by who asked first, never by
 * a map's order. Kept descending, so that the next item is the last of a dense array.
 */
import type { ConnectionId, Micros, ProcessEvent } from './program.ts';
import type { FileContent } from './program.ts';

/** Number of a handled item; also the name of a cause. */
export type ItemId = number;
export const NO_CAUSE: ItemId = -1;

interface Due {
  readonly at: Micros;
  readonly sequence: number;
  /** The item during which this one was asked for. */
  readonly cause: ItemId;
  readonly askedAt: Micros;
}

/** Something to hand to a process as it is: a timer, a start, a command, a signal, a connection's outcome. */
export interface EventItem extends Due {
  readonly kind: 'event';
  readonly process: number;
  readonly incarnation: number;
  readonly event: ProcessEvent | { readonly type: 'start' };
  /** Who sent it, for a message that waited at a paused process. */
  readonly from?: number;
}

/** A message on its way along a connection; also FIN and RST, which travel behind the data. */
export interface DeliverItem extends Due {
  readonly kind: 'deliver';
  readonly connection: ConnectionId;
  readonly toServer: boolean;
  readonly event: ProcessEvent;
}

/** A SYN on its way. */
export interface OpenItem extends Due {
  readonly kind: 'open';
  readonly connection: ConnectionId;
  /** It was sent to a loopback address, wherever that is handed on to. */
  readonly isLoopback: boolean;
  readonly attempt: number;
}

/** A flush that reaches the platter. */
export interface FlushItem extends Due {
  readonly kind: 'flush';
  readonly process: number;
  readonly incarnation: number;
  readonly boot: number;
  /** On the process's own volume unless another is named. */
  readonly files: readonly { readonly path: string; readonly content: FileContent; readonly volume?: number }[];
  readonly token: unknown;
}

export type Item = EventItem | DeliverItem | OpenItem | FlushItem;

export type Agenda = readonly Item[];

function comesBefore(aAt: Micros, aSequence: number, b: Item): boolean {
  return aAt < b.at || (aAt === b.at && aSequence < b.sequence);
}

/** Where an item of this time and number stands, or belongs. */
export function position(agenda: Agenda, at: Micros, sequence: number): number {
  let low = 0;
  let high = agenda.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    // Descending: everything that comes after (at, sequence) stands to the left.
    if (comesBefore(at, sequence, agenda[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Adds to an array that the caller owns. */
export function insert(owned: Item[], item: Item): void {
  owned.splice(position(owned, item.at, item.sequence), 0, item);
}

/** Removes from an array that the caller owns; false if nothing of that time and number is there. */
export function remove(owned: Item[], at: Micros, sequence: number): boolean {
  const index = position(owned, at, sequence);
  const found = owned[index];
  if (found === undefined || found.at !== at || found.sequence !== sequence) return false;
  owned.splice(index, 1);
  return true;
}
