import { openScenario } from '../../src/app/open.ts';
import { encodeShared } from '../../src/app/share.ts';
import { SHARE_VERSION } from '../../src/cluster/share.ts';
import { knownBrokers } from '../../src/scenarios/fixtures.ts';
import { scenarios } from '../../src/scenarios/index.ts';
import { clock, expect, test } from './page.ts';

const scenario = scenarios[0]!;

test('faults of one kind at one moment, and batches sent at once: the page goes on', async ({ page, open }) => {
  const { seed } = scenario.cluster;
  const history = openScenario(scenario, seed);
  const boot = history.acts.length;
  const workload = { topic: 'orders', ratePerSecond: 60, valuePrefix: 'x-' };
  history.act({ type: 'addClient', client: { kind: 'producer', name: 'P2', properties: { 'max.in.flight.requests.per.connection': '40' }, workload }, brokers: knownBrokers });
  for (const broker of ['broker-1', 'broker-2', 'broker-3']) history.act({ type: 'slow', from: 'P2', to: broker, delayMs: 300 });
  history.runTo(history.now + 2_000_000);
  const acts = history.acts.slice(boot).map(({ at, item, action }) => ({ at, item, action }));
  const link = await encodeShared({ version: SHARE_VERSION, scenario: scenario.id, seed, acts, steps: [], at: history.now, item: history.item });

  await open();
  await page.evaluate((to) => (location.hash = to), link);
  const arrived = Math.floor(history.now / 1_000) / 1_000;
  await expect.poll(() => clock(page), { timeout: 60_000 }).toBeGreaterThanOrEqual(arrived);
  await page.locator('button.play').click();
  await expect.poll(() => clock(page)).toBeGreaterThan(arrived);
  await page.locator('button.play').click();
  // Standing at a moment it draws the messages around it.
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('[data-thing=P2]')).toBeVisible();
});

test('no picture is asked for while nothing plays', async ({ page, open }) => {
  await page.addInitScript(() => {
    const real = window.requestAnimationFrame.bind(window);
    Object.assign(window, { asked: 0 });
    window.requestAnimationFrame = (callback) => {
      (window as unknown as { asked: number }).asked++;
      return real(callback);
    };
  });
  const asked = (): Promise<number> => page.evaluate(() => (window as unknown as { asked: number }).asked);
  await open();
  await page.locator('button.play').click();
  const before = await asked();
  await expect.poll(asked).toBeGreaterThan(before + 3);
  await page.locator('button.play').click();
  await expect(page.locator('button.play')).toHaveAccessibleName('Play');
  await page.waitForTimeout(300);
  const paused = await asked();
  await page.waitForTimeout(1_000);
  expect(await asked()).toBe(paused);
});
