import type { Page } from '@playwright/test';
import { clock, expect, settled, test } from './page.ts';

const inspector = (page: Page): ReturnType<Page['locator']> => page.locator('aside.inspector');
const focused = (page: Page): Promise<string | null> => page.evaluate(() => document.activeElement?.getAttribute('data-thing') ?? null);

async function chooseFromMenu(page: Page, name: RegExp): Promise<void> {
  const row = page.getByRole('menuitem', { name }).first();
  for (let presses = 0; presses < 30 && !(await row.evaluate((one) => one === document.activeElement)); presses++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
}

for (const language of ['en', 'zh-CN'] as const) {
  test(`a link is reached, cut one way and healed by keyboard (${language})`, async ({ page, open }) => {
    await open({ language });
    await page.locator('[data-thing=broker-2]').focus();
    await page.keyboard.press('l');
    const id = await focused(page);
    expect(id).toMatch(/^link:.*broker-2/);
    await page.keyboard.press('Enter');
    await expect(inspector(page)).toContainText(language === 'en' ? 'Link' : '链路');
    const link = page.locator(`[data-thing="${id}"]`);
    await page.keyboard.press('Shift+F10');
    await chooseFromMenu(page, language === 'en' ? /Cut only what goes/ : /只切断发往/);
    await expect(link).toHaveAccessibleName(language === 'en' ? /cut one way/ : /单向切断/);
    await link.focus();
    await page.keyboard.press('Shift+F10');
    await chooseFromMenu(page, language === 'en' ? /Heal/ : /恢复/);
    await expect(link).toHaveAccessibleName(language === 'en' ? /open/ : /通/);
  });
}

test('a link is cut and slowed by mouse, and says so', async ({ page, open }) => {
  await open();
  const link = page.locator('[data-thing^="link:broker-3:broker-2"]').first();
  await link.dispatchEvent('contextmenu', { clientX: 700, clientY: 400 });
  await page.getByRole('menuitem', { name: /Delay by 500 ms/ }).click();
  await expect(link).toHaveAccessibleName(/slow, \+500 ms/);
  await link.dispatchEvent('click');
  await inspector(page).getByRole('button', { name: /Cut it both ways/ }).click();
  await expect(link).toHaveAccessibleName(/cut both ways/);
});

test('a message under way is selected by mouse and by keyboard, with its fields, its times and its cause', async ({ page, open }) => {
  await open();
  await page.keyboard.press('n');
  await settled(page);
  const message = page.locator('[data-thing^="message:"]').first();
  await message.click();
  await expect(inspector(page)).toContainText('Message');
  await expect(inspector(page)).toContainText('under way');
  await page.getByRole('tab', { name: 'Data', exact: true }).click();
  await expect(page.locator('#inspector-panel')).toContainText('type');
  await page.getByRole('tab', { name: 'Why', exact: true }).click();
  await expect(page.locator('.why li')).not.toHaveCount(0);
  await page.locator('[data-thing=P1]').focus();
  await page.keyboard.press('m');
  expect(await focused(page)).toMatch(/^message:/);
  await expect(page.getByRole('tooltip')).toBeVisible();
});

test('a replica is reached by keyboard from its broker', async ({ page, open }) => {
  await open();
  await page.locator('[data-thing=broker-3]').focus();
  await page.keyboard.press('r');
  await page.keyboard.press('Enter');
  await expect(inspector(page)).toContainText('orders-0 @ broker-3');
  await page.keyboard.press('ArrowUp');
  expect(await focused(page)).toBe('broker-3');
});

test('a chain of causes lights the stage and the timeline; an entry is gone to, and one comes back', async ({ page, open }) => {
  await open();
  for (let step = 0; step < 3; step++) {
    await page.keyboard.press('n');
    await settled(page);
  }
  const before = await clock(page);
  await page.getByRole('tab', { name: 'Why', exact: true }).click();
  const lit = page.locator('.stage .thing.faded');
  await expect(lit).not.toHaveCount(0);
  await expect(page.locator('.timeline .bead')).not.toHaveCount(0);
  const all = await lit.count();
  const entries = page.locator('.why li button');
  await entries.last().focus();
  expect(await lit.count()).toBeGreaterThan(all);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(entries.nth((await entries.count()) - 2)).toHaveAttribute('aria-current', 'true');
  expect(await clock(page)).toBeLessThan(before);
  await page.getByRole('button', { name: /^Back to/ }).click();
  expect(await clock(page)).toBe(before);
  await page.getByRole('tab', { name: 'State', exact: true }).click();
  await expect(lit).toHaveCount(0);
});
