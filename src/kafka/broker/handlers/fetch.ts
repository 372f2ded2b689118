/** Fetch, of consumers and of followers. */
import type { FetchRequest } from '../../protocol/index.ts';
import { openFetch } from '../fetch-session.ts';
import { isLocked } from '../partition.ts';
import { fetchResponse, isSatisfied, parkFetch, readWanted, recordFollowerFetch } from '../replica-manager.ts';
import { HELD, PARKED, mute, waitForLock, type Handler } from '../requests.ts';
import { placeOf } from '../state.ts';
import { completeAdmins } from './shared.ts';

export const fetch: Handler<'Fetch'> = (b, request: FetchRequest, context, env) => {
  const opened = openFetch(b.sessions, request, env.wallClockMs);
  const { wanted, context: session } = opened;
  if (session.type === 'error') return { throttleTimeMs: 0, error: session.error, sessionId: 0, topics: [] };
  for (const entry of wanted) {
    const place = placeOf(b, entry.topic, entry.partition);
    // The session is opened anew when the request runs again.
    if (place >= 0 && isLocked(b.partitions[place]!)) return waitForLock(b, place, context);
  }
  b.sessions = opened.sessions;
  const open = { session, wanted };
  const result = readWanted(b, env, request, wanted);
  let { fetched } = result;
  if (request.replicaId >= 0) {
    const recorded = recordFollowerFetch(b, env, request.replicaId, wanted, result);
    fetched = recorded.fetched;
    if (b.delayedAdmins.length > 0) completeAdmins(b, env);
    if (recorded.waitsFor.length > 0) {
      b.expanding = [...b.expanding, { context, fetch: open, fetched, waitsFor: recorded.waitsFor }];
      return HELD;
    }
  }
  if (isSatisfied(request, result, wanted)) return fetchResponse(b, env, request, open, fetched);
  mute(b, context.connection);
  parkFetch(b, env, context, request, open, result.places);
  return PARKED;
};
