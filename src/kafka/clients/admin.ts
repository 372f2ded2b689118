/**
 * The admin process `kafka-admin`: one call, sent to the controller or to any node, its answer told as a fact, and the process
 * ends (`KafkaAdminClient` 2.3.0 as the command line tools use it).
 */
import { begin, matches, step, type ChartState } from '../../kernel/machine.ts';
import type { Env, Micros, Program } from '../../kernel/program.ts';
import type { ApiName, KafkaResponse, RequestBody } from '../protocol/index.ts';
import { adminMachine, type AdminAction, type AdminEvent } from './admin.machine.ts';
import { adminConfig, isConfigError, type AdminConfig } from './client-config.ts';
import { note } from './facts.ts';
import { nodeById, requestUpdate } from './metadata.ts';
import {
  canSend,
  connect,
  connectableAt,
  handleNetwork,
  leastLoadedNode,
  logLine,
  networkDeadline,
  pollNetwork,
  send,
  startNetwork,
  withMetadata,
  type NetworkClient,
  type NetworkOutput,
} from './network-client.ts';

const MS = 1_000;
const WAKE = 'admin';

type Call<Api extends ApiName> = { readonly api: Api; readonly body: RequestBody<Api> };

export type AdminCall =
  | Call<'CreateTopics'>
  | Call<'DeleteTopics'>
  | Call<'CreatePartitions'>
  | Call<'ElectPreferredLeaders'>
  | Call<'DescribeConfigs'>
  | Call<'AlterConfigs'>
  | Call<'Metadata'>;

export interface AdminProcessConfig {
  readonly bootstrapServers: string;
  readonly properties: { readonly [key: string]: string };
  readonly call: AdminCall;
}

type AdminPurpose = { readonly type: 'call' };

export interface AdminState {
  readonly config: AdminConfig;
  readonly call: AdminCall;
  readonly chart: ChartState;
  readonly network: NetworkClient<AdminPurpose>;
  /** The node the call is assigned to; −1: none. */
  readonly node: number;
  readonly attempts: number;
  readonly deadlineAt: Micros;
  /** A failed attempt waits until then. */
  readonly retryAt: Micros;
  readonly response: KafkaResponse | null;
  readonly wakeAt: Micros;
}

/** Only the controller takes these; ElectPreferredLeaders too in this client. */
const controllerCalls: readonly ApiName[] = ['CreateTopics', 'DeleteTopics', 'CreatePartitions', 'ElectPreferredLeaders'];

export const adminProgram: Program<AdminState | null, AdminProcessConfig> = {
  start(given, env) {
    const config = adminConfig(given, 'adminclient-1');
    if (isConfigError(config)) {
      note(env, { type: 'clientNotStarted', client: env.self, key: config.key, message: config.message });
      logLine(env, '', 'ERROR', `org.apache.kafka.common.config.ConfigException: ${config.message}`, 'clients.admin.KafkaAdminClient');
      env.exit(1);
      return null;
    }
    const logPrefix = `[AdminClient clientId=${config.clientId}] `;
    return settle(
      {
        config,
        call: given.call,
        chart: begin(adminMachine).chart,
        // An admin client asks for the nodes only.
        network: startNetwork(config, { logPrefix, maxInFlight: 1, allowAutoTopicCreation: true, wanted: {} }),
        node: -1,
        attempts: 0,
        deadlineAt: env.now + config.requestTimeoutMs * MS,
        retryAt: 0,
        response: null,
        wakeAt: -1,
      },
      env,
    );
  },

  handle(state, event, env) {
    if (state === null) return state;
    if (event.type === 'timer') return settle({ ...state, wakeAt: -1 }, env);
    if (event.type === 'signal') {
      env.exit(event.signal === 'SIGINT' ? 130 : 143);
      return state;
    }
    const { client, outputs } = handleNetwork(state.network, event, env);
    return settle(hear({ ...state, network: client }, outputs, env), env);
  },
};

function move(state: AdminState, event: AdminEvent, env: Env): AdminState {
  const done = step(adminMachine, state.chart, event);
  for (const { type } of done.actions) actions[type as AdminAction](state, env);
  return done.chart === state.chart ? state : { ...state, chart: done.chart };
}

const actions: { readonly [action in AdminAction]: (state: AdminState, env: Env) => void } = {
  reportSuccess: (state, env) => {
    note(env, { type: 'adminSucceeded', client: env.self, api: state.call.api, response: state.response });
    env.exit(0);
  },
  reportFailure: (state, env) => {
    note(env, { type: 'adminFailed', client: env.self, api: state.call.api, error: 'UnknownServerException', message: 'The answer does not fit the call.' });
    env.exit(1);
  },
  reportTimeout: (state, env) => {
    const message = matches(state.chart, 'pending')
      ? 'Timed out waiting for a node assignment.'
      : matches(state.chart, 'toSend')
        ? 'Timed out waiting to send the call.'
        : 'Aborted due to timeout.';
    note(env, { type: 'adminFailed', client: env.self, api: state.call.api, error: 'TimeoutException', message });
    env.exit(1);
  },
};

/** True if the answer says that this node is not (or no longer) the controller. */
function isFromWrongNode(response: KafkaResponse): boolean {
  switch (response.type) {
    case 'CreateTopicsResponse':
    case 'CreatePartitionsResponse':
      return response.topics.some(({ error }) => error === 'NOT_CONTROLLER');
    case 'DeleteTopicsResponse':
      return response.responses.some(({ error }) => error === 'NOT_CONTROLLER');
    case 'ElectPreferredLeadersResponse':
      return response.topics.some(({ partitions }) => partitions.some(({ error }) => error === 'NOT_CONTROLLER'));
    default:
      return false;
  }
}

function hear(state: AdminState, outputs: readonly NetworkOutput<AdminPurpose>[], env: Env): AdminState {
  let next = state;
  for (const output of outputs) {
    switch (output.type) {
      case 'answered': {
        const { response } = output;
        if (response === null || response.type !== `${next.call.api}Response`) next = move(next, { type: 'failed' }, env);
        else if (isFromWrongNode(response)) next = retry(next, env);
        else next = move({ ...next, response }, { type: 'succeeded' }, env);
        break;
      }
      case 'disconnected':
        next = retry(next, env);
        break;
      case 'noBootstrapServer':
        note(env, { type: 'clientNotStarted', client: env.self, key: 'bootstrap.servers', message: output.message });
        env.exit(1);
        break;
      case 'metadataUpdated':
      case 'ready':
        break;
    }
  }
  return next;
}

function retry(state: AdminState, env: Env): AdminState {
  const network = withMetadata(state.network, requestUpdate({ ...state.network.metadata, controllerId: -1 }));
  const retryAt = env.now + state.config.retryBackoffMs * MS;
  return move({ ...state, network, node: -1, attempts: state.attempts + 1, retryAt }, { type: 'attemptFailed' }, env);
}

function settle(state: AdminState, env: Env): AdminState {
  let next = state;
  for (;;) {
    if (matches(next.chart, 'done')) return next;
    if (env.now >= next.deadlineAt) return move(next, { type: 'deadlinePassed' }, env);
    next = advance(next, env);
    const { client, outputs } = pollNetwork(next.network, env);
    next = { ...next, network: client };
    if (outputs.length === 0) break;
    next = hear(next, outputs, env);
  }
  return schedule(next, env);
}

function advance(state: AdminState, env: Env): AdminState {
  let next = state;
  const { metadata } = next.network;
  if (matches(next.chart, 'pending') && env.now >= next.retryAt && metadata.version > 0) {
    const node = controllerCalls.includes(next.call.api) ? metadata.controllerId : (leastLoadedNode(next.network, env) ?? -1);
    if (nodeById(metadata, node)) next = move({ ...next, node }, { type: 'nodeAssigned' }, env);
    else if (!metadata.isUpdateWanted) next = { ...next, network: withMetadata(next.network, requestUpdate(metadata)) };
  }
  if (!matches(next.chart, 'toSend')) return next;
  if (canSend(next.network, next.node)) {
    const { api, body } = next.call;
    return move({ ...next, network: send(next.network, next.node, api, body as RequestBody<ApiName>, { type: 'call' }, env) }, { type: 'sent' }, env);
  }
  // The node may be gone and another one the controller.
  if (env.now < connectableAt(next.network, next.node)) return retry(next, env);
  return { ...next, network: connect(next.network, next.node, env, []) };
}

function schedule(state: AdminState, env: Env): AdminState {
  let deadline = Math.min(state.deadlineAt, networkDeadline(state.network));
  if (state.retryAt > env.now) deadline = Math.min(deadline, state.retryAt);
  deadline = Math.max(deadline, env.now + 1);
  if (state.wakeAt >= 0 && state.wakeAt <= deadline) return state;
  env.setTimer(WAKE, deadline - env.now);
  return { ...state, wakeAt: deadline };
}
