/** A command inside a container: what `docker exec` adds to its processes, or what is its first one. */
import type { BashConfig } from '../bash/state.ts';
import { quoted } from '../bash/quote.ts';
import type { Command } from '../command.ts';
import type { FileTree } from '../files/tree.ts';
import { isScript, scriptInPath } from '../machine/path.ts';
import type { Container } from './state.ts';
import { HOME, variablesOf } from './zookeeper-image.ts';

const SHELLS: readonly string[] = ['bash', 'sh', '/bin/bash', '/bin/sh', '/usr/bin/bash'];

/** A shell that reads what is typed, not one that is given a line. */
export const isPlainShell = (command: readonly string[]): boolean => command.length === 1 && SHELLS.includes(command[0]!);

/** Whether the container's PATH leads to it; what is named by its path is looked for when it is run. `files` are the container's. */
export function isExecutable(commands: readonly Command[], files: FileTree, { env }: Pick<Container, 'env'>, name: string): boolean {
  if (name.includes('/') || SHELLS.includes(name)) return true;
  const isThere = !isScript(name) || scriptInPath(files, { cwd: HOME, variables: variablesOf(env) }, name) !== undefined;
  return isThere && commands.some((one) => one.name === name);
}

export const notExecutable = (name: string): string => `starting container process caused: exec: "${name}": executable file not found in $PATH: unknown`;

export interface Inside {
  readonly program: 'bash';
  readonly commandLine: string;
  readonly config: BashConfig;
}

/** `isInteractive`: somebody types to it. */
export function inside(container: Pick<Container, 'env' | 'hostname'>, command: readonly string[], isInteractive: boolean, cwd = HOME, own: Readonly<Record<string, string>> = {}): Inside {
  const variables = {
    ...variablesOf(container.env),
    HOME: '/root',
    HOSTNAME: container.hostname,
    PS1_DEBIAN: '1',
    ...own,
  };
  const input = isInteractive ? {} : { hasNoInput: true };
  return {
    program: 'bash',
    commandLine: command.join(' '),
    config: isPlainShell(command) ? { isInner: true, cwd, variables, ...input } : { line: command.map(quoted).join(' '), cwd, variables, ...input },
  };
}
