import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeShared, encodeShared, LONGEST_TEXT, Replay } from '../../src/app/share.ts';
import { openScenario } from '../../src/app/open.ts';
import type { ClusterHistory, Programs } from '../../src/app/story.ts';
import { programs } from '../../src/app/terminals.ts';
import type { Shared } from '../../src/cluster/share.ts';
import { hash } from '../../src/kernel/codec.ts';
import { scenarios } from '../../src/scenarios/index.ts';

const scenario = scenarios[0]!;
const ids = scenarios.map(({ id }) => id);

function sharedOf(history: ClusterHistory, bootActs: ClusterHistory['acts'], seed: number): Shared {
  return { version: 1, scenario: scenario.id, seed, acts: history.acts.filter((act) => !bootActs.includes(act)), steps: [], at: history.now, item: history.item };
}

function replayed(shared: Shared, more?: Programs): ClusterHistory {
  const replay = new Replay(scenario, shared, more);
  for (;;) {
    const outcome = replay.advance(500);
    if (outcome === 'done') return replay.history;
    expect(outcome).toBe('running');
  }
}

const emptyShared: Shared = { version: 1, scenario: scenario.id, seed: 1, acts: [], steps: [], at: 0, item: 0 };
const asLink = (json: string): string => `1.${deflateRawSync(json).toString('base64url')}`;

describe('a share link', () => {
  it('brings back exactly the world that was shared, after acts between items, on an item, and at a playhead gone back', async () => {
    const { seed } = scenario.cluster;
    const history = openScenario(scenario, seed);
    const boot = [...history.acts];
    history.act({ type: 'signal', process: 'broker-1', signal: 'SIGKILL' });
    history.runTo(history.now + 1_234_567);
    history.act({ type: 'container', container: 'zookeeper1', verb: 'kill' });
    for (let i = 0; i < 300; i++) history.step();
    history.stepBack();
    history.act({ type: 'slow', from: 'broker-2', to: 'broker-3', delayMs: 50 });
    history.runTo(history.now + 3_000_000);
    history.seek(history.now - 700_000);
    const decoded = await decodeShared(await encodeShared(sharedOf(history, boot, seed)), ids);
    expect('ok' in decoded).toBe(true);
    if (!('ok' in decoded)) return;
    const again = replayed(decoded.ok);
    expect(again.item).toBe(history.item);
    expect(hash(again.world)).toBe(hash(history.world));
    again.runTo(history.now + 5_000_000);
    history.runTo(history.now + 5_000_000);
    expect(hash(again.world)).toBe(hash(history.world));
  });

  it('brings back what was typed at a terminal, and the machine it was typed at', async () => {
    const { seed } = scenario.cluster;
    const history = openScenario(scenario, seed);
    const boot = [...history.acts];
    history.extend(programs);
    const type = (text: string): void => void history.act({ type: 'terminal', terminal: 'host', deed: { type: 'type', text } });
    history.act({ type: 'terminal', terminal: 'host', deed: { type: 'open', host: 'host' } });
    type('cd /tmp; echo "<b>" > notes; docker kill zookeeper1\nvi notes\n');
    history.runTo(history.now + 2_000_000);
    history.act({ type: 'terminal', terminal: 'host', deed: { type: 'save', text: 'x\n' } });
    history.runTo(history.now + 2_000_000);
    const decoded = await decodeShared(await encodeShared(sharedOf(history, boot, seed)), ids);
    if (!('ok' in decoded)) throw new Error('refused');
    const again = replayed(decoded.ok, programs);
    expect(hash(again.world)).toBe(hash(history.world));
    expect(again.world.processes.find(({ name }) => name === 'zookeeper1')!.status).toBe('dead');
  });

  it('brings back an act done before the story opened', () => {
    const { seed } = scenario.cluster;
    const history = openScenario(scenario, seed);
    const boot = [...history.acts];
    history.seek(history.now - 2_000_000);
    history.act({ type: 'signal', process: 'broker-2', signal: 'SIGSTOP' });
    history.runTo(history.now + 3_000_000);
    expect(hash(replayed(sharedOf(history, boot, seed)).world)).toBe(hash(history.world));
  });

  it('says which act does not fit the world it meets', () => {
    const opened = openScenario(scenario, 1);
    const at = opened.now;
    const run = (shared: Partial<Shared>): unknown => new Replay(scenario, { ...emptyShared, at, item: opened.item, ...shared }).advance(100_000);
    expect(run({ acts: [{ at, item: opened.item, action: { type: 'start', process: 'nobody' } }] })).toEqual({ type: 'doesNotFit', act: 0 });
    expect(run({ acts: [{ at, item: opened.item + 1_000, action: { type: 'signal', process: 'broker-1', signal: 'SIGKILL' } }] })).toEqual({ type: 'doesNotFit', act: 0 });
    expect(run({ item: opened.item + 50_000_000 })).toEqual({ type: 'playhead' });
    expect(run({})).toBe('done');
  });

  it('is refused at once when it is ten megabytes long', async () => {
    const started = performance.now();
    expect(await decodeShared(`1.${'A'.repeat(10_000_000)}`, ids)).toEqual({ problem: { type: 'tooLong', length: 10_000_002, max: LONGEST_TEXT } });
    expect(performance.now() - started).toBeLessThan(100);
  });

  it('is refused while it unpacks to more than there may be', async () => {
    const bomb = asLink(`"${'a'.repeat(100_000_000)}"`);
    expect(bomb.length).toBeLessThan(LONGEST_TEXT);
    expect(await decodeShared(bomb, ids)).toMatchObject({ problem: { type: 'unpacksTooLong' } });
  });

  it('is refused when any part is cut off', async () => {
    const link = await encodeShared({ ...emptyShared, acts: [{ at: 1, item: 1, action: { type: 'heal' } }] });
    expect(await decodeShared(link, ids)).toHaveProperty('ok');
    for (let length = 0; length < link.length; length++) expect(await decodeShared(link.slice(0, length), ids)).toHaveProperty('problem');
  });

  it.each([
    ['another version', '2.abc', 'version'],
    ['no version', 'abc', 'damaged'],
    ['a script', '1.<script>alert(1)</script>', 'damaged'],
    ['bytes that are not deflated', '1.AAAAAAAA', 'damaged'],
    ['what is no JSON', asLink('alert(1)'), 'damaged'],
    ['JSON of something else', asLink('[]'), 'field'],
    ['prototype keys', asLink('{"__proto__":{"a":1}}'), 'field'],
  ])('is refused with %s', async (_, link, type) => {
    expect(await decodeShared(link, ids)).toMatchObject({ problem: { type } });
  });
});
