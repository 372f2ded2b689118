/** The branches of a history at one moment, side by side: what stands where, and in what they differ. */
import { realCommand } from '../../cluster/real-command.ts';
import { countsOf } from '../../cluster/observer.ts';
import { factsOf } from '../../cluster/observer.ts';
import type { BranchesFrame } from '../../views/branches/frame.ts';
import { branchName } from '../branch-name.ts';
import type { ClusterHistory } from '../story.ts';
import { branchWords as words } from './branch-words.ts';
import type { Seen } from './stage.ts';
import { actWord } from './words.ts';

/** What can be told of one moment, by name and in order. */
function told({ facts, observed, world }: Seen): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  const { controller } = facts;
  rows.set(words.controller, controller === null ? words.none : words.inEpoch(`broker ${controller.brokerId}`, controller.epoch));
  const leader = facts.servers.find(({ sid }) => sid === facts.zookeeperLeader);
  rows.set(words.ensembleLeader, leader === undefined ? words.none : words.inEpoch(leader.name, leader.epoch));
  for (const { name, state } of facts.servers) rows.set(name, state);
  for (const { id, isUp, state } of facts.brokers) rows.set(`broker ${id}`, isUp ? state : words.down);
  for (const topic of facts.topics.filter((one) => !one.startsWith('__'))) {
    for (const one of facts.partitions(topic)) {
      rows.set(one.name, words.partition(one.leader === null || one.leader === undefined ? words.none : String(one.leader), one.leaderEpoch, one.isr.join(',')));
      for (const broker of one.replicas) {
        const replica = facts.replica(broker, topic, one.partition);
        rows.set(words.onBroker(one.name, broker), replica === undefined ? words.down : words.offsets(replica.highWatermark, replica.logEnd));
      }
    }
  }
  const { sent, acked, failed, ackedLost } = countsOf(observed, world);
  rows.set(words.sent, String(sent)).set(words.acked, String(acked)).set(words.failed, String(failed)).set(words.lost, String(ackedLost));
  return rows;
}

/** `isOwn`: whether an act was somebody's at the page, and not the boot's. */
export function branchesFrame(history: ClusterHistory, isOwn: (act: ClusterHistory['acts'][number]) => boolean): BranchesFrame {
  const views = history.allBranches;
  if (views.length < 2) return { branches: [], rows: [] };
  const moments = views.map((view) => ({ view, ...history.glance(view.id, history.now) }));
  const columns = moments.map(({ world, observed, now }) => told({ world, observed, facts: factsOf(world, observed), now }));
  const names = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  return {
    branches: moments.map(({ view, now, acts, world }) => ({
      id: String(view.id),
      name: branchName(view.id),
      isHere: view.isCurrent,
      forkedAt: view.parent === null ? undefined : view.forkedAtMicros,
      acts: acts.filter((act) => isOwn(act) && act.item >= view.forkedAtItem).map(({ action }) => realCommand(world, action) ?? actWord(action) ?? action.type),
      at: now,
      isEnd: now < history.now,
    })),
    rows: names.map((name) => {
      const values = columns.map((column) => column.get(name) ?? words.none);
      return { name, values, differs: values.some((value) => value !== values[0]) };
    }),
  };
}
