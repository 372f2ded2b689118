/** `yum` and `apt-get`: the packages of the tutorial, and honest words about others. */
import type { KernelAction } from '../../kernel/world.ts';
import { done, failed, freeName, type Command, type Context, type Result } from '../command.ts';
import { stepsOf, type PlaybackStep } from '../programs/playback.ts';
import { JPS_FILE } from './jps.ts';

/** What a package brings, as files. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'java-1.8.0-openjdk-devel': [JPS_FILE, '/usr/bin/jstack', '/usr/bin/javac'],
  'java-1.8.0-openjdk': ['/usr/bin/java'],
  'iputils-ping': ['/usr/bin/ping'],
  telnet: ['/usr/bin/telnet'],
  nc: ['/usr/bin/nc'],
  'net-tools': ['/usr/bin/netstat'],
  procps: ['/usr/bin/ps'],
  curl: ['/usr/bin/curl'],
  netcat: ['/usr/bin/nc'],
};

function installing(context: Context, commandLine: string, steps: readonly PlaybackStep[], exitCode = 0): Result {
  return { type: 'child', process: { name: freeName(context.world, commandLine.split(' ')[0]!), program: 'playback', host: context.host, parent: context.shell, commandLine, config: { steps, exitCode } } };
}

const files = (context: Context, names: readonly string[]): KernelAction[] => names.flatMap((name) => PACKAGES[name]!).map((path) => context.files.write(path, ''));
const isInstalled = (context: Context, name: string): boolean => PACKAGES[name]!.every((path) => context.files.content(path) !== undefined);
const isContainer = (context: Context): boolean => context.world.network.hosts.find((one) => one.name === context.host)?.bridgedBy !== undefined;

export const yum: Command = {
  name: 'yum',
  summary: { en: 'installs packages', 'zh-CN': '安装软件包' },
  run(args, context) {
    if (isContainer(context)) return failed('bash: yum: command not found', 127);
    const [verb, ...names] = args.filter((arg) => !arg.startsWith('-'));
    if (verb !== 'install' || names.length === 0) return failed(`yum ${verb ?? ''}: not modelled here (install is)`);
    const odd = names.find((name) => !Object.hasOwn(PACKAGES, name));
    if (odd !== undefined) return failed(`No package ${odd} available.\nError: Nothing to do`);
    const fresh = names.filter((name) => !isInstalled(context, name));
    if (fresh.length === 0) return done(`${names.map((name) => `Package ${name} already installed and latest version\n`).join('')}Nothing to do\n`);
    return installing(context, `yum ${args.join(' ')}`, [
      ...stepsOf([[700, 'Loaded plugins: fastestmirror'], [600, 'Resolving Dependencies'], [100, '--> Running transaction check'], [300, '--> Finished Dependency Resolution'], [50, '\nDependencies Resolved\n'], [900, 'Downloading packages:'], [800, 'Running transaction']]),
      ...fresh.map((name) => ({ afterMs: 700, stdout: `  Installing : ${name}\n`, actions: files(context, [name]) })),
      ...stepsOf([[300, `\nInstalled:\n${fresh.map((name) => `  ${name}\n`).join('')}\nComplete!`]]),
    ]);
  },
};

const LISTS = '/var/lib/apt/lists/lock';

export const aptGet: Command = {
  name: 'apt-get',
  summary: { en: 'installs packages in a container', 'zh-CN': '在容器里安装软件包' },
  run(args, context) {
    if (!isContainer(context)) return failed('bash: apt-get: command not found', 127);
    const [verb, ...names] = args.filter((arg) => !arg.startsWith('-'));
    if (verb === 'update') {
      return installing(context, 'apt-get update', [
        ...stepsOf([[400, 'Get:1 http://security.debian.org/debian-security buster/updates InRelease'], [300, 'Get:2 http://deb.debian.org/debian buster InRelease'], [200, 'Get:3 http://deb.debian.org/debian buster-updates InRelease'], [900, 'Get:4 http://deb.debian.org/debian buster/main amd64 Packages']]),
        { afterMs: 700, stdout: 'Reading package lists... Done\n', actions: [context.files.write(LISTS, '')] },
      ]);
    }
    if (verb !== 'install' || names.length === 0) return failed(`E: Invalid operation ${verb ?? ''}`, 100);
    const reading = 'Reading package lists... Done\nBuilding dependency tree       \nReading state information... Done\n';
    const odd = names.find((name) => !Object.hasOwn(PACKAGES, name) || context.files.content(LISTS) === undefined);
    if (odd !== undefined) return done(reading, { stderr: `E: Unable to locate package ${odd}\n`, exitCode: 100 });
    const fresh = names.filter((name) => !isInstalled(context, name));
    return installing(context, `apt-get ${args.join(' ')}`, [
      { afterMs: 500, stdout: reading },
      ...(fresh.length === 0 ? [{ afterMs: 50, stdout: names.map((name) => `${name} is already the newest version.\n`).join('') }] : stepsOf([[100, `The following NEW packages will be installed:\n  ${fresh.join(' ')}`]])),
      ...stepsOf([[50, `0 upgraded, ${fresh.length} newly installed, 0 to remove and 0 not upgraded.`]]),
      ...fresh.map((name) => ({ afterMs: 600, stdout: `Selecting previously unselected package ${name}.\nUnpacking ${name} ...\nSetting up ${name} ...\n`, actions: files(context, [name]) })),
    ]);
  },
};
