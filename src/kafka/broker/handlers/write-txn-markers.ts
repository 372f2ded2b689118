/** WriteTxnMarkers: the end of transactions in the logs of partitions that this broker leads. */
import type { Handler } from '../requests.ts';

export const writeTxnMarkers: Handler<'WriteTxnMarkers'> = () => {
  throw new Error('to be written');
};
