import { clock, expect, headline, settled, test, type Language } from './page.ts';

const words: Record<Language, { open: string; dead: string; expired: string; elected: string; back: string; after: string }> = {
  en: {
    open: 'Three brokers, one partition each to lead, records flowing.',
    dead: 'Broker 1 is dead, and the cluster does not know it yet.',
    expired: 'The session expired.',
    elected: 'in epoch 1, and the queue drains.',
    back: 'Broker 1 is back, as a follower.',
    after: 'Now try:',
  },
  'zh-CN': {
    open: '三个 broker，各领导一个分区，记录正在流动。',
    dead: 'Broker 1 已经死了，集群却还不知道。',
    expired: '会话过期',
    elected: '积压的写入流了过去',
    back: 'Broker 1 回来了',
    after: '试试看：',
  },
};

for (const language of ['en', 'zh-CN'] as const) {
  test(`the first story goes from the first key to free play and back to its beginning (${language})`, async ({ page, open }) => {
    await open({ language });
    const say = words[language];
    await expect(headline(page)).toContainText(say.open);
    expect(await clock(page)).toBe(10);
    const sentAtOpening = await page.locator('.transport').locator('xpath=ancestor::section').first().getAttribute('aria-label');
    expect(sentAtOpening).toBeTruthy();

    await page.keyboard.press('Space');
    await settled(page);
    await expect(headline(page)).toContainText(say.dead);
    await page.keyboard.press('Space');
    await settled(page);
    await expect(headline(page)).toContainText(say.expired);
    await page.keyboard.press('Space');
    await settled(page);
    await expect(headline(page)).toContainText(say.elected);
    await page.keyboard.press('Space');
    await settled(page);
    await expect(headline(page)).toContainText(say.back);
    await expect(page.locator('body')).toContainText(say.after);
    const end = await clock(page);
    expect(end).toBeGreaterThan(16);

    // Free play has its own goals: the first is owed until the new leader is dead too and somebody else leads.
    const goals = page.locator('.guide .goal');
    await expect(goals).toHaveCount(2);
    await expect(goals.nth(0)).toContainText('orders-0');
    await expect(goals.nth(0).locator('svg')).toHaveAccessibleName(language === 'en' ? 'owed' : '尚欠');
    const ended = await clock(page);
    await page.locator('.guide .entry').first().click();
    await expect(goals.nth(0).locator('svg')).toHaveAccessibleName(language === 'en' ? 'kept' : '守住', { timeout: 60_000 });
    await page.locator('button.play').click();
    await settled(page);
    await expect(goals.nth(1).locator('svg')).toHaveAccessibleName(language === 'en' ? 'kept' : '守住');
    for (let presses = 0; presses < 40 && (await clock(page)) > ended; presses++) await page.keyboard.press('Shift+ArrowLeft');

    // Back, milestone by milestone, until before the kill; the story's first sentence stands there again.
    for (let presses = 0; presses < 80 && (await clock(page)) > 9.9; presses++) await page.keyboard.press('Shift+ArrowLeft');
    expect(await clock(page)).toBeLessThanOrEqual(10);
    await expect(headline(page)).toContainText(say.open);
  });
}

test('one event back and forward again shows the same cluster', async ({ page, open }) => {
  await open();
  const seen = async (): Promise<string> => `${await page.locator('main').innerText()} ${await clock(page)}`;
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
  await settled(page);
  const before = await seen();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  expect(await seen()).toBe(before);
});

/** The copies that a broker holds are things of their own. */
const ON_ITS_NAME = { button: 'right', position: { x: 20, y: 12 } } as const;

test('a broker is killed and started with the menu, by mouse', async ({ page, open }) => {
  await open();
  const broker = page.locator('[data-thing=broker-2]');
  await broker.click(ON_ITS_NAME);
  await page.getByRole('menuitem', { name: /kill -9/ }).first().click();
  await expect(page.locator('main')).toContainText('kill -9 at');
  await broker.click(ON_ITS_NAME);
  await page.getByRole('menuitem', { name: /kafka-server-start/ }).click();
  await page.keyboard.press('Shift+ArrowRight');
  await expect(page.locator('main')).not.toContainText('kill -9 at');
});

test('a ZooKeeper server is killed and started with the menu, by keyboard', async ({ page, open }) => {
  await open();
  const server = page.locator('[data-thing=zookeeper3]');
  await server.focus();
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: /docker kill/ }).focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toContainText('docker kill');
  await server.focus();
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: /docker start/ }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(page.locator('main')).not.toContainText('docker kill');
});

test('acting in the past opens a branch and keeps the old one', async ({ page, open }) => {
  await open();
  await page.keyboard.press('Space');
  await settled(page);
  for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowLeft');
  await page.locator('[data-thing=broker-2]').click(ON_ITS_NAME);
  await page.getByRole('menuitem', { name: /kill -9/ }).first().click();
  await expect(page.locator('.transport')).toContainText('fork 1');
});
