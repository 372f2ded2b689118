/** Tab in zkCli, and lines made by chance. */
import { beforeAll, describe, expect, it } from 'vitest';
import { findProcess, type World } from '../../../src/kernel/world.ts';
import { complete } from '../../../src/shell/complete.ts';
import { NAMES } from '../../../src/shell/tools/zookeeper/commands-3.7.ts';
import { complete as completeForClient } from '../../../src/shell/tools/zookeeper/completion.ts';
import { machine, Visitor } from './machine.ts';

let ready: World;
beforeAll(() => {
  const visitor = new Visitor(machine(), 'terminal-1');
  visitor.run(5_000);
  ready = visitor.world;
});

function client(server = '127.0.0.1:2182'): Visitor {
  const visitor = new Visitor(ready, 'terminal-1');
  visitor.begin(`ZOO_LOG4J_PROP=WARN,CONSOLE zkCli.sh -server ${server}`);
  return visitor;
}

describe('what fits a line of zkCli', () => {
  const children: Readonly<Record<string, readonly string[]>> = { '/': ['zookeeper', 'brokers', 'broken'], '/brokers': ['topics', 'ids'] };
  const at = (line: string, cursor = line.length) => completeForClient(line, cursor, (path) => children[path]);

  it('is a command, wherever the word stands', () => {
    expect(at('de')).toEqual({ from: 0, candidates: ['delete', 'deleteall', 'delquota'] });
    expect(at('ls re')).toEqual({ from: 3, candidates: ['reconfig', 'redo', 'removewatches'] });
    expect(at('')).toEqual({ from: 0, candidates: NAMES });
    expect(at('create /a', 2)).toEqual({ from: 0, candidates: ['create'] });
  });

  it('is a child of the node before the last slash', () => {
    expect(at('ls /')).toEqual({ from: 4, candidates: ['broken', 'brokers', 'zookeeper'] });
    expect(at('ls /bro')).toEqual({ from: 4, candidates: ['broken', 'brokers'] });
    expect(at('ls /brokers/t')).toEqual({ from: 12, candidates: ['topics'] });
    expect(at('ls /x')).toEqual({ from: 5, candidates: [] });
    expect(at('ls /none/x')).toEqual({ from: 10, candidates: [] });
  });

  it('is found by Tab at a terminal, as the server has it to which the client is connected', () => {
    const visitor = client();
    visitor.say('create /brokers', 300);
    expect(complete(visitor.world, 'terminal-1', 'getA', 'getA')).toEqual({ word: 'getA', choices: ['getAcl', 'getAllChildrenNumber'] });
    expect(complete(visitor.world, 'terminal-1', 'ls /bro', '/bro')).toEqual({ word: '/brokers ', choices: ['brokers'] });
    expect(complete(visitor.world, 'terminal-1', 'ls /zookeeper/', '/zookeeper/')).toEqual({ word: '/zookeeper/', choices: ['config', 'quota'] });
    expect(complete(visitor.world, 'terminal-1', 'ls /none', '/none')).toBeUndefined();
    visitor.say('connect 127.0.0.1:2183/zookeeper', 500);
    expect(complete(visitor.world, 'terminal-1', 'ls /q', '/q')).toEqual({ word: '/quota ', choices: ['quota'] });
    visitor.say('quit', 500);
    expect(complete(visitor.world, 'terminal-1', 'getA', 'getA')).toBeUndefined();
  });
});

/** Numbers as if by chance, the same every time. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647;
    return state % below;
  };
}

describe('lines made by chance', () => {
  const WORDS = [...NAMES, '-s', '-w', '-R', '-v', '-e', '-c', '-t', '-b', '-n', '--', '-', '/', '/a', '/a/b', '/zookeeper', '//', '/a/', '..', '1', '-1', 'x', '""', '"', "'", 'world:anyone:cdrwa', ',', '\u4e2d', '\u0007', 'true'];

  it.each([1, 2, 3, 4])('neither stop the world nor hang the client (%d)', (seed) => {
    const next = chance(seed * 7_919);
    const prompts = (): number => visitor.transcript.split('[zk: ').length;
    const isOver = (): boolean => findProcess(visitor.world, 'zkCli')?.status !== 'running';
    let visitor = client();
    let ended = 0;
    for (let n = 0; n < 60; n++) {
      if (isOver()) {
        visitor = client();
        ended++;
      }
      const line = Array.from({ length: 1 + next(5) }, () => WORDS[next(WORDS.length)]!).join(' ');
      const before = prompts();
      // A server that nobody finds is looked for more than once a second.
      visitor.say(line, 3_000);
      expect(isOver() || prompts() === before + 1, line).toBe(true);
    }
    expect(ended).toBeLessThan(30);
  });
});
