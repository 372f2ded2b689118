/**
 * The part a broker plays in the choice of the controller (kafka.controller.KafkaController): it follows another one, runs for
 * the office, takes it over, holds it, or gives it up. What an active controller does is in its event queue, not here.
 * `Stopped` is the state of a broker whose event thread has ended.
 */
import { setup } from 'xstate';

export type ControllerRoleEvent =
  /** There is no /controller: try to create it. */
  | { readonly type: 'elect' }
  | { readonly type: 'won' }
  /** Another broker was faster, or /controller was there. */
  | { readonly type: 'lost' }
  | { readonly type: 'failedOver' }
  /** /controller names another broker, the epoch check failed, or the session is gone. */
  | { readonly type: 'resign' }
  | { readonly type: 'resigned' }
  | { readonly type: 'shutdown' };

export const controllerMachine = setup({
  types: { events: {} as ControllerRoleEvent },
}).createMachine({
  id: 'controller',
  initial: 'Follower',
  on: { shutdown: '.Stopped' },
  states: {
    Follower: { on: { elect: 'Electing', resign: 'Resigning' } },
    Electing: { on: { won: 'FailingOver', lost: 'Follower' } },
    FailingOver: { on: { failedOver: 'Active', resign: 'Resigning' } },
    Active: { on: { resign: 'Resigning' } },
    Resigning: { on: { resigned: 'Follower' } },
    Stopped: { type: 'final' },
  },
});
