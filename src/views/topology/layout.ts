/**
 * Where everything on the stage stands. Units are CSS pixels at scale 1; the picture is scaled as a whole.
 * The wide stage has the ensemble on top, the sessions under it, brokers in columns, clients below; the compact one (phones)
 * has the same order with names left out. Routes are polylines: a message's place is arithmetic on one of them.
 */
import { cellRuns, type CellRun } from '../marks/strip.ts';
import type { BrokerFrame, ClientFrame, LinkFrame, ReplicaFrame, ServerFrame, SessionFrame, StageFrame, ThingId } from '../frame.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Rect extends Point {
  readonly width: number;
  readonly height: number;
}
export type Route = readonly Point[];

export interface ServerPlace {
  readonly id: ThingId;
  readonly server: ServerFrame;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Where its name begins; under the circle in the compact stage. */
  readonly label: Point;
  readonly bounds: Rect;
}
export interface ReplicaPlace {
  readonly id: ThingId;
  readonly bounds: Rect;
  readonly replica: ReplicaFrame;
  readonly name: string;
  /** Top left of the first cell. */
  readonly x: number;
  readonly y: number;
  readonly runs: readonly CellRun[];
  readonly highWatermarkX: number;
  readonly logEndX: number;
  /** The log begins left of the first cell. */
  readonly cutOff: boolean;
}
export interface BrokerPlace {
  readonly id: ThingId;
  readonly broker: BrokerFrame;
  readonly bounds: Rect;
  readonly rows: readonly ReplicaPlace[];
  /** Rows that did not fit. */
  readonly hidden: number;
  /** First and last offset drawn, where all rows share them. */
  readonly axis?: { readonly first: number; readonly last: number; readonly x: number; readonly width: number };
  readonly tabWidth: number;
}
export interface SessionPlace {
  readonly id: ThingId;
  readonly session: SessionFrame;
  readonly route: Route;
  /** The box of one whose time runs. */
  readonly box?: Rect;
  readonly label: Point;
  readonly bounds: Rect;
}
export interface ClientPlace {
  readonly id: ThingId;
  readonly client: ClientFrame;
  readonly bounds: Rect;
  /** How many cells of its queue fit. */
  readonly queueCells: number;
}
export interface LinkPlace {
  readonly id: ThingId;
  readonly link: LinkFrame;
  readonly route: Route;
  readonly middle: Point;
  /** Up to the middle, and from there on. */
  readonly halves: readonly [Route, Route];
}
export interface StageLayout {
  readonly compact: boolean;
  readonly width: number;
  readonly height: number;
  readonly host: Rect;
  readonly network: Rect;
  readonly ensemble: string;
  readonly servers: readonly ServerPlace[];
  readonly sessions: readonly SessionPlace[];
  readonly brokers: readonly BrokerPlace[];
  readonly clients: readonly ClientPlace[];
  readonly links: readonly LinkPlace[];
  readonly cell: { readonly width: number; readonly height: number; readonly count: number };
  readonly columnWidth: number;
  readonly legendY: number;
  /** The way from one thing to another; the same way back. What a controller says to a broker (`control`) goes over their heads. */
  readonly route: (from: ThingId, to: ThingId, control?: boolean) => Route;
}

interface Measures {
  readonly compact: boolean;
  readonly margin: number;
  readonly column: number;
  readonly gap: number;
  readonly width: number;
  readonly network: Rect;
  readonly busY: number;
  readonly serverY: number;
  readonly elbowY: number;
  readonly sessionY: number;
  readonly sessionHeight: number;
  readonly brokerY: number;
  readonly brokerHead: number;
  readonly nameWidth: number;
  readonly clientGap: number;
  readonly clientHeight: number;
  /** From a broker's left edge to its session's line. */
  readonly stem: number;
}

const WIDE_ROWS = 8;
/** Between the rails of what is wrong between servers. */
const RAIL = 6;
const CELL = { width: 12, height: 14, gap: 1.5 };

function measure(frame: StageFrame, compact: boolean): Measures {
  const count = Math.max(1, frame.brokers.length);
  if (compact) {
    const column = 116;
    const width = Math.max(390, 16 + Math.max(3, count) * (column + 13) - 13);
    return {
      compact, margin: 8, column, gap: 13, width,
      network: { x: 8, y: 8, width: width - 16, height: 92 },
      busY: 22, serverY: 55, elbowY: 106, sessionY: 112, sessionHeight: 76, brokerY: 206, brokerHead: 34, nameWidth: 24,
      clientGap: 34, clientHeight: 56, stem: 58,
    };
  }
  const column = count <= 3 ? 232 : 172;
  const gap = count <= 3 ? 24 : 20;
  const width = count <= 3 ? 792 : Math.max(792, 24 + count * (column + gap) - gap + 24);
  return {
    compact, margin: 24, column, gap, width,
    network: { x: 18, y: 30, width: width - 36, height: 98 },
    busY: 47, serverY: 82, elbowY: 133, sessionY: 137, sessionHeight: 66, brokerY: 214, brokerHead: 45, nameWidth: 74,
    clientGap: 41, clientHeight: 52, stem: 38,
  };
}

/** Rows that can be drawn, and how far they are apart. */
function rowPitch(rows: number, compact: boolean): number {
  if (compact) return 26;
  return rows <= 4 ? 32 : rows <= 6 ? 27 : 23;
}

/** A name that fits `width` at 6.6 a letter; the end (the partition's number) is kept. */
export function shortName(name: string, width: number): string {
  const letters = Math.floor(width / 6.6);
  if (name.length <= letters) return name;
  const tail = name.slice(name.lastIndexOf('-'));
  return `${name.slice(0, Math.max(1, letters - tail.length - 1))}…${tail}`;
}

/** A replica's runs are drawn again only when the replica or the window changed. */
const drawn = new WeakMap<ReplicaFrame, { first: number; count: number; width: number; runs: readonly CellRun[] }>();
function runsOf(replica: ReplicaFrame, first: number, count: number, width: number): readonly CellRun[] {
  const known = drawn.get(replica);
  if (known && known.first === first && known.count === count && known.width === width) return known.runs;
  const runs = cellRuns(
    {
      role: replica.role,
      led: replica.led === true,
      from: Math.max(first, replica.logStart),
      to: Math.max(replica.logEnd, ...(replica.lost ?? []).map(([, to]) => Math.min(to, first + count))),
      highWatermark: replica.highWatermark,
      epochs: replica.epochs,
      ...(replica.lost ? { lost: replica.lost } : {}),
    },
    { first, width, height: CELL.height, gap: CELL.gap },
  );
  drawn.set(replica, { first, count, width, runs });
  return runs;
}

export function stageLayout(frame: StageFrame, compact = false): StageLayout {
  const m = measure(frame, compact);
  const rowsWanted = Math.max(1, ...frame.brokers.map((broker) => broker.replicas.length));
  const rows = Math.min(rowsWanted, WIDE_ROWS);
  const pitch = rowPitch(rows, compact);
  const brokerHeight = compact ? m.brokerHead + rows * pitch + 10 : m.brokerHead + rows * pitch + (rowsWanted > rows ? 20 : 7);
  const digits = Math.max(2, ...frame.brokers.flatMap((broker) => broker.replicas.map((replica) => String(replica.logEnd).length)));
  const numberRoom = (compact ? 8 : 18) + digits * 6.6;
  const count = Math.max(3, Math.min(10, Math.floor((m.column - m.nameWidth - numberRoom) / CELL.width)));

  // the same offset stands at the same x in every copy of a partition
  const firsts = new Map<string, number>();
  for (const broker of frame.brokers)
    for (const replica of broker.replicas)
      firsts.set(replica.partition, Math.max(firsts.get(replica.partition) ?? 0, replica.logEnd - count));

  const columnX = (at: number): number => m.margin + at * (m.column + m.gap);
  const brokers = frame.brokers.map((broker, at): BrokerPlace => {
    const x = columnX(at);
    const shown = broker.replicas.slice(0, rows);
    const stripX = x + m.nameWidth;
    const places = shown.map((replica, k): ReplicaPlace => {
      const first = firsts.get(replica.partition) ?? 0;
      const end = (offset: number): number => stripX + Math.min(count, Math.max(0, offset - first)) * CELL.width;
      return {
        id: `replica:${broker.id}:${replica.partition}`,
        bounds: { x: x + 5, y: m.brokerY + m.brokerHead + k * pitch - (pitch - CELL.height) / 2 + 2, width: m.column - 10, height: pitch - 2 },
        replica,
        name: compact ? replica.partition.slice(replica.partition.lastIndexOf('-') + 1) : shortName(replica.partition, m.nameWidth - 20),
        x: stripX,
        y: m.brokerY + m.brokerHead + k * pitch,
        runs: runsOf(replica, first, count, CELL.width),
        highWatermarkX: end(replica.highWatermark),
        logEndX: end(replica.logEnd),
        cutOff: replica.logStart < first,
      };
    });
    const windows = new Set(shown.map((replica) => firsts.get(replica.partition) ?? 0));
    const [first] = windows;
    return {
      id: broker.id,
      broker,
      bounds: { x, y: m.brokerY, width: m.column, height: brokerHeight },
      rows: places,
      hidden: broker.replicas.length - shown.length,
      tabWidth: compact ? Math.min(110, m.column - 6) : Math.min(132, m.column - 12),
      ...(!compact && windows.size === 1 && first !== undefined && rowsWanted <= rows
        ? { axis: { first, last: first + count - 1, x: stripX, width: count * CELL.width } }
        : {}),
    };
  });
  // Of an empty row nothing is kept free: what there is can be larger.
  const brokerBottom = brokers.length === 0 ? m.network.y + m.network.height : m.brokerY + brokerHeight;

  // servers share the brokers' first three columns while they can
  const servers = frame.servers.map((server, at): ServerPlace => {
    const many = frame.servers.length > 3;
    const radius = compact ? 17 : frame.servers.length > 5 ? 15 : 19;
    const room = m.network.width / frame.servers.length;
    const x = compact ? (many || frame.brokers.length > 3 ? m.network.x + room * (at + 0.5) : columnX(at) + m.column / 2) : many ? m.network.x + 26 + at * ((m.network.width - 16) / frame.servers.length) : columnX(0) + m.stem + at * (m.width >= 792 && frame.brokers.length <= 3 ? 256 : (m.width - 36) / 3);
    return {
      id: server.id,
      server,
      x,
      y: m.serverY,
      radius,
      label: compact ? { x, y: m.serverY + 36 } : { x: x + radius + (frame.servers.length > 5 ? 9 : 15), y: m.serverY - 8 },
      bounds: compact ? { x: x - 36, y: m.serverY - 24, width: 72, height: 66 } : { x: x - radius - 6, y: m.serverY - 26, width: radius * 2 + 102, height: 56 },
    };
  });

  const clientTop = brokerBottom + m.clientGap;
  const clients = placeClients(frame.clients, m, clientTop);
  const bottom = Math.max(brokerBottom, ...clients.map(({ bounds }) => bounds.y + bounds.height)) + 9;

  const serverById = new Map(servers.map((place) => [place.id, place]));
  const brokerById = new Map(brokers.map((place, at) => [place.id, { place, at }]));
  const clientById = new Map(clients.map((place, at) => [place.id, { place, at }]));

  const sessions = frame.sessions.flatMap((session): SessionPlace[] => {
    const owner = brokerById.get(session.owner)?.place;
    const server = serverById.get(session.server);
    if (!owner || !server) return [];
    const silent = session.state !== 'open';
    const stemX = owner.bounds.x + m.stem;
    const width = compact ? 174 : m.column;
    const box = silent
      ? { x: compact ? Math.min(owner.bounds.x + 2, m.width - width - 6) : owner.bounds.x, y: m.sessionY, width, height: m.sessionHeight }
      : undefined;
    return [
      {
        id: session.id,
        session,
        route: sessionRoute(stemX, m, server),
        ...(box ? { box } : {}),
        label: { x: stemX + 10, y: m.sessionY + 8 },
        bounds: box ?? { x: stemX - 12, y: m.sessionY, width: compact ? 24 : 150, height: m.sessionHeight - (compact ? 20 : 36) },
      },
    ];
  });

  const channelY = (at: number): number => brokerBottom + 13 + (at % 3) * 6;
  const route = (from: ThingId, to: ThingId): Route => {
    const way = forward(from, to);
    if (way) return way;
    const back = forward(to, from);
    return back ? [...back].reverse() : [];
  };
  const forward = (from: ThingId, to: ThingId): Route | undefined => {
    const serverA = serverById.get(from);
    const serverB = serverById.get(to);
    if (serverA && serverB) {
      return [
        { x: serverA.x, y: topOf(serverA) },
        { x: serverA.x, y: m.busY },
        { x: serverB.x, y: m.busY },
        { x: serverB.x, y: topOf(serverB) },
      ];
    }
    const brokerA = brokerById.get(from);
    const brokerB = brokerById.get(to);
    const clientA = clientById.get(from);
    if (brokerA && serverB) return [...sessionRoute(brokerA.place.bounds.x + m.stem, m, serverB)].reverse();
    if (brokerA && brokerB) return betweenBrokers(brokerA.place, brokerB.place, brokerA.at - brokerB.at);
    if (clientA && brokerB) return clientRoute(clientA.place, clientA.at, brokerB.place, channelY(clientA.at));
    if (clientA && serverB) {
      const x = clientA.place.bounds.x - m.gap / 2 + 2;
      return [
        { x: clientA.place.bounds.x + 12, y: clientA.place.bounds.y },
        { x: clientA.place.bounds.x + 12, y: clientA.place.bounds.y - 6 },
        { x, y: clientA.place.bounds.y - 6 },
        { x, y: m.elbowY },
        { x: serverB.x, y: m.elbowY },
        { x: serverB.x, y: serverB.y + serverB.radius + 3 },
      ];
    }
    return undefined;
  };

  /** Neighbours fetch straight across, at the row of a partition that one leads; others through a channel below. */
  const betweenBrokers = (a: BrokerPlace, b: BrokerPlace, distance: number): Route => {
    const leading = b.broker.replicas.findIndex((replica) => replica.role === 'leader' || replica.led === true);
    if (Math.abs(distance) === 1 && leading >= 0 && leading < rows) {
      const y = m.brokerY + m.brokerHead + leading * pitch + CELL.height - 1;
      return distance < 0
        ? [{ x: a.bounds.x + m.column, y }, { x: b.bounds.x, y }]
        : [{ x: a.bounds.x, y }, { x: b.bounds.x + m.column, y }];
    }
    const y = brokerBottom + 7;
    const ax = a.bounds.x + m.column - 24;
    const bx = b.bounds.x + m.column - 40;
    return [{ x: ax, y: brokerBottom }, { x: ax, y }, { x: bx, y }, { x: bx, y: brokerBottom }];
  };
  /** The controller speaks over the brokers' heads, left of its tab. */
  const controlRoute = (from: ThingId, to: ThingId): Route | undefined => {
    const a = brokerById.get(from)?.place;
    const b = brokerById.get(to)?.place;
    if (!a || !b) return undefined;
    const y = m.brokerY - 6;
    const ax = a.bounds.x + Math.max(m.stem + 16, m.column - a.tabWidth - 10);
    const bx = b.bounds.x + m.stem + 26;
    return [{ x: ax, y: m.brokerY }, { x: ax, y }, { x: bx, y }, { x: bx, y: m.brokerY }];
  };
  /** What is wrong between servers that are no neighbours runs over the rail of all, or it would lie upon links that are whole. */
  const liftedRoute = (from: ThingId, to: ThingId): Route | undefined => {
    const [a, b] = [servers.findIndex(({ id }) => id === from), servers.findIndex(({ id }) => id === to)];
    const distance = Math.abs(a - b);
    if (a < 0 || b < 0 || distance < 2) return undefined;
    const y = m.busY - Math.min(distance - 1, 3) * RAIL;
    const inwards = Math.sign(b - a) * RAIL;
    const [ax, bx] = [servers[a]!.x + inwards, servers[b]!.x - inwards];
    return [{ x: ax, y: topOf(servers[a]!) }, { x: ax, y }, { x: bx, y }, { x: bx, y: topOf(servers[b]!) }];
  };
  const links = frame.links.flatMap((link): LinkPlace[] => {
    const lifted = link.state === 'open' ? undefined : liftedRoute(link.from, link.to);
    const way = lifted ?? (link.kind === 'control' ? (controlRoute(link.from, link.to) ?? []) : route(link.from, link.to));
    return way.length < 2 ? [] : [{ id: link.id, link, route: way, middle: along(way, 0.5), halves: halvesOf(way) }];
  });

  const xs = servers.map((server) => server.x);
  const ensemble =
    servers.length < 2
      ? ''
      : `M${Math.min(...xs)} ${m.busY}H${Math.max(...xs)}` + servers.map((place) => `M${place.x} ${m.busY}V${topOf(place)}`).join('');
  return {
    compact,
    width: m.width,
    height: bottom + (compact ? 8 : 27),
    host: { x: compact ? 2 : 10, y: compact ? 2 : 14, width: m.width - (compact ? 4 : 20), height: bottom - (compact ? 2 : 14) },
    network: m.network,
    ensemble,
    servers,
    sessions,
    brokers,
    clients,
    links,
    cell: { width: CELL.width, height: CELL.height, count },
    columnWidth: m.column,
    legendY: bottom + 9,
    route: (from, to, control) => (control === true ? controlRoute(from, to) : undefined) ?? route(from, to),
  };
}

const topOf = (place: ServerPlace): number => place.y - place.radius - (place.server.state === 'LEADING' && place.server.process === 'up' ? 5 : 1);

function sessionRoute(x: number, m: Measures, server: ServerPlace): Route {
  const bottom = m.compact ? m.network.y + m.network.height : server.y + server.radius + 2;
  if (Math.abs(server.x - x) < 1) return [{ x: server.x, y: bottom }, { x, y: m.brokerY }];
  return [{ x: server.x, y: bottom }, { x: server.x, y: m.elbowY }, { x, y: m.elbowY }, { x, y: m.brokerY }];
}

function placeClients(clients: readonly ClientFrame[], m: Measures, top: number): readonly ClientPlace[] {
  const inner = Math.min(m.width, m.compact ? 390 : 792) - 2 * m.margin;
  const perRow = clients.length <= 2 ? 2 : 3;
  return clients.map((client, at): ClientPlace => {
    const column = at % perRow;
    const y = top + Math.floor(at / perRow) * (m.clientHeight + 12);
    const gap = perRow === 2 ? (m.compact ? 24 : 68) : m.gap;
    // a producer's queue needs more room than a consumer's positions
    const share = perRow === 2 && clients.length === 2 ? (column === 0 ? (m.compact ? 0.64 : 0.515) : m.compact ? 0.36 : 0.485) : 1 / perRow;
    const before = perRow === 2 && clients.length === 2 && column === 1 ? (m.compact ? 0.64 : 0.515) : column / perRow;
    const room = inner - gap * (perRow - 1);
    const x = m.margin + before * room + column * gap;
    const width = share * room;
    return { id: client.id, client, bounds: { x, y, width, height: m.clientHeight }, queueCells: Math.max(4, Math.min(40, Math.floor((width - (m.compact ? 34 : 36 + 140)) / 12))) };
  });
}

function clientRoute(client: ClientPlace, at: number, broker: BrokerPlace, channelY: number): Route {
  const bottom = broker.bounds.y + broker.bounds.height;
  const from = Math.max(client.bounds.x + 14, broker.bounds.x + 14);
  const to = Math.min(client.bounds.x + client.bounds.width - 20, broker.bounds.x + broker.bounds.width - 14);
  if (to - from > 150 || (to - from > 40 && broker.bounds.width < 150)) {
    const x = from + Math.min(54, (to - from) / 2) + (at % 3) * 12;
    return [{ x, y: client.bounds.y }, { x, y: bottom }];
  }
  const right = broker.bounds.x > client.bounds.x;
  const x = client.bounds.x + client.bounds.width * (right ? 0.5 : 0.25) + 2;
  const end = broker.bounds.x + Math.min(60, broker.bounds.width / 3) + (at % 4) * 14;
  return [{ x, y: client.bounds.y }, { x, y: channelY }, { x: end, y: channelY }, { x: end, y: bottom }];
}

// ---- along a route ---------------------------------------------------------------------------------------------------

export function pathOf(route: Route): string {
  return route.map((point, at) => `${at === 0 ? 'M' : 'L'}${point.x} ${point.y}`).join('');
}

export function lengthOf(route: Route): number {
  let length = 0;
  for (let at = 1; at < route.length; at++) length += step(route[at - 1], route[at]);
  return length;
}

/** A route cut in its middle. */
export function halvesOf(route: Route): readonly [Route, Route] {
  const { x, y } = along(route, 0.5);
  const half = lengthOf(route) / 2;
  let gone = 0;
  let before = 0;
  for (let at = 1; at < route.length; at++) {
    gone += step(route[at - 1], route[at]);
    if (gone <= half) before = at;
  }
  return [[...route.slice(0, before + 1), { x, y }], [{ x, y }, ...route.slice(before + 1)]];
}

const step = (a: Point | undefined, b: Point | undefined): number => (a && b ? Math.abs(b.x - a.x) + Math.abs(b.y - a.y) : 0);

/** The point at a fraction of the way, and where it leads from there in degrees. Routes run along the axes, so lengths are sums. */
export function along(route: Route, fraction: number, length = lengthOf(route)): Point & { readonly vertical: boolean; readonly heading: number; readonly leg: number } {
  let rest = Math.min(1, Math.max(0, fraction)) * length;
  for (let at = 1; at < route.length; at++) {
    const a = route[at - 1];
    const b = route[at];
    if (!a || !b) break;
    const leg = step(a, b);
    if (rest <= leg || at === route.length - 1) {
      const part = leg === 0 ? 0 : Math.min(1, rest / leg);
      return { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part, vertical: a.x === b.x, heading: (Math.atan2(b.y - a.y, b.x - a.x) * 180) / Math.PI, leg };
    }
    rest -= leg;
  }
  const only = route[0] ?? { x: 0, y: 0 };
  return { ...only, vertical: false, heading: 0, leg: 0 };
}

// ---- moving the focus ------------------------------------------------------------------------------------------------

export type Direction = 'up' | 'down' | 'left' | 'right';

/** Rows of things from top to bottom, each from left to right. */
function focusRows(layout: StageLayout): readonly (readonly { readonly id: ThingId; readonly x: number }[])[] {
  const centre = (place: { readonly id: ThingId; readonly bounds: Rect }): { id: ThingId; x: number } => ({ id: place.id, x: place.bounds.x + place.bounds.width / 2 });
  return [layout.servers, layout.sessions, layout.brokers, layout.clients]
    .map((row) => [...row.map(centre)].sort((a, b) => a.x - b.x))
    .filter((row) => row.length > 0);
}

/** The neighbour of a thing: up from a broker its session, from a session its server; else the nearest of the next row. */
export function neighbour(layout: StageLayout, from: ThingId, direction: Direction): ThingId {
  const rows = focusRows(layout);
  const rowAt = rows.findIndex((row) => row.some((place) => place.id === from));
  const row = rows[rowAt];
  if (!row) return rows[0]?.[0]?.id ?? from;
  const at = row.findIndex((place) => place.id === from);
  if (direction === 'left' || direction === 'right') return row[at + (direction === 'right' ? 1 : -1)]?.id ?? from;
  const held = layout.sessions.find((place) => place.id === from || (direction === 'up' ? place.session.owner : place.session.server) === from);
  if (held) {
    if (held.id === from) return direction === 'up' ? held.session.server : held.session.owner;
    return held.id;
  }
  const next = rows[rowAt + (direction === 'down' ? 1 : -1)];
  if (!next) return from;
  const x = row[at]?.x ?? 0;
  return [...next].sort((a, b) => Math.abs(a.x - x) - Math.abs(b.x - x))[0]?.id ?? from;
}

