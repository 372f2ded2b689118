/** The options of `docker run` and `docker create`. */
export interface RunOptions {
  readonly isDetached: boolean;
  readonly isInteractive: boolean;
  readonly isRemovedAtEnd: boolean;
  readonly name: string | null;
  readonly hostname: string | null;
  readonly network: string;
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
  '-p': 'publish', '--publish': 'publish', '--name': 'name', '-h': 'hostname', '--hostname': 'hostname', '--network': 'network', '--net': 'network', '--network-alias': 'alias', '--net-alias': 'alias', '-m': 'memory', '--memory': 'memory', '--memory-swap': 'ignored', '-v': 'volume', '--volume': 'volume', '-e': 'env', '--env': 'env', '--restart': 'restart', '-w': 'ignored', '--workdir': 'ignored', '-u': 'ignored', '--user': 'ignored', '--cpus': 'ignored', '-l': 'ignored', '--label': 'ignored', '--log-driver': 'ignored', '--log-opt': 'ignored', '--ulimit': 'ignored', '--expose': 'ignored',
};
const SWITCHES: Readonly<Record<string, 'd' | 'i' | 'rm' | 'other'>> = { '-d': 'd', '--detach': 'd', '-i': 'i', '--interactive': 'i', '-t': 'i', '--tty': 'i', '--rm': 'rm', '-P': 'other', '--publish-all': 'other', '--privileged': 'other', '--init': 'other' };

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1_024, m: 1_048_576, g: 1_073_741_824 };

function port(text: string): { readonly hostPort: number | null; readonly containerPort: number } | undefined {
  const match = /^(?:(?:\d+\.\d+\.\d+\.\d+:)?(\d*):)?(\d+)(?:\/tcp)?$/.exec(text);
  if (!match) return undefined;
  const hostPort = match[1] === undefined || match[1] === '' ? null : Number(match[1]);
  const containerPort = Number(match[2]);
  return (hostPort !== null && (hostPort < 1 || hostPort > 65_535)) || containerPort < 1 || containerPort > 65_535 ? undefined : { hostPort, containerPort };
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
    } else return `unknown flag: ${option}`;
  }
  const [image, ...command] = args.slice(at);
  if (image === undefined) return '"docker run" requires at least 1 argument.';
  const ports = [];
  for (const text of given.publish ?? []) {
    const read = port(text);
    if (read === undefined) return `invalid publish opts format (should be name=value but got '${text}').`.replace(/^.*$/, `Invalid containerPort: ${text.split(':').at(-1) ?? text}.`);
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
  const name = given.name?.at(-1) ?? null;
  if (name !== null && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) return `Error response from daemon: Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed.`;
  return {
    isDetached: switches.has('d'),
    isInteractive: switches.has('i'),
    isRemovedAtEnd: switches.has('rm'),
    name,
    hostname: given.hostname?.at(-1) ?? null,
    network: given.network?.at(-1) ?? 'bridge',
    aliases: given.alias ?? [],
    memoryBytes,
    ports,
    binds,
    env: given.env ?? [],
    restart: given.restart?.at(-1) ?? 'no',
    image,
    command,
  };
}
