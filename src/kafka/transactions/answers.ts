/** An InitProducerId that gets no producer id. */
import type { Env } from '../../kernel/program.ts';
import { answer } from '../broker/requests.ts';
import type { Draft, RequestContext } from '../broker/state.ts';
import type { ErrorName } from '../protocol/index.ts';

export function answerInit(b: Draft, env: Env, context: RequestContext, error: ErrorName): void {
  answer(b, env, 'InitProducerId', context, { throttleTimeMs: 0, error, producerId: -1, producerEpoch: -1 });
}
