import type { Page } from '@playwright/test';
import { expect, test } from './page.ts';

const things = [
  { id: 'broker-2', kill: /kill -9/, start: /kafka-server-start/, dead: 'kill -9' },
  { id: 'zookeeper3', kill: /docker kill/, start: /docker start/, dead: 'docker kill' },
] as const;

async function choose(page: Page, how: 'mouse' | 'keyboard', id: string, command: RegExp): Promise<void> {
  const thing = page.locator(`[data-thing=${id}]`);
  const row = page.getByRole('menuitem', { name: command }).first();
  if (how === 'mouse') {
    // Its name: the copies it holds are things of their own.
    await thing.click({ button: 'right', position: { x: 20, y: 12 } });
    await row.click();
    return;
  }
  // A page that is still settling may take the focus back once.
  await expect(async () => {
    await thing.focus();
    await page.keyboard.press('Shift+F10');
    await expect(row).toBeVisible({ timeout: 1_000 });
  }).toPass();
  for (let presses = 0; presses < 30 && !(await row.evaluate((one) => one === document.activeElement)); presses++) await page.keyboard.press('ArrowDown');
  await expect(row).toBeFocused();
  await page.keyboard.press('Enter');
}

for (const language of ['en', 'zh-CN'] as const) {
  for (const how of ['mouse', 'keyboard'] as const) {
    for (const { id, kill, start, dead } of things) {
      test(`${id} is killed and started by ${how} (${language})`, async ({ page, open }) => {
        await open({ language });
        const stage = page.locator('.stage').first();
        await expect(stage).not.toContainText(dead);
        await choose(page, how, id, kill);
        await expect(stage).toContainText(dead);
        await choose(page, how, id, start);
        await expect(stage).not.toContainText(dead);
      });
    }
  }
}
