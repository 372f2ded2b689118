import { describe, expect, it } from 'vitest';
import { complete } from '../../src/shell/complete.ts';
import { Typist } from './typist.ts';

const typist = new Typist();
typist.type('sudo systemctl start docker; docker network create zookeeper-net; docker pull zookeeper:3.7.0; mkdir -p /usr/local/kafka/logs');
typist.type('docker run -d --name zookeeper1 --network zookeeper-net zookeeper:3.7.0; docker create --name zookeeper2 zookeeper:3.7.0; cd /usr/local');

/** As the terminal asks: the word is what stands behind the last blank. */
const tab = (line: string): ReturnType<typeof complete> => complete(typist.world, typist.terminal, line, line.split(/[\s|&;<>]/).at(-1) ?? '');

describe('Tab', () => {
  it('completes commands, also behind sudo and behind a pipe', () => {
    expect(tab('systemc')).toEqual({ word: 'systemctl ', choices: ['systemctl'] });
    expect(tab('sudo dock')).toEqual({ word: 'docker', choices: ['docker', 'docker-compose'] });
    expect(tab('ps -ef | gre')?.word).toBe('grep ');
    expect(tab('jp; hist')?.word).toBe('history ');
    expect(tab('docker ps -aq | xarg')?.word).toBe('xargs ');
    expect(tab('docker ps -q | xargs docker exec -it zoo')?.word).toBe('zookeeper1 ');
    expect(tab('for i in 1 2; do systemc')?.word).toBe('systemctl ');
    expect(tab('if ! jp')?.word).toBe('jps ');
    expect(tab('myfun')).toBeUndefined();
    typist.type('myfunction() { :; }');
    expect(tab('{ myfun')?.word).toBe('myfunction ');
    expect(tab('kafka-t')).toBeUndefined();
  });

  it('completes paths, as far as they agree, with a slash behind a directory', () => {
    expect(tab('cat /usr/loc')?.word).toBe('/usr/local/');
    expect(tab('cd kaf')).toEqual({ word: 'kafka', choices: ['kafka/', 'kafka_2.12-2.3.0.tgz'] });
    expect(tab('ls kafka/')?.word).toBe('kafka/logs/');
    expect(tab('cat nowhere')).toBeUndefined();
  });

  it("completes Docker's words, containers by what can be done to them, networks and images", () => {
    expect(tab('docker ins')?.word).toBe('inspect ');
    expect(tab('docker start zoo')).toEqual({ word: 'zookeeper', choices: ['zookeeper1', 'zookeeper2'] });
    expect(tab('docker exec -it zoo')?.word).toBe('zookeeper1 ');
    expect(tab('docker network inspect zoo')?.word).toBe('zookeeper-net ');
    expect(tab('docker run --network zoo')?.word).toBe('zookeeper-net ');
    expect(tab('docker run -d zoo')?.word).toBe('zookeeper:3.7.0 ');
  });

  it('is asked of nobody while a program reads', () => {
    const busy = new Typist();
    busy.input({ type: 'type', text: 'cat\n' });
    busy.run(50);
    expect(complete(busy.world, busy.terminal, 'l', 'l')).toBeUndefined();
    busy.input({ type: 'key', key: 'C-c' });
    busy.run(50);
    expect(complete(busy.world, busy.terminal, 'l', 'l')).toBeDefined();
  });
});
