export interface ConfigFrame {
  /** `broker-1`. */
  readonly broker: string;
  /** Text of its `server.properties`, as it would start with it now. */
  readonly properties: string;
  readonly alive: boolean;
}
