/** `docker compose logs -f`: what several containers print, until it is interrupted or the last of them has ended. It looks again every 100 ms. */
import type { Env, Program } from '../../kernel/program.ts';
import { containerLog } from './logs.ts';

export interface FollowedContainer {
  readonly name: string;
  readonly process: string;
  /** Lines that were printed before. */
  readonly fromLine: number;
  readonly prefix: string;
  /** Its place among the colours; null: none. */
  readonly colour: number | null;
}

interface ComposeLogsConfig {
  readonly before: string;
  readonly containers: readonly FollowedContainer[];
}

interface ComposeLogs {
  readonly containers: readonly FollowedContainer[];
  /** Names of those that ended and were not started again. */
  readonly ended: readonly string[];
}

const PAUSE = 100_000;
/** Compose's rainbow: cyan, yellow, green, magenta, blue, then the same in bold. */
const COLOURS = ['36', '33', '32', '35', '34', '36;1', '33;1', '32;1', '35;1', '34;1'];

export const tinted = (text: string, colour: number | null): string => (colour === null ? text : `\u001b[${COLOURS[colour % COLOURS.length]!}m${text}\u001b[0m`);

export const prefixed = (text: string, prefix: string): string => text.replace(/^.*\n/gm, (line) => prefix + line);

function look({ containers, ended }: ComposeLogs, env: Env): ComposeLogs {
  const { world } = env.system;
  let over = ended;
  const next = containers.map((one) => {
    const process = world.processes.find(({ name }) => name === one.process);
    if (process === undefined) return one;
    const { text, count } = containerLog(world, process, one.fromLine);
    if (text !== '') env.print('stdout', prefixed(text, one.prefix));
    const isOver = process.status === 'dead';
    if (isOver && !over.includes(one.name)) {
      env.print('stdout', tinted(`${one.name} exited with code ${process.exitCode ?? 0}\n`, one.colour));
      over = [...over, one.name];
    } else if (!isOver) over = over.filter((name) => name !== one.name);
    return { ...one, fromLine: count };
  });
  if (over.length === containers.length) env.exit(0);
  else env.setTimer('look', PAUSE);
  return { containers: next, ended: over };
}

export const composeLogsProgram: Program<ComposeLogs, ComposeLogsConfig> = {
  start({ before, containers }, env) {
    env.print('stdout', before);
    return look({ containers, ended: [] }, env);
  },
  handle(state, event, env) {
    if (event.type === 'timer') return look(state, env);
    if (event.type === 'signal') env.exit(event.signal === 'SIGINT' ? 130 : 143);
    return state;
  },
};
