/**
 * The main thread of a tool as a script: a generator that yields what it wants of the world (to print, to ask a broker or
 * ZooKeeper) and is resumed with what came of it. As with the broker's procedures it never outlives one event: the answers so
 * far are kept as plain data and the script is played again over them, so what it decides may depend on nothing else.
 */
import { logText } from '../../kernel/log-files.ts';
import type { Env, LogLevel, Micros, OutputStream, ProcessEvent, Program } from '../../kernel/program.ts';
import {
  adminDeadline, handleAdminClient, settleAdminClient, startAdminClient, submitCall, type AdminCall, type AdminClient, type AdminOutcome,
} from '../../kafka/clients/admin-client.ts';
import { adminConfig, isConfigError, type ClientProperties } from '../../kafka/clients/client-config.ts';
import { createPipeline, handlePipeline, type Pipeline, type PipelineInput, type PipelineToken } from '../../kafka/zookeeper/pipeline.ts';
import type { ZkRequest, ZkResult } from '../../kafka/zookeeper/requests.ts';
import { closeClient, handleClient, ownsEvent, startClient, submit, type ClientConfig, type Result, type ZooKeeperClient } from '../../zookeeper/client.ts';
import { JavaException, JVM_START, uncaught } from './java.ts';
import { warnOfUnknownKeys, withConsole } from './log4j.ts';

const MS = 1_000;
const ZOOKEEPER_CONNECTION_TIMEOUT_MS = 30_000;

export type Wish =
  | { readonly type: 'print'; readonly stream: OutputStream; readonly text: string }
  | { readonly type: 'log'; readonly level: LogLevel; readonly text: string }
  /** Both ends included. */
  | { readonly type: 'randomInt'; readonly min: number; readonly max: number }
  | { readonly type: 'wallClock' }
  | { readonly type: 'sleep'; readonly ms: number }
  /** Answered with null, or with the message of the ConfigException. */
  | { readonly type: 'openClient'; readonly properties: ClientProperties; readonly logPrefix: string | null }
  | { readonly type: 'call'; readonly call: AdminCall }
  /** Answered with whether there was a connection in time. */
  | { readonly type: 'openZooKeeper'; readonly servers: ClientConfig['servers']; readonly chroot: string }
  | { readonly type: 'zookeeper'; readonly requests: readonly ZkRequest[] }
  | { readonly type: 'closeZooKeeper' };

/** What a wish is answered with is known to the function that yields it (asking.ts). */
export type Script<Value> = Generator<Wish, Value, unknown>;

interface ZooKeeperSession {
  readonly client: ZooKeeperClient;
  readonly pipeline: Pipeline;
}

export interface ToolState<Plan> {
  readonly plan: Plan;
  readonly answers: readonly unknown[];
  /** What the script waits for; null before `main`. */
  readonly waitsFor: Wish['type'] | null;
  readonly client: AdminClient | null;
  readonly zookeeper: ZooKeeperSession | null;
  readonly wakeAt: Micros;
}

const WAIT = Symbol('the answer comes with a later event');

/** A program that runs a script with the plan its process was given; the script's value is the exit code. */
export function scripted<Plan>(script: (plan: Plan) => Script<number>): Program<ToolState<Plan>, Plan> {
  return {
    start(plan, env) {
      env.setTimer('main', JVM_START);
      return { plan, answers: [], waitsFor: null, client: null, zookeeper: null, wakeAt: -1 };
    },
    handle(state, event, env) {
      if (event.type !== 'signal') return listen(script, state, event, withConsole(env, event));
      env.exit(event.signal === 'SIGINT' ? 130 : 143);
      return state;
    },
  };
}

/** The state while one event is handled, and the answer to what the script waits for. */
interface Draft {
  waitsFor: Wish['type'] | null;
  answer: unknown;
  client: AdminClient | null;
  zookeeper: ZooKeeperSession | null;
  wakeAt: Micros;
}

function listen<Plan>(script: (plan: Plan) => Script<number>, state: ToolState<Plan>, event: ProcessEvent, env: Env): ToolState<Plan> {
  const { plan, waitsFor, client, zookeeper, wakeAt } = state;
  const draft: Draft = { waitsFor, answer: WAIT, client, zookeeper, wakeAt };
  const isBeginning = event.type === 'timer' && event.name === 'main';
  if (!isBeginning) hear(draft, event, env);
  const keep = (answers: readonly unknown[]): ToolState<Plan> => {
    const { answer: _, ...rest } = draft;
    return { plan, answers, ...rest };
  };
  if (!isBeginning && draft.answer === WAIT) return keep(state.answers);
  const main = untilItThrows(script(plan));
  let turn = main.next();
  const answers = isBeginning ? [] : [...state.answers, draft.answer];
  for (const answer of answers) turn = main.next(answer);
  while (!turn.done) {
    draft.waitsFor = turn.value.type;
    draft.answer = WAIT;
    grant(draft, turn.value, env);
    if (draft.answer === WAIT) return keep(answers);
    answers.push(draft.answer);
    turn = main.next(draft.answer);
  }
  draft.waitsFor = null;
  env.exit(turn.value);
  return keep(answers);
}

/** What leaves `main` is printed by the machine, which ends with 1. */
function* untilItThrows(script: Script<number>): Script<number> {
  try {
    return yield* script;
  } catch (error) {
    if (!(error instanceof JavaException)) throw error;
    yield { type: 'print', stream: 'stderr', text: uncaught(error) };
    return 1;
  }
}

/** Begins what is asked; what can be answered at once is. */
function grant(draft: Draft, wish: Wish, env: Env): void {
  switch (wish.type) {
    case 'print':
      env.print(wish.stream, wish.text);
      draft.answer = null;
      return;
    case 'log':
      env.print('stderr', logText(env.wallClockMs, wish.level, wish.text));
      draft.answer = null;
      return;
    case 'randomInt':
      draft.answer = env.randomInt(wish.min, wish.max);
      return;
    case 'wallClock':
      draft.answer = env.wallClockMs;
      return;
    case 'sleep':
      env.setTimer('sleep', wish.ms * MS);
      return;
    case 'openClient': {
      const config = adminConfig(wish.properties, 'adminclient-1');
      if (!isConfigError(config)) {
        draft.client = startAdminClient(config, wish.logPrefix ?? undefined);
        warnOfUnknownKeys('admin', wish.properties.properties, env);
      }
      draft.answer = isConfigError(config) ? config.message : null;
      return;
    }
    case 'call':
      draft.client = submitCall(draft.client!, wish.call, null, env);
      settleClient(draft, env);
      return;
    case 'openZooKeeper': {
      const config: ClientConfig = {
        servers: wish.servers,
        sessionTimeoutMs: 30_000,
        log: { file: 'client', pattern: 'kafka' },
        ...(wish.chroot === '' ? {} : { chroot: wish.chroot }),
      };
      env.setTimer('zookeeperConnection', ZOOKEEPER_CONNECTION_TIMEOUT_MS * MS);
      takeZooKeeper(draft, startClient(config, env), createPipeline(), env);
      return;
    }
    case 'zookeeper':
      pipe(draft, { type: 'request', token: null, requests: wish.requests }, env);
      return;
    case 'closeZooKeeper':
      takeZooKeeper(draft, closeClient(draft.zookeeper!.client, env), draft.zookeeper!.pipeline, env);
  }
}

function answer(draft: Draft, wish: Wish['type'], value: unknown): void {
  if (draft.waitsFor === wish) draft.answer = value;
}

/** Gives an event to whom it belongs. */
function hear(draft: Draft, event: ProcessEvent, env: Env): void {
  if (draft.zookeeper !== null && ownsEvent(event)) {
    takeZooKeeper(draft, handleClient(draft.zookeeper.client, event, env), draft.zookeeper.pipeline, env);
    return;
  }
  if (event.type === 'timer') {
    if (event.name === 'sleep') answer(draft, 'sleep', null);
    else if (event.name === 'zookeeperConnection') answer(draft, 'openZooKeeper', false);
    else draft.wakeAt = -1;
  }
  if (draft.client === null) return;
  draft.client = handleAdminClient(draft.client, event, env);
  settleClient(draft, env);
}

function settleClient(draft: Draft, env: Env): void {
  const { client, outputs } = settleAdminClient(draft.client!, env);
  draft.client = client;
  const deadline = Math.max(adminDeadline(client, env.now), env.now + 1);
  if (deadline < Infinity && (draft.wakeAt < 0 || draft.wakeAt > deadline)) {
    draft.wakeAt = deadline;
    env.setTimer('client', deadline - env.now);
  }
  for (const { outcome } of outputs) answer(draft, 'call', outcome);
  if (client.failure !== null) answer(draft, 'call', { type: 'failed', error: 'ConfigException', message: client.failure } satisfies AdminOutcome);
}

/** What the ZooKeeper client tells goes on to the pipeline of requests. */
function takeZooKeeper(draft: Draft, result: Result, pipeline: Pipeline, env: Env): void {
  draft.zookeeper = { client: result.client, pipeline };
  for (const output of result.outputs) {
    if (output.type === 'reply') {
      const { err, result: value } = output;
      pipe(draft, { type: 'reply', token: output.token as PipelineToken, answer: { err, ...(value === undefined ? {} : { result: value }) } }, env);
    } else if (output.type === 'state') {
      if (output.state === 'SyncConnected') {
        env.clearTimer('zookeeperConnection');
        answer(draft, 'openZooKeeper', true);
      }
      if (output.state === 'Closed') answer(draft, 'closeZooKeeper', null);
      pipe(draft, { type: 'state', state: output.state }, env);
    }
  }
}

function pipe(draft: Draft, input: PipelineInput, env: Env): void {
  const { state, outputs } = handlePipeline(draft.zookeeper!.pipeline, input);
  draft.zookeeper = { ...draft.zookeeper!, pipeline: state };
  for (const output of outputs) {
    if (output.type === 'zkDone') answer(draft, 'zookeeper', output.results satisfies readonly ZkResult[]);
    else if (output.type === 'submit') takeZooKeeper(draft, submit(draft.zookeeper.client, output.request, output.token, env), draft.zookeeper.pipeline, env);
  }
}
