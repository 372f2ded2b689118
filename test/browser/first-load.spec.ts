import { clock, expect, headline, settled, test } from './page.ts';

const SIMULATION = /\/assets\/open-[^/]*\.js$/;

test('what runs worlds is fetched when somebody does something, and what was done is done then', async ({ page, open }) => {
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  await open();
  await page.waitForLoadState('networkidle');
  expect(fetched.filter((url) => SIMULATION.test(url))).toEqual([]);
  await expect(page.locator('[data-thing=broker-1]')).toBeVisible();
  const before = await headline(page).innerText();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(SIMULATION, async (route) => {
    await held;
    await route.continue();
  });
  await page.keyboard.press('Space');
  await expect(page.getByText('The simulation is being fetched')).toBeVisible();
  expect(await headline(page).innerText()).toBe(before);
  release();
  await expect(page.getByText('The simulation is being fetched')).toBeHidden();
  await settled(page);
  await expect.poll(() => clock(page)).toBeGreaterThan(10);
  expect(await headline(page).innerText()).not.toBe(before);
});

test('where the saved opening does not arrive it is booted on the page', async ({ page, open }) => {
  await page.goto('about:blank');
  await page.route(/opening-[^/]*\.json$/, (route) => route.fulfill({ status: 200, body: 'not what was saved' }));
  await open();
  await expect(page.locator('[data-thing=broker-1]')).toBeVisible();
  await page.keyboard.press('Space');
  await settled(page);
  await expect.poll(() => clock(page)).toBeGreaterThan(10);
});

test('keys pressed while a chosen story is on its way belong to it; of two chosen the last one opens', async ({ page, open }) => {
  await open();
  await page.waitForLoadState('networkidle');
  const guide = page.locator('aside.guide');
  const before = await guide.innerText();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\/assets\/lose-an-acknowledged-record-[^/]*\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  const place = page.locator('select.place');
  await place.selectOption({ label: 'L4.3 Lose an acknowledged record' });
  await expect(page.locator('.awaited')).toBeVisible();
  await place.selectOption({ label: 'L0.1 Pull the plug' });
  await expect(page.locator('.awaited')).toBeHidden();
  await place.selectOption({ label: 'L4.3 Lose an acknowledged record' });
  await page.keyboard.press('n');
  expect(await guide.innerText()).toBe(before);
  release();
  await expect(guide).toContainText('Lose an acknowledged record');
  await settled(page);
  await expect(guide).toContainText('step 2 of 4');
});

test('a story that cannot be fetched says so, and can be tried again', async ({ page, open }) => {
  await open({ isCutOff: true });
  await page.waitForLoadState('networkidle');
  let isBroken = true;
  await page.route(/\/assets\/lose-an-acknowledged-record-[^/]*\.js/, (route) => (isBroken ? route.fulfill({ status: 404, body: '' }) : route.continue()));
  await page.locator('select.place').selectOption({ label: 'L4.3 Lose an acknowledged record' });
  await expect(page.locator('.awaited')).toContainText('could not be fetched');
  isBroken = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('aside.guide')).toContainText('Lose an acknowledged record');
});
