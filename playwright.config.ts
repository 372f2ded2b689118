import { existsSync } from 'node:fs';
import { chromium, defineConfig } from '@playwright/test';

/** The first Chromium found: by the variable `CHROMIUM`, Debian's, Chrome's usual places, the one Playwright has installed. */
function findChromium(): string {
  const places = [
    process.env['CHROMIUM'] ?? '',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    chromium.executablePath(),
  ];
  const found = places.find((place) => place !== '' && existsSync(place));
  if (found === undefined) throw new Error('No Chromium found. Set CHROMIUM, or `apt-get install chromium`, or `npx playwright install chromium`.');
  return found;
}

/**
 * Each new window has a page of its own for the list under its address bar, which takes more than a second of processor time; every test
 * opens a window. Of several such switches the last counts: what Playwright itself switches off stands here again.
 */
const windowsOwn = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'];
const playwrights = ['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable', 'LensOverlay', 'MediaRouter', 'PaintHolding', 'ThirdPartyStoragePartitioning', 'AvoidCorsURLLoaderRestartOnRedirect', 'OptimizationHints', 'NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch'];

const port = Number(process.env['PORT'] ?? 4183);

export default defineConfig({
  testDir: 'test/browser',
  testMatch: '*.spec.ts',
  outputDir: 'node_modules/.cache/playwright',
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1440, height: 900 },
    locale: 'en',
    colorScheme: 'light',
    launchOptions: {
      executablePath: findChromium(),
      args: [`--disable-features=${[...playwrights, ...windowsOwn].join(',')}`, '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
  webServer: {
    command: `npx vite build --logLevel error && npx vite preview --host 127.0.0.1 --port ${port} --strictPort`,
    url: `http://127.0.0.1:${port}`,
    timeout: 300_000,
    reuseExistingServer: false,
  },
});
