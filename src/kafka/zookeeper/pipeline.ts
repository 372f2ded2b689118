/**
 * Batches of ZooKeeper requests that are repeated until ZooKeeper has answered (KafkaZkClient.retryRequestsUntilConnected).
 * A batch is sent pipelined; requests that lost their connection are sent again, in their order, once the rest of the batch
 * is answered and the client is connected, without limit. Only a session that expired ends it: who waits for a connection
 * then gets SESSIONEXPIRED at once, who has a request with the client when that has cleaned up.
 * All callers of a broker share the permits (zookeeper.max.in.flight.requests).
 */
import type { ZkRequest, ZkResult } from './requests.ts';

interface Batch {
  readonly number: number;
  readonly token: unknown;
  readonly requests: readonly ZkRequest[];
  readonly answers: readonly (ZkResult | null)[];
  /** Indices still to be submitted in this round, and how many of the round are out. */
  readonly unsent: readonly number[];
  readonly inFlight: number;
  /** Lost in this round, to be repeated when the rest is answered. */
  readonly lost: readonly number[];
  /** Once on this connection: a client that is closing refuses at once, and would do so for ever. */
  readonly repeated: boolean;
  /** For a connection, with nothing out. */
  readonly waits: boolean;
}

export interface Pipeline {
  readonly maxInFlight: number;
  /** `lost` until the client begins to connect again: as long as that, it calls itself CONNECTED and takes what is repeated. */
  readonly connection: 'connected' | 'lost' | 'connecting';
  /** With the client whose session has expired; their callers still wait. */
  readonly expiring: readonly PipelineToken[];
  readonly inFlight: number;
  readonly nextNumber: number;
  readonly batches: readonly Batch[];
}

/** What the client's `submit` gets as its token and gives back in the reply. */
export interface PipelineToken {
  readonly batch: number;
  readonly index: number;
}

export type PipelineInput =
  /** Any token; it comes back in `zkDone`. */
  | { readonly type: 'request'; readonly token: unknown; readonly requests: readonly ZkRequest[] }
  | { readonly type: 'reply'; readonly token: PipelineToken; readonly answer: ZkResult }
  /** State changes of the client. */
  | { readonly type: 'state'; readonly state: 'SyncConnected' | 'Disconnected' | 'Expired' | 'Closed' }
  /** The client of an expired session has let go of its connection. */
  | { readonly type: 'cleanedUp' };

export type PipelineOutput =
  | { readonly type: 'submit'; readonly token: PipelineToken; readonly request: ZkRequest }
  /** A caller begins or ends to wait for a connection (ZooKeeperClient.waitUntilConnected). */
  | { readonly type: 'waitsForConnection' | 'goesOn' }
  /** One result per request, in their order; each OK, ZooKeeper's own error, or SESSIONEXPIRED. */
  | { readonly type: 'zkDone'; readonly token: unknown; readonly results: readonly ZkResult[] };

export interface PipelineStep {
  readonly state: Pipeline;
  readonly outputs: readonly PipelineOutput[];
}

export function createPipeline(maxInFlight = 10): Pipeline {
  return { maxInFlight, connection: 'connecting', expiring: [], inFlight: 0, nextNumber: 0, batches: [] };
}

function unanswered(batch: Batch): number[] {
  return batch.answers.flatMap((answer, index) => (answer === null ? [index] : []));
}

/** Gives out permits, first batch first, and takes finished batches away. */
function advance(state: Pipeline, outputs: PipelineOutput[]): Pipeline {
  let { inFlight } = state;
  const batches: Batch[] = [];
  for (const batch of state.batches) {
    let { unsent, lost, repeated, waits } = batch;
    if (unsent.length === 0 && batch.inFlight === 0) {
      if (unanswered(batch).length === 0) {
        outputs.push({ type: 'zkDone', token: batch.token, results: batch.answers as readonly ZkResult[] });
        continue;
      }
      if (!batch.waits) outputs.push({ type: 'waitsForConnection' });
      waits = state.connection === 'connecting' || repeated;
      if (!waits) {
        outputs.push({ type: 'goesOn' });
        unsent = lost;
        lost = [];
        repeated = true;
      }
    }
    const permits = Math.max(0, Math.min(unsent.length, state.maxInFlight - inFlight));
    for (const index of unsent.slice(0, permits)) {
      outputs.push({ type: 'submit', token: { batch: batch.number, index }, request: batch.requests[index]! });
    }
    inFlight += permits;
    batches.push({ ...batch, unsent: unsent.slice(permits), inFlight: batch.inFlight + permits, lost, repeated, waits });
  }
  return { ...state, inFlight, batches };
}

const isSame = (a: PipelineToken, b: PipelineToken): boolean => a.batch === b.batch && a.index === b.index;

function answered(batch: Batch, answer: ZkResult, indices: readonly number[]): Batch {
  return { ...batch, answers: batch.answers.map((known, index) => (known === null && indices.includes(index) ? answer : known)) };
}

/** A waiting caller hears of it at once; what lies with the client stays there until the client has cleaned up. */
function expire(state: Pipeline): Pipeline {
  const batches = state.batches.map((batch) => (batch.waits ? answered(batch, { err: 'SESSIONEXPIRED' }, unanswered(batch)) : batch));
  const expiring = batches.flatMap((batch) => unanswered(batch).filter((index) => !batch.unsent.includes(index) && !batch.lost.includes(index)).map((index) => ({ batch: batch.number, index })));
  return { ...state, connection: 'connecting', batches, expiring };
}

function end(state: Pipeline): Pipeline {
  const batches = state.batches.map((batch): Batch => ({ ...answered(batch, { err: 'SESSIONEXPIRED' }, unanswered(batch)), unsent: [], inFlight: 0, lost: [], waits: false }));
  return { ...state, connection: 'connecting', expiring: [], inFlight: 0, batches };
}

/** The client's answer to something that was out; CONNECTIONLOSS is none. */
function reply(state: Pipeline, token: PipelineToken, answer: ZkResult): Pipeline {
  const isOut = state.batches.some((batch) => batch.number === token.batch && batch.answers[token.index] === null && batch.inFlight > 0);
  if (!isOut) return state;
  const lost = answer.err === 'CONNECTIONLOSS';
  const batches = state.batches.map((batch): Batch => {
    if (batch.number !== token.batch) return batch;
    const left = { ...batch, inFlight: batch.inFlight - 1 };
    return lost ? { ...left, lost: [...batch.lost, token.index] } : answered(left, answer, [token.index]);
  });
  return { ...state, inFlight: state.inFlight - 1, batches, connection: lost && state.connection === 'lost' ? 'connecting' : state.connection };
}

export function handlePipeline(state: Pipeline, input: PipelineInput): PipelineStep {
  const outputs: PipelineOutput[] = [];
  let next = state;
  switch (input.type) {
    case 'request': {
      const batch: Batch = {
        number: state.nextNumber,
        token: input.token,
        requests: input.requests,
        answers: input.requests.map(() => null),
        unsent: input.requests.map((_, index) => index),
        inFlight: 0,
        lost: [],
        repeated: false,
        waits: false,
      };
      next = { ...state, nextNumber: state.nextNumber + 1, batches: [...state.batches, batch] };
      break;
    }
    case 'reply':
      if (!state.expiring.some((token) => isSame(token, input.token))) next = reply(state, input.token, input.answer);
      break;
    case 'cleanedUp':
      for (const token of state.expiring) next = reply(next, token, { err: 'SESSIONEXPIRED' });
      next = { ...next, expiring: [] };
      break;
    case 'state':
      if (input.state === 'SyncConnected') next = { ...state, connection: 'connected', batches: state.batches.map((batch) => ({ ...batch, repeated: false })) };
      else if (input.state === 'Disconnected') next = { ...state, connection: state.connection === 'connected' ? 'lost' : state.connection };
      else next = input.state === 'Expired' ? expire(state) : end(state);
      break;
  }
  const done = advance(next, outputs);
  return { state: done, outputs };
}
