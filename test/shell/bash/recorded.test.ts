/**
 * Lines as they were typed at bash 5.2 (GNU coreutils 9.1, findutils 4.9.0) and what it printed there, typed here. Each begins in a directory
 * of its own in which `list` is the only file.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Typist } from '../typist.ts';

const home = new Typist();
home.type("mkdir home; cd home; printf 'one 1\\ntwo 2\\n  three   3 x\\n' > list");
const { world } = home;

const recorded = (name: string): readonly (readonly [line: string, output: string])[] => JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8')) as [string, string][];

for (const name of ['tools', 'bash']) {
  describe(`recorded ${name}`, () => {
    for (const [line, output] of recorded(name)) {
      it(JSON.stringify(line), () => {
        const typist = new Typist(world, 'terminal-2');
        typist.type('cd home');
        expect(typist.type(line)).toBe(output);
      });
    }
  });
}
