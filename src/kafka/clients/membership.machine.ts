/**
 * A consumer as a member of its group (`AbstractCoordinator.MemberState` 2.3.0): outside, on the way in, inside. Heartbeats are only sent
 * by who is inside; also while the group rebalances, until the member itself joins again.
 */
import { setup } from 'xstate';

export type MembershipEvent =
  | { readonly type: 'JoinGroupRequest' }
  /** With an assignment. */
  | { readonly type: 'SyncGroupResponse' }
  | { readonly type: 'joinFailed' }
  /** The coordinator knows the member or its generation no longer, or the member has left. */
  | { readonly type: 'resetGeneration' };

export const membershipMachine = setup({
  types: { events: {} as MembershipEvent },
}).createMachine({
  id: 'membership',
  initial: 'UNJOINED',
  states: {
    UNJOINED: { on: { JoinGroupRequest: 'REBALANCING' } },
    REBALANCING: { on: { SyncGroupResponse: 'STABLE', joinFailed: 'UNJOINED', resetGeneration: 'UNJOINED' } },
    STABLE: { on: { JoinGroupRequest: 'REBALANCING', resetGeneration: 'UNJOINED' } },
  },
});
