/** Boots the first story, and gives its opening as text: what the build puts beside the page. */
import { stringify } from 'devalue';
import { openScenario } from './open.ts';
import { firstStory } from './stories.ts';
import type { SavedOpening } from './story.ts';

/** As many records as what is selected and the messages on the stage are read from; the arrows of the timeline wait for the programs. */
const RECORDS = 64;

export function savedOpening(): string {
  const saved: SavedOpening = openScenario(firstStory, firstStory.cluster.seed).save(RECORDS);
  return stringify(saved);
}
