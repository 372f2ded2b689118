/**
 * Batches of ZooKeeper requests that are repeated until ZooKeeper has answered (KafkaZkClient.retryRequestsUntilConnected).
 * A batch is sent pipelined; requests that lost their connection are sent again, in their order, once the rest of the batch
 * is answered and the client is connected, without limit. Only a session that expired ends it: what is then unanswered
 * gets SESSIONEXPIRED. All callers of a broker share the permits (zookeeper.max.in.flight.requests).
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
}

export interface Pipeline {
  readonly maxInFlight: number;
  readonly connected: boolean;
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
  | { readonly type: 'state'; readonly state: 'SyncConnected' | 'Disconnected' | 'Expired' | 'Closed' };

export type PipelineOutput =
  | { readonly type: 'submit'; readonly token: PipelineToken; readonly request: ZkRequest }
  /** One result per request, in their order; each OK, ZooKeeper's own error, or SESSIONEXPIRED. */
  | { readonly type: 'zkDone'; readonly token: unknown; readonly results: readonly ZkResult[] };

export interface PipelineStep {
  readonly state: Pipeline;
  readonly outputs: readonly PipelineOutput[];
}

export function createPipeline(maxInFlight = 10): Pipeline {
  return { maxInFlight, connected: false, inFlight: 0, nextNumber: 0, batches: [] };
}

function unanswered(batch: Batch): number[] {
  return batch.answers.flatMap((answer, index) => (answer === null ? [index] : []));
}

/** Gives out permits, first batch first, and takes finished batches away. */
function advance(state: Pipeline, outputs: PipelineOutput[]): Pipeline {
  let { inFlight } = state;
  const batches: Batch[] = [];
  for (const batch of state.batches) {
    let { unsent } = batch;
    const left = batch.unsent.length === 0 && batch.inFlight === 0 ? unanswered(batch) : [];
    if (unsent.length === 0 && batch.inFlight === 0) {
      if (left.length === 0) {
        outputs.push({ type: 'zkDone', token: batch.token, results: batch.answers as readonly ZkResult[] });
        continue;
      }
      if (state.connected) unsent = left;
    }
    const permits = Math.max(0, Math.min(unsent.length, state.maxInFlight - inFlight));
    for (const index of unsent.slice(0, permits)) {
      outputs.push({ type: 'submit', token: { batch: batch.number, index }, request: batch.requests[index]! });
    }
    inFlight += permits;
    batches.push({ ...batch, unsent: unsent.slice(permits), inFlight: batch.inFlight + permits });
  }
  return { ...state, inFlight, batches };
}

function expire(state: Pipeline): Pipeline {
  const batches = state.batches.map((batch): Batch => {
    const answers = batch.answers.map((answer): ZkResult => answer ?? { err: 'SESSIONEXPIRED' });
    return { ...batch, answers, unsent: [], inFlight: 0 };
  });
  return { ...state, connected: false, inFlight: 0, batches };
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
      };
      next = { ...state, nextNumber: state.nextNumber + 1, batches: [...state.batches, batch] };
      break;
    }
    case 'reply': {
      // A reply of a batch that has expired meanwhile finds nothing; its permit went back with the session.
      const known = state.batches.some((batch) => batch.number === input.token.batch && batch.answers[input.token.index] === null && batch.inFlight > 0);
      if (!known) return { state, outputs };
      const lost = input.answer.err === 'CONNECTIONLOSS';
      const batches = state.batches.map((batch): Batch => {
        if (batch.number !== input.token.batch) return batch;
        if (lost) return { ...batch, inFlight: batch.inFlight - 1 };
        return { ...batch, inFlight: batch.inFlight - 1, answers: batch.answers.with(input.token.index, input.answer) };
      });
      next = { ...state, inFlight: state.inFlight - 1, batches, connected: state.connected && !lost };
      break;
    }
    case 'state':
      if (input.state === 'SyncConnected') next = { ...state, connected: true };
      else if (input.state === 'Disconnected') next = { ...state, connected: false };
      else next = expire(state);
      break;
  }
  const done = advance(next, outputs);
  return { state: done, outputs };
}
