import { describe, expect, it } from 'vitest';
import { toArray } from '../../src/kernel/append-list.ts';
import type { Env, Fact, Message, ProcessEvent, Program } from '../../src/kernel/program.ts';
import { createKernel, createWorld, findProcess, program, runUntil, type KernelAction, type World } from '../../src/kernel/world.ts';
import { clientStateName, type ClientConfig } from '../../src/zookeeper/client.ts';
import { zkClientProgram, type ClientProcess } from '../../src/zookeeper/client-program.ts';
import type { ClientMessage, ClientOp, Request } from '../../src/zookeeper/messages.ts';

const SESSION = '0x100000000010000';

/** Answers everything at once, or not at all, or not any more, as it is told; writes down what it hears. */
interface Puppet {
  readonly heard: readonly { readonly at: number; readonly message: ClientMessage }[];
  readonly connection: number;
  readonly mood: 'willing' | 'silent' | 'expired' | 'closing';
  readonly zxid: number;
}

type PuppetCommand = { readonly type: 'mood'; readonly mood: Puppet['mood'] } | { readonly type: 'say'; readonly message: Message };

const puppet: Program<Puppet, null> = {
  start(_config, env) {
    env.listen(2181);
    return { heard: [], connection: 0, mood: 'willing', zxid: 0x1_0000_0000 };
  },
  handle(state, event, env) {
    switch (event.type) {
      case 'accepted':
        if (state.mood === 'closing') env.close(event.connection);
        return { ...state, connection: event.connection };
      case 'command': {
        const command = event.command as unknown as PuppetCommand;
        if (command.type === 'mood') return { ...state, mood: command.mood };
        env.send(state.connection, command.message);
        return state;
      }
      case 'received':
        return hear(state, event as Extract<ProcessEvent<ClientMessage>, { type: 'received' }>, env);
      default:
        return state;
    }
  },
};

function hear(state: Puppet, { connection, message }: { readonly connection: number; readonly message: ClientMessage }, env: Env): Puppet {
  const heard = { ...state, heard: [...state.heard, { at: env.now, message }] };
  if (state.mood === 'silent') return heard;
  if (message.type === 'ConnectRequest') {
    const valid = state.mood !== 'expired';
    env.send(connection, {
      type: 'ConnectResponse', protocolVersion: 0, timeoutMs: valid ? message.timeoutMs : 0, sessionId: valid ? SESSION : '0x0', passwd: 'p', readOnly: false,
    } as Message);
    return heard;
  }
  const { op, xid } = message;
  if (op.type === 'setWatches' || op.type === 'ping') {
    env.send(connection, { type: 'Reply', xid, zxid: state.zxid, err: 'OK' } as Message);
    return heard;
  }
  const missing = op.type === 'exists';
  env.send(connection, { type: 'Reply', xid, zxid: state.zxid + 1, err: missing ? 'NONODE' : 'OK', ...resultOf(op) } as Message);
  return { ...heard, zxid: state.zxid + 1 };
}

function resultOf(op: Request['op']): object {
  return op.type === 'create' ? { result: { type: 'create', path: op.path, stat: {} } } : {};
}

const kernel = createKernel({ client: program(zkClientProgram), puppet: program(puppet) });

interface Bench {
  world: World;
  readonly facts: { readonly at: number; readonly fact: Fact }[];
}

function bench(servers = 1, config: Partial<ClientConfig> = {}, seed = 7): Bench {
  const names = Array.from({ length: servers }, (_none, index) => `zoo${index + 1}`);
  const world = createWorld({
    seed,
    wallClockBaseMs: 1_600_000_000_000,
    hosts: [{ name: 'home', names: [], forwards: [] }, ...names.map((name) => ({ name, names: [], forwards: [] }))],
    processes: [
      {
        name: 'client', program: 'client', host: 'home',
        config: { servers: names.map((host) => ({ host, port: 2181 })), sessionTimeoutMs: 9_000, ...config },
      },
      ...names.map((name) => ({ name, program: 'puppet', host: name, config: null })),
    ],
  });
  return { world, facts: [] };
}

function act(on: Bench, ...actions: KernelAction[]): void {
  for (const action of actions) {
    const { world, record } = kernel.perform(on.world, action);
    on.world = world;
    for (const fact of record.facts) on.facts.push({ at: world.now / 1_000, fact });
  }
}

function run(on: Bench, ms: number): void {
  on.world = runUntil(kernel, on.world, on.world.now + ms * 1_000, (record, world) => {
    for (const fact of record.facts) on.facts.push({ at: world.now / 1_000, fact });
  });
}

const start = (process: string): KernelAction => ({ type: 'start', process });
const command = (process: string, what: object): KernelAction => ({ type: 'command', process, command: what as Message });
const ask = (op: ClientOp, token: string): KernelAction => command('client', { type: 'submit', op, token });
const get = (path: string, watch = false): ClientOp => ({ type: 'getData', path, watch });
const clientOf = (on: Bench) => (findProcess(on.world, 'client')!.state as ClientProcess).client;
const heardBy = (on: Bench, name: string) => (findProcess(on.world, name)!.state as Puppet).heard;
const textOf = (fact: Fact): string => {
  const one = fact as unknown as { type: string; token?: string; err?: string; event?: { type: string; path: string } };
  return [one.type.replace('zkClient', ''), one.token, one.err, one.event?.type, one.event?.path].filter((part) => part !== undefined).join(' ');
};
const told = (on: Bench): string[] => on.facts.map(({ fact }) => textOf(fact));
const opsHeard = (on: Bench, name: string): string[] => heardBy(on, name).map(({ message }) => (message.type === 'Request' ? message.op.type : message.type));

describe('the client', () => {
  it('opens a session at once and answers in the order of the requests', () => {
    const on = bench();
    act(on, start('zoo1'), start('client'), ask(get('/a'), 'one'), ask(get('/b'), 'two'));
    run(on, 20);
    expect(told(on)).toEqual(['Connected', 'Replied one OK', 'Replied two OK']);
    expect(clientOf(on)).toMatchObject({ sessionId: SESSION, negotiatedTimeoutMs: 9_000, lastZxidSeen: 0x1_0000_0002 });
  });

  it('pings when it has said nothing for a third of the session time-out', () => {
    const on = bench();
    act(on, start('zoo1'), start('client'));
    run(on, 10_000);
    const pings = heardBy(on, 'zoo1').filter(({ message }) => message.type === 'Request' && message.op.type === 'ping').map(({ at }) => Math.round(at / 1_000));
    expect(pings).toHaveLength(3);
    expect(pings[1]! - pings[0]!).toBeGreaterThanOrEqual(2_999);
    expect(pings[1]! - pings[0]!).toBeLessThanOrEqual(3_002);
  });

  it('gives up a silent server after two thirds of the session time-out, fails its requests 100 ms later and then says Disconnected', () => {
    const on = bench();
    act(on, start('zoo1'), start('client'));
    run(on, 20);
    act(on, command('zoo1', { type: 'mood', mood: 'silent' }), ask(get('/a'), 'sent'));
    run(on, 6_050);
    expect(clientStateName(clientOf(on))).toBe('CONNECTING');
    expect(told(on)).toEqual(['Connected']);
    run(on, 100);
    expect(told(on)).toEqual(['Connected', 'Replied sent CONNECTIONLOSS', 'Disconnected']);
    const [connected, lost] = on.facts;
    expect(lost!.at - connected!.at).toBeGreaterThan(6_099);
    expect(lost!.at - connected!.at).toBeLessThan(6_102);
  });

  it('comes back with its session to the next server between 100 and 1099 ms after a loss', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const on = bench(3, {}, seed);
      act(on, start('zoo1'), start('zoo2'), start('zoo3'), start('client'));
      run(on, 20);
      const used = clientOf(on).servers[clientOf(on).current]!.host;
      act(on, { type: 'kill', process: used, signal: 'SIGKILL' });
      const killedAt = on.world.now / 1_000;
      run(on, 1_200);
      expect(told(on)).toEqual(['Connected', 'Disconnected', 'Connected']);
      expect(clientOf(on).sessionId).toBe(SESSION);
      const back = on.facts[2]!.at - killedAt;
      expect(back).toBeGreaterThanOrEqual(100);
      expect(back).toBeLessThan(1_110);
      const again = heardBy(on, clientOf(on).servers[clientOf(on).current]!.host)[0]!.message;
      expect(again).toMatchObject({ type: 'ConnectRequest', sessionId: SESSION, passwd: 'p' });
    }
  });

  it('waits a second more when the whole list was tried, and says Disconnected once', () => {
    const on = bench();
    act(on, start('zoo1'), start('client'));
    run(on, 20);
    act(on, { type: 'kill', process: 'zoo1', signal: 'SIGKILL' });
    run(on, 1_000);
    act(on, ask(get('/a'), 'waiting'));
    run(on, 60);
    expect(told(on)).toEqual(['Connected', 'Disconnected']);
    run(on, 1_200);
    // Refused at the next attempt: what has waited fails with it.
    expect(told(on)).toEqual(['Connected', 'Disconnected', 'Replied waiting CONNECTIONLOSS']);
    expect(linesOf(on).filter((text) => text.includes('Opening socket'))).toHaveLength(2);
  });

  it('does not say Disconnected before it ever was connected', () => {
    const on = bench();
    act(on, start('client'), ask(get('/a'), 'early'));
    run(on, 10_000);
    expect(told(on)).toEqual(['Replied early CONNECTIONLOSS']);
    act(on, start('zoo1'));
    run(on, 2_500);
    expect(told(on).at(-1)).toBe('Connected');
  });

  it('tries one server for the session time-out divided by the number of servers', () => {
    const on = bench(3);
    act(on, start('zoo1'), start('zoo2'), start('zoo3'));
    for (const zoo of ['zoo1', 'zoo2', 'zoo3']) act(on, command(zoo, { type: 'mood', mood: 'silent' }));
    act(on, start('client'));
    run(on, 2_990);
    expect(matchesState(on, 'openingSession')).toBe(true);
    run(on, 30);
    expect(matchesState(on, 'cleaningUp')).toBe(true);
  });

  it('learns from a server that its session has expired: Expired, and nothing works any more', () => {
    const on = bench();
    act(on, start('zoo1'), start('client'));
    run(on, 20);
    act(on, command('zoo1', { type: 'mood', mood: 'silent' }), ask(get('/a'), 'sent'));
    run(on, 6_200);
    act(on, command('zoo1', { type: 'mood', mood: 'expired' }), ask(get('/b'), 'queued'));
    run(on, 4_000);
    act(on, ask(get('/c'), 'late'));
    run(on, 60_000);
    expect(told(on)).toEqual([
      'Connected', 'Replied sent CONNECTIONLOSS', 'Disconnected', 'Expired', 'Replied queued SESSIONEXPIRED', 'Replied late SESSIONEXPIRED',
    ]);
    expect(clientStateName(clientOf(on))).toBe('CLOSED');
  });

  it('stays CONNECTING for as long as it reaches nobody', () => {
    const on = bench();
    act(on, start('zoo1'), start('client'));
    run(on, 20);
    act(on, { type: 'kill', process: 'zoo1', signal: 'SIGKILL' });
    run(on, 300_000);
    expect(clientStateName(clientOf(on))).toBe('CONNECTING');
    expect(told(on)).toEqual(['Connected', 'Disconnected']);
  });

  it('says goodbye and is Closed when the server has answered', () => {
    const on = bench();
    act(on, start('zoo1'), start('client'));
    run(on, 20);
    act(on, ask(get('/a'), 'before'), command('client', { type: 'close' }), ask(get('/b'), 'after'));
    run(on, 20);
    act(on, ask(get('/c'), 'late'));
    run(on, 20);
    expect(told(on)).toEqual(['Connected', 'Replied after CONNECTIONLOSS', 'Replied before OK', 'Closed', 'Replied late SESSIONEXPIRED']);
    expect(opsHeard(on, 'zoo1')).toEqual(['ConnectRequest', 'getData', 'closeSession']);
  });

  it('sends its watches again first of all on a new connection, with the last zxid it has seen', () => {
    const on = bench();
    act(on, start('zoo1'), start('client'));
    run(on, 20);
    act(on, ask(get('/d', true), '1'), ask({ type: 'exists', path: '/x', watch: true }, '2'), ask({ type: 'getChildren', path: '/c', watch: true }, '3'));
    run(on, 20);
    const lastZxidSeen = clientOf(on).lastZxidSeen;
    act(on, { type: 'kill', process: 'zoo1', signal: 'SIGKILL' }, start('zoo1'));
    run(on, 500);
    act(on, ask(get('/e'), '4'));
    run(on, 2_000);
    expect(opsHeard(on, 'zoo1')).toEqual(['ConnectRequest', 'setWatches', 'getData']);
    expect(heardBy(on, 'zoo1')[0]!.message).toMatchObject({ lastZxidSeen });
    expect(heardBy(on, 'zoo1')[1]!.message).toMatchObject({
      op: { relativeZxid: lastZxidSeen, dataWatches: ['/d'], existWatches: ['/x'], childWatches: ['/c'] },
    });
  });

  it('hands on an event it watches for, once, and none it does not', () => {
    const on = bench();
    act(on, start('zoo1'), start('client'));
    run(on, 20);
    act(on, ask(get('/d', true), '1'));
    run(on, 20);
    const event = { type: 'NodeDataChanged', state: 'SyncConnected', path: '/d' };
    for (let time = 0; time < 2; time++) act(on, command('zoo1', { type: 'say', message: { type: 'WatcherEvent', event } }));
    run(on, 20);
    expect(told(on)).toEqual(['Connected', 'Replied 1 OK', 'Notified NodeDataChanged /d']);
  });

  it('puts its chroot before every path it sends and takes it off every path it hands on', () => {
    const on = bench(1, { chroot: '/kafka' });
    act(on, start('zoo1'), start('client'));
    act(on, ask({ type: 'create', path: '/a', data: null, mode: 'PERSISTENT' }, '1'), ask(get('/'), '2'), ask(get('/a', true), '3'));
    run(on, 20);
    act(on, command('zoo1', { type: 'say', message: { type: 'WatcherEvent', event: { type: 'NodeDeleted', state: 'SyncConnected', path: '/kafka/a' } } }));
    run(on, 20);
    const paths = heardBy(on, 'zoo1').flatMap(({ message }) => (message.type === 'Request' && 'path' in message.op ? [message.op.path] : []));
    expect(paths).toEqual(['/kafka/a', '/kafka', '/kafka/a']);
    expect(on.facts[1]!.fact).toMatchObject({ result: { path: '/a' } });
    expect(told(on).at(-1)).toBe('Notified NodeDeleted /a');
  });

  it('survives a save and load in every state of its chart', () => {
    const on = bench();
    act(on, start('zoo1'), start('client'));
    run(on, 20);
    act(on, { type: 'kill', process: 'zoo1', signal: 'SIGKILL' });
    const loaded: Bench = { world: on.world, facts: [] };
    for (let slice = 0; slice < 50; slice++) {
      const process = findProcess(loaded.world, 'client')!;
      const copy = JSON.parse(JSON.stringify(process.state)) as ClientProcess;
      loaded.world = { ...loaded.world, processes: loaded.world.processes.map((one) => (one.name === 'client' ? { ...one, state: copy } : one)) };
      run(loaded, 100);
      run(on, 100);
      expect(clientOf(loaded)).toEqual(clientOf(on));
    }
  });
});

function linesOf(on: Bench): string[] {
  return toArray(findProcess(on.world, 'client')!.lines).map((line) => line.text);
}

function matchesState(on: Bench, part: string): boolean {
  return JSON.stringify(clientOf(on).chart.value).includes(part);
}
