import type { KernelAction } from '../../kernel/world.ts';
import { serviceProcess } from '../programs/service.ts';
import { isUp, readState } from '../docker/state.ts';
import { stop } from '../docker/lifecycle.ts';
import { done, failed, lines, type Command, type Context } from '../command.ts';

interface Unit {
  readonly program: string;
  readonly description: string;
  readonly file: string;
}

const UNITS: Readonly<Record<string, Unit>> = {
  docker: { program: 'dockerd', description: 'Docker Application Container Engine', file: '/usr/bin/dockerd' },
  firewalld: { program: 'firewalld', description: 'firewalld - dynamic firewall daemon', file: '/usr/sbin/firewalld' },
};

/** Whether a service of a machine runs. */
export function isActive(context: Pick<Context, 'host' | 'world'>, unit: string): boolean {
  return context.world.processes.some(({ name, status }) => name === serviceProcess(UNITS[unit]!.program, context.host) && status === 'running');
}

export const systemctl: Command = {
  name: 'systemctl',
  summary: { en: 'services: start | stop | restart | status docker', 'zh-CN': '管理服务：start | stop | restart | status docker' },
  run(args, context) {
    const [verb, name] = args.filter((arg) => !arg.startsWith('-'));
    if (context.world.network.hosts.find((one) => one.name === context.host)?.bridgedBy !== undefined) return failed('bash: systemctl: command not found', 127);
    if (verb === undefined || verb === 'daemon-reload') return done('');
    const unit = (name ?? '').replace(/\.service$/, '');
    const known = Object.hasOwn(UNITS, unit) && (context.host === 'host' || unit !== 'docker') ? UNITS[unit]! : undefined;
    if (known === undefined) {
      return verb === 'status' || verb === 'is-active' ? failed(`Unit ${unit}.service could not be found.`, 4) : failed(`Failed to ${verb} ${unit}.service: Unit not found.`, 5);
    }
    const process = serviceProcess(known.program, context.host);
    const active = isActive(context, unit);
    const begin: KernelAction[] = [
      { type: 'addProcess', process: { name: process, program: known.program, host: context.host, volume: context.host, config: null, commandLine: `${known.file}${unit === 'docker' ? ' -H fd:// --containerd=/run/containerd/containerd.sock' : ' --nofork --nopid'}` } },
      { type: 'start', process },
    ];
    /** Containers do not outlive their daemon. */
    const end = (): KernelAction[] => [
      ...(unit === 'docker' ? readState(context.files).containers.filter((one) => isUp(context.world, one)).flatMap((one) => stop(context.world, context.host, one, 'SIGTERM')) : []),
      { type: 'kill', process, signal: 'SIGTERM' },
    ];
    switch (verb) {
      case 'start':
        return done('', { actions: active ? [] : begin });
      case 'stop':
        return done('', { actions: active ? end() : [] });
      case 'restart':
        return done('', { actions: active ? [...end(), { type: 'kill', process, signal: 'SIGKILL' }, ...begin] : begin });
      case 'enable':
      case 'disable':
        return done('');
      case 'is-active':
        return done(active ? 'active\n' : 'inactive\n', { exitCode: active ? 0 : 3 });
      case 'status':
        return done(
          lines([
            `● ${unit}.service - ${known.description}`,
            `   Loaded: loaded (/usr/lib/systemd/system/${unit}.service; disabled; vendor preset: disabled)`,
            active ? '   Active: active (running)' : '   Active: inactive (dead)',
            ...(active ? [` Main PID: ${context.world.processes.find((one) => one.name === process)!.pid} (${known.program})`] : []),
          ]),
          { exitCode: active ? 0 : 3 },
        );
      default:
        return failed(`Unknown operation '${verb}'.`);
    }
  },
};
