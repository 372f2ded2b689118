/** Every xstate machine that a `*.machine.ts` under a folder exports. */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyStateMachine } from 'xstate';

export interface FoundMachine {
  /** Path below the folder. */
  readonly file: string;
  readonly machine: AnyStateMachine;
}

const isMachine = (thing: unknown): thing is AnyStateMachine =>
  typeof thing === 'object' && thing !== null && 'root' in thing && 'config' in thing && 'resolveState' in thing;

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return entry.name.endsWith('.machine.ts') ? [path] : [];
  });
}

export async function machinesUnder(folder: string): Promise<readonly FoundMachine[]> {
  const found: FoundMachine[] = [];
  for (const path of [...filesUnder(folder)].sort()) {
    const module = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
    for (const thing of Object.values(module)) if (isMachine(thing)) found.push({ file: relative(folder, path), machine: thing });
  }
  return found;
}
