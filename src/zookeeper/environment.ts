/**
 * What a Java program of ZooKeeper says of its surroundings (Environment.list), as far as it is known: the image's user and directory,
 * and a JVM as recorded. Paths of classes and libraries are left out.
 */
import { FULL_VERSION } from './server-summary.ts';

/** Name and value, in the order in which they are printed. */
export function environment(host: string, user = 'zookeeper'): readonly (readonly [string, string])[] {
  return [
    ['zookeeper.version', FULL_VERSION],
    ['host.name', host],
    ['java.version', '17.0.15'],
    ['java.vendor', 'Debian'],
    ['java.home', '/usr/lib/jvm/java-17-openjdk-amd64'],
    ['java.io.tmpdir', '/tmp'],
    ['java.compiler', '<NA>'],
    ['os.name', 'Linux'],
    ['os.arch', 'amd64'],
    ['user.name', user],
    ['user.dir', '/apache-zookeeper-3.7.0-bin'],
    ['os.memory.free', '239MB'],
    ['os.memory.max', '256MB'],
    ['os.memory.total', '256MB'],
  ];
}
