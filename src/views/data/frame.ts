/** What the data view draws: plain data as it is, and as it was before the last event. */
export interface DataFrame {
  /** The process or machine it belongs to. */
  readonly name: string;
  readonly value: unknown;
  /** Absent: nothing is marked as changed. */
  readonly before?: { readonly value: unknown };
}
