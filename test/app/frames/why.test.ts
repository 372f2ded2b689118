import { beforeAll, describe, expect, it } from 'vitest';
import { whyFrame } from '../../../src/app/frames/why.ts';
import { pullThePlug } from '../../../src/scenarios/pull-the-plug.ts';
import { language } from '../../../src/views/text/language.svelte.ts';
import { Told } from './told.ts';

let told: Told;
let pid: number;

beforeAll(() => {
  told = new Told(pullThePlug);
  pid = told.seen.world.processes.find((process) => process.name === 'broker-1')!.pid;
  while (told.seen.facts.partition('orders', 0)?.leader === 1 || told.seen.facts.partition('orders', 0)?.leader === null) {
    const index = steps++;
    if (index >= pullThePlug.steps.length) throw new Error('nobody took over');
    told.step(index);
  }
});
let steps = 0;

describe('why a partition has the leader that it has', () => {
  it('goes from the new leader over the election and the expired session to the kill, newest first', () => {
    told.toAfter('leaderElected', { topic: 'orders', partition: 0 });
    const { chain } = whyFrame(told.seen, told.history, 'partition:orders-0', 'en');
    expect(chain[0]!.sentence).toMatch(/^orders-0: leader [23], epoch 1, ISR/);
    const session = chain.findIndex((cause) => /session `0x[0-9a-f]+` expired/.test(cause.sentence));
    expect(session).toBe(chain.length - 2);
    expect(chain[chain.length - 1]).toMatchObject({ kind: 'act', sentence: `**You**: \`kill -9 ${pid}\``, at: 10_000_000 });
    expect(chain.some((cause) => cause.sentence.startsWith('`/brokers/ids/1` is gone'))).toBe(true);
    for (const [index, cause] of chain.entries()) if (index > 0) expect(cause.at).toBeLessThanOrEqual(chain[index - 1]!.at);
    expect(chain.every((cause) => cause.sentence.length > 0)).toBe(true);
  });

  it('speaks Chinese with the same links', () => {
    const en = whyFrame(told.seen, told.history, 'partition:orders-0', 'en').chain;
    language.current = 'zh-CN';
    try {
      const zh = whyFrame(told.seen, told.history, 'partition:orders-0', 'zh-CN').chain;
      expect(zh.map((cause) => cause.key)).toEqual(en.map((cause) => cause.key));
      expect(zh.every((cause) => /\p{Script=Han}/u.test(cause.sentence))).toBe(true);
    } finally {
      language.current = 'en';
    }
  });

  it('looks only at what is before the playhead', () => {
    const late = whyFrame(told.seen, told.history, 'partition:orders-0', 'en').chain[0]!;
    told.history.seek(9_900_000);
    const { chain } = whyFrame(told.seen, told.history, 'partition:orders-0', 'en');
    expect(Number(chain[0]!.key)).toBeLessThan(Number(late.key));
    expect(chain[0]!.at).toBeLessThanOrEqual(9_900_000);
  });
});

describe('why a producer did what it did last', () => {
  it('tells a clock that goes round once, and how much it left out', () => {
    told.history.seek(9_900_000);
    const { chain } = whyFrame(told.seen, told.history, 'P1', 'en');
    expect(chain.filter((cause) => cause.sentence.includes('A time-out of P1'))).toHaveLength(1);
    expect(chain.find((cause) => cause.sentence.includes('A time-out of P1'))!.skipped).toBeGreaterThan(10);
    expect(chain[chain.length - 1]).toMatchObject({ kind: 'act', sentence: '**You**: start P1' });
  });
});

describe('why a session is as it is', () => {
  it('tells what came over it last, then who silenced its owner, then that it has expired', () => {
    const of = (id: string) => whyFrame(told.seen, told.history, id, 'en').chain;
    told.history.seek(9_900_000);
    expect(of('session:broker-1')[0]!.sentence).toMatch(/^(broker-1 gets .* from zookeeper2|zookeeper2 gets .* from broker-1)/);
    told.history.seek(told.history.computedUntil);
    told.toAfter('sessionExpired');
    const before = told.history.now;
    told.history.seek(before - 1_000_000);
    expect(of('session:broker-1')).toMatchObject([{ kind: 'act', sentence: `**You**: \`kill -9 ${pid}\``, at: 10_000_000 }]);
    expect(of('broker-1')).toMatchObject([{ kind: 'act', at: 10_000_000 }]);
    told.history.seek(before);
    expect(of('session:broker-1')[0]!.sentence).toMatch(/session `0x2a2022887950000` expired/);
  });
});

describe('what has done nothing yet', () => {
  it('has no causes', () => {
    expect(whyFrame(told.seen, told.history, 'partition:nothing-0', 'en').chain).toEqual([]);
    expect(whyFrame(told.seen, told.history, 'broker-9', 'en').chain).toEqual([]);
  });
});
