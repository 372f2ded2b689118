import { deflateRawSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { openScenario } from '../../src/app/open.ts';
import { decodeShared, Replay } from '../../src/app/share.ts';
import { hash } from '../../src/kernel/codec.ts';
import { scenarios } from '../../src/scenarios/index.ts';
import { clock, expect, headline, settled, test } from './page.ts';

const scenario = scenarios[0]!;

const worldHash = (page: Page): Promise<string> =>
  page.evaluate(() => (window as unknown as { kafkaClusterLab: { hash(): string } }).kafkaClusterLab.hash());

const asLink = (json: unknown): string => `1.${deflateRawSync(typeof json === 'string' ? json : JSON.stringify(json)).toString('base64url')}`;
const empty = { version: 1, scenario: scenario.id, seed: 1, acts: [], steps: [], at: 0, item: 0 };
const withAction = (action: unknown): string => asLink({ ...empty, acts: [{ at: 0, item: 0, action }] });

async function killBroker(page: Page, id: number): Promise<void> {
  await page.locator(`[data-thing=broker-${id}]`).click({ button: 'right', position: { x: 20, y: 12 } });
  await page.getByRole('menuitem', { name: /kill -9/ }).first().click();
}

const address = (page: Page): Promise<string> => page.evaluate(() => location.hash.slice(1));

/** The link that is given out, as it stands in the address bar. */
async function share(page: Page): Promise<string> {
  await page.evaluate(() => history.replaceState(null, '', location.pathname));
  await page.getByRole('button', { name: 'Share this moment' }).click();
  await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/^#1\./);
  return page.evaluate(() => location.hash.slice(1));
}

test('the same seed gives the same world in Chromium and in Node', async ({ page, open }) => {
  await open();
  expect(await worldHash(page)).toBe(hash(openScenario(scenario, scenario.cluster.seed).world));
});

test('a shared moment is the same world in another tab and in Node', async ({ page, context, open }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open();
  await page.keyboard.press('Space');
  await settled(page);
  await killBroker(page, 2);
  for (let i = 0; i < 4; i++) await page.keyboard.press('Shift+ArrowRight');
  const link = await share(page);
  await expect(page.getByText('The link to this moment is copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
  const shared = await worldHash(page);

  const decoded = await decodeShared(link, scenarios.map(({ id }) => id));
  if (!('ok' in decoded)) throw new Error(JSON.stringify(decoded));
  const replay = new Replay(scenario, decoded.ok);
  expect(replay.advance(Infinity)).toBe('done');
  expect(hash(replay.history.world)).toBe(shared);

  const other = await context.newPage();
  await other.goto(page.url());
  await expect.poll(() => worldHash(other).catch(() => '')).toBe(shared);
  expect(await clock(other)).toBe(await clock(page));
  expect(await headline(other).innerText()).toBe(await headline(page).innerText());
});

test('a link that arrives while the page is open is opened too', async ({ page, open }) => {
  await open();
  const opening = await worldHash(page);
  const link = await share(page);
  await killBroker(page, 1);
  expect(await worldHash(page)).not.toBe(opening);
  await page.evaluate(() => history.replaceState(null, '', '#'));
  await page.evaluate((to) => (location.hash = to), link);
  await expect.poll(() => worldHash(page)).toBe(opening);
});

test('what is done stands in the address, so the page comes back as it was', async ({ page, open }) => {
  await open();
  await page.keyboard.press('n');
  await settled(page);
  await killBroker(page, 2);
  await page.keyboard.press('Shift+ArrowRight');
  const moment = { world: await worldHash(page), headline: await headline(page).innerText(), clock: await clock(page) };
  await expect.poll(async () => {
    const decoded = await decodeShared(await address(page), scenarios.map(({ id }) => id));
    return 'ok' in decoded ? [decoded.ok.acts.length, decoded.ok.steps.length, Math.floor(decoded.ok.at / 1_000) / 1_000] : decoded;
  }).toEqual([2, 1, moment.clock]);
  await page.reload();
  await expect.poll(() => worldHash(page).catch(() => '')).toBe(moment.world);
  expect(await headline(page).innerText()).toBe(moment.headline);
});

test('the address of a page that nobody has touched names nothing; another story is named, and the first one no more', async ({ page, open }) => {
  await open();
  await page.mouse.move(600, 300);
  await page.locator('select.place').selectOption({ index: 2 });
  await expect.poll(async () => decodeShared(await address(page), scenarios.map(({ id }) => id))).toMatchObject({ ok: { scenario: scenarios[2]!.id, acts: [] } });
  await page.locator('select.place').selectOption({ index: 0 });
  await expect.poll(() => address(page)).toBe('');
});

test('a link that takes long says how far it is, and can be stopped', async ({ page, open }) => {
  const history = openScenario(scenario, scenario.cluster.seed);
  history.runTo(history.now + 400_000_000);
  const link = asLink({ ...empty, seed: scenario.cluster.seed, at: history.now, item: history.item });
  await open();
  const before = await worldHash(page);
  await page.evaluate((to) => (location.hash = to), link);
  await expect(page.getByRole('status').filter({ hasText: /Opening the shared moment: [1-9]\d? %/ })).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByText('Opening the shared moment')).toHaveCount(0);
  expect(await worldHash(page)).toBe(before);
  await page.keyboard.press('n');
  await settled(page);
  expect(await worldHash(page)).not.toBe(before);
});

test('where copying is refused, the link is shown selected', async ({ page, open }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject(new Error('no')) } }));
  await open();
  await share(page);
  const field = page.getByRole('textbox', { name: 'Link' });
  await expect(field).toHaveValue(page.url());
  expect(await field.evaluate((one: HTMLInputElement) => (one.selectionEnd ?? 0) - (one.selectionStart ?? 0))).toBe(page.url().length);
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(field).toHaveCount(0);
});

const hostile: readonly (readonly [string, string, string, string])[] = [
  ['cut off', asLink(empty).slice(0, 30), 'is damaged', '已损坏'],
  ['from another version', '2.AAAA', 'version 2', '版本 2'],
  ['ten megabytes long', `1.${'A'.repeat(10_000_000)}`, '10000002 characters', '10000002 个字符'],
  ['a bomb', asLink(`"${'a'.repeat(50_000_000)}"`), 'unpacks to more than', '解压后超过'],
  ['with a script in a name', withAction({ type: 'start', process: '<img src=x onerror="window.bad=1">' }), 'acts[0].action.process must be a name', 'acts[0].action.process 必须是'],
  ['with prototype keys', asLink('{"__proto__":{"bad":1},"version":1}'), 'scenario must be one of', 'scenario 必须是'],
  ['with prototype keys among good ones', asLink(JSON.stringify(empty).replace('{', '{"__proto__":{"bad":1},')), '__proto__ is not a field', '__proto__ 不是'],
  ['with an act that is impossible', withAction({ type: 'start', process: 'nobody' }), 'acts[0] cannot be done', 'acts[0] 无法执行'],
];

for (const [name, link, en, zh] of hostile) {
  test(`a link ${name} is refused in plain words, in both languages, and nothing else happens`, async ({ page, open }) => {
    await open();
    const before = await worldHash(page);
    await page.evaluate((to) => (location.hash = to), link);
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText(en);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect(dialog).toHaveCount(0);
    expect(await worldHash(page)).toBe(before);
    expect(await page.evaluate(() => [(window as { bad?: unknown }).bad, ({} as { bad?: unknown }).bad])).toEqual([undefined, undefined]);

    await page.getByRole('button', { name: '中文' }).click();
    await page.evaluate(() => window.dispatchEvent(new HashChangeEvent('hashchange')));
    await expect(dialog).toContainText(zh);
    await page.keyboard.press('Escape');
    expect(await worldHash(page)).toBe(before);
    // The page goes on as if nothing had come.
    await page.keyboard.press('n');
    await settled(page);
    expect(await worldHash(page)).not.toBe(before);
  });
}

test('a broken server.properties is refused with field and rule, and a good one restarts the broker', async ({ page, open }) => {
  await open();
  await page.locator('[data-thing=broker-2]').click({ position: { x: 20, y: 12 } });
  await page.getByRole('tab', { name: 'Config', exact: true }).click();
  const editor = page.getByRole('textbox', { name: 'server.properties of broker-2' });
  const good = await editor.inputValue();
  const before = await worldHash(page);
  const restart = page.getByRole('button', { name: 'Check and restart with this' });
  for (const [from, to, says] of [
    [/^broker\.id=2$/m, 'broker.id=two', 'Not a number of type INT'],
    [/^zookeeper\.connect=.*$/m, '', 'Missing required configuration "zookeeper.connect"'],
    [/^broker\.id=2$/m, 'broker.id=1', 'is taken by broker 1'],
  ] as const) {
    expect(good).toMatch(from);
    await editor.fill(good.replace(from, to));
    await restart.click();
    await expect(page.locator('.config').getByRole('alert')).toContainText(says);
    expect(await worldHash(page)).toBe(before);
  }
  await editor.fill(`${good}\nmin.insync.replicas=2\n`);
  await restart.click();
  await expect(page.locator('.config').getByRole('alert')).toBeEmpty();
  expect(await worldHash(page)).not.toBe(before);
  await expect(editor).toHaveValue(/min\.insync\.replicas=2/);
});
