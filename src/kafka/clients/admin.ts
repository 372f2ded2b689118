/**
 * The admin process `kafka-admin`: one call, sent to the controller or to any node, its answer told as a fact, and the process
 * ends (`KafkaAdminClient` 2.3.0 as an application uses it).
 */
import type { Env, Micros, Program } from '../../kernel/program.ts';
import { adminDeadline, handleAdminClient, settleAdminClient, startAdminClient, submitCall, type AdminCall, type AdminClient } from './admin-client.ts';
import { adminConfig, isConfigError } from './client-config.ts';
import { note } from './facts.ts';
import { logLine } from './network-client.ts';

const WAKE = 'admin';

export interface AdminProcessConfig {
  readonly bootstrapServers: string;
  readonly properties: { readonly [key: string]: string };
  readonly call: AdminCall;
}

export interface AdminState {
  readonly client: AdminClient;
  readonly wakeAt: Micros;
}

export const adminProgram: Program<AdminState | null, AdminProcessConfig> = {
  start(given, env) {
    const config = adminConfig(given, 'adminclient-1');
    if (isConfigError(config)) {
      note(env, { type: 'clientNotStarted', client: env.self, key: config.key, message: config.message });
      logLine(env, '', 'ERROR', `org.apache.kafka.common.config.ConfigException: ${config.message}`, 'clients.admin.KafkaAdminClient');
      env.exit(1);
      return null;
    }
    return settle({ client: submitCall(startAdminClient(config), given.call, null, env), wakeAt: -1 }, env);
  },

  handle(state, event, env) {
    if (state === null) return state;
    if (event.type === 'timer') return settle({ ...state, wakeAt: -1 }, env);
    if (event.type === 'signal') {
      env.exit(event.signal === 'SIGINT' ? 130 : 143);
      return state;
    }
    return settle({ ...state, client: handleAdminClient(state.client, event, env) }, env);
  },
};

function settle(state: AdminState, env: Env): AdminState {
  if (state.client.failure !== null) {
    note(env, { type: 'clientNotStarted', client: env.self, key: 'bootstrap.servers', message: state.client.failure });
    env.exit(1);
    return state;
  }
  const { client, outputs } = settleAdminClient(state.client, env);
  for (const { call, outcome } of outputs) {
    if (outcome.type === 'answered') note(env, { type: 'adminSucceeded', client: env.self, api: call.api, response: outcome.response });
    else note(env, { type: 'adminFailed', client: env.self, api: call.api, error: outcome.error, message: outcome.message });
    env.exit(outcome.type === 'answered' ? 0 : 1);
  }
  const next = { ...state, client };
  const deadline = Math.max(adminDeadline(client, env.now), env.now + 1);
  if (deadline === Infinity || (state.wakeAt >= 0 && state.wakeAt <= deadline)) return next;
  env.setTimer(WAKE, deadline - env.now);
  return { ...next, wakeAt: deadline };
}
