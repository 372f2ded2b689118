/** What `Tab` finds in zkCli 3.7.0 (JLineZNodeCompleter): commands by their beginning, and behind a slash the children of a node. */
import { NAMES } from './commands-3.7.ts';

export interface Candidates {
  /** Where in the line what is found begins; it goes up to the cursor. */
  readonly from: number;
  /** Sorted; names of nodes without what stands before their last slash. */
  readonly candidates: readonly string[];
}

/** `childrenOf`: what a server answers for a path; undefined: an error. */
export function complete(line: string, cursor: number, childrenOf: (path: string) => readonly string[] | undefined): Candidates {
  const before = line.slice(0, cursor);
  const token = before.endsWith(' ') ? '' : (before.split(' ').at(-1) ?? '');
  if (!token.startsWith('/')) return { from: before.lastIndexOf(' ') + 1, candidates: NAMES.filter((name) => name.startsWith(token)) };
  const slash = token.lastIndexOf('/') + 1;
  const beginning = token.slice(slash);
  // Only the root ends with a slash.
  const children = childrenOf(slash === 1 ? '/' : token.slice(0, slash - 1)) ?? [];
  const candidates = children.filter((name) => name.startsWith(beginning)).sort();
  return { from: candidates.length === 0 ? before.length : before.lastIndexOf('/') + 1, candidates };
}
