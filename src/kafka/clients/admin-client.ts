/**
 * The admin client (`KafkaAdminClient` 2.3.0) as a component: calls under way, each on its way to the controller, to one node or to
 * any. The owning program hands it its events, calls `settleAdminClient` after each, and wakes it at `adminDeadline`.
 */
import { begin, matches, step, type ChartState } from '../../kernel/machine.ts';
import type { Env, Micros, ProcessEvent } from '../../kernel/program.ts';
import { errorMessage, type ErrorName } from '../protocol/errors.ts';
import type { ApiName, KafkaResponse, RequestBody } from '../protocol/index.ts';
import { adminMachine, type AdminEvent } from './admin.machine.ts';
import type { AdminConfig } from './client-config.ts';
import { exceptionName } from './exceptions.ts';
import { nodeById, requestUpdate } from './metadata.ts';
import {
  canSend,
  connect,
  connectableAt,
  handleNetwork,
  leastLoadedNode,
  networkDeadline,
  pollNetwork,
  send,
  startNetwork,
  withMetadata,
  type NetworkClient,
  type NetworkOutput,
} from './network-client.ts';

const MS = 1_000;

type Call<Api extends ApiName> = {
  readonly api: Api;
  readonly body: RequestBody<Api>;
  /** Who is to answer; left out: the controller where only it can, else any. −1, −2, …: that bootstrap server, or any broker once they are known. */
  readonly node?: 'controller' | 'any' | number;
  /** Left out: `request.timeout.ms`. */
  readonly timeoutMs?: number;
};

export type AdminCall = { readonly [Api in ApiName]: Call<Api> }[ApiName];

/** `error` is the short class name of the exception. */
export type AdminOutcome =
  | { readonly type: 'answered'; readonly response: KafkaResponse }
  | { readonly type: 'failed'; readonly error: string; readonly message: string };

export interface AdminOutput {
  readonly token: unknown;
  readonly call: AdminCall;
  readonly outcome: AdminOutcome;
}

interface CallUnderWay {
  readonly number: number;
  readonly token: unknown;
  readonly call: AdminCall;
  readonly chart: ChartState;
  /** The node the call is assigned to; −1: none. */
  readonly node: number;
  readonly attempts: number;
  readonly deadlineAt: Micros;
  /** A failed attempt waits until then. */
  readonly retryAt: Micros;
  readonly outcome: AdminOutcome | null;
}

interface AdminPurpose {
  readonly call: number;
}

export interface AdminClient {
  readonly config: AdminConfig;
  readonly network: NetworkClient<AdminPurpose>;
  readonly nextNumber: number;
  readonly calls: readonly CallUnderWay[];
  /** No bootstrap server has an address: the client could not have been made. */
  readonly failure: string | null;
}

/** Only the controller takes these; ElectPreferredLeaders too in this client. */
const controllerCalls: readonly ApiName[] = ['CreateTopics', 'DeleteTopics', 'CreatePartitions', 'ElectPreferredLeaders'];

export function startAdminClient(config: AdminConfig, logPrefix = `[AdminClient clientId=${config.clientId}] `): AdminClient {
  return {
    config,
    // An admin client asks for the nodes only.
    network: startNetwork(config, { logPrefix, maxInFlight: 1, allowAutoTopicCreation: true, wanted: {} }),
    nextNumber: 0,
    calls: [],
    failure: null,
  };
}

/** Its outcome comes from a later `settleAdminClient`, with the token. */
export function submitCall(client: AdminClient, call: AdminCall, token: unknown, env: Env): AdminClient {
  const submitted: CallUnderWay = {
    number: client.nextNumber,
    token,
    call,
    chart: begin(adminMachine).chart,
    node: -1,
    attempts: 0,
    deadlineAt: env.now + (call.timeoutMs ?? client.config.requestTimeoutMs) * MS,
    retryAt: 0,
    outcome: null,
  };
  return { ...client, nextNumber: client.nextNumber + 1, calls: [...client.calls, submitted] };
}

function put(client: AdminClient, call: CallUnderWay): AdminClient {
  return { ...client, calls: client.calls.map((one) => (one.number === call.number ? call : one)) };
}

/** `outcome` is what there is to report if the chart says that the call is over. */
function move(client: AdminClient, call: CallUnderWay, event: AdminEvent, outcome: AdminOutcome | null = null): AdminClient {
  const { chart, actions } = step(adminMachine, call.chart, event);
  return put(client, { ...call, chart, outcome: actions.length > 0 ? outcome : null });
}

const failed = (error: string, message: string): AdminOutcome => ({ type: 'failed', error, message });

export function handleAdminClient(client: AdminClient, event: ProcessEvent, env: Env): AdminClient {
  const { client: network, outputs } = handleNetwork(client.network, event, env);
  return hear(network === client.network ? client : { ...client, network }, outputs, env);
}

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

function hear(client: AdminClient, outputs: readonly NetworkOutput<AdminPurpose>[], env: Env): AdminClient {
  let next = client;
  for (const output of outputs) {
    if (output.type === 'noBootstrapServer') next = { ...next, failure: output.message };
    if (output.type !== 'answered' && output.type !== 'disconnected') continue;
    const call = next.calls.find(({ number }) => number === output.purpose.call);
    // It was given up while its request was in flight.
    if (!call) continue;
    if (output.type === 'disconnected') next = retry(next, call, 'DISCONNECTED', env);
    else if (output.response === null || output.response.type !== `${call.call.api}Response`) {
      next = move(next, call, { type: 'failed' }, failed('UnknownServerException', errorMessage('UNKNOWN_SERVER_ERROR')));
    } else if (isFromWrongNode(output.response)) next = retry(next, call, 'NOT_CONTROLLER', env);
    else next = move(next, call, { type: 'succeeded' }, { type: 'answered', response: output.response });
  }
  return next;
}

/** Whatever it was assigned to, it needs a node again, and knowledge that is fresh; unless it has been tried often enough. */
function retry(client: AdminClient, call: CallUnderWay, error: ErrorName | 'DISCONNECTED', env: Env): AdminClient {
  const network = withMetadata(client.network, requestUpdate({ ...client.network.metadata, controllerId: -1 }));
  const next = { ...client, network };
  const attempts = call.attempts + 1;
  if (attempts > client.config.retries) {
    const outcome = error === 'DISCONNECTED' ? failed('DisconnectException', '') : failed(exceptionName(error), errorMessage(error));
    return move(next, { ...call, attempts }, { type: 'failed' }, outcome);
  }
  return move(next, { ...call, node: -1, attempts, retryAt: env.now + client.config.retryBackoffMs * MS }, { type: 'attemptFailed' });
}

function timeOut(client: AdminClient, call: CallUnderWay): AdminClient {
  const message = matches(call.chart, 'pending')
    ? 'Timed out waiting for a node assignment.'
    : matches(call.chart, 'toSend')
      ? 'Timed out waiting to send the call.'
      : 'Aborted due to timeout.';
  return move(client, call, { type: 'deadlinePassed' }, failed('TimeoutException', message));
}

/** What every event ends with: calls are assigned, sent and given up; what became of calls that are over. */
export function settleAdminClient(client: AdminClient, env: Env): { readonly client: AdminClient; readonly outputs: readonly AdminOutput[] } {
  let next = client;
  for (;;) {
    for (const { number } of next.calls) {
      const call = next.calls.find((one) => one.number === number)!;
      if (call.outcome !== null) continue;
      next = env.now >= call.deadlineAt ? timeOut(next, call) : advance(next, number, env);
    }
    if (next.calls.every(({ outcome }) => outcome !== null)) break;
    const { client: network, outputs } = pollNetwork(next.network, env);
    next = { ...next, network };
    if (outputs.length === 0) break;
    next = hear(next, outputs, env);
  }
  const outputs = next.calls.flatMap(({ token, call, outcome }): AdminOutput[] => (outcome === null ? [] : [{ token, call, outcome }]));
  return { client: outputs.length === 0 ? next : { ...next, calls: next.calls.filter(({ outcome }) => outcome === null) }, outputs };
}

function advance(client: AdminClient, number: number, env: Env): AdminClient {
  let next = client;
  const current = (): CallUnderWay => next.calls.find((one) => one.number === number)!;
  const { metadata } = next.network;
  const { api, node: given = controllerCalls.includes(api) ? 'controller' : 'any' } = current().call;
  const wanted = typeof given === 'number' && given < 0 && !metadata.isBootstrap ? 'any' : given;
  const isKnown = metadata.version > 0 || (typeof wanted === 'number' && wanted < 0);
  if (matches(current().chart, 'pending') && env.now >= current().retryAt && isKnown) {
    const node = wanted === 'controller' ? metadata.controllerId : wanted === 'any' ? (leastLoadedNode(next.network, env) ?? -1) : wanted;
    if (nodeById(metadata, node)) next = move(next, { ...current(), node }, { type: 'nodeAssigned' });
    else if (!metadata.isUpdateWanted) next = { ...next, network: withMetadata(next.network, requestUpdate(metadata)) };
  }
  const call = current();
  if (!matches(call.chart, 'toSend')) return next;
  if (canSend(next.network, call.node)) {
    return move({ ...next, network: send(next.network, call.node, api, call.call.body as RequestBody<ApiName>, { call: number }, env) }, call, { type: 'sent' });
  }
  // The node may be gone and another one the controller.
  if (env.now < connectableAt(next.network, call.node)) return retry(next, call, 'DISCONNECTED', env);
  return { ...next, network: connect(next.network, call.node, env, []) };
}

/** When `settleAdminClient` has something to do though nothing arrives; Infinity: never. */
export function adminDeadline(client: AdminClient, now: Micros): Micros {
  if (client.calls.length === 0) return Infinity;
  let deadline = networkDeadline(client.network);
  for (const { deadlineAt, retryAt } of client.calls) {
    deadline = Math.min(deadline, deadlineAt);
    if (retryAt > now) deadline = Math.min(deadline, retryAt);
  }
  return deadline;
}
