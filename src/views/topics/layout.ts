/** Partitions as lines of a table, with what an operator would look for: no leader, under-replicated, under min ISR. Pure. */
import type { PartitionLine, TopicsFrame } from './frame.ts';

export type Trouble = 'offline' | 'underMinIsr' | 'underReplicated' | 'notPreferred';

export interface TopicLine extends PartitionLine {
  readonly topic: string;
  readonly first: boolean;
  readonly trouble: readonly Trouble[];
}

export function troubleOf(line: PartitionLine): readonly Trouble[] {
  const found: Trouble[] = [];
  if (line.leader === undefined) found.push('offline');
  if (line.isr.length < line.minInsyncReplicas) found.push('underMinIsr');
  if (line.isr.length < line.replicas.length) found.push('underReplicated');
  if (line.leader !== undefined && line.replicas[0] !== undefined && line.leader !== line.replicas[0]) found.push('notPreferred');
  return found;
}

export function layoutTopics(frame: TopicsFrame): readonly TopicLine[] {
  return frame.topics.flatMap((topic) => topic.partitions.map((line, at) => ({ ...line, topic: topic.name, first: at === 0, trouble: troubleOf(line) })));
}
