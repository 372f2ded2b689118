/**
 * The terminal's part of the bench: in a page with the tutorial's host, how long after the key Enter the output of a command has been
 * painted, and what becomes of the frames while a file of 10,000 lines comes past.
 */
import type { CDPSession, Page } from '@playwright/test';
import { betweenMarks, mainThread, traced } from './main-thread.ts';
import { median, quantile, type Add } from './numbers.ts';

/** Commands that take the simulated machine no time, and how what they print is known. */
const COMMANDS: readonly (readonly [line: string, shows: string])[] = [
  ['echo hello', 'hello'],
  ['ls -l /usr/local', 'kafka_2.12-2.3.0.tgz'],
  ['docker ps -a', 'zookeeper:3.7.0'],
  ['docker network ls', 'bridge'],
  ['cat /etc/os-release', 'CentOS'],
  ['ps aux', 'dockerd'],
  ['env', 'LOGNAME'],
  ['nonsense', 'command not found'],
];
const FRAME_MS = 1_000 / 60;
const LINES = 10_000;
const LAST = 'the last one';

/** Puts a text into the line that is being typed, as from the clipboard. */
async function paste(page: Page, text: string): Promise<void> {
  await page.locator('.xterm-helper-textarea').evaluate((area, line) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', line);
    area.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

async function type(page: Page, line: string): Promise<void> {
  await paste(page, line);
  await page.keyboard.press('Enter');
}

const seen = (page: Page, text: string): Promise<unknown> => page.waitForFunction((part) => document.querySelector('.xterm-rows')!.textContent!.includes(part), text);

async function cleared(page: Page, of: string): Promise<void> {
  await page.keyboard.press('Control+l');
  await page.waitForFunction((part) => !document.querySelector('.xterm-rows')!.textContent!.includes(part), of);
}

/** Marks the next key, and the moment right after the first picture that shows a text more often than now. */
const markAnswer = (page: Page, shows: string): Promise<void> =>
  page.evaluate((part) => {
    performance.clearMarks();
    const rows = document.querySelector('.xterm-rows')!;
    const before = rows.textContent!.split(part).length;
    const counted = {
      frames: 0,
      isOver: false,
      frame(): void {
        if (counted.isOver) return;
        counted.frames++;
        requestAnimationFrame(() => counted.frame());
      },
    };
    Object.assign(window, { counted });
    document.addEventListener(
      'keydown',
      (event) => {
        performance.mark('pressed', { startTime: event.timeStamp });
        requestAnimationFrame(() => counted.frame());
      },
      { capture: true, once: true },
    );
    new MutationObserver((_, observer) => {
      if (rows.textContent!.split(part).length <= before) return;
      observer.disconnect();
      counted.isOver = true;
      // The emulator draws in the frame's callback: a message sent there arrives after the frame was painted.
      const channel = new MessageChannel();
      channel.port1.onmessage = () => performance.mark('painted');
      channel.port2.postMessage(0);
    }).observe(rows, { childList: true, subtree: true, characterData: true });
  }, shows);

const isPainted = (page: Page): Promise<unknown> => page.waitForFunction(() => performance.getEntriesByName('painted').length > 0);

interface Answer {
  readonly wall: number;
  readonly cpu: number;
  readonly frames: number;
}

/** Milliseconds from Enter to the output painted, by the clock and of the main thread's processor time; and in which frame it was there. */
async function answered(page: Page, session: CDPSession, line: string, shows: string): Promise<Answer> {
  await cleared(page, shows);
  await paste(page, line);
  await page.waitForTimeout(100);
  await markAnswer(page, shows);
  const events = await traced(session, async () => {
    await page.keyboard.press('Enter');
    await isPainted(page);
  });
  const wall = await page.evaluate(() => performance.getEntriesByName('painted')[0]!.startTime - performance.getEntriesByName('pressed')[0]!.startTime);
  const frames = await page.evaluate(() => (window as unknown as { counted: { frames: number } }).counted.frames);
  return { wall, cpu: betweenMarks(events, 'pressed', 'painted'), frames };
}

export async function measureTerminal(add: Add, page: Page, address: string, isQuick: boolean): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await page.goto(address);
  await page.locator('select.place').selectOption('tutorial');
  await page.locator('.xterm-helper-textarea').focus();
  await seen(page, 'root@host');
  await page.locator('.transport select').first().selectOption('10');
  await type(page, 'systemctl start docker; docker pull zookeeper:3.7.0; docker run -d --name zoo zookeeper:3.7.0; echo rea""dy');
  await seen(page, 'ready');
  await page.locator('.transport select').first().selectOption('1');

  const answers: Answer[] = [];
  for (let round = 0; round < (isQuick ? 2 : 5); round++) for (const [line, shows] of COMMANDS) answers.push(await answered(page, session, line, shows));
  const wall = answers.map((one) => one.wall);
  const cpu = answers.map((one) => one.cpu);
  add('terminal: from Enter to the output painted, median', median(wall), 'ms', { atMost: FRAME_MS }, `${answers.length} commands that take the simulated machine no time`);
  add('  frames until it is there, 95th percentile', quantile(answers.map((one) => one.frames), 0.95), '', { atMost: 1 }, `${answers.filter((one) => one.frames === 1).length} of ${answers.length} in the first`);
  add('  95th percentile', quantile(wall, 0.95), 'ms', { atMost: FRAME_MS });
  add('  by processor time, median', median(cpu), 'ms', { atMost: FRAME_MS }, 'of the main thread');
  add('  by processor time, 95th percentile', quantile(cpu, 0.95), 'ms', { atMost: FRAME_MS });

  // A file is doubled until it has enough lines.
  await type(page, `ls -l /usr/local > a; ${'cat a a > b; mv b a; '.repeat(13)}head -n ${LINES - 1} a > lines; echo ${LAST} >> lines; wc -l lines`);
  await seen(page, `${LINES} lines`);
  await cleared(page, LAST);
  await paste(page, 'cat lines');
  await page.waitForTimeout(300);
  await markAnswer(page, LAST);
  const came = mainThread(
    await traced(session, async () => {
      await page.keyboard.press('Enter');
      await isPainted(page);
    }),
  );
  const dropped = came.deltas.filter((ms) => ms > 1.5 * FRAME_MS).length;
  add(`terminal: frames dropped while ${LINES} lines come`, dropped, '', { atMost: 0 }, `longer than 1.5 intervals, of ${came.deltas.length}; the longest ${Math.max(...came.deltas).toFixed(0)} ms`);
  const long = came.cpu.filter((ms) => ms > FRAME_MS).length;
  add('  by processor time', long, '', { atMost: 0 }, `more of it than an interval; the longest ${Math.max(...came.cpu).toFixed(1)} ms, median ${median(came.cpu).toFixed(1)}`);
}
