/** What the tutorial begins with: the empty host, and a terminal at it. */
import { expand } from '../cluster/actions.ts';
import { emptyHost } from '../shell/machine/empty-host.ts';
import { shellKernel } from '../shell/kernel.ts';
import { openTerminal } from '../shell/terminal.ts';
import type { Story } from './story.ts';

export const beginning: NonNullable<Story['beginning']> = {
  programs: { kernel: shellKernel, expand },
  world(seed) {
    let world = emptyHost(seed);
    for (const action of openTerminal(world, 'host', 'host')) world = shellKernel.perform(world, action).world;
    return world;
  },
};
