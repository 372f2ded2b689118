/** Stops the world where only a programmer's mistake can have led. What a real cluster answers is a value, never this. */
export class SimulationStopped extends Error {
  constructor(
    message: string,
    readonly seed: number | undefined,
    readonly atMicros: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'SimulationStopped';
  }
}

export function assert(holds: unknown, what: string): asserts holds {
  if (!holds) throw new SimulationStopped(what, undefined, undefined);
}
