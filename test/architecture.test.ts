import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { describe, expect, it } from 'vitest';

const filesUnder = (directory: string, wanted: RegExp): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => wanted.test(path))
    .map((path) => join(directory, path))
    .sort();

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:])\/\/.*$/gm, '$1').replace(/'[^'\n]*'/g, "''");

describe('the simulation', () => {
  const sources = ['kernel', 'zookeeper', 'kafka', 'cluster', 'shell', 'scenarios'].flatMap((layer) => filesUnder(`src/${layer}`, /\.ts$/));
  const banned: readonly (readonly [string, RegExp])[] = [
    ['the real clock', /\b(new Date\b|Date\.now|performance\.now)/],
    ['unseeded chance', /\b(Math\.random|crypto\.(getRandomValues|randomUUID))/],
    ['real timers', /\b(setTimeout|setInterval|queueMicrotask|requestAnimationFrame)\s*\(/],
    ['the DOM', /\b(document|window|localStorage|navigator)\./],
    ['the locale', /\b(toLocaleString|localeCompare|Intl)\b/],
    ["xstate's own clock and actors", /\b(createActor|fromPromise|spawnChild|waitFor)\b|\binvoke:/],
  ];

  it('has source files to look at', () => {
    expect(sources.length).toBeGreaterThan(20);
  });

  for (const [what, pattern] of banned) {
    it(`does not touch ${what}`, () => {
      // kernel/machine.ts builds one inert actor a machine to have a scope to step with; it is never started.
      const guilty = sources.filter((file) => file !== 'src/kernel/machine.ts' && pattern.test(withoutComments(readFileSync(file, 'utf8'))));
      expect(guilty).toEqual([]);
    });
  }
});

describe('every machine', () => {
  const files = filesUnder('src', /\.machine\.ts$/);
  const nodesOf = (node: AnyStateNode): AnyStateNode[] => [node, ...Object.values(node.states).flatMap(nodesOf)];
  const nameOf = (one: unknown): string => (typeof one === 'string' ? one : ((one as { type?: string }).type ?? ''));

  for (const file of files) {
    it(`${file} names only guards, actions and delays that exist`, async () => {
      const module = (await import(`../${file}`)) as Record<string, unknown>;
      const machines = Object.values(module).filter(
        (one): one is AnyStateMachine => typeof one === 'object' && one !== null && 'implementations' in one && 'root' in one,
      );
      expect(machines.length).toBeGreaterThan(0);
      for (const machine of machines) {
        const known = machine.implementations;
        const missing: string[] = [];
        for (const node of nodesOf(machine.root)) {
          for (const action of [...node.entry, ...node.exit]) {
            const name = nameOf(action);
            if (name && !name.startsWith('xstate.') && !(name in known.actions)) missing.push(`action ${name}`);
          }
          for (const transitions of node.transitions.values()) {
            for (const transition of transitions) {
              for (const action of transition.actions) {
                const name = nameOf(action);
                if (name && !name.startsWith('xstate.') && !(name in known.actions)) missing.push(`action ${name}`);
              }
              if (transition.guard !== undefined) {
                const name = nameOf(transition.guard);
                if (name && !name.startsWith('xstate.') && !(name in known.guards)) missing.push(`guard ${name}`);
              }
            }
          }
          for (const after of node.after) {
            if (typeof after.delay === 'string' && !(after.delay in known.delays)) missing.push(`delay ${after.delay}`);
          }
        }
        expect(missing).toEqual([]);
      }
    });
  }
});
