import { lookUp } from '../../kernel/hosts-file.ts';
import { failed, flags, freeName, type Command } from '../command.ts';
import type { PingConfig } from '../programs/ping.ts';

const USAGE = 'Usage: ping [-aAbBdDfhLnOqrRUvV] [-c count] [-i interval] destination';

export const ping: Command = {
  name: 'ping',
  summary: { en: 'whether a host answers', 'zh-CN': '测试主机是否可达' },
  run(args, context) {
    const { world, files } = context;
    const isContainer = world.network.hosts.find(({ name }) => name === context.host)?.bridgedBy !== undefined;
    if (isContainer && files.content('/usr/bin/ping') === undefined) return failed('bash: ping: command not found', 127);
    const read = flags(args, ['-4', '-n', '-q', '-v'], ['-c', '-i', '-s', '-w', '-W']);
    if ('unknown' in read) return failed(`ping: invalid option -- '${read.unknown.replace(/^-/, '')}'\n${USAGE}`, 2);
    const value = (name: string): number | undefined => (read.values[name] === undefined ? undefined : Number(read.values[name].at(-1)));
    const count = value('-c');
    const interval = value('-i') ?? 1;
    const linger = value('-W') ?? 10;
    const target = read.rest.at(-1);
    if (target === undefined) return failed(USAGE, 2);
    if (count !== undefined && !(Number.isInteger(count) && count > 0)) return failed('ping: bad number of packets to transmit.', 2);
    if (!(interval >= 0.001 && interval < 1e6)) return failed('ping: bad timing interval', 2);
    if (!(linger >= 0 && linger < 1e6)) return failed('ping: bad linger time.', 2);
    const found = lookUp(world.network.hosts, world.volumes, context.host, target);
    if (found === undefined) return failed(`ping: ${target}: Name or service not known`, 2);
    const config: PingConfig = { target, address: found.address, count: count ?? null, intervalMs: interval * 1_000, lingerMs: linger * 1_000 };
    return { type: 'child', process: { name: freeName(world, 'ping'), program: 'ping', host: context.host, parent: context.shell, commandLine: `ping ${args.join(' ')}`, config } };
  },
};
