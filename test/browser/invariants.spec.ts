import { clock, expect, headline, settled, test } from './page.ts';

for (const [language, title, kept, all, never] of [['en', 'Every invariant', 'kept: ', 'broker 1 is dead', 'What Kafka never promised'], ['zh-CN', '每一条不变式', '守住: ', 'Broker 1 已经死了', 'Kafka 从未承诺的事']] as const) {
  test(`after a broker was killed every invariant is judged, and kept (${language})`, async ({ page, open }) => {
    await open({ language });
    await page.keyboard.press('Space');
    await settled(page);
    await expect(headline(page)).toContainText(new RegExp(all, 'i'));
    const invariants = page.getByRole('region', { name: title });
    await expect(invariants).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 });
    for (const [part, count] of [['ZooKeeper', 22], ['Kafka', 24]] as const) {
      const rows = invariants.getByRole('list', { name: part, exact: true }).getByRole('listitem');
      await expect(rows).toHaveCount(count);
      await expect(rows.filter({ hasText: kept })).toHaveCount(count);
    }
    const exceptions = invariants.getByRole('list', { name: never }).getByRole('listitem');
    await expect(exceptions).toHaveCount(16);
    expect(await clock(page)).toBeGreaterThan(10);
  });
}

test('a record that was never promised is called so, and its row leads to the step at which it was lost', async ({ page, open }) => {
  await open();
  await page.locator('select.place').selectOption({ label: 'L4.3 Lose an acknowledged record' });
  await settled(page);
  for (let steps = 0; steps < 2; steps++) {
    await page.keyboard.press('n');
    await settled(page);
  }
  await page.getByRole('tab', { name: 'Promises' }).click();
  const row = page.getByRole('region', { name: 'Every invariant' }).getByRole('listitem').filter({ hasText: 'I11' });
  const jump = row.getByRole('button', { name: /^I11: go to [\d.]+ s$/ });
  await expect(jump).toHaveText(/^X1: acks=1 promised one copy only, at [\d.]+ s$/, { timeout: 60_000 });
  const at = Number.parseFloat(/go to ([\d.]+) s/.exec((await jump.getAttribute('aria-label')) ?? '')![1]!);
  await expect(row).toContainText('never promised: ');
  const lost = page.getByRole('list', { name: 'What Kafka never promised' }).getByRole('listitem').filter({ hasText: 'With acks=1 a leader that dies' });
  await expect(lost).toContainText(`seen: With acks=1`);
  await expect(lost.getByRole('button', { name: `X1: go to ${at.toFixed(3)} s` })).toHaveText(`test-0, first at ${at.toFixed(3)} s`);
  await jump.click();
  await expect.poll(() => clock(page)).toBeCloseTo(at, 2);
});
