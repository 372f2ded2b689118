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

for (const language of ['en', 'zh-CN'] as const) {
  test(`a port is shut by keyboard, which the stage says, and opened by mouse (${language})`, async ({ page, open }) => {
    await open({ language });
    const broker = page.locator('[data-thing=broker-2]');
    const shut = language === 'en' ? /port 9093 shut by a firewall/ : /端口 9093 被防火墙封闭/;
    await expect(broker).not.toHaveAccessibleName(shut);
    await choose(page, 'keyboard', 'broker-2', /iptables -I INPUT -p tcp --dport 9093 -j DROP/);
    await expect(broker).toHaveAccessibleName(shut);
    await choose(page, 'mouse', 'broker-2', /iptables -D INPUT -p tcp --dport 9093 -j DROP/);
    await expect(broker).not.toHaveAccessibleName(shut);
  });
}

test('a container that is removed leaves the stage, and is back where one goes back', async ({ page, open }) => {
  await open();
  const server = page.locator('[data-thing=zookeeper3]');
  await page.keyboard.press('ArrowRight');
  await choose(page, 'mouse', 'zookeeper3', /docker rm -f zookeeper3/);
  await expect(server).toHaveCount(0);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(server).toBeVisible();
});

test('a link that was cut is healed by the lines that take its rules away', async ({ page, open }) => {
  await open();
  const link = page.locator('[data-thing^="link:zookeeper"]').first();
  await link.dispatchEvent('contextmenu', { clientX: 700, clientY: 200 });
  await page.getByRole('menuitem', { name: /Cut it both ways/ }).click();
  await expect(link).toHaveAccessibleName(/cut both ways/);
  await link.dispatchEvent('contextmenu', { clientX: 700, clientY: 200 });
  await page.getByRole('menuitem', { name: /Heal.*iptables -D FORWARD -s .* -j DROP; iptables -D FORWARD/ }).click();
  await expect(link).toHaveAccessibleName(/open/);
});

test('a partition is reassigned from its menu: another order of its copies, which the topics show', async ({ page, open }) => {
  await open();
  await page.getByRole('tab', { name: 'Partition', exact: true }).click();
  await page.getByRole('combobox', { name: 'Partition', exact: true }).selectOption('orders-1');
  await page.getByRole('tab', { name: /^Topics/ }).click();
  await page.locator('aside.inspector').getByRole('button', { name: /^All \d+/ }).click();
  const row = page.getByRole('menuitem', { name: /Reassign it to brokers 3, 1, 2.*kafka-reassign-partitions\.sh --zookeeper 127\.0\.0\.1:2182 .*--execute/ });
  await expect(row).toBeInViewport({ ratio: 1 });
  await row.click();
  const line = page.getByRole('row').filter({ has: page.getByRole('button', { name: 'orders-1', exact: true }) });
  await expect(line).toContainText('2,3,1');
  await page.locator('button.play').click();
  await expect(line).toContainText('3,1,2', { timeout: 60_000 });
});

test('a container is taken off the network by keyboard and put back by mouse, in menus that fit the window', async ({ page, open }) => {
  await open();
  const menu = page.getByRole('menu');
  const fits = (): Promise<boolean> => menu.evaluate((one) => one.scrollHeight <= one.clientHeight && one.scrollWidth <= one.clientWidth);
  await page.locator('[data-thing=broker-2]').click({ button: 'right', position: { x: 20, y: 12 } });
  expect(await fits()).toBe(true);
  await page.keyboard.press('Escape');
  await choose(page, 'keyboard', 'zookeeper3', /docker network disconnect zookeeper-net zookeeper3/);
  const links = page.locator('[data-thing^="link:"][data-thing*=zookeeper3]');
  await expect(links.first()).toHaveAccessibleName(/cut both ways/);
  await page.locator('[data-thing=zookeeper3]').click({ button: 'right' });
  expect(await fits()).toBe(true);
  await page.getByRole('menuitem', { name: /docker network connect zookeeper-net zookeeper3/ }).click();
  await expect(links.first()).toHaveAccessibleName(/open/);
});

test('a menu opened while another is open has the keyboard, and a closed one takes no focus back from where one went', async ({ page, open }) => {
  await open();
  const first = page.locator('[data-thing=broker-2]');
  const second = page.locator('[data-thing=zookeeper3]');
  const row = page.getByRole('menuitem', { name: /^Inspect/ });
  await first.click({ button: 'right', position: { x: 20, y: 12 } });
  await expect(page.getByRole('menu', { name: /Broker 2|broker-2/i })).toBeVisible();
  await second.focus();
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menu', { name: /zookeeper3/ })).toBeVisible();
  await expect(row).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: /docker kill zookeeper3/ })).toBeFocused();

  // In one task, as fast hands and slow pages have it: closed, and on to another thing before the page has drawn.
  const left = await page.evaluate(async () => {
    document.querySelector<HTMLElement>('[role=menu]')?.hidePopover();
    document.querySelector<SVGElement>('[data-thing=broker-3]')?.focus();
    await new Promise((resolve) => setTimeout(resolve, 300));
    return document.activeElement?.getAttribute('data-thing');
  });
  expect(left).toBe('broker-3');
});

test('a pointer that rests where a menu opens takes no part in it until it moves', async ({ page, open }) => {
  await open();
  const rows = page.getByRole('menuitem');
  const openByKeyboard = async (): Promise<void> => {
    await page.locator('[data-thing=zookeeper3]').focus();
    await page.keyboard.press('Shift+F10');
    await expect(rows.first()).toBeFocused();
  };
  await openByKeyboard();
  const place = await rows.nth(5).boundingBox();
  if (!place) throw new Error('a row has a place');
  await page.keyboard.press('Escape');
  await page.mouse.move(place.x + 40, place.y + 8);
  await openByKeyboard();
  // Long enough for the browser to notice by itself what lies beneath the pointer now.
  await page.waitForTimeout(400);
  await expect(rows.first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.waitForTimeout(200);
  await expect(rows.nth(1)).toBeFocused();
  await page.mouse.move(place.x + 44, place.y + 9);
  await expect(rows.nth(5)).toBeFocused();
});
