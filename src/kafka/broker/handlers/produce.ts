/** Produce: append as leader, then answer, or wait until the ISR has it. */
import type { ErrorName, ProduceRequest } from '../../protocol/index.ts';
import { INTERNAL_TOPICS } from '../../topic-name.ts';
import { partitionState } from '../metadata-cache.ts';
import { isLocked } from '../partition.ts';
import { appendRefusal, appendToLeader, parkProduce, produceResponse, sayRefused } from '../replica-manager.ts';
import { CLOSE, NO_RESPONSE, PARKED, mute, waitForLock, type Handler } from '../requests.ts';
import { placeOf, type Draft, type ProduceStatus } from '../state.ts';

export const produce: Handler<'Produce'> = (b, request, context, env) => {
  const { acks } = request;
  for (const { topic, partitions } of request.topics) {
    for (const { partition } of partitions) {
      const place = placeOf(b, topic, partition);
      if (place >= 0 && isLocked(b.partitions[place]!)) return waitForLock(b, place, context);
    }
  }
  const statuses: ProduceStatus[] = [];
  let failed = false;
  for (const { topic, partitions } of request.topics) {
    for (const entry of partitions) {
      const place = placeOf(b, topic, entry.partition);
      const refused = whyNot(b, request, topic, entry.partition, place);
      const local = place < 0 ? undefined : b.partitions[place];
      const status = { at: place, topic, partition: entry.partition, required: 0, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: local?.log.logStartOffset ?? -1 };
      const batch = entry.records[0];
      if (refused !== 'NONE' || !local || batch === undefined) {
        failed = true;
        sayRefused(b, env, place, refused);
        statuses.push({ ...status, error: refused === 'NONE' ? 'CORRUPT_MESSAGE' : refused });
        continue;
      }
      const appended = appendToLeader(b, env, place, batch, 'client');
      if (appended.error !== 'NONE') {
        failed = true;
        statuses.push({ ...status, error: appended.error });
        continue;
      }
      statuses.push({ ...status, required: appended.lastOffset + 1, error: acks === -1 ? null : 'NONE', baseOffset: appended.baseOffset, logAppendTimeMs: appended.logAppendTimeMs });
    }
  }
  if (acks === 0) {
    produceResponse(b, env, acks, statuses);
    return failed ? CLOSE : NO_RESPONSE;
  }
  if (acks === -1 && statuses.some((status) => status.error === null)) {
    mute(b, context.connection);
    parkProduce(b, env, { of: { type: 'client', context }, deadline: env.now + request.timeoutMs * 1_000, partitions: statuses });
    return PARKED;
  }
  return produceResponse(b, env, acks, statuses);
};

function whyNot(b: Draft, request: ProduceRequest, topic: string, partition: number, place: number): ErrorName {
  if (request.acks !== -1 && request.acks !== 0 && request.acks !== 1) return 'INVALID_REQUIRED_ACKS';
  if (!partitionState(b.metadata, topic, partition)) return 'UNKNOWN_TOPIC_OR_PARTITION';
  if (INTERNAL_TOPICS.includes(topic)) return 'INVALID_TOPIC_EXCEPTION';
  return appendRefusal(b, place, request.acks);
}
