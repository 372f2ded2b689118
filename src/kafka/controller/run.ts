/**
 * One turn of the controller's event thread. The thread blocks on ZooKeeper in the middle of an event; here the event's
 * procedure is played again from its start with the answers received so far (see zookeeper/procedures.ts), on a fresh copy
 * of the context the event began with. What a procedure does to the outside is done only past the answers of earlier turns.
 */
import { step } from '../../kernel/machine.ts';
import type { Env, LogLevel } from '../../kernel/program.ts';
import type { ControllerFact } from '../facts.ts';
import type { ZkRequest } from '../zookeeper/requests.ts';
import { getChildren, getData, exists } from '../zookeeper/requests.ts';
import type { Channels } from './channels.ts';
import type { ControllerContext } from './context.ts';
import { controllerMachine, type ControllerRoleEvent } from './controller.machine.ts';
import type { ControllerConfig, ControllerOutput } from './events.ts';
import type { ControllerEvent } from './event-queue.ts';

/** The part of the controller that moves on while an event waits. Only effects touch it. */
export interface Outside {
  readonly env: Env;
  channels: Channels;
  queue: readonly ControllerEvent[];
  readonly outputs: ControllerOutput[];
}

export interface Run {
  readonly config: ControllerConfig;
  readonly context: ControllerContext;
  readonly outside: Outside;
  /** False while answers of earlier turns are played again. */
  isNew: boolean;
}

/** Does something outside, once. */
export function effect(run: Run, act: (outside: Outside) => void): void {
  if (run.isNew) act(run.outside);
}

export function note(run: Run, fact: ControllerFact): void {
  effect(run, ({ env }) => env.fact(fact));
}

/** A line of controller.log by KafkaController. */
export function log(run: Run, level: LogLevel, text: string): void {
  effect(run, ({ env }) => env.log({ level, file: 'controller', text: `[Controller id=${run.config.brokerId}] ${text} (kafka.controller.KafkaController)` }));
}

/** A line of controller.log by another class; `ident` is what it prints in brackets. */
export function logAs(run: Run, level: LogLevel, ident: string, text: string, className: string): void {
  effect(run, ({ env }) => env.log({ level, file: 'controller', text: `[${ident}] ${text} (kafka.controller.${className})` }));
}

/** A line of state-change.log. */
export function logStateChange(run: Run, level: LogLevel, text: string): void {
  const { brokerId } = run.config;
  const { epoch } = run.context;
  effect(run, ({ env }) => env.log({ level, file: 'state-change', text: `[Controller id=${brokerId} epoch=${epoch}] ${text} (state.change.logger)` }));
}

/** A line of server.log by the ZooKeeper layer. */
export function logZk(run: Run, level: LogLevel, text: string): void {
  effect(run, ({ env }) => env.log({ level, file: 'server', text: `${text} (kafka.zk.KafkaZkClient)` }));
}

export function put(run: Run, event: ControllerEvent): void {
  effect(run, (outside) => {
    outside.queue = [...outside.queue, event];
  });
}

export function output(run: Run, result: ControllerOutput): void {
  effect(run, ({ outputs }) => outputs.push(result));
}

export function moveRole(run: Run, event: ControllerRoleEvent): void {
  run.context.role = step(controllerMachine, run.context.role, event).chart;
}

/** From the moment of the election on, while failing over too. */
export function isActive(run: Run): boolean {
  return run.context.activeControllerId === run.config.brokerId;
}

export function setActiveController(run: Run, controllerId: number): void {
  const { context, config } = run;
  if (context.activeControllerId === controllerId) return;
  context.activeControllerId = controllerId;
  output(run, { type: 'activeControllerChanged', controllerId, active: controllerId === config.brokerId, controllerEpoch: context.epoch });
}

export function watchNode(run: Run, path: string): void {
  run.context.watchedNodes[path] = true;
}

export function watchChildren(run: Run, path: string): void {
  run.context.watchedChildren[path] = true;
}

export function unwatch(run: Run, path: string): void {
  delete run.context.watchedNodes[path];
  delete run.context.watchedChildren[path];
}

/** Reads that arm the watch of whatever is listened to, as ZooKeeperClient does. */
export const readData = (run: Run, path: string): ZkRequest => getData(path, run.context.watchedNodes[path] === true);
export const readExists = (run: Run, path: string): ZkRequest => exists(path, run.context.watchedNodes[path] === true);
export const readChildren = (run: Run, path: string): ZkRequest => getChildren(path, run.context.watchedChildren[path] === true);

