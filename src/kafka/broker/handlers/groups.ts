/** The group APIs: what may be waited for is answered by the coordinator itself. */
import { deleteGroups as remove, describeGroup, listGroups as list } from '../../groups/admin.ts';
import { joinGroup as join } from '../../groups/join.ts';
import { heartbeat as beat, leaveGroup as leave } from '../../groups/membership.ts';
import { commitOffsets, fetchOffsets } from '../../groups/offsets.ts';
import { lockedPlace } from '../../groups/storage.ts';
import { syncGroup as sync } from '../../groups/sync.ts';
import { commitTxnOffsets } from '../../groups/txn-offsets.ts';
import { PARKED, mute, waitForLock, type Handler } from '../requests.ts';

export const joinGroup: Handler<'JoinGroup'> = (b, request, context, env) => {
  mute(b, context.connection);
  join(b, env, request, context);
  return PARKED;
};

export const syncGroup: Handler<'SyncGroup'> = (b, request, context, env) => {
  const place = lockedPlace(b, request.groupId);
  if (place >= 0) return waitForLock(b, place, context);
  mute(b, context.connection);
  sync(b, env, request, context);
  return PARKED;
};

export const heartbeat: Handler<'Heartbeat'> = (b, request, _context, env) => ({ throttleTimeMs: 0, error: beat(b, env, request) });

export const leaveGroup: Handler<'LeaveGroup'> = (b, request, _context, env) => ({ throttleTimeMs: 0, error: leave(b, env, request) });

export const offsetCommit: Handler<'OffsetCommit'> = (b, request, context, env) => {
  const place = lockedPlace(b, request.groupId);
  if (place >= 0) return waitForLock(b, place, context);
  mute(b, context.connection);
  commitOffsets(b, env, request, context);
  return PARKED;
};

export const offsetFetch: Handler<'OffsetFetch'> = (b, request) => fetchOffsets(b, request);

export const describeGroups: Handler<'DescribeGroups'> = (b, request) => ({
  throttleTimeMs: 0,
  groups: request.groups.map((groupId) => describeGroup(b, groupId, request.includeAuthorizedOperations)),
});

export const listGroups: Handler<'ListGroups'> = (b) => list(b);

export const deleteGroups: Handler<'DeleteGroups'> = (b, request, _context, env) => ({ throttleTimeMs: 0, results: remove(b, env, request.groupsNames) });

export const txnOffsetCommit: Handler<'TxnOffsetCommit'> = (b, request, context, env) => {
  const place = lockedPlace(b, request.groupId);
  if (place >= 0) return waitForLock(b, place, context);
  mute(b, context.connection);
  commitTxnOffsets(b, env, request, context);
  return PARKED;
};
