/**
 * What `kafka-reassign-partitions.sh --execute` comes down to (`ReassignPartitionsCommand` 2.3.0): no broker is asked; the plan is written
 * to ZooKeeper, where the controller finds it, unless one stands there. The process ends with the answer, or without a session in time.
 */
import { MILLISECOND, type Address, type Env, type Program } from '../../kernel/program.ts';
import { closeClient, handleClient, ownsEvent, startClient, submit, type Result, type ZooKeeperClient } from '../../zookeeper/client.ts';
import { create } from '../zookeeper/requests.ts';
import { encodeReassignment, REASSIGN_PARTITIONS, type PartitionTarget } from '../zookeeper/znodes.ts';

const SESSION_TIMEOUT_MS = 30_000;
/** zkConnectionTimeout of the tool. */
const CONNECTION_TIMEOUT_MS = 30_000;
const GIVE_UP = 'reassigner';

export interface ReassignerConfig {
  readonly servers: readonly Address[];
  readonly plan: readonly PartitionTarget[];
}

export interface ReassignerState {
  readonly client: ZooKeeperClient;
  readonly plan: ReassignerConfig['plan'];
  readonly exitCode: number;
}

export const reassignerProgram: Program<ReassignerState, ReassignerConfig> = {
  start({ servers, plan }, env) {
    env.setTimer(GIVE_UP, CONNECTION_TIMEOUT_MS * MILLISECOND);
    const { client } = startClient({ servers, sessionTimeoutMs: SESSION_TIMEOUT_MS }, env);
    const state: ReassignerState = { client, plan, exitCode: 1 };
    return settle(state, write(state, env), env);
  },

  handle(state, event, env) {
    if (ownsEvent(event)) return settle(state, handleClient(state.client, event, env), env);
    if (event.type === 'timer' || event.type === 'signal') env.exit(1);
    return state;
  },
};

function write({ client, plan }: ReassignerState, env: Env): Result {
  return submit(client, create(REASSIGN_PARTITIONS, encodeReassignment(plan)), null, env);
}

function settle(before: ReassignerState, { client, outputs }: Result, env: Env): ReassignerState {
  const state = { ...before, client };
  for (const output of outputs) {
    if (output.type === 'state' && output.state === 'SyncConnected') env.clearTimer(GIVE_UP);
    if (output.type === 'state' && (output.state === 'Closed' || output.state === 'Expired')) env.exit(state.exitCode);
    if (output.type !== 'reply') continue;
    // KafkaZkClient asks again for as long as it takes (retryRequestUntilConnected).
    if (output.err === 'CONNECTIONLOSS') return settle(state, write(state, env), env);
    return settle({ ...state, exitCode: output.err === 'OK' ? 0 : 1 }, closeClient(client, env), env);
  }
  return state;
}
