/**
 * Which partitions have moved from whom to whom (StickyAssignor.PartitionMovements): before one goes from B to A, another one of the
 * topic that went from A to B goes back instead.
 */
interface Movement {
  readonly topic: string;
  readonly from: string;
  readonly to: string;
}

export class PartitionMovements {
  private readonly moved = new Map<string, Movement>();

  /** Notes a movement; one that undoes an earlier one takes it away, one that goes on lengthens it. */
  note(topic: string, partition: string, from: string, to: string): void {
    const earlier = this.moved.get(partition);
    const start = earlier?.from ?? from;
    this.moved.delete(partition);
    if (start !== to) this.moved.set(partition, { topic, from: start, to });
  }

  /** The partition that is moved instead. */
  actual(topic: string, partition: string, from: string, to: string): string {
    const start = this.moved.get(partition)?.from ?? from;
    for (const [name, movement] of this.moved) if (movement.topic === topic && movement.from === to && movement.to === start) return name;
    return partition;
  }
}
