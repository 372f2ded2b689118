/** `tail -f` and `docker logs -f`: prints what is added, until it is interrupted. It looks again every 100 ms. */
import type { Env, Program } from '../../kernel/program.ts';
import { containerLog } from '../docker/logs.ts';
import { FileTree } from '../files/tree.ts';
import { mountsOf, rootVolumeOf } from '../machine/system.ts';

export type FollowConfig =
  | { readonly type: 'files'; readonly count: number; readonly paths: readonly { readonly name: string; readonly path: string }[] }
  /** `fromLine`: where to begin, after `before` was printed; `ends`: with the process, whose exit status it takes, and which a Ctrl-C ends (`docker run` in front). */
  | { readonly type: 'container'; readonly process: string; readonly fromLine: number; readonly before?: string; readonly isAttached?: boolean };

interface Follow {
  readonly config: FollowConfig;
  /** Characters of each file, or lines of the container, that were printed. */
  readonly seen: readonly number[];
  /** Size and time of each file when it was last read. */
  readonly read: readonly string[];
  readonly lastShown: number;
}

const PAUSE = 100_000;

function look(state: Follow, env: Env): Follow {
  const { world } = env.system;
  const { config } = state;
  if (config.type === 'container') {
    const process = world.processes.find(({ name }) => name === config.process);
    if (!process) return state;
    const { text, count } = containerLog(world, process, state.seen[0]);
    env.print('stdout', text);
    if (process.status === 'dead' && process.startedAt !== null) env.exit(config.isAttached === true ? (process.exitCode ?? 0) : 0);
    return { ...state, seen: [count] };
  }
  const files = FileTree.of(world, rootVolumeOf(world, env.host), mountsOf(world, env.host), env.now);
  let { lastShown } = state;
  const read = config.paths.map(({ path }) => {
    const stat = files.stat(path);
    return stat === undefined ? '' : `${stat.bytes} ${stat.modifiedAt}`;
  });
  const seen = config.paths.map(({ name, path }, index) => {
    const before = state.seen[index]!;
    if (before >= 0 && read[index] === state.read[index]) return before;
    const text = files.text(path) ?? '';
    const from = before < 0 ? startOfLast(text, config.count) : Math.min(before, text.length);
    if (text.length > from || before < 0) {
      if (config.paths.length > 1 && lastShown !== index) env.print('stdout', `${lastShown < 0 ? '' : '\n'}==> ${name} <==\n`);
      if (before > text.length) env.print('stderr', `tail: ${name}: file truncated\n`);
      env.print('stdout', text.slice(from));
      lastShown = index;
    }
    return text.length;
  });
  return { ...state, seen, read, lastShown };
}

function startOfLast(text: string, count: number): number {
  let at = text.endsWith('\n') ? text.length - 1 : text.length;
  for (let left = count; left > 0 && at >= 0; left--) at = at === 0 ? -1 : text.lastIndexOf('\n', at - 1);
  return count === 0 ? text.length : at + 1;
}

export const followProgram: Program<Follow, FollowConfig> = {
  start(config, env) {
    env.setTimer('look', PAUSE);
    if (config.type === 'container' && config.before !== undefined) env.print('stdout', config.before);
    return look({ config, seen: config.type === 'container' ? [config.fromLine] : config.paths.map(() => -1), read: [], lastShown: -1 }, env);
  },
  handle(state, event, env) {
    if (event.type === 'signal') {
      if (state.config.type === 'container' && state.config.isAttached === true) env.system.perform({ type: 'kill', process: state.config.process, signal: 'SIGTERM' });
      env.exit(event.signal === 'SIGINT' ? 130 : 143);
      return state;
    }
    if (event.type !== 'timer') return state;
    env.setTimer('look', PAUSE);
    return look(state, env);
  },
};
