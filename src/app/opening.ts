/**
 * The opening of the first story, as it was booted when the page was built: there is something to see, and to ask about, before
 * what runs worlds has come.
 */
import { parse } from 'devalue';
import address from 'virtual:opening';
import { firstStory } from './stories.ts';
import { restored, type ClusterHistory, type SavedOpening, type Simulation } from './story.ts';

export const fetchSimulation = (): Promise<Simulation> => import('./open.ts');

/** Where the saved one does not arrive it is booted here. */
export async function firstOpening(): Promise<ClusterHistory> {
  try {
    const response = await fetch(address);
    if (response.ok) return restored(parse(await response.text()) as SavedOpening);
  } catch {
    // Booting needs more of the page, and may do where this did not.
  }
  const { openScenario } = await fetchSimulation();
  return openScenario(firstStory, firstStory.cluster.seed);
}
