/**
 * Unusual configurations of a server in its container, against what one real process with such a zoo.cfg printed and answered
 * (captures/zookeeper/server-config-cases.txt): what listens, what `zkServer.sh status` says, what four-letter words get.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { World } from '../../../src/kernel/world.ts';
import { Typist } from '../typist.ts';

const CASES: Readonly<Record<string, string>> = Object.fromEntries(
  readFileSync(new URL('../../captures/zookeeper/server-config-cases.txt', import.meta.url), 'utf8')
    .split(/^## (?=[A-F]\. )/m)
    .slice(1)
    .map((part) => [part[0]!, part]),
);

/** The block below `status (rc N):`, and the number. */
function recordedStatus(name: string): { readonly text: string; readonly exitCode: number } {
  const [, exitCode = '', text = ''] = /^status \(rc (\d+)\):\n((?:.+\n)+)/m.exec(CASES[name]!)!;
  return { text, exitCode: Number(exitCode) };
}

/** Lines behind `log:` and those that are indented below. */
const recordedLog = (name: string): readonly string[] => [...CASES[name]!.matchAll(/^(?:log: {2}| {6})(.*)$/gm)].map(([, line = '']) => line.replace(/^[A-Z]+ +/, ''));

const line = (sid: number, client = true): string => `server.${sid}=127.0.0.1:288${sid}:388${sid}${client ? `;127.0.0.1:${2_181 + sid}` : ''}`;
const THREE = [1, 2, 3].map((sid) => line(sid)).join(' ');

let pulled: World | undefined;

/** A container `zk` with this configuration, some seconds after its start. */
function container(servers: string, ...more: readonly string[]): Typist {
  if (pulled === undefined) {
    const typist = new Typist();
    for (const command of ['systemctl start docker', 'docker pull zookeeper:3.7.0 | tail -1']) typist.type(command);
    pulled = typist.world;
  }
  const typist = new Typist(pulled, 'terminal-2');
  typist.type(`docker run -d --name zk -e ZOO_MY_ID=1 -e ZOO_SERVERS="${servers}" ${more.join(' ')} zookeeper:3.7.0`);
  typist.run(5_000);
  return typist;
}

function status(typist: Typist): { readonly text: string; readonly exitCode: number } {
  const printed = typist.type('docker exec zk zkServer.sh status; echo "rc $?"');
  const [, text = '', exitCode = ''] = /^([\s\S]*)rc (\d+)\n$/.exec(printed)!;
  return { text, exitCode: Number(exitCode) };
}

/** Ports on which something in the container listens. */
const listening = (typist: Typist): string => [2_182, 2_881, 3_881].filter((port) => typist.type(`docker exec zk nc -zv 127.0.0.1 ${port}`).includes('Connected')).join(' ');

const ask = (typist: Typist, word: string, port = 2_182): string => typist.type(`docker exec zk bash -c "echo ${word} | nc 127.0.0.1 ${port}"`);

describe('a server with an unusual configuration', () => {
  it('A: one server line is standalone mode', () => {
    const typist = container(line(1));
    expect(CASES['A']).toContain('listening: 2182 only (no 2881, no 3881)\n');
    expect(listening(typist)).toBe('2182');
    expect(status(typist)).toEqual(recordedStatus('A'));
    for (const text of recordedLog('A')) expect(typist.type('docker logs zk')).toContain(text.slice(text.indexOf('[')));
    expect(ask(typist, 'srvr')).toMatch(/Zxid: 0x0\nMode: standalone\nNode count: 5\n$/);
  });

  it('zookeeper#36 B: without its client part no client port is opened, and the script finds none', () => {
    const typist = container([1, 2, 3].map((sid) => line(sid, false)).join(' '));
    expect(CASES['B']).toContain('own election port only (3881); no client port at all');
    expect(listening(typist)).toBe('3881');
    expect(status(typist)).toEqual(recordedStatus('B'));
  });

  it('C: alone of three it serves nobody', () => {
    const typist = container(THREE);
    expect(listening(typist)).toBe('2182 3881');
    expect(status(typist)).toEqual(recordedStatus('C'));
    expect(ask(typist, 'srvr')).toBe('This ZooKeeper instance is not currently serving requests\n');
    expect(CASES['C']).toContain(`srvr: ${ask(typist, 'srvr')}`);
  });

  it('D: a myid that is not among the servers ends the process with 1', () => {
    const typist = container(THREE, '-e ZOO_MY_ID=9');
    expect(typist.type("docker ps -a --format '{{.Status}}'")).toMatch(/^Exited \(1\) /);
    const log = typist.type('docker logs zk');
    for (const text of recordedLog('D')) expect(log).toContain(text);
  });

  it('zookeeper#37 E: without a whitelist srvr alone is answered', () => {
    const typist = container(line(1));
    const answers = [...CASES['E']!.matchAll(/^(\w{4}) -> (.*)$/gm)];
    expect(answers).toHaveLength(4);
    for (const [, word = '', answer = ''] of answers) {
      if (answer === 'normal output') expect(ask(typist, word)).toContain('Zookeeper version: 3.7.0');
      else expect(ask(typist, word)).toBe(`${answer}\n`);
    }
  });

  it('F: with a whitelist but without a quorum only ruok and isro are answered', () => {
    const typist = container(THREE, '-e "ZOO_4LW_COMMANDS_WHITELIST=*"');
    expect(CASES['F']).toContain('ruok -> imok ; isro -> null ; srvr, stat, mntr, conf, cons, dump, ... -> This ZooKeeper instance is not currently serving requests');
    expect(ask(typist, 'ruok')).toBe('imok');
    expect(ask(typist, 'isro')).toBe('null');
    for (const word of ['srvr', 'stat', 'mntr', 'conf', 'cons', 'dump']) expect(ask(typist, word)).toBe('This ZooKeeper instance is not currently serving requests\n');
  });
});

describe('the image\'s configuration', () => {
  it('takes the whitelist from its variable, and more keys from ZOO_CFG_EXTRA', () => {
    const typist = container(line(1), '-e ZOO_4LW_COMMANDS_WHITELIST=ruok,mntr');
    expect(typist.type('docker exec zk cat /conf/zoo.cfg')).toContain('4lw.commands.whitelist=ruok,mntr\n');
    expect(ask(typist, 'ruok')).toBe('imok');
    expect(ask(typist, 'mntr')).toContain('zk_server_state\tstandalone\n');
    expect(ask(typist, 'stat')).toBe('stat is not executed because it is not in the whitelist.\n');
    const other = container(line(1), '-e "ZOO_CFG_EXTRA=4lw.commands.whitelist=conf maxClientCnxns=7"');
    expect(ask(other, 'conf')).toContain('maxClientCnxns=7\n');
    expect(ask(other, 'ruok')).toBe('ruok is not executed because it is not in the whitelist.\n');
  });

  it('is asked by telnet too, which says who hung up', () => {
    const typist = container('server.1=localhost:2888:3888;2181', '-p 2182:2181', '-e "ZOO_4LW_COMMANDS_WHITELIST=*"');
    typist.input({ type: 'type', text: 'telnet localhost 2182\nruok\n' });
    typist.run(1_000);
    expect(typist.screen).toContain("Trying 127.0.0.1...\nConnected to localhost.\nEscape character is '^]'.\n");
    expect(typist.screen).toMatch(/imokConnection closed by foreign host\.\n/);
    expect(typist.type('echo xxxx | nc localhost 2182; echo $?')).toBe('0\n');
    expect(typist.type('echo cons | nc localhost 2182')).toMatch(/^ \/172\.17\.0\.1:\d+\[0\]\(queued=0,recved=1,sent=0\)\n\n$/);
  });

  it('has scripts that answer at once, and does not pretend to start a second server', () => {
    const typist = container(line(1));
    const run = (words: string): string => typist.type(`docker exec zk zkServer.sh ${words}; echo "rc $?"`);
    const head = 'ZooKeeper JMX enabled by default\nUsing config: /conf/zoo.cfg\n';
    expect(run('version')).toBe(`${head}Apache ZooKeeper, version 3.7.0 2021-03-17 09:46 UTC\nrc 0\n`);
    expect(run('stop')).toBe(`${head}Stopping zookeeper ... no zookeeper to stop (could not find file /data/zookeeper_server.pid)\nrc 0\n`);
    expect(run('nonsense')).toBe(`${head}Usage: /apache-zookeeper-3.7.0-bin/bin/zkServer.sh [--config <conf-dir>] {start|start-foreground|stop|version|restart|status|print-cmd}\nrc 0\n`);
    expect(run('start')).toMatch(/not modelled in this lab[\s\S]*rc 1\n$/);
    expect(run('status nowhere.cfg')).toMatch(/^ZooKeeper JMX enabled by default\nUsing config: \/conf\/nowhere\.cfg\n(grep: \/conf\/nowhere\.cfg: No such file or directory\n)+myid could not be determined[\s\S]*Terminating\.\nrc 1\n$/);
    expect(typist.type('zkServer.sh status')).toBe('bash: zkServer.sh: command not found\n');
    typist.type('docker pause zk');
    typist.type('docker unpause zk');
    expect(status(typist).text).toContain('Mode: standalone\n');
  });
});
