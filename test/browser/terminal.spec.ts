import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test, type Language } from './page.ts';

const isInTerminal = (page: Page): Promise<boolean> => page.evaluate(() => document.activeElement?.classList.contains('xterm-helper-textarea') === true);

/** Presses a key until something holds; false: it never did. */
async function pressUntil(page: Page, key: string, holds: () => Promise<boolean>, times: number): Promise<boolean> {
  for (let i = 0; i < times; i++) {
    if (await holds()) return true;
    await page.keyboard.press(key);
  }
  return holds();
}

const hints: Readonly<Record<Language, { readonly label: string; readonly shown: string }>> = {
  en: { label: 'Terminal host: type a command. Tab completes, Shift+Tab leaves the terminal', shown: 'Shift+Tab leaves the terminal' },
  'zh-CN': { label: '终端 host：输入命令。Tab 补全，Shift+Tab 离开终端', shown: 'Shift+Tab 离开终端' },
};

for (const language of ['en', 'zh-CN'] as const) {
  test(`keyboard alone gets into a terminal, completes there and gets out, and it is said how (${language})`, async ({ page, open }) => {
    await open({ language });
    await page.locator('select.place').selectOption('tutorial');
    const input = page.locator('.xterm-helper-textarea');
    await expect(input).toHaveAccessibleName(hints[language].label, { timeout: 30_000 });
    await expect(page.getByText(hints[language].shown, { exact: true })).toBeVisible();

    await page.locator('select.place').focus();
    expect(await pressUntil(page, 'Tab', () => isInTerminal(page), 150)).toBe(true);
    await page.keyboard.type('echo here; hostn');
    await page.keyboard.press('Tab');
    expect(await isInTerminal(page)).toBe(true);
    await expect(page.locator('.xterm-rows')).toContainText('echo here; hostname');

    await page.keyboard.press('Shift+Tab');
    await expect(page.locator('.terminals .bar button').last()).toBeFocused();
    await page.keyboard.press('Tab');
    expect(await isInTerminal(page)).toBe(true);
    await page.keyboard.press('Enter');
    await expect(page.locator('.xterm-rows')).toContainText('here');
    await expect(page.getByRole('log')).toContainText('here\nhost\n');
    const { violations } = await new AxeBuilder({ page }).include('.terminals').analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id)).toEqual([]);
  });
}
