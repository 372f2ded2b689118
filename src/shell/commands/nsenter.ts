import { processesOf } from '../machine/system.ts';
import { done, failed, type Command } from '../command.ts';

/** In the network of another process: a container has no `tc` of its own. Simplified: of the namespaces only that one. */
export const nsenter: Command = {
  name: 'nsenter',
  summary: { en: "runs a command in a container's network: -n -t PID COMMAND", 'zh-CN': '在容器的网络中执行命令：-n -t PID 命令' },
  run(args, context) {
    let at = 0;
    let target: string | undefined;
    let isNetwork = false;
    for (; at < args.length && args[at]!.startsWith('-'); at++) {
      const arg = args[at]!;
      if (arg === '-n' || arg === '--net') isNetwork = true;
      else if (arg === '-t') target = args[++at];
      else if (arg.startsWith('--target=')) target = arg.slice('--target='.length);
      else return failed('nsenter: only -n -t PID COMMAND is modelled here');
    }
    const [name, ...rest] = args.slice(at);
    if (target === undefined) return failed('nsenter: no target PID specified for --net');
    if (!/^\d+$/.test(target)) return failed(`nsenter: failed to parse pid: '${target}'`);
    const process = processesOf(context.world, context.host).find(({ pid }) => pid === Number(target))?.process;
    if (process === undefined) return failed(`nsenter: cannot open /proc/${target}/ns/net: No such file or directory`);
    if (name === undefined) return done('');
    const command = context.find(name);
    if (command === undefined) return failed(`nsenter: failed to execute ${name}: No such file or directory`, 127);
    return command.run(rest, isNetwork ? { ...context, host: process.host } : context);
  },
};
