import { clock, expect, settled, test } from './page.ts';

test('the ledger names the record that an acknowledgement did not save, and leads to the moment of its answer', async ({ page, open }) => {
  await open();
  await page.locator('select.place').selectOption({ label: 'L4.3 Lose an acknowledged record' });
  // Until it is there, keys still belong to the story before.
  await expect(page.locator('aside.guide')).toContainText('Lose an acknowledged record');
  await settled(page);
  for (let steps = 0; steps < 2; steps++) {
    await page.keyboard.press('n');
    await settled(page);
  }
  await page.getByRole('button', { name: /sent \d+ acknowledged \d+ waiting \d+ lost 1/ }).click();
  const ledger = page.getByRole('region', { name: 'Ledger' });
  await expect(ledger.getByRole('row', { name: /^P1 1 1 0 0 0 1 0 0 0$/ })).toBeVisible();
  await expect(ledger.getByRole('row', { name: /^test-0 1 0 1 0 0 0$/ })).toBeVisible();
  await expect(ledger.getByRole('listitem')).toHaveCount(1);
  await expect(ledger.getByRole('listitem')).toContainText('pay-42');
  const jump = ledger.getByRole('button', { name: /^Go to [\d.]+ s, when pay-42 was acknowledged$/ });
  const answeredAt = Number.parseFloat(/Go to ([\d.]+) s/.exec((await jump.getAttribute('aria-label')) ?? '')![1]!);
  const before = await clock(page);
  await jump.click();
  await expect.poll(() => clock(page)).toBeCloseTo(answeredAt, 2);
  expect(answeredAt).toBeLessThan(before);
  // At that moment the new leader was not there yet, so nothing was lost and the record lay in the old leader's log.
  await expect(ledger.getByRole('row', { name: /^P1 1 1 0 0 1 0 0 0 0$/ })).toBeVisible();
  await expect(ledger.getByRole('listitem')).toHaveCount(0);
});
