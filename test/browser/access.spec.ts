import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './page.ts';

for (const theme of ['light', 'dark'] as const) {
  for (const [name, width, height] of [
    ['desk', 1440, 900],
    ['phone', 390, 844],
  ] as const) {
    test(`axe finds nothing serious on the ${name}, ${theme}`, async ({ page, open }) => {
      await page.setViewportSize({ width, height });
      await open({ theme });
      const { violations } = await new AxeBuilder({ page }).analyze();
      const grave = violations.filter((one) => one.impact === 'serious' || one.impact === 'critical');
      expect(grave.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join('; ')}`)).toEqual([]);
    });
  }
}

test('each deep view opens, with something in it, and no error', async ({ page, open }) => {
  await open();
  for (const name of ['Topics & partitions', 'Partition', 'Segments', 'Election', 'ZooKeeper tree', 'Promises']) {
    await page.getByRole('tab', { name, exact: true }).click();
    await expect(page.locator('#drawer-panel')).not.toBeEmpty();
  }
  for (const name of ['State', 'Data', 'Disk', 'Config', 'Log', 'Why']) {
    await page.getByRole('tab', { name, exact: true }).click();
    await expect(page.locator('#inspector-panel')).not.toBeEmpty();
  }
});
