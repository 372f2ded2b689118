/**
 * A message by its name, wherever it is: under way, held back by a cut, waiting at a frozen process, arrived, or gone with its
 * connection. It is named after the item that sent it and its number, which every run of the same history repeats.
 */
import type { ItemId } from '../../kernel/agenda.ts';
import { findConnection, type Connection } from '../../kernel/network.ts';
import type { Message, Micros } from '../../kernel/program.ts';
import type { Sent } from '../../kernel/turn.ts';
import type { World } from '../../kernel/world.ts';
import type { ThingId } from '../../views/frame.ts';
import type { ClusterHistory } from '../story.ts';

export interface FoundMessage {
  /** Names of processes. */
  readonly from: string;
  readonly to: string;
  readonly message: Message;
  readonly sentAt: Micros;
  readonly dueAt: Micros;
  /** The item that sent it. */
  readonly cause: ItemId;
  /** Undefined: it is closed and forgotten. */
  readonly connection: Connection | undefined;
  readonly state: 'underWay' | 'held' | 'waiting' | 'arrived' | 'gone';
  /** The item in which it was handed over, once it was. */
  readonly delivery: ItemId | undefined;
}

const PREFIX = 'message:';
/** Items after the due moment among which the delivery is looked for. */
const SEARCHED = 256;

export const messageId = (cause: ItemId, sequence: number): ThingId => `${PREFIX}${cause}.${sequence}`;

export const isMessage = (id: ThingId): boolean => id.startsWith(PREFIX);

export function findMessage(id: ThingId, world: World, history: ClusterHistory): FoundMessage | undefined {
  const [cause, sequence] = id.slice(PREFIX.length).split('.').map(Number);
  if (!isMessage(id) || cause === undefined || sequence === undefined || cause >= history.item) return undefined;
  const isIt = (item: { readonly cause: ItemId; readonly sequence: number }): boolean => item.sequence === sequence && item.cause === cause;
  const connectionOf = (connection: number): Connection | undefined => world.network.connections[findConnection(world.network.connections, connection)];

  // One that a healed link sent again travels under a new number: it is only known to the agenda.
  const underWay = world.agenda.find((item) => item.kind === 'deliver' && isIt(item));
  if (underWay?.kind === 'deliver' && underWay.event.type === 'received') {
    const connection = connectionOf(underWay.connection);
    if (!connection) return undefined;
    const [from, to] = underWay.toServer ? [connection.client, connection.server] : [connection.server, connection.client];
    return {
      from: world.processes[from]?.name ?? '',
      to: world.processes[to]?.name ?? '',
      message: underWay.event.message,
      sentAt: underWay.askedAt,
      dueAt: underWay.at,
      cause,
      connection,
      state: 'underWay',
      delivery: undefined,
    };
  }

  const record = history.record(cause);
  const sent = record?.sent.find((one) => one.sequence === sequence);
  if (!record || !sent) return undefined;
  const connection = connectionOf(sent.connection);
  const isHeld = [...(connection?.heldToServer ?? []), ...(connection?.heldToClient ?? [])].some(isIt);
  const isWaiting = world.processes[sent.to]?.held.some((item) => item.cause === cause && item.kind === 'event' && item.event.type === 'received' && item.event.message === sent.message) ?? false;
  const delivery = isHeld || isWaiting || sent.dueAt > history.now ? undefined : deliveryOf(sent, record.sent, cause, history);
  return {
    from: world.processes[sent.from]?.name ?? '',
    to: world.processes[sent.to]?.name ?? '',
    message: sent.message,
    sentAt: record.at,
    dueAt: sent.dueAt,
    cause,
    connection,
    state: isHeld ? 'held' : isWaiting ? 'waiting' : delivery === undefined ? 'gone' : 'arrived',
    delivery,
  };
}

/** Both ends keep the order of a connection: the n-th that an item sent over it is the n-th that arrives. */
function deliveryOf(sent: Sent, together: readonly Sent[], cause: ItemId, history: ClusterHistory): ItemId | undefined {
  const isAlike = (one: Sent): boolean => one.connection === sent.connection && one.to === sent.to;
  const place = together.filter(isAlike).indexOf(sent);
  const from = Math.max(cause + 1, history.firstItemAfter(together.find(isAlike)!.dueAt - 1));
  return history
    .records(from, Math.min(history.item, from + SEARCHED))
    .filter((record) => record.cause === cause && record.process === sent.to && record.event?.type === 'received' && record.event.connection === sent.connection)[place]?.id;
}
