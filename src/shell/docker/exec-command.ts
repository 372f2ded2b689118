/** `docker exec`: a command, or a shell, in a container that runs. */
import { failed, freeName } from '../command.ts';
import { FileTree } from '../files/tree.ts';
import { inside, isExecutable, isPlainShell, notExecutable } from './inside.ts';
import { findContainer, statusOf } from './state.ts';
import type { Subcommand } from './subcommand.ts';
import { daemonSays, needsArguments, noSuchContainer } from './words.ts';
import { HOME } from './zookeeper-image.ts';

export const execCommand: Subcommand = ({ args, context, state }) => {
  let isInteractive = false;
  let isDetached = false;
  const own: Record<string, string> = {};
  let cwd = HOME;
  let at = 0;
  for (; at < args.length && args[at]!.startsWith('-'); at++) {
    const arg = args[at]!;
    if (/^-[itd]+$/.test(arg) || arg === '--interactive' || arg === '--tty' || arg === '--detach') {
      isInteractive ||= /^-[td]*i/.test(arg) || arg === '--interactive';
      isDetached ||= /^-[it]*d/.test(arg) || arg === '--detach';
    } else if (arg === '-e' || arg === '--env') {
      const [name = '', ...value] = (args[++at] ?? '').split('=');
      own[name] = value.join('=');
    } else if (arg === '-w' || arg === '--workdir') cwd = args[++at] ?? cwd;
    else if (arg === '-u' || arg === '--user' || arg === '--privileged') at += arg === '--privileged' ? 0 : 1;
    else return failed(`${arg.startsWith('--') ? `unknown flag: ${arg}` : `unknown shorthand flag: '${arg[1]!}' in ${arg}`}\nSee 'docker exec --help'.`, 125);
  }
  const [name, ...command] = args.slice(at);
  if (name === undefined || command.length === 0) return needsArguments('exec', 'at least 2 arguments', '[OPTIONS] CONTAINER COMMAND [ARG...]', 'Run a command in a running container');
  const container = findContainer(state, name);
  if (container === undefined) return failed(`Error: ${noSuchContainer(name)}`);
  const status = statusOf(context.world, container);
  if (status === 'paused') return daemonSays(`Container ${name} is paused, unpause the container before exec`);
  if (status === 'restarting') return daemonSays(`Container ${container.id} is restarting, wait until the container is running`);
  if (status !== 'running') return daemonSays(`Container ${container.id} is not running`);
  if (!isExecutable(context.commands, FileTree.of(context.world, container.process, [], context.now), container, command[0]!)) {
    return failed(`OCI runtime exec failed: exec failed: container_linux.go:380: ${notExecutable(command[0]!)}`, 126);
  }
  const process = {
    name: freeName(context.world, `exec-${container.name}`),
    host: container.process,
    volume: container.process,
    parent: context.shell,
    ...inside(container, command, isInteractive, cwd, own),
  };
  if (isPlainShell(command) && !isInteractive) return { type: 'done', stdout: '', stderr: '', exitCode: 0 };
  if (isDetached) {
    const { parent: _parent, ...alone } = process;
    return { type: 'done', stdout: '', stderr: '', exitCode: 0, actions: [{ type: 'addProcess', process: alone }, { type: 'start', process: alone.name }] };
  }
  return isInteractive ? { type: 'child', process, reads: 'terminal' } : { type: 'child', process };
};
