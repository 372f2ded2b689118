/** Docker's client, a subcommand a function; each asks the daemon's state as it is at this moment. */
import { containerCommands } from '../docker/container-commands.ts';
import { composeCommand } from '../docker/compose-command.ts';
import { execCommand } from '../docker/exec-command.ts';
import { imageCommands } from '../docker/image-commands.ts';
import { lookCommands } from '../docker/look-commands.ts';
import { networkCommand } from '../docker/network-command.ts';
import { runCommand } from '../docker/run-command.ts';
import type { Subcommand } from '../docker/subcommand.ts';
import { isRunning, readState } from '../docker/state.ts';
import { noDaemon, runRefused, NO_DAEMON } from '../docker/words.ts';
import { failed, type Command } from '../command.ts';

const subcommands: Readonly<Record<string, Subcommand>> = { ...containerCommands, ...imageCommands, ...lookCommands, compose: composeCommand, exec: execCommand, run: runCommand, create: runCommand, network: networkCommand };

export const dockerVerbs: readonly string[] = Object.keys(subcommands).sort();

/** `docker container ls` is `docker ps`, and so on. */
const MANAGEMENT: Readonly<Record<string, Readonly<Record<string, string>>>> = { container: { ls: 'ps', list: 'ps' }, image: { ls: 'images', list: 'images', rm: 'rmi' } };

export const docker: Command = {
  name: 'docker',
  summary: { en: 'containers: network, pull, run, ps, logs, exec, inspect, stop, start, rm …', 'zh-CN': '容器：network、pull、run、ps、logs、exec、inspect、stop、start、rm ……' },
  run(args, context) {
    const [first, second] = args;
    if (context.world.network.hosts.find(({ name }) => name === context.host)?.bridgedBy !== undefined) return failed('bash: docker: command not found', 127);
    if (first === undefined || first === '--help' || first === 'help') return { type: 'done', stdout: `\nUsage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n\nCommands here: ${dockerVerbs.join(', ')}\n`, stderr: '', exitCode: 0 };
    if (first === '--version' || first === '-v') return { type: 'done', stdout: 'Docker version 20.10.24, build 297e128\n', stderr: '', exitCode: 0 };
    const isManaged = Object.hasOwn(MANAGEMENT, first);
    const name = isManaged ? (MANAGEMENT[first]![second ?? ''] ?? second ?? '') : first;
    if (!Object.hasOwn(subcommands, name)) {
      return failed(`docker: '${name}' is not a docker command.\nSee 'docker --help'`);
    }
    if (!isRunning(context.world, context.host)) return name === 'run' ? runRefused(`${NO_DAEMON.replace(/\?$/, '')}?.`) : noDaemon();
    return subcommands[name]!({ verb: name, args: args.slice(isManaged ? 2 : 1), context, state: readState(context.files) });
  },
};
