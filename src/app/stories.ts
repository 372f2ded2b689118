/** The stories as the page gets them: the first comes with it, the others are fetched when they are opened. */
import { headings } from '../scenarios/headings.ts';
import { pullThePlug } from '../scenarios/pull-the-plug.ts';
import type { Heading, Scenario } from '../scenarios/scenario.ts';
import type { Story } from './story.ts';

export const firstStory: Scenario = pullThePlug;

export const stories: readonly Heading[] = Object.values(headings);

const later: { readonly [Name in Exclude<keyof typeof headings, 'pullThePlug'>]: () => Promise<Story> } = {
  firstElection: async () => (await import('../scenarios/first-election.ts')).firstElection,
  loseAnAcknowledgedRecord: async () => (await import('../scenarios/lose-an-acknowledged-record.ts')).loseAnAcknowledgedRecord,
  theOldLeaderComesHome: async () => {
    const [{ theOldLeaderComesHome }, { programs }] = await Promise.all([import('../scenarios/the-old-leader-comes-home.ts'), import('./terminals.ts')]);
    return { ...theOldLeaderComesHome, programs };
  },
  theControllerDies: async () => (await import('../scenarios/the-controller-dies.ts')).theControllerDies,
  tutorial: async () => {
    const [{ tutorial }, { beginning }, { guide }] = await Promise.all([import('../scenarios/tutorial.ts'), import('./empty-host.ts'), import('./guide/index.ts')]);
    return { ...tutorial, beginning, guide };
  },
  zookeeperIsDown: async () => (await import('../scenarios/zookeeper-is-down.ts')).zookeeperIsDown,
};

/** Undefined: there is no such story. */
export async function story(id: string): Promise<Story | undefined> {
  if (id === firstStory.id) return firstStory;
  for (const [name, load] of Object.entries(later)) if (headings[name as keyof typeof later].id === id) return load();
  return undefined;
}
