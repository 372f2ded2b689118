/** The commands of zkCli 3.7.0, and what its main loop says when something is wrong with one. */
import { JavaException } from '../java.ts';
import type { Script } from './asking.ts';
import { CliError, type CliCommand } from './cli-command.ts';
import { otherCommands } from './other-commands.ts';
import { reading } from './reading.ts';
import { writing } from './writing.ts';

/** Those that the main loop itself carries out. */
const OWN: readonly (readonly [name: string, usage: string])[] = [['connect', 'host:port'], ['history', ''], ['redo', 'cmdno'], ['printwatches', 'on|off'], ['quit', '']];

const table: readonly CliCommand[] = [...reading, ...writing, ...otherCommands];

export const NAMES: readonly string[] = [...OWN.map(([name]) => name), ...table.map(({ name }) => name)].sort();

export function usage(): string {
  const listed = [...OWN, ...table.map((one): readonly [string, string] => [one.name, one.usage])].sort(([one], [other]) => (one < other ? -1 : 1));
  return `ZooKeeper -server host:port -client-configuration properties-file cmd args\n${listed.map(([name, text]) => `\t${name} ${text}\n`).join('')}`;
}

/** What `processZKCmd` does with a command that is not one of the main loop's own; the value is the exit code. */
export function* run(words: readonly string[]): Script<number> {
  try {
    yield* table.find(({ name }) => name === words[0])!.exec(words);
    return 0;
  } catch (error) {
    if (error instanceof JavaException) throw new JavaException(error.className, error.message, [...error.frames, 'org.apache.zookeeper.ZooKeeperMain.processZKCmd(ZooKeeperMain.java:438)']);
    if (!(error instanceof CliError)) throw error;
    yield { type: 'print', stream: 'stderr', text: `${error.message}\n` };
    return error.exitCode;
  }
}
