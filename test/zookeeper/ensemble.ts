/** A world with an ensemble and its clients, for tests. */
import { createKernel, createWorld, findProcess, program } from '../../src/kernel/world.ts';
import type { Message } from '../../src/kernel/program.ts';
import { values } from '../../src/kernel/append-list.ts';
import type { StampedLine } from '../../src/kernel/process.ts';
import { zkClientProgram } from '../../src/zookeeper/client-program.ts';
import type { ClientConfig } from '../../src/zookeeper/client.ts';
import { serverProgram } from '../../src/zookeeper/server.ts';
import type { ServerConfig, ServerState } from '../../src/zookeeper/server-state.ts';
import { peerStateText } from '../../src/zookeeper/peer-state-text.ts';
import type { ClientOp, Reply } from '../../src/zookeeper/messages.ts';
import { KeptWorld, type NotedFact } from '../kernel/kept-world.ts';
import { relayProgram, type RelayConfig } from './relay.ts';
import { plainProgram, type PlainConfig, type PlainState } from './plain-client.ts';

export interface EnsembleOptions {
  readonly servers?: number;
  readonly seed?: number;
  readonly config?: Partial<ServerConfig>;
  readonly clientPort?: number | null;
  /** Every server reaches the others' sync ports through a relay. */
  readonly relayed?: boolean;
}

const programs = { 'zookeeper-server': program(serverProgram), 'zk-client': program(zkClientProgram), plain: program(plainProgram), relay: program(relayProgram) };

export const serverName = (sid: number): string => `zookeeper${sid}`;

export class Ensemble extends KeptWorld {
  private readonly servers: ServerConfig['servers'];
  private nextToken = 0;

  constructor(options: EnsembleOptions = {}) {
    const count = options.servers ?? 3;
    const clientPort = options.clientPort === undefined ? 2181 : options.clientPort;
    const servers: ServerConfig['servers'] = Array.from({ length: count }, (_, i) => ({
      sid: i + 1, host: options.relayed === true ? `relay${i + 1}` : `zoo${i + 1}`, quorumPort: 2888, electionPort: 3888, ...(clientPort === null ? {} : { clientPort }),
    }));
    super(createKernel(programs), createWorld({
      seed: options.seed ?? 1,
      wallClockBaseMs: Date.UTC(2026, 10, 22, 7, 54, 23),
      hosts: [...servers.map(({ sid }) => ({ name: `zoo${sid}`, names: [], forwards: [] })), { name: 'client-host', names: [], forwards: [] }],
      processes: servers.map(({ sid }) => ({
        name: serverName(sid), program: 'zookeeper-server', host: `zoo${sid}`, config: { myid: sid, servers, ...options.config } satisfies ServerConfig,
      })),
    }));
    this.servers = servers;
    if (options.relayed === true) for (const { sid, quorumPort, electionPort } of this.servers) this.relay(sid, quorumPort, electionPort);
  }

  private relay(sid: number, quorumPort: number, electionPort: number): void {
    const name = `relay${sid}`;
    const config: RelayConfig = { listen: quorumPort, to: { host: `zoo${sid}`, port: quorumPort } };
    this.perform({ type: 'addHost', host: { name, names: [], forwards: [{ port: electionPort, toHost: `zoo${sid}`, toPort: electionPort }] } });
    this.perform({ type: 'addProcess', process: { name, program: 'relay', host: name, config } }).perform({ type: 'start', process: name });
  }

  start(...sids: number[]): this {
    for (const sid of sids) this.perform({ type: 'start', process: serverName(sid) });
    return this;
  }

  kill(...sids: number[]): this {
    for (const sid of sids) this.perform({ type: 'kill', process: serverName(sid), signal: 'SIGKILL' });
    return this;
  }

  state(sid: number): ServerState {
    return findProcess(this.world, serverName(sid))!.state as ServerState;
  }

  isUp(sid: number): boolean {
    const process = findProcess(this.world, serverName(sid))!;
    return (process.status === 'running' || process.status === 'paused') && process.state !== null;
  }

  mode(sid: number): string {
    return this.isUp(sid) ? peerStateText(this.state(sid).chart) : 'down';
  }

  isServing(...sids: number[]): boolean {
    return sids.every((sid) => this.isUp(sid) && this.state(sid).isServing);
  }

  zxid(sid: number): string {
    return '0x' + this.state(sid).tree.lastProcessedZxid.toString(16);
  }

  epochs(sid: number): readonly number[] {
    const { acceptedEpoch, currentEpoch } = this.state(sid);
    return [acceptedEpoch, currentEpoch];
  }

  serving(...sids: number[]): this {
    return this.until(() => this.isServing(...sids), `servers ${sids.join(', ')} serve`);
  }

  client(name: string, sids: readonly number[], timeoutMs = 10_000): this {
    const config: ClientConfig = { servers: sids.map((sid) => ({ host: `zoo${sid}`, port: 2181 })), sessionTimeoutMs: timeoutMs };
    this.perform({ type: 'addProcess', process: { name, program: 'zk-client', host: 'client-host', config } });
    return this.perform({ type: 'start', process: name });
  }

  connected(name: string): this {
    return this.until(() => this.of(name, 'zkClientConnected').length > 0, `${name} connects`);
  }

  of(process: string, type: string): readonly NotedFact[] {
    return this.facts.filter((noted) => noted.process === process && noted.fact.type === type);
  }

  /** Asks without waiting; gives the token. */
  submit(name: string, op: ClientOp): number {
    const token = this.nextToken++;
    this.perform({ type: 'command', process: name, command: { type: 'submit', op, token } as Message });
    return token;
  }

  reply(name: string, token: number): (Pick<Reply, 'err' | 'result' | 'zxid'>) | undefined {
    return this.of(name, 'zkClientReplied').find((noted) => noted.fact.token === token)?.fact as unknown as Reply | undefined;
  }

  /** Asks and waits for the answer. */
  ask(name: string, op: ClientOp): Pick<Reply, 'err' | 'result' | 'zxid'> {
    const token = this.submit(name, op);
    this.until(() => this.reply(name, token) !== undefined, `${name} is answered`);
    return this.reply(name, token)!;
  }

  create(name: string, path: string, data = ''): this {
    const { err } = this.ask(name, { type: 'create', path, data, mode: 'PERSISTENT' });
    if (err !== 'OK') throw new Error(`create ${path}: ${err}`);
    return this;
  }

  /** Sends a four-letter word to a server's client port; gives the answer when the server has closed the connection. */
  say(sid: number, word: string): string {
    const name = `nc-${this.nextToken++}`;
    const config: PlainConfig = { host: `zoo${sid}`, port: 2181, word };
    this.perform({ type: 'addProcess', process: { name, program: 'plain', host: 'client-host', config } }).perform({ type: 'start', process: name });
    const state = (): PlainState => findProcess(this.world, name)!.state as PlainState;
    this.until(() => (state() as PlainState | null)?.outcome === 'closed', `${word} is answered`);
    return state().text;
  }

  stampedLines(sid: number): readonly StampedLine[] {
    return [...values(findProcess(this.world, serverName(sid))!.lines)];
  }

  lines(sid: number): readonly string[] {
    return this.stampedLines(sid).map((line) => `${line.level} ${line.text}`);
  }
}
