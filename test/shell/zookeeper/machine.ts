/**
 * The machine of the recordings: three servers on 127.0.0.1 whose ports go up by one, and zkCli installed beside them. Somebody at a
 * terminal of it types to a client that goes on, and reads what stands on the screen.
 */
import { createWorld, findProcess, type KernelAction, type World } from '../../../src/kernel/world.ts';
import { createWorldDefaults } from '../../../src/cluster/defaults.ts';
import { HOME } from '../../../src/shell/docker/zookeeper-image.ts';
import { contentOf } from '../../../src/shell/files/text.ts';
import { shellKernel } from '../../../src/shell/kernel.ts';
import type { ServerConfig, ServerState } from '../../../src/zookeeper/server-state.ts';
import { Typist } from '../typist.ts';

const SIDS = [1, 2, 3];
export const clientPort = (sid: number): number => 2_181 + sid;
export const serverName = (sid: number): string => `server-${sid}`;

function serverConfig(sid: number): ServerConfig {
  return {
    myid: sid,
    servers: SIDS.map((one) => ({ sid: one, host: '127.0.0.1', quorumPort: 2_880 + one, electionPort: 3_880 + one, clientPort: clientPort(one), clientAddress: '127.0.0.1' })),
    dataDir: `/node${sid}/data`,
    dataLogDir: `/node${sid}/datalog`,
    fourLetterWords: '*',
  };
}

/** `sids`: the servers that are started. */
export function machine(seed = 1, sids: readonly number[] = SIDS): World {
  let world = createWorld({
    ...createWorldDefaults,
    seed,
    hosts: [{ name: 'host', names: ['192.168.1.7'], forwards: [] }],
    processes: SIDS.map((sid) => ({ name: serverName(sid), program: 'zookeeper-server', host: 'host', config: serverConfig(sid) })),
  });
  const actions: readonly KernelAction[] = [
    { type: 'files', volume: 'host', edits: [{ type: 'makeDirectory', path: '/root' }, ...[`${HOME}/bin/zkCli.sh`, `${HOME}/bin/zkServer.sh`, '/usr/local/kafka/bin/zookeeper-shell.sh', '/usr/local/kafka/bin/kafka-run-class.sh'].map((path) => ({ type: 'write' as const, path, content: contentOf('') }))] },
    ...sids.map((sid) => ({ type: 'start' as const, process: serverName(sid) })),
  ];
  for (const action of actions) world = shellKernel.perform(world, action).world;
  return world;
}

/** Somebody who types to a program in front. Several of them share one world: who acts takes it and gives it back. */
export class Visitor extends Typist {
  private from = 0;

  /** Types a line and lets `ms` pass. */
  say(line: string, ms = 1_000): void {
    this.input({ type: 'type', text: `${line}\n` });
    this.run(ms);
  }

  /** Begins a client; what stood on the screen before, and the line itself, are not part of its transcript. */
  begin(line: string, ms = 3_000): void {
    this.say(line, 0);
    this.from = this.screen.length;
    this.run(ms);
  }

  /** Everything since `begin`, up to the shell's next prompt. */
  get transcript(): string {
    return this.screen.slice(this.from).replace(/\[root@host ~\]# $/, '');
  }

  perform(action: KernelAction): void {
    this.world = shellKernel.perform(this.world, action).world;
  }

  server(sid: number): ServerState {
    return findProcess(this.world, serverName(sid))!.state as ServerState;
  }
}
