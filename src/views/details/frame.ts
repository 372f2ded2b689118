/** What the details view draws: the few facts about a thing that one asks for first. */
export interface Detail {
  readonly name: string;
  /** As the cluster writes it. */
  readonly value: string;
  /** The last event changed it. */
  readonly isChanged?: boolean;
}
