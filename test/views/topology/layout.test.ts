import { describe, expect, it } from 'vitest';
import { along, lengthOf, neighbour, stageLayout } from '../../../src/views/topology/layout.ts';
import { moving } from '../../../src/views/topology/messages.ts';
import { sampleNow, sampleStage } from '../sample-frame.ts';
import { stretched } from '../stretched-frame.ts';

const frame = sampleStage('en');
const layout = stageLayout(frame);

describe('the stage', () => {
  it('puts the main moment on the measured grid', () => {
    expect(layout.width).toBe(792);
    expect(layout.brokers.map((place) => place.bounds)).toEqual([24, 280, 536].map((x) => ({ x, y: 214, width: 232, height: 148 })));
    expect(layout.servers.map((place) => place.x)).toEqual([62, 318, 574]);
  });
  it('draws the same offset at the same x in every copy of a partition', () => {
    const ends = layout.brokers.map((place) => (place.rows[0]?.logEndX ?? 0) - place.bounds.x);
    expect((ends[0] ?? 0) - (ends[1] ?? 0)).toBe(layout.cell.width);
    expect(ends[1]).toBe(ends[2]);
  });
  it('keeps no room for brokers and clients where there are none, and has all it draws inside', () => {
    const bare = stageLayout({ ...frame, brokers: [], clients: [], sessions: [], links: [] });
    expect(bare.height).toBeLessThan(layout.height / 2);
    const waiting = stageLayout({ ...frame, clients: [], links: [] });
    expect(waiting.height).toBeLessThan(layout.height);
    for (const [places, { host }] of [[bare.servers, bare], [waiting.brokers, waiting]] as const)
      for (const { bounds } of places) expect(bounds.y + bounds.height).toBeLessThanOrEqual(host.y + host.height);
  });
  it.each([[1, 1], [3, 2], [5, 4], [7, 12]])('holds %i servers and %i brokers without overlap', (servers, brokers) => {
    const places = stageLayout(stretched(frame, { servers, brokers, partitions: 10, messages: 0, now: sampleNow }));
    expect(places.servers).toHaveLength(servers);
    for (const row of [places.brokers, places.servers])
      row.forEach((place, at) => {
        const next = row[at + 1];
        if (next) expect(place.bounds.x + place.bounds.width).toBeLessThanOrEqual(next.bounds.x);
        expect(place.bounds.x + place.bounds.width).toBeLessThanOrEqual(places.width);
      });
  });
  it('keeps what is wrong between two servers off the links of those between them', () => {
    const link = (from: number, to: number, state: 'open' | 'reset') => ({ id: `link:zookeeper${from}:zookeeper${to}`, from: `zookeeper${from}`, to: `zookeeper${to}`, kind: 'ensemble' as const, state });
    const rails = (...links: ReturnType<typeof link>[]): number[] => stageLayout({ ...frame, links }).links.map((place) => Math.min(...place.route.map(({ y }) => y)));
    const [whole, near, far] = rails(link(1, 2, 'open'), link(2, 3, 'reset'), link(1, 3, 'reset'));
    expect(near).toBe(whole);
    expect(far).toBeLessThan(whole!);
    expect(rails(link(1, 3, 'open'))).toEqual([whole]);
  });
  it('sends a message along its link in proportion to time', () => {
    const route = layout.route('broker-3', 'zookeeper3');
    const [from, to] = [along(route, 0), along(route, 1)];
    expect(along(route, 0.25).y).toBeCloseTo(from.y + (to.y - from.y) / 4);
    expect(lengthOf(layout.route('zookeeper3', 'broker-3'))).toBe(lengthOf(route));
  });
  it('shows a message from sentAt until just before dueAt, and chatter only when wanted', () => {
    const ids = (now: number, chatter: 'dimmed' | 'hidden'): string[] => moving(frame.messages, layout, now, chatter).map((one) => one.message.id);
    expect(ids(sampleNow, 'dimmed')).toHaveLength(6);
    expect(ids(sampleNow, 'hidden')).toEqual(['m3', 'm5', 'm6']);
    expect(ids(sampleNow + 1000, 'dimmed')).toEqual([]);
  });
  it('moves the focus up to the session and its server, right to the next broker, down to a client', () => {
    expect(neighbour(layout, 'broker-2', 'up')).toBe('session:0x200006045640000');
    expect(neighbour(layout, 'session:0x200006045640000', 'up')).toBe('zookeeper2');
    expect(neighbour(layout, 'broker-2', 'right')).toBe('broker-3');
    expect(neighbour(layout, 'broker-3', 'right')).toBe('broker-3');
    expect(neighbour(layout, 'broker-1', 'down')).toBe('producer-1');
  });
});
