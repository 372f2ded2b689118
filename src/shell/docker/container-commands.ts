/** What is done to containers that exist: `start`, `stop`, `restart`, `kill`, `pause`, `unpause`, `rm`, `rename`, `update`, `wait`. */
import type { KernelAction } from '../../kernel/world.ts';
import { done, failed, freeName, lines, notModelledHere, type Result } from '../command.ts';
import { remove, start, stop, type Start } from './lifecycle.ts';
import { startProblem } from './run-command.ts';
import { restartRefused } from './run-options.ts';
import { findContainer, findImage, isUp, replaced, shortId, statusOf, writeState, type Container, type DockerState } from './state.ts';
import type { Asked, Subcommand } from './subcommand.ts';
import { needsArguments, noSuchContainer } from './words.ts';

interface Done {
  readonly actions: readonly KernelAction[];
  readonly state: DockerState;
}

const SUMMARIES: Readonly<Record<string, string>> = {
  start: 'Start one or more stopped containers', stop: 'Stop one or more running containers', restart: 'Restart one or more containers', kill: 'Kill one or more running containers', pause: 'Pause all processes within one or more containers', unpause: 'Unpause all processes within one or more containers', rm: 'Remove one or more containers', update: 'Update configuration of one or more containers',
};

/** One container after the other; what is done to one is seen by the next. A text: what the daemon says. */
function each(asked: Asked, names: readonly string[], act: (container: Container, state: DockerState) => Done | string): Result {
  if (names.length === 0) return needsArguments(asked.verb, 'at least 1 argument', '[OPTIONS] CONTAINER [CONTAINER...]', SUMMARIES[asked.verb]!);
  let { state } = asked;
  const actions: KernelAction[] = [];
  const told: string[] = [];
  const problems: string[] = [];
  for (const name of names) {
    const container = findContainer(state, name);
    const unknown = asked.verb === 'kill' ? `Cannot kill container: ${name}: ${noSuchContainer(name)}` : noSuchContainer(name);
    const result = container === undefined ? unknown : act(container, state);
    if (typeof result === 'string') {
      problems.push(`${container === undefined && asked.verb === 'rm' ? 'Error' : 'Error response from daemon'}: ${result}`);
      continue;
    }
    ({ state } = result);
    actions.push(...result.actions);
    told.push(name);
  }
  if (asked.verb === 'start' && problems.length > 0) problems.push(`Error: failed to start containers: ${names.filter((name) => !told.includes(name)).join(', ')}`);
  const written = state === asked.state ? [] : [writeState(asked.context.files, state)];
  return done(lines(told), { actions: [...actions, ...written], stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
}

/** Names, without options and their values. */
function namesOf(args: readonly string[], valued: readonly string[]): readonly string[] {
  return args.filter((arg, i) => !arg.startsWith('-') && !valued.includes(args[i - 1] ?? ''));
}

/** Started by somebody: what its policy did before does not count. */
const byHand = (container: Container): Container => ({ ...container, isStoppedByHand: false, isRestarting: false, restartCount: 0 });

/** Stopped by somebody: its policy leaves it so. */
const stoppedByHand = (state: DockerState, container: Container): DockerState => replaced(state, { ...container, isStoppedByHand: true, isRestarting: false });

/** It ends by the signal; one that was started with `--rm` goes altogether. */
function ended({ context }: Asked, state: DockerState, container: Container, signal: 'SIGTERM' | 'SIGKILL'): Done {
  const actions = stop(context.world, context.host, container, signal);
  return container.isRemovedAtEnd
    ? { actions: [...actions, ...remove(container)], state: { ...state, containers: state.containers.filter((one) => one !== container) } }
    : { actions, state: stoppedByHand(state, container) };
}

function started(asked: Asked, container: Container, state: DockerState): Done | string {
  const { context } = asked;
  if (statusOf(context.world, container) === 'paused') return 'cannot start a paused container, try unpause instead';
  if (isUp(context.world, container) || container.isRestarting === true) return { actions: [], state };
  if (findImage(state, container.image) === undefined) return `No such image: ${container.image}`;
  const missing = container.attachments.find(({ network }) => !state.networks.some(({ name }) => name === network));
  if (missing) return `network ${missing.network} not found`;
  const world = { ...context.world, now: context.now };
  const problem = startProblem(world, context.host, state, container);
  if (problem !== undefined) return problem;
  const begun = start(world, context.host, context.files, state, byHand(container));
  return { actions: begun.actions, state: replaced(state, begun.container) };
}

const startCommand: Subcommand = (asked) => each(asked, namesOf(asked.args, []), (container, state) => started(asked, container, state));

const stopCommand: Subcommand = (asked) =>
  each(asked, namesOf(asked.args, ['-t', '--time']), (container, state) =>
    isUp(asked.context.world, container) ? ended(asked, state, container, 'SIGTERM') : { actions: [], state: container.isRestarting === true ? stoppedByHand(state, container) : state },
  );

/** The new life begins once the old one has ended: a moment later. */
const restartCommand: Subcommand = (asked) => {
  const { context } = asked;
  const names = namesOf(asked.args, ['-t', '--time']);
  const containers = names.map((name) => findContainer(asked.state, name));
  if (names.length === 0 || containers.some((one) => one === undefined)) return each(asked, names, (_, state) => ({ actions: [], state }));
  const stops = containers.flatMap((one) => (isUp(context.world, one!) ? stop(context.world, context.host, one!, 'SIGTERM') : []));
  const begins: Start[] = [];
  let { state } = asked;
  for (const one of containers) {
    const begun = start({ ...context.world, now: context.now }, context.host, context.files, state, byHand(one!));
    begins.push(begun);
    state = replaced(state, begun.container);
  }
  return {
    type: 'child',
    process: {
      name: freeName(context.world, 'docker-restart'),
      program: 'playback',
      host: context.host,
      parent: context.shell,
      commandLine: `docker restart ${names.join(' ')}`,
      config: { steps: [{ afterMs: 0, actions: stops }, { afterMs: 200, actions: [...begins.flatMap(({ actions }) => actions), writeState(context.files, state)], stdout: lines(names) }] },
    },
  };
};

const killCommand: Subcommand = (asked) => {
  const { args, context } = asked;
  const at = args.findIndex((arg) => arg === '-s' || arg === '--signal');
  const signal = (at < 0 ? 'KILL' : (args[at + 1] ?? '')).replace(/^SIG/, '').toUpperCase();
  const names = namesOf(args, ['-s', '--signal']);
  if (!['KILL', '9', 'TERM', '15', 'STOP', '19', 'CONT', '18', 'INT', '2', 'HUP', '1'].includes(signal)) return failed(`Error response from daemon: Invalid signal: ${signal}`);
  return each(asked, names, (container, state) => {
    if (!isUp(context.world, container)) return `Cannot kill container: ${container.name}: Container ${container.id} is not running`;
    const isStop = signal === 'STOP' || signal === '19';
    const isCont = signal === 'CONT' || signal === '18';
    if (isStop || isCont) return { actions: [{ type: 'kill', process: container.process, signal: isStop ? 'SIGSTOP' : 'SIGCONT' }], state };
    if (['HUP', '1'].includes(signal)) return { actions: [{ type: 'kill', process: container.process, signal: 'SIGHUP' }], state };
    return ended(asked, state, container, signal === 'KILL' || signal === '9' ? 'SIGKILL' : 'SIGTERM');
  });
};

/** Freezes, or thaws, everything in the container (the cgroup freezer). */
const freezing: Subcommand = (asked) =>
  each(asked, asked.args, (container, state) => {
    const status = statusOf(asked.context.world, container);
    const isPausing = asked.verb === 'pause';
    if (status !== 'running' && status !== 'paused') return isPausing ? `Container ${container.id} is not running` : `Container ${container.id} is not paused`;
    if (isPausing === (status === 'paused')) return isPausing ? `Container ${container.id} is already paused` : `Container ${container.id} is not paused`;
    const inside = asked.context.world.processes.filter(({ host, status: state }) => host === container.process && (state === 'running' || state === 'paused'));
    return { actions: inside.map(({ name }) => ({ type: 'kill', process: name, signal: isPausing ? 'SIGSTOP' : 'SIGCONT' })), state };
  });

const rmCommand: Subcommand = (asked) => {
  const isForced = asked.args.some((arg) => arg === '-f' || arg === '--force' || arg === '-fv' || arg === '-vf');
  const { context } = asked;
  return each(asked, namesOf(asked.args, []), (container, state) => {
    const isLive = isUp(context.world, container);
    if ((isLive || container.isRestarting === true) && !isForced) {
      const status = statusOf(context.world, container);
      return `You cannot remove a ${status} container ${container.id}. ${status === 'paused' ? 'Unpause and then stop' : 'Stop'} the container before attempting removal or force remove`;
    }
    const kill = isLive ? stop(context.world, context.host, container, 'SIGKILL') : [];
    return { actions: [...kill, ...remove(container)], state: { ...state, containers: state.containers.filter((one) => one.id !== container.id) } };
  });
};

const renameCommand: Subcommand = ({ args: [from = '', to = ''], context, state }) => {
  const container = findContainer(state, from);
  if (container === undefined) return failed(`Error response from daemon: ${noSuchContainer(from)}`);
  const taken = findContainer(state, to);
  if (taken) return failed(`Error response from daemon: Error when allocating new name: Conflict. The container name "/${to}" is already in use by container "${taken.id}". You have to remove (or rename) that container to be able to reuse that name.`);
  const attachments = container.attachments.map((one) => ({ ...one, aliases: one.aliases.map((alias) => (alias === container.name ? to : alias)) }));
  return done('', { actions: [writeState(context.files, replaced(state, { ...container, name: to, attachments }))] });
};

/** `docker update --restart`: the only one of a container's settings that can be changed here. */
const updateCommand: Subcommand = (asked) => {
  const { args } = asked;
  const at = args.findIndex((arg) => /^--restart(=|$)/.test(arg));
  const odd = args.find((arg, i) => arg.startsWith('-') && i !== at);
  if (odd !== undefined) return notModelledHere(`docker update ${odd.split('=')[0]!}`);
  const policy = at < 0 ? undefined : args[at]!.includes('=') ? args[at]!.slice(args[at]!.indexOf('=') + 1) : args[at + 1];
  const names = args.filter((arg, i) => !arg.startsWith('-') && !(i === at + 1 && args[at] === '--restart'));
  if (names.length === 0) return needsArguments('update', 'at least 1 argument', '[OPTIONS] CONTAINER [CONTAINER...]', SUMMARIES['update']!);
  if (policy === undefined) return failed('You must provide one or more flags when using this command.');
  const refused = restartRefused(policy);
  if (refused !== undefined) return failed(refused.replace(/\.$/, ''));
  return each(asked, names, (container, state) => (container.isRemovedAtEnd ? 'Restart policy cannot be updated because AutoRemove is enabled for the container' : { actions: [], state: replaced(state, { ...container, restart: policy }) }));
};

const waitCommand: Subcommand = ({ args: [name = ''], context, state }) => {
  const container = findContainer(state, name);
  if (container === undefined) return failed(`Error response from daemon: ${noSuchContainer(name)}`);
  if (!isUp(context.world, container)) return done(`${context.world.processes.find((one) => one.name === container.process)?.exitCode ?? 0}\n`);
  return failed(`docker wait: waiting for ${shortId(container.id)} is not modelled here`);
};

export const containerCommands: Readonly<Record<string, Subcommand>> = {
  start: startCommand, stop: stopCommand, restart: restartCommand, kill: killCommand, pause: freezing, unpause: freezing, rm: rmCommand, rename: renameCommand, update: updateCommand, wait: waitCommand,
};
