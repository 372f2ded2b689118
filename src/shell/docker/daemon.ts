/**
 * Docker's daemon as far as it acts by itself: what follows the end of a container's first process, and restart policies (restartmanager.go
 * of 20.10). What is asked of it is done by the commands, which find what it knows in its file.
 */
import type { Env, Program } from '../../kernel/program.ts';
import type { KernelAction, World } from '../../kernel/world.ts';
import { FileTree } from '../files/tree.ts';
import { mountsOf, rootVolumeOf } from '../machine/system.ts';
import { remove, start, stop } from './lifecycle.ts';
import { startProblem } from './run-command.ts';
import { isUp, processOf, readState, replaced, writeState, type Container, type DockerState } from './state.ts';

/** The first pause before a container is started again; each further one is twice as long, until a life was longer than `LONG_LIFE`. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 60_000;
const LONG_LIFE_MICROS = 10_000_000;

interface DockerDaemon {
  /** How long it last waited before it started a container again: its id to milliseconds. */
  readonly pauses: Readonly<Record<string, number>>;
}

interface Desk {
  readonly world: World;
  readonly files: FileTree;
  readonly docker: DockerState;
}

function deskOf(env: Env): Desk {
  const world: World = { ...env.system.world, now: env.now };
  const files = FileTree.of(world, rootVolumeOf(world, env.host), mountsOf(world, env.host), env.now);
  return { world, files, docker: readState(files) };
}

function perform(env: Env, actions: readonly KernelAction[]): void {
  for (const action of actions) env.system.perform(action);
}

/** Whether the policy wants another life after one that ended so. */
function wantsAnother({ restart, isStoppedByHand, restartCount = 0 }: Container, exitCode: number): boolean {
  if (isStoppedByHand === true) return false;
  const [policy, most = '0'] = restart.split(':');
  if (policy === 'on-failure') return exitCode !== 0 && (Number(most) === 0 || restartCount < Number(most));
  return policy === 'always' || policy === 'unless-stopped';
}

/** Whether a container that does not run is started with the daemon. */
function comesBack({ restart, startedAt, isStoppedByHand }: Container): boolean {
  return startedAt !== null && (restart === 'always' || (restart === 'unless-stopped' && isStoppedByHand !== true));
}

function ended(state: DockerDaemon, env: Env, process: string, exitCode: number): DockerDaemon {
  const { world, files, docker } = deskOf(env);
  const container = docker.containers.find((one) => one.process === process);
  if (container === undefined || isUp(world, container)) return state;
  perform(env, stop(world, env.host, container, 'SIGKILL'));
  if (container.isRemovedAtEnd) {
    perform(env, [...remove(container), writeState(files, { ...docker, containers: docker.containers.filter((one) => one !== container) })]);
    return state;
  }
  if (!wantsAnother(container, exitCode)) return state;
  const wasLong = env.now - (container.startedAt ?? 0) >= LONG_LIFE_MICROS;
  const pause = wasLong ? FIRST_PAUSE_MS : Math.min((state.pauses[container.id] ?? FIRST_PAUSE_MS / 2) * 2, LONGEST_PAUSE_MS);
  perform(env, [writeState(files, replaced(docker, { ...container, isRestarting: true }))]);
  env.setTimer(container.id, pause * 1_000);
  return { ...state, pauses: { ...state.pauses, [container.id]: pause } };
}

/** Each as what was done for the one before leaves them: no two get one address. */
function begin(env: Env, desk: Desk, containers: readonly Container[]): void {
  let { docker } = desk;
  for (const one of containers) {
    const container: Container = { ...one, isRestarting: false };
    if (startProblem(desk.world, env.host, docker, container) !== undefined) {
      docker = replaced(docker, container);
      continue;
    }
    const begun = start(desk.world, env.host, desk.files, docker, container);
    docker = replaced(docker, begun.container);
    perform(env, begun.actions);
  }
  if (docker !== desk.docker) perform(env, [writeState(desk.files, docker)]);
}

export const dockerDaemonProgram: Program<DockerDaemon> = {
  start(_, env) {
    const desk = deskOf(env);
    begin(env, desk, desk.docker.containers.filter((one) => comesBack(one) && !isUp(desk.world, one)));
    return { pauses: {} };
  },
  handle(state, event, env) {
    switch (event.type) {
      case 'signal':
        if (event.signal !== 'SIGHUP') env.exit(0);
        return state;
      case 'ended':
        return ended(state, env, event.process, event.exitCode);
      case 'timer': {
        const desk = deskOf(env);
        const container = desk.docker.containers.find(({ id }) => id === event.name);
        if (container?.isRestarting !== true || processOf(desk.world, container)?.status === 'running') return state;
        begin(env, desk, [{ ...container, restartCount: (container.restartCount ?? 0) + 1 }]);
        return state;
      }
      default:
        return state;
    }
  },
};
