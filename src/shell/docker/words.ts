/** Docker's own words where something is wrong (client 20.10). */
import { failed, type DoneResult } from '../command.ts';

export const NO_DAEMON = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?';

export const noDaemon = (): DoneResult => failed(NO_DAEMON);
export const daemonSays = (message: string): DoneResult => failed(`Error response from daemon: ${message}`);
/** `docker run` and `docker create` end with 125 when Docker itself refuses. */
export const runRefused = (message: string): DoneResult => failed(`docker: ${message}\nSee 'docker run --help'.`, 125);
export const noSuchContainer = (name: string): string => `No such container: ${name}`;

export function needsArguments(command: string, wanted: string, usage: string, summary: string): DoneResult {
  return failed(`"docker ${command}" requires ${wanted}.\nSee 'docker ${command} --help'.\n\nUsage:  docker ${command} ${usage}\n\n${summary}`);
}
