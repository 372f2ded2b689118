import { addressFor } from '../../kernel/network.ts';
import { failed, freeName, type Command } from '../command.ts';
import type { PlaybackStep } from '../playback.ts';

/** As many as anybody waits for. */
const ENDLESS = 10_000;

export const ping: Command = {
  name: 'ping',
  summary: { en: 'whether a host answers', 'zh-CN': '测试主机是否可达' },
  run(args, context) {
    const { world, files } = context;
    const isContainer = world.network.hosts.find(({ name }) => name === context.host)?.bridgedBy !== undefined;
    if (isContainer && files.content('/usr/bin/ping') === undefined) return failed('bash: ping: command not found', 127);
    const countAt = args.findIndex((arg) => arg === '-c');
    const glued = args.map((arg) => /^-c(\d+)$/.exec(arg)?.[1]).find((one) => one !== undefined);
    const count = Number(glued ?? (countAt < 0 ? ENDLESS : args[countAt + 1]));
    const [target] = args.filter((arg, i) => !arg.startsWith('-') && !['-c', '-i', '-W', '-w', '-s'].includes(args[i - 1] ?? ''));
    if (target === undefined) return failed('Usage: ping [-aAbBdDfhLnOqrRUvV] [-c count] [-i interval] destination', 2);
    if (!(count > 0)) return failed(`ping: bad number of packets to transmit.`, 2);
    const found = addressFor(world.network.hosts, context.host, target);
    if (found === undefined) return failed(`ping: ${target}: Name or service not known`, 2);
    const times = Array.from({ length: Math.min(count, 40) }, () => 0.04 + Math.floor(context.random() * 60) / 1_000);
    const steps: PlaybackStep[] = [{ afterMs: 0, stdout: `PING ${target} (${found.address}) 56(84) bytes of data.\n` }];
    const name = found.name === undefined || found.name === found.address ? found.address : `${found.name} (${found.address})`;
    const isThere = found.isUp;
    for (let i = 0; i < count; i++) {
      const time = times[i % times.length]!;
      if (isThere) steps.push({ afterMs: i === 0 ? 0 : 1_000, stdout: `64 bytes from ${name}: icmp_seq=${i + 1} ttl=64 time=${time.toFixed(3)} ms\n` });
      else steps.push({ afterMs: i === 0 ? 3_000 : 1_000, ...(found.isLocal ? { stdout: `From ${found.own} icmp_seq=${i + 1} Destination Host Unreachable\n` } : {}) });
    }
    const used = times.slice(0, Math.min(count, times.length));
    const mean = used.reduce((sum, one) => sum + one, 0) / used.length;
    const summary = isThere
      ? `\n--- ${target} ping statistics ---\n${count} packets transmitted, ${count} received, 0% packet loss, time ${(count - 1) * 1_000}ms\nrtt min/avg/max/mdev = ${Math.min(...used).toFixed(3)}/${mean.toFixed(3)}/${Math.max(...used).toFixed(3)}/${(Math.max(...used) - mean).toFixed(3)} ms\n`
      : `\n--- ${target} ping statistics ---\n${count} packets transmitted, 0 received,${found.isLocal ? ` +${count} errors,` : ''} 100% packet loss, time ${(count - 1) * 1_000}ms\n`;
    if (count < ENDLESS) steps.push({ afterMs: 0, stdout: summary });
    return { type: 'child', process: { name: freeName(world, 'ping'), program: 'playback', host: context.host, parent: context.shell, commandLine: `ping ${args.join(' ')}`, config: { steps, exitCode: isThere ? 0 : 1, farewell: `\n--- ${target} ping statistics ---\n` } } };
  },
};
