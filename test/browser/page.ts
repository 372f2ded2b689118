import { expect, test as base, type Page } from '@playwright/test';

export type Language = 'en' | 'zh-CN';

/** The page in a language and a theme; a test fails if anything is written to the console as an error, but for files that a page cut off does not get. */
export const test = base.extend<{ open: (options?: { language?: Language; theme?: 'light' | 'dark'; isCutOff?: boolean }) => Promise<void> }>({
  open: async ({ page }, use) => {
    const errors: string[] = [];
    let isPageCutOff = false;
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !(isPageCutOff && message.text().startsWith('Failed to load resource'))) errors.push(message.text());
    });
    await use(async ({ language = 'en', theme = 'light', isCutOff = false } = {}) => {
      isPageCutOff = isCutOff;
      await page.addInitScript(([l, t]) => localStorage.setItem('kafka-cluster-lab', JSON.stringify({ language: l, theme: t })), [language, theme]);
      await page.goto('/');
      await expect(page.locator('svg.picture').first()).toBeVisible();
    });
    expect(errors).toEqual([]);
  },
});

export { expect };

export const headline = (page: Page): ReturnType<Page['locator']> => page.locator('[aria-live]').first();

/** Waits until nothing is waited for, and nothing plays any more. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator('.awaited')).toHaveCount(0);
  await expect(page.locator('button.play')).toHaveAccessibleName(/^(Play|播放)$/, { timeout: 60_000 });
}

export const clock = async (page: Page): Promise<number> => Number.parseFloat(await page.locator('.transport .clock').innerText());
