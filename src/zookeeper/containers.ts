/**
 * The leader's sweep of containers (ContainerManager): once a minute, every container that has had children and has none now is removed,
 * one after the other with a pause between them. A container that never had a child stays.
 */
import type { Env } from '../kernel/program.ts';
import { CONTAINER_OWNER, NO_SESSION } from './messages.ts';
import { proposeRequest, SELF_OWNER } from './proposals.ts';
import { say, type ServerState } from './server-state.ts';
import { nodeAt, walk, type DataTree } from './tree.ts';

const CHECK_INTERVAL_MICROS = 60_000_000;
/** One minute over maxPerMinute. */
const PAUSE_MICROS = 6_000;

export const CONTAINER_CHECK = 'leader.containers';
export const CONTAINER_NEXT = 'leader.container';

export function startContainerSweep(env: Env): void {
  env.setTimer(CONTAINER_CHECK, CHECK_INTERVAL_MICROS);
}

export function stopContainerSweep(env: Env): void {
  env.clearTimer(CONTAINER_CHECK);
  env.clearTimer(CONTAINER_NEXT);
}

function emptied(tree: DataTree): readonly string[] {
  const paths: string[] = [];
  for (const path of walk(tree)) {
    const { ephemeralOwner, children, creations } = nodeAt(tree, path)!;
    if (ephemeralOwner === CONTAINER_OWNER && children.length === 0 && creations > 0) paths.push(path);
  }
  return paths;
}

export function checkContainers(state: ServerState, env: Env): ServerState {
  if (!state.leading || !state.isServing) return state;
  env.setTimer(CONTAINER_CHECK, CHECK_INTERVAL_MICROS);
  return deleteNextContainer(state, env, emptied(state.tree));
}

/** `paths` as they were found at the check; whether one may still go is judged when its turn comes. */
export function deleteNextContainer(state: ServerState, env: Env, paths: readonly string[]): ServerState {
  const [path, ...others] = paths;
  if (path === undefined || !state.leading || !state.isServing) return state;
  say(state, env, 'INFO', 'ContainerManager@135', `Attempting to delete candidate container: ${path}`, 'ContainerManagerTask');
  if (others.length > 0) env.setTimer(CONTAINER_NEXT, PAUSE_MICROS, others);
  return proposeRequest(state, env, { sessionId: NO_SESSION, cxid: 0, op: { type: 'deleteContainer', path } }, SELF_OWNER);
}
