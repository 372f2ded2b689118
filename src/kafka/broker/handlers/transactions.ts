/** The APIs of the transaction coordinator. */
import type { Handler } from '../requests.ts';

export const addPartitionsToTxn: Handler<'AddPartitionsToTxn'> = () => {
  throw new Error('to be written');
};
export const addOffsetsToTxn: Handler<'AddOffsetsToTxn'> = () => {
  throw new Error('to be written');
};
export const endTxn: Handler<'EndTxn'> = () => {
  throw new Error('to be written');
};
