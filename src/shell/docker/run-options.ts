import { isAddress } from '../../kernel/addresses.ts';

/** The options of `docker run` and `docker create`. */
export interface RunOptions {
  readonly isDetached: boolean;
  readonly isInteractive: boolean;
  /** Every port that the image names is published at one that is free. */
  readonly publishesAll: boolean;
  readonly isRemovedAtEnd: boolean;
  readonly name: string | null;
  readonly hostname: string | null;
  readonly network: string;
  /** `--ip`. */
  readonly address: string | null;
  readonly aliases: readonly string[];
  readonly memoryBytes: number;
  readonly ports: readonly { readonly hostPort: number | null; readonly containerPort: number }[];
  readonly binds: readonly { readonly source: string; readonly destination: string; readonly isNamed: boolean }[];
  readonly env: readonly string[];
  readonly restart: string;
  readonly image: string;
  readonly command: readonly string[];
}

/** Options with a value, under one name each; what has no meaning here is read and left. */
const VALUED: Readonly<Record<string, string>> = {
  '-p': 'publish', '--publish': 'publish', '--name': 'name', '-h': 'hostname', '--hostname': 'hostname', '--network': 'network', '--net': 'network', '--ip': 'address', '--network-alias': 'alias', '--net-alias': 'alias', '-m': 'memory', '--memory': 'memory', '--memory-swap': 'ignored', '-v': 'volume', '--volume': 'volume', '-e': 'env', '--env': 'env', '--restart': 'restart', '-w': 'ignored', '--workdir': 'ignored', '-u': 'ignored', '--user': 'ignored', '--cpus': 'ignored', '-l': 'ignored', '--label': 'ignored', '--log-driver': 'ignored', '--log-opt': 'ignored', '--ulimit': 'ignored', '--expose': 'ignored',
};
const SWITCHES: Readonly<Record<string, 'd' | 'i' | 'rm' | 'P' | 'other'>> = { '-d': 'd', '--detach': 'd', '-i': 'i', '--interactive': 'i', '-t': 'i', '--tty': 'i', '--rm': 'rm', '-P': 'P', '--publish-all': 'P', '--privileged': 'other', '--init': 'other' };

/** Options that Docker has and this lab has not. */
const NOT_MODELLED: ReadonlySet<string> = new Set(
  ['add-host', 'attach', 'blkio-weight', 'cap-add', 'cap-drop', 'cgroup-parent', 'cidfile', 'cpu-period', 'cpu-quota', 'cpu-shares', 'cpuset-cpus', 'detach-keys', 'device', 'dns', 'dns-option', 'dns-search', 'domainname', 'entrypoint', 'env-file', 'gpus', 'group-add', 'health-cmd', 'health-interval', 'health-retries', 'health-timeout', 'ip6', 'ipc', 'kernel-memory', 'label-file', 'link', 'mac-address', 'memory-reservation', 'memory-swappiness', 'mount', 'no-healthcheck', 'oom-kill-disable', 'oom-score-adj', 'pid', 'pids-limit', 'platform', 'pull', 'read-only', 'runtime', 'security-opt', 'shm-size', 'stop-signal', 'stop-timeout', 'storage-opt', 'sysctl', 'tmpfs', 'userns', 'uts', 'volume-driver', 'volumes-from'].map((name) => `--${name}`),
);

/** All that can be said to `docker run` here. */
export const RUN_FLAGS: readonly string[] = [...Object.keys(VALUED), ...Object.keys(SWITCHES)].filter((name) => name.startsWith('--')).sort();

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1_024, m: 1_048_576, g: 1_073_741_824 };

const isPort = (text: string): boolean => /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;

/** A text: what is wrong with it (nat.ParsePortSpec). */
function port(text: string): { readonly hostPort: number | null; readonly containerPort: number } | string {
  const slash = text.indexOf('/');
  const protocol = slash < 0 ? 'tcp' : text.slice(slash + 1);
  if (protocol === 'udp' || protocol === 'sctp') return `docker: ports of ${protocol} are not modelled here · 此处未模拟 ${protocol} 端口`;
  if (protocol !== 'tcp') return `Invalid proto: ${protocol}.`;
  const parts = (slash < 0 ? text : text.slice(0, slash)).split(':');
  const containerPort = parts.at(-1)!;
  const hostPort = parts.at(-2) ?? '';
  const address = parts.slice(0, -2).join(':');
  if (containerPort === '') return `No port specified: ${text}<empty>.`;
  if (address !== '' && !/^\d+\.\d+\.\d+\.\d+$/.test(address)) return `Invalid ip address: ${address}.`;
  if (!isPort(containerPort)) return `Invalid containerPort: ${containerPort}.`;
  if (hostPort !== '' && !isPort(hostPort)) return `Invalid hostPort: ${hostPort}.`;
  return { hostPort: hostPort === '' ? null : Number(hostPort), containerPort: Number(containerPort) };
}

/** Why a text is no restart policy; undefined: it is one. */
export function restartRefused(text: string): string | undefined {
  const [policy = '', most] = text.split(':');
  if (most !== undefined && !/^\d+$/.test(most)) return 'maximum retry count must be an integer.';
  if (!['no', 'always', 'unless-stopped', 'on-failure'].includes(policy)) return `Error response from daemon: invalid restart policy '${policy}'.`;
  if (most !== undefined && policy !== 'on-failure') return `Error response from daemon: maximum retry count cannot be used with restart policy '${policy}'.`;
  return undefined;
}

/** A text: what Docker says, after `docker: `. */
export function runOptions(args: readonly string[]): RunOptions | string {
  const given: Record<string, string[]> = {};
  const switches = new Set<string>();
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at]!;
    if (!arg.startsWith('-') || arg === '-') break;
    if (arg === '--') {
      at++;
      break;
    }
    const equals = arg.startsWith('--') ? arg.indexOf('=') : -1;
    const option = equals < 0 ? arg : arg.slice(0, equals);
    if (Object.hasOwn(VALUED, option)) {
      const value = equals < 0 ? args[++at] : arg.slice(equals + 1);
      if (value === undefined) return option.startsWith('--') ? `flag needs an argument: ${option}` : `flag needs an argument: '${option.slice(1)}' in ${option}`;
      (given[VALUED[option]!] ??= []).push(value);
    } else if (Object.hasOwn(SWITCHES, option)) switches.add(SWITCHES[option]!);
    else if (!arg.startsWith('--')) {
      // Letters that stand together: switches, and at the end one with its value.
      for (let i = 1; i < arg.length; i++) {
        const letter = `-${arg[i]!}`;
        if (Object.hasOwn(SWITCHES, letter)) switches.add(SWITCHES[letter]!);
        else if (Object.hasOwn(VALUED, letter)) {
          const value = arg.slice(i + 1) === '' ? args[++at] : arg.slice(i + 1).replace(/^=/, '');
          if (value === undefined) return `flag needs an argument: '${letter.slice(1)}' in ${arg}`;
          (given[VALUED[letter]!] ??= []).push(value);
          break;
        } else return `unknown shorthand flag: '${arg[i]!}' in ${arg}`;
      }
    } else return NOT_MODELLED.has(option) ? `docker: ${option} is not modelled here · 此处未模拟 ${option}` : `unknown flag: ${option}`;
  }
  const [image, ...command] = args.slice(at);
  if (image === undefined) return '"docker run" requires at least 1 argument.';
  const ports = [];
  for (const text of given.publish ?? []) {
    const read = port(text);
    if (typeof read === 'string') return read;
    ports.push(read);
  }
  const binds = [];
  for (const text of given.volume ?? []) {
    const [source = '', destination, mode] = text.split(':');
    if (destination === undefined) binds.push({ source: '', destination: source, isNamed: true });
    else if (!destination.startsWith('/') || (mode !== undefined && !/^(ro|rw|z|Z)$/.test(mode))) return `Error response from daemon: invalid volume specification: '${text}'.`;
    else if (!source.startsWith('/') && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(source)) return `Error response from daemon: create ${source}: "${source}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path.`;
    else binds.push({ source: source.startsWith('/') ? source.replace(/(.)\/+$/, '$1') : source, destination: destination.replace(/(.)\/+$/, '$1'), isNamed: !source.startsWith('/') });
  }
  const memory = /^(\d+)([bkmg]?)b?$/i.exec(given.memory?.at(-1) ?? '0');
  if (!memory) return `invalid argument "${given.memory!.at(-1)!}" for "-m, --memory" flag: invalid size: '${given.memory!.at(-1)!}'`;
  const memoryBytes = Number(memory[1]) * UNITS[memory[2]!.toLowerCase()]!;
  if (memoryBytes > 0 && memoryBytes < 6_291_456) return 'Error response from daemon: Minimum memory limit allowed is 6MB.';
  const address = given.address?.at(-1);
  if (address !== undefined && !isAddress(address)) return `invalid argument "${address}" for "--ip" flag: failed to parse IP: "${address}"`;
  const restart = given.restart?.at(-1) ?? 'no';
  const refused = restartRefused(restart);
  if (refused !== undefined) return refused;
  if (restart !== 'no' && switches.has('rm')) return 'Conflicting options: --restart and --rm.';
  const name = given.name?.at(-1) ?? null;
  if (name !== null && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) return `Error response from daemon: Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed.`;
  return {
    isDetached: switches.has('d'),
    isInteractive: switches.has('i'),
    publishesAll: switches.has('P'),
    isRemovedAtEnd: switches.has('rm'),
    name,
    hostname: given.hostname?.at(-1) ?? null,
    network: given.network?.at(-1) ?? 'bridge',
    address: address ?? null,
    aliases: given.alias ?? [],
    memoryBytes,
    ports,
    binds,
    env: given.env ?? [],
    restart,
    image,
    command,
  };
}
