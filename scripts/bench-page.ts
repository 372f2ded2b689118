/**
 * The page's part of the bench: the built page, served compressed, in a headless Chromium. What a first load fetches until the
 * page is idle, when the cluster is on the screen, and what the main thread does in a frame while hundreds of messages are on
 * their way. The world with these messages comes from a share link: slow links and busy producers, simulated like everything.
 */
import { createServer, type Server } from 'node:http';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type Page } from '@playwright/test';
import { build } from 'vite';
import playwright from '../playwright.config.ts';
import { openScenario } from '../src/app/open.ts';
import type { ClusterHistory } from '../src/app/story.ts';
import { encodeShared } from '../src/app/share.ts';
import { SHARE_VERSION } from '../src/cluster/share.ts';
import type { World } from '../src/kernel/world.ts';
import { knownBrokers } from '../src/scenarios/fixtures.ts';
import { scenarios } from '../src/scenarios/index.ts';
import { measureTerminal } from './bench-terminal.ts';
import { mainThread, traced, type MainThread } from './main-thread.ts';
import { median, quantile, total, type Add } from './numbers.ts';

/** Between each producer and each broker, one way; and what each producer sends. */
const DELAY_MS = 500;
const PRODUCERS = 6;
const RECORDS_A_SECOND = 55;
const WARM_UP = 5_000_000;
/** Milliseconds: a busy machine is no failure. */
const PATIENCE = 180_000;
/**
 * Milliseconds until a new window of the browser is at rest. Each one starts with more than a second of processor time for what is
 * its own (the list under the address bar is a page too), which people have behind them when they open a link.
 */
const WINDOW_OPENS = 3_000;

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.woff2': 'font/woff2', '.svg': 'image/svg+xml' };

/** Serves a folder, gzipped; `sizes` has the compressed bytes of scripts, styles and data asked for. */
function serve(root: string, sizes: Map<string, number>): Promise<Server> {
  const packed = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    const file = join(root, path === '/' ? 'index.html' : path);
    try {
      const body = packed.get(file) ?? gzipSync(readFileSync(file), { level: 9 });
      packed.set(file, body);
      if (/\.(js|css|json)$/.test(file)) sizes.set(path, body.length);
      response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-encoding': 'gzip', 'cache-control': 'no-store' });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const inFlight = (world: World): number => world.agenda.filter((item) => item.kind === 'deliver' && item.event.type === 'received').length;

/** The first story's cluster with slow links and more producers, and the link that opens it. */
async function crowded(): Promise<{ readonly history: ClusterHistory; readonly link: string }> {
  const scenario = scenarios[0]!;
  const { seed } = scenario.cluster;
  const history = openScenario(scenario, seed);
  const boot = history.acts.length;
  for (let at = 1; at <= PRODUCERS; at++) {
    const name = `L${at}`;
    const workload = { topic: 'orders', ratePerSecond: RECORDS_A_SECOND, valuePrefix: `${name}-` };
    history.act({ type: 'addClient', client: { kind: 'producer', name, properties: { acks: 'all', 'max.in.flight.requests.per.connection': '40' }, workload }, brokers: knownBrokers });
    for (let broker = 1; broker <= knownBrokers.length; broker++) {
      history.act({ type: 'slow', from: name, to: `broker-${broker}`, delayMs: DELAY_MS });
      history.act({ type: 'slow', from: `broker-${broker}`, to: name, delayMs: DELAY_MS });
    }
  }
  history.runTo(history.now + WARM_UP);
  const acts = history.acts.slice(boot).map(({ at, item, action }) => ({ at, item, action }));
  const link = await encodeShared({ version: SHARE_VERSION, scenario: scenario.id, seed, acts, steps: [], at: history.now, item: history.item });
  return { history, link };
}

/** Milliseconds from the arrival of what the document names, script and style, to the picture painted. */
async function picture(page: Page, address: string, slowdown: number): Promise<number> {
  const session = await page.context().newCDPSession(page);
  if (slowdown > 1) await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('[data-thing^="broker-"]')) return;
      observer.disconnect();
      const channel = new MessageChannel();
      channel.port1.onmessage = () => Object.assign(window, { paintedAt: performance.now() });
      // A task after the frame in which the cluster was there.
      requestAnimationFrame(() => channel.port2.postMessage(0));
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(address);
  await page.waitForFunction(() => 'paintedAt' in window);
  return page.evaluate(() => {
    const at = (window as unknown as { paintedAt: number }).paintedAt;
    const contentful = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
    const loaded = (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).filter((one) => /\/assets\/(index|first)-[^/]*\.(js|css)$/.test(one.name));
    return Math.max(at, contentful) - Math.max(...loaded.map((one) => one.responseEnd));
  });
}

async function firstLoads(browser: Browser, address: string, times: number, slowdown: number): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) {
    const context = await browser.newContext(contextOptions);
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.waitForTimeout(WINDOW_OPENS);
    all.push(await picture(page, address, slowdown));
    await context.close();
  }
  return all;
}

const { viewport, locale, colorScheme, launchOptions } = playwright.use!;
const contextOptions = { viewport: viewport!, locale: locale!, colorScheme: colorScheme! };

const clock = async (page: Page): Promise<number> => Number.parseFloat(await page.locator('.transport .clock').innerText());

/** Plays for some seconds, and gives what the main thread did, and the playhead's way. */
async function play(page: Page, pace: string, seconds: number): Promise<{ readonly main: MainThread; readonly fps: number; readonly from: number; readonly to: number }> {
  const session = await page.context().newCDPSession(page);
  await page.locator('.transport select').first().selectOption(pace);
  const button = page.locator('.transport button.play');
  await button.click();
  await page.waitForTimeout(500);
  const from = await clock(page);
  // Frames are counted where nobody writes a trace: that takes a good part of a processor.
  const fps = await page.evaluate(async (ms) => {
    let frames = 0;
    const begin = await new Promise<number>(requestAnimationFrame);
    let end = begin;
    for (; end - begin < ms; frames++) end = await new Promise<number>(requestAnimationFrame);
    return (frames / (end - begin)) * 1_000;
  }, seconds * 1_000);
  const events = await traced(session, () => page.waitForTimeout(seconds * 1_000));
  const to = await clock(page);
  await button.click();
  return { main: mainThread(events), fps, from, to };
}

export async function measurePage(add: Add, isQuick: boolean): Promise<void> {
  const root = fileURLToPath(new URL('../node_modules/.cache/bench-page', import.meta.url));
  await build({ logLevel: 'error', build: { outDir: root, emptyOutDir: true } });
  const sizes = new Map<string, number>();
  const server = await serve(root, sizes);
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = await chromium.launch(launchOptions!);
  try {
    const context = await browser.newContext(contextOptions);
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(address);
    await page.waitForSelector('[data-thing^="broker-"]');
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(500);
    const data = total([...sizes].filter(([path]) => path.endsWith('.json')).map(([, size]) => size));
    const bytes = total([...sizes.values()]) - data;
    const parts = [...sizes].sort((a, b) => b[1] - a[1]).map(([path, size]) => `${path.replace(/^.*\/|-[^-]*$/g, '')} ${(size / 1_000).toFixed(0)}`);
    add('page: script and style until idle, gzipped', bytes / 1_000, 'kB', { atMost: 250 }, `nobody touches it; and ${(data / 1_000).toFixed(0)} kB of data, the opening; ${parts.slice(0, 8).join(', ')}`);

    const loads = await firstLoads(browser, address, isQuick ? 3 : 7, 1);
    add('page: cluster on screen after script arrived', median(loads), 'ms', { atMost: 1_000 }, `median of ${loads.length}, worst ${Math.max(...loads).toFixed(0)}`);
    const slow = await firstLoads(browser, address, isQuick ? 1 : 3, 4);
    add('  on a processor four times slower', median(slow), 'ms');

    const { history, link } = await crowded();
    await page.goto(`${address}#${link}`);
    await page.reload();
    await page.waitForFunction((at) => Number.parseFloat(document.querySelector('.transport .clock')?.textContent ?? '0') >= at, Math.floor(history.now / 10_000) / 100);
    for (const [pace, name] of [['0.1', '1/10 ×'], ['1', '1 ×']] as const) {
      const { main, fps, from, to } = await play(page, pace, isQuick ? 3 : 6);
      const counts: number[] = [];
      for (let i = 0; i <= 20; i++) {
        history.seek((from + ((to - from) * i) / 20) * 1_000_000);
        counts.push(inFlight(history.world));
      }
      const share = total(main.cpu) / total(main.wall);
      const whileTraced = main.deltas.length / (total(main.deltas) / 1_000);
      add(`page: frames a second, playing at ${name}`, fps, '/s', { atLeast: 59 }, `${Math.min(...counts)} to ${Math.max(...counts)} messages in flight; ${whileTraced.toFixed(1)} while a trace is written, when the main thread ran ${(100 * share).toFixed(0)} % of the time it wanted to`);
      add('  main thread a frame, median', median(main.cpu), 'ms', { atMost: 8 }, `processor time, of which scripts ${median(main.script).toFixed(1)}; ${median(main.wall).toFixed(1)} ms by the clock`);
      add('  main thread a frame, 95th percentile', quantile(main.cpu, 0.95), 'ms', { atMost: 8 }, `processor time; ${quantile(main.wall, 0.95).toFixed(1)} ms by the clock`);
    }
    const session = await context.newCDPSession(page);
    await page.waitForTimeout(500);
    const rest = mainThread(await traced(session, () => page.waitForTimeout(2_000)));
    add('page: main thread in a second of pause', rest.total / 2, 'ms', { atMost: 8 }, `${rest.deltas.length} frames asked for`);
    await page.close();

    const terminal = await context.newPage();
    terminal.setDefaultTimeout(PATIENCE);
    await measureTerminal(add, terminal, address, isQuick);
  } finally {
    await browser.close();
    server.close();
  }
}
