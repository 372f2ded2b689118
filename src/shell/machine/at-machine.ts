/**
 * What an action means where the deployment's machine has a shell: containers and brokers begin and end as their commands let them,
 * and the terminals that are open there show the line that does the same, as if somebody had typed it.
 */
import { expand, type ClusterAction } from '../../cluster/actions.ts';
import { realCommand } from '../../cluster/real-command.ts';
import type { KernelAction, World } from '../../kernel/world.ts';
import { NEW_SESSION, type Command, type Context } from '../command.ts';
import { docker } from '../commands/docker.ts';
import { kafkaServerStart } from '../commands/kafka-server-start.ts';
import { FileTree } from '../files/tree.ts';
import { furnish, isFurnished, MACHINE } from './furnish.ts';
import { mountsOf, rootVolumeOf } from './system.ts';
import { atTerminal } from '../terminal.ts';

/** In a deployment that was built, the first terminal finds the machine as if everything there had been typed. */
export function expandAtMachine(world: World, action: ClusterAction): readonly KernelAction[] {
  const actions = expand(world, action);
  if (actions.length === 0) return actions;
  if (action.type !== 'terminal') return [...(asCommanded(world, action) ?? actions), ...shown(world, realCommand(world, action))];
  const { terminal, deed } = action;
  if (deed.type !== 'open') return actions;
  const before = (deed.before ?? []).map((line) => show(terminal, line));
  return [...(isFurnished(world) ? [] : furnish(world)), ...actions, ...before];
}

const show = (process: string, line: string): KernelAction => atTerminal(process, { type: 'show', line });

/** At every terminal of the machine; in those of containers and of other machines it would be wrong. */
function shown(world: World, line: string | undefined): readonly KernelAction[] {
  if (line === undefined) return [];
  return world.processes.filter(({ program, host, parent, status }) => program === 'bash' && host === MACHINE && parent === undefined && status === 'running').map(({ name }) => show(name, line));
}

const COMMANDS: readonly Command[] = [docker, kafkaServerStart];

/**
 * To begin and to end is more than a signal: addresses, published ports, files of the log. Undefined: nobody knows here what to do, as
 * where Docker was never set up.
 */
function asCommanded(world: World, action: ClusterAction): readonly KernelAction[] | undefined {
  if (action.type !== 'container' && action.type !== 'start' && action.type !== 'network') return undefined;
  const [path = '', ...args] = (realCommand(world, action) ?? '').split(' ');
  const command = COMMANDS.find(({ name }) => name === path.slice(path.lastIndexOf('/') + 1));
  if (command === undefined || !isFurnished(world)) return undefined;
  const result = command.run(args, contextOf(world, command.name));
  const concerned = action.type === 'start' ? action.process : action.container;
  const concerns = (one: KernelAction): boolean => ('process' in one && one.process === concerned) || ('host' in one && one.host === concerned);
  const isDone = result.type === 'done' && result.exitCode === 0 && (result.actions ?? []).some(concerns);
  return isDone ? result.actions : undefined;
}

function contextOf(world: World, invokedAs: string): Context {
  return {
    world,
    now: world.now,
    wallClockMs: world.wallClockBaseMs + world.now / 1_000,
    shell: MACHINE,
    host: MACHINE,
    files: FileTree.of(world, rootVolumeOf(world, MACHINE), mountsOf(world, MACHINE), world.now),
    session: { ...NEW_SESSION, cwd: '/root', variables: {} },
    stdin: null,
    isTerminal: false,
    pid: 0,
    invokedAs,
    find: () => undefined,
    commands: COMMANDS,
    jobs: [],
    random: () => 0,
  };
}
