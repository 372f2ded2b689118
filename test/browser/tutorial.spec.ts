import type { Page } from '@playwright/test';
import { tutorialDocument } from '../../src/scenarios/tutorial/index.ts';
import { expect, test } from './page.ts';

const commands = tutorialDocument.chapters.flatMap((chapter) => chapter.blocks.flatMap((block) => ('command' in block && block.command ? [{ chapter: chapter.id, ...block.command }] : [])));

async function begin(page: Page): Promise<void> {
  await page.locator('select.place').selectOption('tutorial');
  await expect(page.locator('[data-run=java]')).toBeVisible({ timeout: 60_000 });
  // Simulated machines take their time; the test does not have to.
  await page.locator('.transport select').first().selectOption('10');
}

const ticked = (page: Page, id: string) => expect(page.locator(`[data-command="${id}"]`)).toHaveClass(/\bdone\b/, { timeout: 30_000 });
/** The one that is next, as the page marks it. */
const next = (page: Page): Promise<string | null> => page.evaluate(() => document.querySelector('.document [aria-current=step]')?.getAttribute('data-command') ?? null);

/** What somebody who copied a block does at a terminal. */
async function paste(page: Page, text: string): Promise<void> {
  await page.locator('.xterm-helper-textarea').first().evaluate((area, lines) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', lines);
    area.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, `${text}\n`);
}

/** Playwright asks less and less often, up to once a second: of dozens of commands that would be most of the time. */
const OFTEN = { timeout: 30_000, intervals: [40] };

const isNoLonger = (page: Page, id: string): Promise<void> => expect.poll(() => next(page), { ...OFTEN, message: id }).not.toBe(id);
const nothingRuns = (page: Page): Promise<void> => expect.poll(() => page.locator('.command.busy, .command.late').count(), OFTEN).toBe(0);

/** Every command from one on, with the key that runs the next; chapters close behind it, so the last tick is seen in the list. */
async function runOn(page: Page, from: number): Promise<void> {
  for (const { id } of commands.slice(from)) {
    expect(await next(page)).toBe(id);
    await page.keyboard.press('n');
    await isNoLonger(page, id);
    await nothingRuns(page);
  }
}

/** As a chapter writes that all of it is done. */
function countOf(id: string): string {
  const { length } = commands.filter(({ chapter }) => chapter === id);
  return `${length}/${length}`;
}

async function isComplete(page: Page): Promise<void> {
  for (const id of new Set(commands.map(({ chapter }) => chapter))) await expect(page.locator(`[data-chapter=${id}] .count`)).toContainText(countOf(id));
  await expect(page.locator('[data-thing=broker-3]')).toHaveAccessibleName(/RunningAsBroker/);
}

test('the tutorial, run block by block, becomes the cluster it promises', async ({ page, open }) => {
  await open();
  await begin(page);
  await page.locator('[data-run=java]').click();
  await ticked(page, 'java');
  // From its button one goes on with Enter: the next one has the focus.
  await expect(page.locator('[data-run=docker-start]')).toBeFocused();
  await page.keyboard.press('Enter');
  await ticked(page, 'docker-start');
  await runOn(page, 2);
  await isComplete(page);
});

test('the tutorial in Chinese, its first blocks pasted into the terminal', async ({ page, open }) => {
  await open({ language: 'zh-CN' });
  await begin(page);
  const pasted = commands.filter(({ chapter }) => chapter === 'docker' || chapter === 'containers');
  await expect(page.locator('.xterm-helper-textarea')).toBeAttached();
  for (const { id, lines } of pasted) {
    expect(await next(page)).toBe(id);
    await paste(page, lines);
    await isNoLonger(page, id);
  }
  await page.locator('h1').first().click();
  await runOn(page, pasted.length);
  await isComplete(page);
});

test('a chapter that is jumped to has those before it run, for real; going back unticks, and the language changes nothing', async ({ page, open }) => {
  await open();
  await begin(page);
  await page.locator('[data-chapter=topic]').click();
  await page.getByRole('button', { name: 'Start here: run everything before' }).click();
  await expect(page.locator('.jump')).toBeVisible();
  await expect(page.locator('.jump')).toHaveCount(0, { timeout: 60_000 });
  expect(await next(page)).toBe('create-two');
  await expect(page.locator('[data-thing=broker-1]')).toContainText('RunningAsBroker');
  const whole = countOf('start');
  await page.getByRole('button', { name: '中文' }).click();
  expect(await next(page)).toBe('create-two');
  await expect(page.locator('[data-chapter=start] .count')).toContainText(whole);
  await page.keyboard.press('Shift+ArrowLeft');
  for (let i = 0; i < 40 && (await page.locator('[data-chapter=start] .count').innerText()).includes(whole); i++) await page.keyboard.press('Shift+ArrowLeft');
  await expect(page.locator('[data-chapter=start] .count')).not.toContainText(whole);
});

test('a mistake followed shows what comes of it', async ({ page, open }) => {
  await open();
  await begin(page);
  // The network cannot be made yet: the daemon does not run.
  await page.locator('[data-run=network]').click();
  const block = page.locator('[data-command=network]');
  await expect(block).toHaveClass(/\blate\b/, { timeout: 30_000 });
  await expect(block).toContainText('Cannot connect to the Docker daemon');
  await page.locator('[data-run=docker-start]').click();
  await ticked(page, 'docker-start');
  await page.locator('[data-run=network]').click();
  await ticked(page, 'network');
});
