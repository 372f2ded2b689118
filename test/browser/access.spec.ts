import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './page.ts';

async function expectNothingSerious(axe: AxeBuilder, where: string): Promise<void> {
  const { violations } = await axe.analyze();
  const grave = violations.filter((one) => one.impact === 'serious' || one.impact === 'critical');
  expect(grave.map((one) => `${where}: ${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join('; ')}`)).toEqual([]);
}

for (const theme of ['light', 'dark'] as const) {
  for (const [name, width, height] of [
    ['desk', 1440, 900],
    ['phone', 390, 844],
  ] as const) {
    test(`axe finds nothing serious on the ${name}, ${theme}`, async ({ page, open }) => {
      await page.setViewportSize({ width, height });
      await open({ theme });
      await expectNothingSerious(new AxeBuilder({ page }), 'the page');
    });
  }
}

test('each deep view opens, with something in it, no error, and nothing serious for axe', async ({ page, open }) => {
  test.slow();
  await open();
  for (const name of ['Topics', 'Partition', 'Segments', 'Election', 'ZooKeeper tree', 'Ledger', 'Promises']) {
    await page.getByRole('tab', { name, exact: true }).click();
    await expect(page.locator('#drawer-panel')).not.toBeEmpty();
    await expectNothingSerious(new AxeBuilder({ page }).include('#drawer-panel'), name);
  }
  for (const name of ['State', 'Data', 'Disk', 'Config', 'Log', 'Why']) {
    await page.getByRole('tab', { name, exact: true }).click();
    await expect(page.locator('#inspector-panel')).not.toBeEmpty();
    await expectNothingSerious(new AxeBuilder({ page }).include('#inspector-panel'), name);
  }
});

for (const [name, width, height] of [
  ['desk', 1440, 900],
  ['phone', 390, 844],
] as const) {
  test(`what is simplified opens at its beginning on the ${name}`, async ({ page, open }) => {
    await page.setViewportSize({ width, height });
    await open();
    if (name === 'phone') await page.getByRole('navigation').getByRole('button', { name: 'Guide' }).click();
    await page.getByRole('button', { name: 'What is simplified' }).click();
    await expect(page.locator('#about-title')).toBeInViewport();
    await expect(page.getByRole('dialog').getByRole('button', { name: 'Close' })).not.toBeInViewport();
  });
}
