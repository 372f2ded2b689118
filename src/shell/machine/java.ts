/** Which processes are Java programs, and how they show in `ps` and `jps`. */
import { propertiesFile } from '../../cluster/description.ts';
import { parseConfig } from '../../kafka/broker/config.ts';
import type { Process } from '../../kernel/process.ts';

export interface JavaProgram {
  /** As `jps` shows it. */
  readonly className: string;
  readonly commandLine: string;
  readonly residentKb: number;
}

const KAFKA_HOME = '/usr/local/kafka';

const PROGRAMS: Readonly<Record<string, JavaProgram>> = {
  'kafka-broker': {
    className: 'Kafka',
    commandLine: `java -Xmx1G -Xms1G -server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -Dkafka.logs.dir=${KAFKA_HOME}/bin/../logs -cp ${KAFKA_HOME}/bin/../libs/* kafka.Kafka`,
    residentKb: 412_804,
  },
  'zookeeper-server': {
    className: 'QuorumPeerMain',
    commandLine: 'java -Dzookeeper.log.dir=/logs -Dzookeeper.root.logger=INFO,CONSOLE -cp /apache-zookeeper-3.7.0-bin/lib/* org.apache.zookeeper.server.quorum.QuorumPeerMain /conf/zoo.cfg',
    residentKb: 98_632,
  },
  'kafka-producer': { className: 'ConsoleProducer', commandLine: 'java -Xmx512M kafka.tools.ConsoleProducer', residentKb: 91_204 },
  'kafka-consumer': { className: 'ConsoleConsumer', commandLine: 'java -Xmx512M kafka.tools.ConsoleConsumer', residentKb: 93_420 },
};

/** Undefined: not a Java program. A tool started at a shell has its main class in its command line. */
export function entryPoint(process: Process): JavaProgram | undefined {
  const known = Object.hasOwn(PROGRAMS, process.program) ? PROGRAMS[process.program] : undefined;
  if (known !== undefined && process.program === 'kafka-broker') {
    const parsed = parseConfig((process.config as { readonly properties: string }).properties, process.host);
    return { ...known, commandLine: `${known.commandLine} ../config/${propertiesFile(parsed.ok ? parsed.config.brokerId : 1)}` };
  }
  if (known !== undefined) return known;
  const words = process.commandLine?.startsWith('java ') === true ? process.commandLine.split(' ') : [];
  const mainClass = words.find((word) => /^[a-z]+(\.[A-Za-z0-9_$]+)+$/.test(word));
  if (mainClass === undefined) return undefined;
  return { className: mainClass.slice(mainClass.lastIndexOf('.') + 1), commandLine: process.commandLine!, residentKb: 84_112 };
}
