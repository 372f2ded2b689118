/**
 * The broker's way to ZooKeeper: its own procedures in progress, and the pipeline that it shares with its controller.
 * What comes back is put into the inbox of the turn and worked off by broker.ts before the event is over.
 */
import type { Env } from '../../kernel/program.ts';
import { submit, type ClientOutput } from '../../zookeeper/client.ts';
import { handlePipeline, type PipelineInput, type PipelineOutput } from '../zookeeper/pipeline.ts';
import { play, type Played } from '../zookeeper/procedures.ts';
import type { ZkRequest, ZkResult } from '../zookeeper/requests.ts';
import { procedures, type TaskArgs, type TaskName } from './procedures.ts';
import { say, type Draft, type ZkTask } from './state.ts';

export type InboxItem = ClientOutput | Extract<PipelineOutput, { readonly type: 'zkDone' }>;

/** What has come back during this event and is not handled yet. Empty between events, so it is no part of any state. */
export const inbox: InboxItem[] = [];

export function pipe(b: Draft, env: Env, input: PipelineInput): void {
  const { state, outputs } = handlePipeline(b.pipeline, input);
  b.pipeline = state;
  for (const output of outputs) {
    if (output.type === 'zkDone') {
      inbox.push(output);
    } else if (output.type !== 'submit') {
      say(env, 'INFO', `[ZooKeeperClient Kafka server] ${output.type === 'goesOn' ? 'Connected.' : 'Waiting until connected.'}`, 'kafka.zookeeper.ZooKeeperClient');
    } else if (b.zk) {
      const result = submit(b.zk, output.request, output.token, env);
      b.zk = result.client;
      inbox.push(...result.outputs);
    }
  }
}

/** Requests that are repeated until ZooKeeper answers; the answer comes as `zkDone` with the token. */
export function zkRequest(b: Draft, env: Env, token: unknown, requests: readonly ZkRequest[]): void {
  pipe(b, env, { type: 'request', token, requests });
}

export interface TaskToken {
  readonly task: number;
}

export function startTask<Name extends TaskName>(b: Draft, env: Env, name: Name, args: TaskArgs<Name>): void {
  const id = b.nextTask;
  b.nextTask = id + 1;
  proceed(b, env, id, { name, args, answers: [] });
}

function proceed(b: Draft, env: Env, id: number, task: ZkTask): Played<unknown> | null {
  const procedure = procedures[task.name as TaskName] as (args: unknown) => ReturnType<(typeof procedures)[TaskName]>;
  const played = play<unknown>(procedure(task.args), task.answers);
  const tasks = { ...b.tasks };
  if (played.type === 'waiting') {
    tasks[id] = task;
    b.tasks = tasks;
    zkRequest(b, env, { task: id } satisfies TaskToken, played.requests);
    return null;
  }
  delete tasks[id];
  b.tasks = tasks;
  return played;
}

/** Gives a task its results; answers the task with how it ended, or null if it goes on. */
export function resumeTask(b: Draft, env: Env, token: TaskToken, results: readonly ZkResult[]): { readonly task: ZkTask; readonly played: Played<unknown> } | null {
  const known = b.tasks[token.task];
  if (!known) return null;
  const task: ZkTask = { ...known, answers: [...known.answers, results] };
  const played = proceed(b, env, token.task, task);
  return played ? { task, played } : null;
}
