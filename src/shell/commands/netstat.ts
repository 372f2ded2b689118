/** `netstat` and `ss`: the ports a machine listens on, and its connections. */
import { destinationAddress, ephemeralPort, machineOf, sourceAddress } from '../../kernel/network.ts';
import { done, lines, type Command, type Context } from '../command.ts';
import { processesOf } from '../machine/system.ts';

interface Socket {
  readonly state: 'LISTEN' | 'ESTABLISHED';
  readonly family: 'tcp' | 'tcp6';
  readonly local: string;
  readonly peer: string;
  readonly pid: number;
  readonly program: string;
}

function sockets(context: Context): readonly Socket[] {
  const { network, processes } = context.world;
  const machine = machineOf(network.hosts, context.host);
  const isHere = (host: string): boolean => machineOf(network.hosts, host) === machine;
  const of = (index: number): { readonly pid: number; readonly program: string } => {
    const process = processes[index];
    const java = process === undefined ? undefined : processesOf(context.world, context.host).find((one) => one.process === process)?.javaClass;
    return { pid: process?.pid ?? 0, program: java === undefined ? (process?.program ?? '-') : 'java' };
  };
  const found: Socket[] = [];
  for (const { host, port, address = '::', process } of network.listeners) if (isHere(host)) found.push({ state: 'LISTEN', family: 'tcp6', local: `${address}:${port}`, peer: ':::*', ...of(process) });
  // docker-proxy holds what is published.
  for (const { port } of network.hosts.find(({ name }) => name === machine)?.forwards ?? []) {
    found.push({ state: 'LISTEN', family: 'tcp', local: `0.0.0.0:${port}`, peer: '0.0.0.0:*', pid: 0, program: 'docker-proxy' });
    found.push({ state: 'LISTEN', family: 'tcp6', local: `:::${port}`, peer: ':::*', pid: 0, program: 'docker-proxy' });
  }
  for (const { id, client, server, port, clientOpen, serverOpen } of network.connections) {
    if (server < 0 || !clientOpen || !serverOpen) continue;
    const [from, to] = [processes[client]!.host, processes[server]!.host];
    const near = `${sourceAddress(network.hosts, from, to)}:${ephemeralPort(id)}`;
    const far = `${destinationAddress(network.hosts, to, from)}:${port}`;
    if (isHere(from)) found.push({ state: 'ESTABLISHED', family: 'tcp6', local: near, peer: far, ...of(client) });
    if (isHere(to)) found.push({ state: 'ESTABLISHED', family: 'tcp6', local: far, peer: near, ...of(server) });
  }
  return found;
}

const letters = (args: readonly string[]): string => args.filter((arg) => /^-[a-z]+$/.test(arg)).join('');

function wanted(context: Context, options: string): readonly Socket[] {
  const all = sockets(context);
  if (options.includes('a')) return all;
  return all.filter(({ state }) => (state === 'LISTEN') === options.includes('l'));
}

export const netstat: Command = {
  name: 'netstat',
  summary: { en: 'ports and connections: netstat -tuln', 'zh-CN': '查看端口与连接：netstat -tuln' },
  run(args, context) {
    const options = letters(args);
    const owner = options.includes('p');
    const rows = wanted(context, options).map(
      (one) => `${one.family.padEnd(5)}      0      0 ${one.local.padEnd(23)} ${one.peer.padEnd(23)} ${one.state.padEnd(11)}${owner ? ` ${one.pid === 0 ? '-' : `${one.pid}/${one.program}`}`.padEnd(21) : ''}`,
    );
    const title = options.includes('a') ? 'Active Internet connections (servers and established)' : options.includes('l') ? 'Active Internet connections (only servers)' : 'Active Internet connections (w/o servers)';
    return done(lines([title, `Proto Recv-Q Send-Q Local Address           Foreign Address         State      ${owner ? ' PID/Program name    ' : ''}`, ...rows]));
  },
};

export const ss: Command = {
  name: 'ss',
  summary: { en: 'ports and connections: ss -tln', 'zh-CN': '查看端口与连接：ss -tln' },
  run(args, context) {
    const options = letters(args);
    const rows = wanted(context, options).map((one) => {
      const local = one.local.replace(/^:::/, '[::]:').replace('0.0.0.0:', '*:');
      const peer = one.peer.replace(/^:::/, '[::]:').replace('0.0.0.0:', '*:');
      return `${(one.state === 'LISTEN' ? 'LISTEN' : 'ESTAB').padEnd(10)} 0      ${one.state === 'LISTEN' ? '128   ' : '0     '} ${local.padStart(22)} ${peer.padStart(22)}${options.includes('p') && one.pid > 0 ? `  users:(("${one.program}",pid=${one.pid},fd=100))` : ''}`;
    });
    return done(lines([`State      Recv-Q Send-Q ${'Local Address:Port'.padStart(22)} ${'Peer Address:Port'.padStart(22)}`, ...rows]));
  },
};
