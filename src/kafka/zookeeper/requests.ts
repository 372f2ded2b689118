/**
 * What Kafka asks of ZooKeeper and what it gets back (kafka.zookeeper's AsyncRequest and AsyncResponse), with the few words
 * to write and read them by.
 */
import type { Answer, ClientOp, CreateMode, MultiPart, Stat } from '../../zookeeper/messages.ts';

export type { WatchEvent as ZkWatchEvent } from '../../zookeeper/messages.ts';
export type { ErrorName as ZkError } from '../../zookeeper/errors.ts';
export type ZkRequest = ClientOp;
export type ZkOp = MultiPart;
export type ZkStat = Stat;
/** `err` is OK or ZooKeeper's error; a failed multi has both the error and the results of its parts. */
export type ZkResult = Answer;

/** Any version. */
export const ANY = -1;

export const create = (path: string, data: string | null, mode: CreateMode = 'PERSISTENT'): ZkOp & { type: 'create' } => ({
  type: 'create',
  path,
  data,
  mode,
});
export const setData = (path: string, data: string | null, version: number): ZkOp & { type: 'setData' } => ({ type: 'setData', path, data, version });
export const remove = (path: string, version = ANY): ZkOp & { type: 'delete' } => ({ type: 'delete', path, version });
export const check = (path: string, version: number): ZkOp & { type: 'check' } => ({ type: 'check', path, version });
export const exists = (path: string, watch = false): ZkRequest => ({ type: 'exists', path, watch });
export const getData = (path: string, watch = false): ZkRequest => ({ type: 'getData', path, watch });
export const getChildren = (path: string, watch = false): ZkRequest => ({ type: 'getChildren', path, watch });
export const multi = (...ops: readonly ZkOp[]): ZkRequest => ({ type: 'multi', ops });

/** Text of a getData; null if there is none. */
export function dataOf(answer: ZkResult | undefined): string | null {
  return answer?.err === 'OK' && answer.result?.type === 'getData' ? answer.result.data : null;
}

/** Stat of whatever carries one. */
export function statOf(answer: ZkResult | undefined): ZkStat | null {
  const result = answer?.result;
  return answer?.err === 'OK' && result && 'stat' in result ? result.stat : null;
}

/** Names of a getChildren; empty if the znode is not there. */
export function childrenOf(answer: ZkResult | undefined): readonly string[] {
  return answer?.err === 'OK' && answer.result?.type === 'getChildren' ? answer.result.children : [];
}

/** Path of a create, with its sequence number. */
export function pathOf(answer: ZkResult | undefined): string | null {
  return answer?.err === 'OK' && answer.result?.type === 'create' ? answer.result.path : null;
}

/** Result and error of one part of a multi. */
export function partOf(answer: ZkResult, index: number): { readonly err: ZkResult['err']; readonly stat: ZkStat | null } {
  const part = answer.result?.type === 'multi' ? answer.result.results[index] : undefined;
  if (!part) return { err: answer.err, stat: null };
  if (part.type === 'error') return { err: part.err, stat: null };
  return { err: 'OK', stat: 'stat' in part ? part.stat : null };
}

/** The error of a multi as a whole: a server may answer OK in the header and name the failure in the parts only. */
export function multiError(answer: ZkResult): ZkResult['err'] {
  if (answer.err !== 'OK' || answer.result?.type !== 'multi') return answer.err;
  for (const part of answer.result.results) if (part.type === 'error' && part.err !== 'OK') return part.err;
  return 'OK';
}
