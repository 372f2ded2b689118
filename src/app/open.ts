/** Brings a scenario's cluster up, with everything that happened on the way in its history. */
import { expand } from '../cluster/actions.ts';
import { build } from '../cluster/description.ts';
import { kernel } from '../cluster/programs.ts';
import { StepRun } from '../cluster/steps.ts';
import { HistoryDrive, newHistory, type ClusterHistory, type Programs, type Story } from './story.ts';

export const programs: Programs = { kernel, expand };

/** Stories open at a round moment: where the scenario says, or later if its boot took longer. */
const ROUND = 5_000_000;

/** Opening frames by what they came out of. A history is a value: stories with the same cluster, seed and boot begin with the same one. */
const opened = new Map<string, ClusterHistory>();
const KEPT = 8;

/** The opening frame with all that led to it, booted once. Throws if the cluster did not come up as the scenario expects. */
export function openScenario(scenario: Story, seed: number): ClusterHistory {
  const { id, beginning, cluster, boot, openAtMs, leadInMs } = scenario;
  const key = JSON.stringify([beginning ? id : null, { ...cluster, seed }, boot, openAtMs, leadInMs]);
  const checkpoint = opened.get(key) ?? bootScenario(scenario, seed);
  opened.delete(key);
  opened.set(key, checkpoint);
  if (opened.size > KEPT) opened.delete(opened.keys().next().value!);
  return checkpoint.copy();
}

function bootScenario(scenario: Story, seed: number): ClusterHistory {
  const { beginning, cluster } = scenario;
  const history = beginning ? newHistory(beginning.world(seed), beginning.programs) : newHistory(build({ ...cluster, seed }), programs);
  const drive = new HistoryDrive(history);
  for (const step of scenario.boot) {
    const outcome = new StepRun(step, drive).advance(Infinity);
    if (outcome !== 'reached') throw new Error(`${scenario.id}: it never came about: ${JSON.stringify(step.until)}`);
  }
  const earliest = history.now + scenario.leadInMs * 1_000;
  const planned = scenario.openAtMs * 1_000;
  history.runTo(planned >= earliest ? planned : Math.ceil(earliest / ROUND) * ROUND);
  return history;
}
