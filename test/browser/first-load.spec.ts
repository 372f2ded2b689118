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
