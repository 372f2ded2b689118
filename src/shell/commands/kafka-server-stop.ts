import { done, type Command } from '../command.ts';
import { processesOf } from '../machine/system.ts';

export const kafkaServerStop: Command = {
  name: 'kafka-server-stop.sh',
  summary: { en: 'asks every broker of the machine to end', 'zh-CN': '停止本机所有 broker' },
  run(_args, context) {
    const brokers = processesOf(context.world, context.host).filter(({ process }) => process?.program === 'kafka-broker');
    if (brokers.length === 0) return done('No kafka server to stop\n', { exitCode: 1 });
    return done('', { actions: brokers.map(({ process }) => ({ type: 'kill', process: process!.name, signal: 'SIGTERM' })) });
  },
};
