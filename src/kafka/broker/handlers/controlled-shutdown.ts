/** ControlledShutdown and ElectPreferredLeaders go through the controller's event queue, which does not hold the handler. */
import type { ControllerInput } from '../../controller/controller.ts';
import { PARKED, mute, type Handler } from '../requests.ts';
import type { Draft } from '../state.ts';
import type { Env } from '../../../kernel/program.ts';

/** How a handler reaches the controller; broker.ts routes. */
export type ToController = (b: Draft, env: Env, input: ControllerInput) => void;

export const controlledShutdown = (toController: ToController): Handler<'ControlledShutdown'> => (b, request, context, env) => {
  mute(b, context.connection);
  toController(b, env, { type: 'controlledShutdown', brokerId: request.brokerId, brokerEpoch: request.brokerEpoch, replyTo: context });
  return PARKED;
};

export const electPreferredLeaders = (toController: ToController): Handler<'ElectPreferredLeaders'> => (b, request, context, env) => {
  mute(b, context.connection);
  const partitions = request.topics === null ? null : request.topics.flatMap(({ topic, partitions: numbers }) => numbers.map((partition) => ({ topic, partition })));
  toController(b, env, { type: 'electPreferredLeaders', partitions, replyTo: context });
  return PARKED;
};
