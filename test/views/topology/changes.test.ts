import { expect, it } from 'vitest';
import { changesBetween } from '../../../src/views/topology/changes.ts';
import type { StageFrame } from '../../../src/views/frame.ts';
import { sampleStage } from '../sample-frame.ts';

const frame: StageFrame = sampleStage('en');

it('the same picture has no changes', () => {
  const { states, grown } = changesBetween(frame, frame);
  expect([states.size, grown.size]).toEqual([0, 0]);
});

it('a thing in another state has changed, a new one has not', () => {
  const after = {
    ...frame,
    servers: frame.servers.map((server, at) => (at === 0 ? { ...server, state: 'LOOKING' as const } : server)),
    clients: [...frame.clients, { ...frame.clients[0]!, id: 'new' }],
  };
  expect([...changesBetween(frame, after).states]).toEqual([frame.servers[0]!.id]);
});

it('a strip that gained records has grown by so many, one that was cut has not', () => {
  const [first, ...others] = frame.brokers;
  const move = (by: number): StageFrame => ({ ...frame, brokers: [{ ...first!, replicas: first!.replicas.map((one, at) => (at === 0 ? { ...one, logEnd: one.logEnd + by } : one)) }, ...others] });
  const id = `replica:${first!.id}:${first!.replicas[0]!.partition}`;
  expect([...changesBetween(frame, move(2)).grown]).toEqual([[id, 2]]);
  expect(changesBetween(frame, move(-2)).grown.size).toBe(0);
});
