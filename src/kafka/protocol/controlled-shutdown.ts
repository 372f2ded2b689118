/** ControlledShutdown, api key 7, version 2: a broker asks the controller to move its leaderships away. */
import type { ErrorName } from './errors.ts';
import type { Request, Response } from './shared.ts';

export interface ControlledShutdownRequest extends Request<'ControlledShutdownRequest'> {
  readonly brokerId: number;
  /** czxid of the broker's own registration. */
  readonly brokerEpoch: number;
}

export interface RemainingPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface ControlledShutdownResponse extends Response<'ControlledShutdownResponse'> {
  readonly error: ErrorName;
  /** What the broker still leads. */
  readonly remainingPartitions: readonly RemainingPartition[];
}
