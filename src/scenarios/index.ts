/** The stories in the order in which they are told; the page opens on the first. */
import { firstElection } from './first-election.ts';
import { loseAnAcknowledgedRecord } from './lose-an-acknowledged-record.ts';
import { pullThePlug } from './pull-the-plug.ts';
import type { Scenario } from './scenario.ts';
import { theControllerDies } from './the-controller-dies.ts';
import { theOldLeaderComesHome } from './the-old-leader-comes-home.ts';
import { zookeeperIsDown } from './zookeeper-is-down.ts';

export const scenarios: readonly Scenario[] = [
  pullThePlug,
  firstElection,
  loseAnAcknowledgedRecord,
  theOldLeaderComesHome,
  theControllerDies,
  zookeeperIsDown,
];
