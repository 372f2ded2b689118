/** What the comparison of branches draws: a column a branch, a row a thing that can be told of each. */
export interface BranchesFrame {
  readonly branches: readonly {
    readonly id: string;
    readonly name: string;
    readonly isHere: boolean;
    /** Where it left its parent, in microseconds; undefined: it is the first. */
    readonly forkedAt: number | undefined;
    /** What was done there since it left, oldest first. */
    readonly acts: readonly string[];
    /** The moment that is told of: the playhead's, or its end. */
    readonly at: number;
    readonly isEnd: boolean;
  }[];
  readonly rows: readonly {
    readonly name: string;
    /** One for each branch. */
    readonly values: readonly string[];
    readonly differs: boolean;
  }[];
}
