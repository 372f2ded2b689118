import { logText, type LogFile } from '../../kernel/log-files.ts';
import { machineOf } from '../../kernel/network.ts';
import { findProcess, type KernelAction } from '../../kernel/world.ts';
import { done, freeName, lines, type Command, type Context, type Result } from '../command.ts';
import { brokerName } from '../../cluster/description.ts';
import { brokerLogFiles } from '../machine/kafka-logs.ts';
import { parentOf } from '../files/tree.ts';
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

/** A broker that ran before finds its files where it kept them; else they lie on the machine. */
function volumeFor({ world, host }: Context, name: string): string {
  const before = findProcess(world, name);
  return before?.program === 'kafka-broker' && machineOf(world.network.hosts, before.host) === host ? world.volumes[before.volume]!.name : host;
}

function usage(): Result {
  return done('USAGE: ./kafka-server-start.sh [-daemon] server.properties [--override property=value]*\n', { exitCode: 1 });
}

/** Kafka's home is the directory above the script's own; typed without its path, it is where the tutorial unpacks it. */
function homeOf(context: Context): string {
  const script = pathOf(context, context.invokedAs);
  if (context.files.content(script) !== undefined) return parentOf(parentOf(script));
  return context.files.isDirectory('/usr/local/kafka') ? '/usr/local/kafka' : '/usr/local/kafka_2.12-2.3.0';
}

interface LogPlace {
  readonly logFiles: readonly LogFile[];
  /** The directory and its files are made, and the console's file is emptied. */
  readonly actions: readonly KernelAction[];
}

function logPlace(context: Context, directory: string, isDaemon: boolean): LogPlace {
  const own = brokerLogFiles(directory);
  const missing = own.filter(({ path }) => context.files.content(path) === undefined).map(({ path }) => context.files.write(path, ''));
  const console = `${directory}/kafkaServer.out`;
  return {
    logFiles: isDaemon ? [...own, { file: 'server', path: console }] : own,
    actions: [context.files.makeDirectory(directory), ...missing, ...(isDaemon ? [context.files.write(console, '')] : [])],
  };
}

/** What a Kafka that does not even read its properties leaves behind. */
function refused(context: Context, file: string, { logFiles, actions }: LogPlace, isDaemon: boolean): Result {
  const exception = context.files.isDirectory(pathOf(context, file)) ? 'java.io.IOException: Is a directory' : `java.nio.file.NoSuchFileException: ${file}`;
  const frames = ['org.apache.kafka.common.utils.Utils.loadProps(Utils.java:574)', 'kafka.Kafka$.getPropsFromArgs(Kafka.scala:51)', 'kafka.Kafka$.main(Kafka.scala:67)', 'kafka.Kafka.main(Kafka.scala)'];
  const said =
    logText(context.wallClockMs, 'INFO', 'Registered kafka:type=kafka.Log4jController MBean (kafka.utils.Log4jControllerRegistration$)') +
    logText(context.wallClockMs, 'ERROR', `Exiting Kafka due to fatal exception (kafka.Kafka$)\n${exception}${frames.map((frame) => `\n\tat ${frame}`).join('')}`);
  const written = logFiles.filter(({ file: name }) => name === 'server').map(({ path }) => context.files.with(actions).append(path, said));
  return isDaemon ? done('', { actions: [...actions, ...written] }) : done(said, { exitCode: 1, actions: [...actions, ...written] });
}

export const kafkaServerStart: Command = {
  name: 'kafka-server-start.sh',
  summary: { en: 'starts a broker', 'zh-CN': '启动 broker' },
  run(args, context) {
    const isDaemon = args[0] === '-daemon';
    const [file, ...rest] = isDaemon ? args.slice(1) : args;
    if (file === undefined) return usage();
    const home = homeOf(context);
    const place = logPlace(context, `${home}/logs`, isDaemon);
    const text = context.files.text(pathOf(context, file));
    if (text === undefined) return refused(context, file, place, isDaemon);
    const overrides: string[] = [];
    for (let i = 0; i < rest.length; i += 2) {
      if (rest[i] !== '--override' || rest[i + 1]?.includes('=') !== true) return usage();
      overrides.push(rest[i + 1]!);
    }
    const properties = overrides.length === 0 ? text : `${text.replace(/\n?$/, '\n')}${lines(overrides)}`;
    const name = nameFor(context, properties);
    const volume = volumeFor(context, name);
    const logVolume = context.files.volumeOf(`${home}/logs`).name;
    const process = {
      name,
      program: 'kafka-broker',
      host: name,
      volume,
      ...(logVolume === volume ? {} : { mounts: [{ at: `${home}/logs`, volume: logVolume, path: `${home}/logs` }] }),
      config: { properties, hostname: context.host },
      logFiles: place.logFiles,
      commandLine: `java -Xmx1G -Xms1G -server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 -XX:+ExplicitGCInvokesConcurrent -Djava.awt.headless=true -Dkafka.logs.dir=${home}/bin/../logs -Dlog4j.configuration=file:./../config/log4j.properties -cp ${home}/bin/../libs/* kafka.Kafka ${file}`,
    };
    const host: KernelAction = { type: 'addHost', host: { name, names: [], machine: context.host, forwards: [] } };
    const actions: readonly KernelAction[] = [...place.actions, host, { type: 'addProcess', process }, { type: 'start', process: name }];
    if (isDaemon) return done('', { actions });
    return {
      type: 'child',
      actions,
      process: { name: freeName(context.world, 'kafka-server-start'), program: 'broker-console', host: context.host, parent: context.shell, commandLine: `/bin/bash kafka-server-start.sh ${args.join(' ')}`, config: { broker: name } },
    };
  },
};
