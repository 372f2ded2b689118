/**
 * A process that is nothing but a ZooKeeper client: it does what it is commanded and notes what it is told. Tests, traces
 * and the tools at the command line hold their session with it.
 */
import type { Env, Message, ProcessEvent, Program } from '../kernel/program.ts';
import {
  closeClient, handleClient, isClosed, ownsEvent, startClient, submit, type ClientConfig, type ClientOutput, type Result, type ZooKeeperClient,
} from './client.ts';
import type { ClientFact } from './facts.ts';
import type { ClientOp } from './messages.ts';

/** Do one operation; `token` names it in the fact that tells of its answer. */
export interface SubmitCommand extends Message {
  readonly type: 'submit';
  readonly op: ClientOp;
  readonly token: unknown;
}

/** Close the session; the process stays. */
export interface CloseCommand extends Message {
  readonly type: 'close';
}

/** Leave a session that is closed behind and open a new one, perhaps at other servers. */
export interface ConnectCommand extends Message {
  readonly type: 'connect';
  readonly config: ClientConfig;
}

export type ClientCommand = SubmitCommand | CloseCommand | ConnectCommand;

export interface ClientProcess {
  readonly client: ZooKeeperClient;
}

export const zkClientProgram: Program<ClientProcess, ClientConfig> = {
  start: (config, env) => settle(startClient(config, env), env),

  handle(state, event, env) {
    if (ownsEvent(event)) return settle(handleClient(state.client, event, env), env);
    if (event.type === 'command') return settle(obey(state.client, event.command as ClientCommand, env), env);
    return leave(state, event, env);
  },
};

function obey(client: ZooKeeperClient, command: ClientCommand, env: Env): Result {
  switch (command.type) {
    case 'submit': return submit(client, command.op, command.token, env);
    case 'close': return closeClient(client, env);
    case 'connect': {
      const closed = isClosed(client) ? { client, outputs: [] } : closeClient(client, env);
      // A goodbye under way is not waited for: the new session takes the client's place.
      if (closed.client.connection !== null) env.close(closed.client.connection);
      const opened = startClient(command.config, env);
      return { client: opened.client, outputs: [...closed.outputs, ...opened.outputs] };
    }
  }
}

function leave(state: ClientProcess, event: ProcessEvent, env: Env): ClientProcess {
  if (event.type === 'signal') env.exit(event.signal === 'SIGINT' ? 130 : 143);
  return state;
}

function settle({ client, outputs }: Result, env: Env): ClientProcess {
  for (const output of outputs) env.fact(factOf(client, output));
  return { client };
}

function factOf(client: ZooKeeperClient, output: ClientOutput): ClientFact {
  switch (output.type) {
    case 'watch': return { type: 'zkClientNotified', event: output.event };
    case 'reply': {
      const { token, request, err, result, zxid } = output;
      return { type: 'zkClientReplied', token, request, err, result: result ?? null, zxid };
    }
    case 'state': {
      const { sessionId, negotiatedTimeoutMs } = output;
      switch (output.state) {
        case 'SyncConnected': {
          const server = client.servers[client.current]!;
          return { type: 'zkClientConnected', sessionId, negotiatedTimeoutMs, server: `${server.host}:${server.port}` };
        }
        case 'Disconnected': return { type: 'zkClientDisconnected', sessionId };
        case 'Expired': return { type: 'zkClientExpired', sessionId };
        case 'Closed': return { type: 'zkClientClosed', sessionId };
      }
    }
  }
}
