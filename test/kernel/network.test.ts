import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/kernel/network.ts';
import type { Message, Program } from '../../src/kernel/program.ts';
import { createKernel, createWorld, findProcess, program, runUntil, type KernelAction, type World } from '../../src/kernel/world.ts';

/** Listens where it is told and keeps the outcome of its last call. */
interface Caller {
  readonly heard: string;
}

type Order = Message & { readonly host: string; readonly port: number };

const caller: Program<Caller, { readonly listen?: number }> = {
  start: (config, env) => ({ heard: config.listen === undefined ? '' : env.listen(config.listen) ? 'listening' : 'port taken' }),
  handle(state, event, env) {
    if (event.type === 'command') {
      const order = event.command as Order;
      if (order.type === 'listen') return { heard: env.listen(order.port, order.host) ? 'listening' : 'port taken' };
      env.connect(order, 'call');
    }
    if (event.type === 'connected') return { heard: `connected after ${Math.floor(env.now / 1_000_000)} s` };
    if (event.type === 'connectFailed') return { heard: `${event.reason} after ${Math.floor(env.now / 1_000_000)} s` };
    return state;
  },
};

const kernel = createKernel({ caller: program(caller) });

/** The tutorial's machine with two brokers, two containers on one network and one on another, and a second machine. */
const NETWORK = 'zookeeper-net';
const hosts: readonly Omit<Host, 'isUp' | 'boot'>[] = [
  { name: 'host', names: ['192.168.1.7', '172.19.0.1'], forwards: [{ port: 2182, toHost: 'zookeeper1', toPort: 2181 }] },
  { name: 'broker-1', machine: 'host', names: [], forwards: [] },
  { name: 'broker-2', machine: 'host', names: [], forwards: [] },
  { name: 'zookeeper1', names: ['27e8a40861c7'], bridgedBy: 'host', forwards: [], networks: [{ network: NETWORK, address: '172.19.0.2', aliases: ['zookeeper1'] }] },
  { name: 'zookeeper2', names: [], bridgedBy: 'host', forwards: [], networks: [{ network: NETWORK, address: '172.19.0.3', aliases: ['zookeeper2'] }] },
  { name: 'stranger', names: [], bridgedBy: 'host', forwards: [], networks: [{ network: 'bridge', address: '172.17.0.2', aliases: [] }] },
  { name: 'laptop', names: ['192.168.1.20'], forwards: [] },
];

const fresh = (): World =>
  [...hosts.map(({ name }) => name)].reduce(
    (world, process) => kernel.perform(world, { type: 'start', process }).world,
    createWorld({
      seed: 1,
      wallClockBaseMs: 0,
      hosts,
      processes: hosts.map(({ name }) => ({
        name,
        program: 'caller',
        host: name,
        config: name === 'broker-1' ? { listen: 9092 } : name.startsWith('zookeeper') ? { listen: 2181 } : {},
      })),
    }),
  );

const act = (world: World, ...actions: KernelAction[]): World => actions.reduce((next, action) => kernel.perform(next, action).world, world);
const heard = (world: World, name: string): string => (findProcess(world, name)!.state as Caller).heard;
const order = (process: string, what: Order): KernelAction => ({ type: 'command', process, command: what });
const call = (world: World, from: string, host: string, port: number): string =>
  heard(runUntil(kernel, act(runUntil(kernel, world, world.now + 1_000), order(from, { type: 'call', host, port })), 200_000_000), from);

describe('the hosts of one machine', () => {
  it('share its loopback and its addresses', () => {
    expect(call(fresh(), 'host', 'localhost', 9092)).toMatch(/^connected/);
    expect(call(fresh(), 'broker-2', '127.0.0.1', 9092)).toMatch(/^connected/);
    expect(call(fresh(), 'laptop', '192.168.1.7', 9092)).toMatch(/^connected/);
    expect(call(fresh(), 'laptop', '127.0.0.1', 9092)).toMatch(/^refused/);
  });

  it('share its ports, those that it publishes included', () => {
    const listen = (port: number): string => {
      const world = act(runUntil(kernel, fresh(), 1_000), order('broker-2', { type: 'listen', host: '', port }));
      return heard(runUntil(kernel, world, 2_000), 'broker-2');
    };
    expect([listen(9092), listen(2182), listen(9093)]).toEqual(['port taken', 'port taken', 'listening']);
  });

  it('are reached only at the address at which they listen', () => {
    const bound = (at: string): World => runUntil(kernel, act(runUntil(kernel, fresh(), 1_000), order('broker-2', { type: 'listen', host: at, port: 9093 })), 2_000);
    const from = (at: string): string[] => ([['host', 'localhost'], ['broker-1', '127.0.0.1'], ['host', '192.168.1.7'], ['laptop', '192.168.1.7'], ['zookeeper1', '172.19.0.1']] as const).map(([who, to]) => call(bound(at), who, to, 9093).split(' ')[0]!);
    expect(from('127.0.0.1')).toEqual(['connected', 'connected', 'refused', 'refused', 'refused']);
    expect(from('192.168.1.7')).toEqual(['refused', 'refused', 'connected', 'connected', 'connected']);
    expect(from('0.0.0.0')).toEqual(['connected', 'connected', 'connected', 'connected', 'connected']);
  });

  it('reach what it publishes', () => {
    expect(call(fresh(), 'broker-1', '127.0.0.1', 2182)).toMatch(/^connected/);
    expect(call(fresh(), 'laptop', '192.168.1.7', 2182)).toMatch(/^connected/);
  });

  it('go dark together, with the containers, when it loses power', () => {
    const world = act(runUntil(kernel, fresh(), 1_000), { type: 'powerOff', host: 'host' });
    expect(world.processes.filter((process) => process.status === 'running').map(({ name }) => name)).toEqual(['laptop']);
  });
});

describe('a container', () => {
  it('is known by name to those on its network, by address to them and to its machine, and to nobody else', () => {
    expect(call(fresh(), 'zookeeper1', 'zookeeper2', 2181)).toMatch(/^connected/);
    expect(call(fresh(), 'zookeeper1', '172.19.0.3', 2181)).toMatch(/^connected/);
    expect(call(fresh(), 'broker-1', '172.19.0.3', 2181)).toMatch(/^connected/);
    expect(call(fresh(), 'host', 'zookeeper2', 2181)).toMatch(/^unknownHost/);
    expect(call(fresh(), 'stranger', 'zookeeper2', 2181)).toMatch(/^unknownHost/);
    expect(call(fresh(), 'stranger', '172.19.0.3', 2181)).toMatch(/^timedOut/);
    expect(call(fresh(), 'laptop', '172.19.0.3', 2181)).toMatch(/^timedOut/);
  });

  it('knows itself by its hostname, and its machine by address only', () => {
    expect(call(fresh(), 'zookeeper1', '27e8a40861c7', 2181)).toMatch(/^connected/);
    expect(call(fresh(), 'zookeeper1', '192.168.1.7', 9092)).toMatch(/^connected/);
    expect(call(fresh(), 'zookeeper1', 'host', 9092)).toMatch(/^unknownHost/);
  });

  it('is out of reach once it left its network', () => {
    const left = act(fresh(), { type: 'changeHost', host: 'zookeeper2', networks: [] });
    expect(call(left, 'zookeeper1', 'zookeeper2', 2181)).toMatch(/^unknownHost/);
    expect(call(left, 'zookeeper1', '172.19.0.3', 2181)).toBe('noRoute after 3 s');
  });
});

describe('an address that nobody answers at', () => {
  it('has no route when the own network would have it, and times out elsewhere', () => {
    expect(call(fresh(), 'host', '172.19.0.77', 2181)).toBe('noRoute after 3 s');
    expect(call(fresh(), 'laptop', '47.120.1.2', 9092)).toBe('timedOut after 127 s');
  });

  it('times out too when its host is taken away while the call is on its way, and not when another host is', () => {
    const calling = (gone: string): string => {
      const world = act(runUntil(kernel, fresh(), 1_000), order('laptop', { type: 'call', host: '192.168.1.7', port: 9092 }));
      return heard(runUntil(kernel, act(runUntil(kernel, world, 1_000), { type: 'removeHost', host: gone }), 200_000_000), 'laptop');
    };
    expect(calling('host')).toBe('timedOut after 127 s');
    expect(calling('zookeeper1')).toMatch(/^connected/);
  });
});

describe('a firewall', () => {
  const guarded = (verdict: 'drop' | 'refuse' | 'prohibit'): World =>
    act(fresh(), { type: 'addRule', rule: { id: 'wall', from: '*', to: '*', port: 9092, effect: { type: 'filter', machine: 'host', verdict } } });

  it('is silent, refuses or prohibits, to who comes from another machine and on its port only', () => {
    expect(call(guarded('drop'), 'laptop', '192.168.1.7', 9092)).toBe('timedOut after 127 s');
    expect(call(guarded('refuse'), 'laptop', '192.168.1.7', 9092)).toMatch(/^refused/);
    expect(call(guarded('prohibit'), 'laptop', '192.168.1.7', 9092)).toMatch(/^noRoute after 0 s/);
    expect(call(guarded('drop'), 'broker-2', 'localhost', 9092)).toMatch(/^connected/);
    expect(call(guarded('drop'), 'laptop', '192.168.1.7', 2182)).toMatch(/^connected/);
  });

  it('that spares nobody is for who is on the machine too', () => {
    const shut = (verdict: 'drop' | 'refuse'): World =>
      act(fresh(), { type: 'addRule', rule: { id: 'wall', from: '*', to: '*', port: 9092, effect: { type: 'filter', machine: 'host', verdict, sparesNobody: true } } });
    expect(call(shut('drop'), 'broker-2', 'localhost', 9092)).toBe('timedOut after 127 s');
    expect(call(shut('refuse'), 'broker-2', 'localhost', 9092)).toMatch(/^refused/);
    expect(call(shut('drop'), 'laptop', '192.168.1.7', 9092)).toBe('timedOut after 127 s');
    expect(call(shut('drop'), 'laptop', '192.168.1.7', 2182)).toMatch(/^connected/);
  });
});
