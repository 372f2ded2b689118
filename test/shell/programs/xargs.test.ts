/** `xargs` as it stands among programs that take time, that print on, and that are interrupted. */
import { describe, expect, it } from 'vitest';
import { processesOf } from '../../../src/shell/machine/system.ts';
import { Typist } from '../typist.ts';

describe('xargs', () => {
  it('removes all containers by the habitual line', () => {
    const typist = new Typist();
    typist.type('systemctl start docker; docker pull zookeeper:3.7.0; docker run -d --name zk1 zookeeper:3.7.0; docker create --name zk2 zookeeper:3.7.0');
    expect(typist.type("docker ps -a --format '{{.Names}}' | xargs docker rm -f")).toBe('zk2\nzk1\n');
    expect(typist.type('docker ps -aq')).toBe('');
    expect(typist.type('docker ps -aq | xargs docker rm -f; echo $?')).toContain('requires at least 1 argument');
    expect(typist.type('docker ps -aq | xargs -r docker rm -f; echo $?')).toBe('0\n');
  });

  it('waits for what it runs, one after the other or several at once', () => {
    const typist = new Typist();
    const took = (line: string): number => {
      const before = typist.world.now;
      expect(typist.type(line)).toBe('');
      return Math.round((typist.world.now - before) / 1_000_000);
    };
    expect(took('echo 1 2 | xargs -n 1 sleep')).toBe(3);
    expect(took('echo 2 2 2 | xargs -n 1 -P 2 sleep')).toBe(4);
    expect(took('echo 2 2 2 | xargs -n 1 -P 0 sleep')).toBe(2);
  });

  it('begins a command as soon as it is full, and reads what is typed', () => {
    const typist = new Typist();
    typist.input({ type: 'type', text: 'xargs -n 2 echo\n' });
    typist.run(100);
    typist.input({ type: 'type', text: 'a b c\n' });
    typist.run(100);
    expect(typist.screen).toMatch(/a b c\na b\n$/);
    typist.input({ type: 'key', key: 'C-d' });
    typist.run(100);
    expect(typist.screen).toMatch(/a b\nc\n\[root@host ~\]# $/);
  });

  it('is interrupted together with what it runs', () => {
    const typist = new Typist();
    typist.input({ type: 'type', text: 'echo 100 200 | xargs -n 1 sleep\n' });
    typist.run(500);
    const sleeps = (): number => processesOf(typist.world, 'host').filter(({ commandLine }) => commandLine.startsWith('sleep')).length;
    expect(sleeps()).toBeGreaterThan(0);
    typist.input({ type: 'key', key: 'C-c' });
    typist.run(100);
    expect(sleeps()).toBe(0);
    expect(typist.type('echo $?')).toBe('130\n');
  });

  it('says what of it is not modelled', () => {
    expect(new Typist().type('echo a | xargs -p rm; echo $?')).toMatch(/^xargs -p: a real host has it[^]*127\n$/);
  });
});
