import type { KernelAction } from '../../kernel/world.ts';
import { done, failed, freeName, lines, type Command, type Context, type Result } from '../command.ts';
import { brokerName } from '../../cluster/description.ts';
import { log4jTime } from '../clock.ts';
import { pathOf } from './shared.ts';

/** As java.util.Properties keeps the last of a key; text behind a value is part of it. */
function brokerIdOf(properties: string): number | undefined {
  const found = [...properties.matchAll(/^[ \t]*broker\.id[ \t]*[=:][ \t]*(.*)$/gm)].at(-1)?.[1]?.trim();
  return found !== undefined && /^-?\d+$/.test(found) ? Number(found) : undefined;
}

/** A broker's name on the stage; while one of that name lives, the second is told apart. */
function nameFor(context: Context, properties: string): string {
  const id = brokerIdOf(properties);
  return freeName(context.world, id === undefined || id < 0 ? 'broker' : brokerName(id));
}

function usage(): Result {
  return failed('USAGE: ./kafka-server-start.sh [-daemon] server.properties [--override property=value]*');
}

export const kafkaServerStart: Command = {
  name: 'kafka-server-start.sh',
  summary: { en: 'starts a broker', 'zh-CN': '启动 broker' },
  run(args, context) {
    const isDaemon = args[0] === '-daemon';
    const [file, ...rest] = isDaemon ? args.slice(1) : args;
    if (file === undefined) return usage();
    const text = context.files.text(pathOf(context, file));
    if (text === undefined) {
      const trace = `[${stamp(context)}] ERROR Exiting Kafka due to fatal exception (kafka.Kafka$)\njava.io.FileNotFoundException: ${file} (${context.files.isDirectory(pathOf(context, file)) ? 'Is a directory' : 'No such file or directory'})\n`;
      return isDaemon ? done('') : { type: 'done', stdout: trace, stderr: '', exitCode: 1 };
    }
    const overrides: string[] = [];
    for (let i = 0; i < rest.length; i += 2) {
      if (rest[i] !== '--override' || rest[i + 1]?.includes('=') !== true) return usage();
      overrides.push(rest[i + 1]!);
    }
    const properties = overrides.length === 0 ? text : `${text.replace(/\n?$/, '\n')}${lines(overrides)}`;
    const name = nameFor(context, properties);
    const home = context.files.isDirectory('/usr/local/kafka') ? '/usr/local/kafka' : '/usr/local/kafka_2.12-2.3.0';
    const process = {
      name,
      program: 'kafka-broker',
      host: name,
      volume: context.host,
      config: { properties },
      commandLine: `java -Xmx1G -Xms1G -server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 -XX:+ExplicitGCInvokesConcurrent -Djava.awt.headless=true -Dkafka.logs.dir=${home}/bin/../logs -Dlog4j.configuration=file:./../config/log4j.properties -cp ${home}/bin/../libs/* kafka.Kafka ${file}`,
    };
    const host: KernelAction = { type: 'addHost', host: { name, names: [], machine: context.host, forwards: [] } };
    if (isDaemon) return done('', { actions: [host, { type: 'addProcess', process }, { type: 'start', process: name }] });
    return {
      type: 'child',
      actions: [host, { type: 'addProcess', process }, { type: 'start', process: name }],
      process: { name: freeName(context.world, 'kafka-server-start'), program: 'broker-console', host: context.host, parent: context.shell, commandLine: `/bin/bash kafka-server-start.sh ${args.join(' ')}`, config: { broker: name } },
    };
  },
};

function stamp(context: Context): string {
  return log4jTime(context.wallClockMs);
}
