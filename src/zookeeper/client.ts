/**
 * The ZooKeeper client (ClientCnxn) as a component: whoever holds one routes to it every event that `ownsEvent` claims.
 * It owns the timers and connection tags that begin with `zk.`.
 */
import type { Address } from '../kernel/program.ts';
import type { ErrorName } from './errors.ts';
import type { ClientOp, OpResult, SessionId, WatchEvent } from './messages.ts';
import type { Zxid } from './zxid.ts';

export interface ClientConfig {
  readonly servers: readonly Address[];
  readonly sessionTimeoutMs: number;
  /** Prefixed to every path asked for and stripped from every path answered, e.g. `/kafka`. */
  readonly chroot?: string;
}

/** What a program may ask for; `watch: true` inside a read arms a watch. */
export type ClientRequest = ClientOp;

export type ClientState = 'SyncConnected' | 'Disconnected' | 'Expired' | 'Closed';

export type ClientOutput =
  | {
      readonly type: 'reply';
      /** The one given to `submit`. */
      readonly token: unknown;
      readonly request: ClientRequest;
      readonly err: ErrorName;
      readonly result?: OpResult;
      /** From the reply header; 0 where no server answered. */
      readonly zxid: Zxid;
    }
  | { readonly type: 'watch'; readonly event: WatchEvent }
  | {
      readonly type: 'state';
      readonly state: ClientState;
      readonly sessionId: SessionId;
      readonly negotiatedTimeoutMs: number;
    };
