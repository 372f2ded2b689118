/**
 * What the page fetches behind its first picture: not with it, but as soon as anybody does anything with the page (a pointer that
 * moves over it, a key), so that it is there when it is asked for.
 */
export const parts = {
  hoverCard: () => import('./HoverCard.svelte'),
  messageTab: () => import('./tabs/MessageTab.svelte'),
  dataTab: () => import('./tabs/DataTab.svelte'),
  diskTab: () => import('./tabs/DiskTab.svelte'),
  configTab: () => import('./tabs/ConfigTab.svelte'),
  logTab: () => import('./tabs/LogTab.svelte'),
  whyTab: () => import('./tabs/WhyTab.svelte'),
  topicsTab: () => import('./tabs/TopicsTab.svelte'),
  partitionTab: () => import('./tabs/PartitionTab.svelte'),
  segmentsTab: () => import('./tabs/SegmentsTab.svelte'),
  electionTab: () => import('./tabs/ElectionTab.svelte'),
  treeTab: () => import('./tabs/TreeTab.svelte'),
  groupsTab: () => import('./tabs/GroupsTab.svelte'),
  ledgerTab: () => import('./tabs/LedgerTab.svelte'),
  invariants: () => import('./tabs/InvariantsPart.svelte'),
  branchesTab: () => import('./tabs/BranchesTab.svelte'),
};

/** Whoever fetches for later waits for nothing and does not mind what fails: it is fetched again when it is asked for. */
export function fetchParts(): void {
  for (const part of Object.values(parts)) part().catch(() => undefined);
}
