import type { Page } from '@playwright/test';
import { expect, settled, test } from './page.ts';

declare global {
  interface Window {
    picturesAsked: number;
  }
}

/** Pictures that the page asks for within half a second. */
async function picturesAsked(page: Page): Promise<number> {
  await page.evaluate(() => (window.picturesAsked = 0));
  await page.waitForTimeout(500);
  return page.evaluate(() => window.picturesAsked);
}

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    const ask = window.requestAnimationFrame.bind(window);
    window.picturesAsked = 0;
    window.requestAnimationFrame = (callback) => {
      window.picturesAsked++;
      return ask(callback);
    };
  });
});

test('a paused page asks for no picture, one that plays does', async ({ page, open }) => {
  await open();
  expect(await picturesAsked(page)).toBe(0);
  await page.locator('button.play').click();
  expect(await picturesAsked(page)).toBeGreaterThan(0);
  await page.locator('button.play').click();
  await settled(page);
  expect(await picturesAsked(page)).toBe(0);
});

test('a change of state is ringed once; a key completes what is moving', async ({ page, open }) => {
  await open();
  await page.locator('[data-thing=broker-2]').focus();
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: /kill -9/ }).click();
  await expect(page.locator('[data-thing=broker-2] .changed')).toHaveCount(1);
  await page.keyboard.press('c');
  expect(await page.evaluate(() => document.getAnimations().filter((one) => one.playState === 'running').length)).toBe(0);
});

test('a jump of more than half a second fades over, a step does not, and nothing is left of it', async ({ page, open }) => {
  await open();
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('.canvas > svg.picture')).toHaveCount(1);
  await page.locator('.timeline svg[role=slider]').focus();
  const seen = page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        const watcher = new MutationObserver(() => resolve(true));
        watcher.observe(document.querySelector('.canvas')!, { childList: true });
        setTimeout(() => resolve(false), 5_000);
      }),
  );
  await page.keyboard.press('PageUp');
  expect(await seen).toBe(true);
  await expect(page.locator('.canvas > svg.picture')).toHaveCount(1);
});

test('with reduced motion the ring stays until the next step, and a jump is a jump', async ({ page, open }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open();
  await page.locator('[data-thing=broker-2]').focus();
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: /kill -9/ }).click();
  const ring = page.locator('[data-thing=broker-2] .changed');
  await page.waitForTimeout(400);
  await expect(ring).toHaveCount(1);
  expect(await ring.evaluate((one) => getComputedStyle(one).opacity)).toBe('1');
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
});
