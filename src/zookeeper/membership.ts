/** The ensemble's members as text: `server.1=zoo1:2888:3888:participant;0.0.0.0:2181`. */
import type { QuorumServer, ServerState } from './server-state.ts';

/** What stands after `server.N=`. */
export function memberText(server: QuorumServer): string {
  const clientPart = server.clientPort === undefined ? '' : `;${server.clientAddress ?? '0.0.0.0'}:${server.clientPort}`;
  return `${server.host}:${server.quorumPort}:${server.electionPort}:participant${clientPart}`;
}

/** The membership as NEWLEADER and `/zookeeper/config` carry it. */
export function configText(state: Pick<ServerState, 'settings'>): string {
  return [...state.settings.servers.map((server) => `server.${server.sid}=${memberText(server)}`), 'version=0'].join('\n');
}
