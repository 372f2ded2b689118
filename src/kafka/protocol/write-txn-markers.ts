/** WriteTxnMarkers, api key 27, version 0: a transaction coordinator has the leaders of partitions write the end of transactions. */
import type { PartitionError, Request, Response, TopicOf } from './shared.ts';

export interface TxnMarker {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** True COMMIT, false ABORT. */
  readonly committed: boolean;
  readonly topics: readonly TopicOf<number>[];
  /** Leader epoch of the coordinator's partition of `__transaction_state`. */
  readonly coordinatorEpoch: number;
}

export interface WriteTxnMarkersRequest extends Request<'WriteTxnMarkersRequest'> {
  readonly markers: readonly TxnMarker[];
}

export interface WriteTxnMarkersResponse extends Response<'WriteTxnMarkersResponse'> {
  readonly markers: readonly {
    readonly producerId: number;
    readonly topics: readonly TopicOf<PartitionError>[];
  }[];
}
