import { done, failed, lines, type Command } from '../command.ts';

/** The Java of the tutorial's machine, and that of the ZooKeeper image. */
const VERSIONS = {
  machine: ['openjdk version "1.8.0_262"', 'OpenJDK Runtime Environment (build 1.8.0_262-b10)', 'OpenJDK 64-Bit Server VM (build 25.262-b10, mixed mode)'],
  container: ['openjdk version "11.0.11" 2021-04-20', 'OpenJDK Runtime Environment 18.9 (build 11.0.11+9)', 'OpenJDK 64-Bit Server VM 18.9 (build 11.0.11+9, mixed mode)'],
} as const;

export const java: Command = {
  name: 'java',
  summary: { en: 'its version', 'zh-CN': '查看 Java 版本' },
  run([option], context) {
    const isContainer = context.world.network.hosts.find(({ name }) => name === context.host)?.bridgedBy !== undefined;
    if (option === '-version' || option === '--version') return done('', { stderr: lines(VERSIONS[isContainer ? 'container' : 'machine']) });
    if (option === undefined) return failed('Usage: java [-options] class [args...]\n           (to execute a class)\n   or  java [-options] -jar jarfile [args...]\n           (to execute a jar file)');
    return failed('java: programs of your own are not modelled here; the tools of Kafka and ZooKeeper are');
  },
};
