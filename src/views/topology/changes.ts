/** What a new picture shows otherwise than the one before: things in another state, strips that grew. Pure. */
import type { StageFrame, ThingId } from '../frame.ts';

export interface StageChanges {
  readonly states: ReadonlySet<ThingId>;
  /** How many cells a replica has gained, by the replica's name. */
  readonly grown: ReadonlyMap<ThingId, number>;
}

export const NO_CHANGES: StageChanges = { states: new Set(), grown: new Map() };

/** Further apart than this two moments are a jump, not a change. */
export const JUMP_MICROS = 500_000;

function statesOf(frame: StageFrame): ReadonlyMap<ThingId, string> {
  return new Map([
    ...frame.servers.map((server) => [server.id, `${server.process} ${server.state}`] as const),
    ...frame.brokers.map((broker) => [broker.id, `${broker.process} ${broker.state} ${broker.controller?.epoch ?? ''}`] as const),
    ...frame.sessions.map((session) => [session.id, session.state] as const),
    ...frame.clients.map((client) => [client.id, client.process] as const),
    ...frame.links.map((link) => [link.id, link.state] as const),
  ]);
}

/** A thing that was not there before has not changed. */
export function changesBetween(before: StageFrame, after: StageFrame): StageChanges {
  if (before === after) return NO_CHANGES;
  const was = statesOf(before);
  const states = new Set([...statesOf(after)].filter(([id, state]) => was.has(id) && was.get(id) !== state).map(([id]) => id));
  const grown = new Map<ThingId, number>();
  for (const broker of after.brokers) {
    const old = before.brokers.find((one) => one.id === broker.id);
    if (!old || old === broker) continue;
    for (const replica of broker.replicas) {
      const end = old.replicas.find((one) => one.partition === replica.partition)?.logEnd;
      if (end !== undefined && replica.logEnd > end) grown.set(`replica:${broker.id}:${replica.partition}`, replica.logEnd - end);
    }
  }
  return { states: states.size === 0 ? NO_CHANGES.states : states, grown: grown.size === 0 ? NO_CHANGES.grown : grown };
}
