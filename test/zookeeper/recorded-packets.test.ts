/**
 * Recordings of the sync port and the election port, enacted again: the same packets with the same fields in the same order on each
 * directed pair. Left out of the sync port: PINGs, which run on their own clock, the packets' times, session ids. What is left out of
 * the election port is said in recorded-election.ts.
 */
import { describe, expect, test } from 'vitest';
import { txnBytes, type LogEntry } from '../../src/zookeeper/packets.ts';
import { formatZxid } from '../../src/zookeeper/zxid.ts';
import type { SentMessage } from '../kernel/kept-world.ts';
import { expectElection } from './recorded-election.ts';
import { byPair, recordedRows, type Sequences } from './recordings.ts';
import { Ensemble } from './ensemble.ts';

/** Rows of the sync port. */
function recorded(file: string, from: string, to?: string): Sequences {
  const rows = recordedRows(file, 'Q', from, to).filter(({ text }) => !/^(PING|TCP|connection)/.test(text));
  return byPair(rows.map((row) => ({ ...row, text: row.text.replace(/session=0x[0-9a-f]+/, 'session').replace(' data=<configuration text>', '') })));
}

function shown({ message: m }: SentMessage): string {
  if (m.type === 'SnapshotStream') return `<end of snapshot stream: signature ${String(m.signature)}>`;
  const zxid = ` zxid=${m.zxid === -1 ? -1 : formatZxid(m.zxid as number)}`;
  const op = { createSession: -10, closeSession: -11, create: 1, delete: 2, setData: 5, sync: 9, multi: 14, error: -1 } as Record<string, number>;
  const kind = (type: string): string => `type=${op[type]}(${type})`;
  switch (m.type) {
    case 'FOLLOWERINFO': return `FOLLOWERINFO${zxid} sid=${String(m.sid)} protocolVersion=0x10000 configVersion=0`;
    case 'LEADERINFO': return `LEADERINFO${zxid} protocolVersion=0x10000`;
    case 'ACKEPOCH': return `ACKEPOCH${zxid} currentEpoch=${String(m.currentEpoch)}`;
    case 'REQUEST': return `REQUEST${zxid} req{session cxid=${String(m.cxid)} ${kind((m.op as { type: string }).type)}}`;
    case 'PROPOSAL': {
      const entry = m.entry as LogEntry;
      return `PROPOSAL${zxid} txn{session cxid=${entry.header.cxid} ${kind(entry.txn.type)}} ${txnBytes(entry)}B`;
    }
    case 'REVALIDATE': return `REVALIDATE${zxid} session ${m.valid === undefined ? `timeout=${String(m.timeoutMs)}` : `valid=${m.valid === true ? 1 : 0}`}`;
    default: return m.type + zxid;
  }
}

function enacted(e: Ensemble, from: number): Sequences {
  const sequences: Sequences = {};
  for (const sent of e.messages.slice(from)) {
    if (sent.port !== 2888 || sent.message.type === 'PING') continue;
    (sequences[`${sent.from.at(-1)}->${sent.to.at(-1)}`] ??= []).push(shown(sent));
  }
  return sequences;
}

/** Epoch 1 with leader 3, `/t` committed as 0x100000002 and two more writes at the leader alone; all dead. */
function deadWithTail(): Ensemble {
  const e = new Ensemble().start(1, 2, 3).serving(1, 2, 3).client('c', [3]).connected('c').create('c', '/t').run(1).kill(1, 2);
  for (const data of ['x', 'y']) e.submit('c', { type: 'setData', path: '/t', data, version: -1 });
  return e.run(0.2).kill(3).perform({ type: 'kill', process: 'c', signal: 'SIGKILL' }).run(0.3);
}

describe('the packets between servers as recorded', () => {
  test('a returning ex-leader with an uncommitted tail is truncated', () => {
    const e = deadWithTail();
    const from = e.messages.length;
    e.start(1, 2).serving(1, 2).run(1).start(3).serving(3).run(2);
    expect(enacted(e, from)).toEqual(recorded('zab-trace-trunc.txt', 'start the two followers'));
    expectElection(e.messages.slice(from), 'zab-trace-trunc.txt', 'start the two followers');
  });

  test('the same ex-leader gets a snapshot once the new epoch has transactions', () => {
    const e = deadWithTail();
    const from = e.messages.length;
    e.start(1, 2).serving(1, 2).run(1).client('d', [1], 20_000).connected('d').run(0.5);
    // 89 bytes were recorded: the path and data of that run are of this length.
    e.create('d', '/n', 'abc').perform({ type: 'command', process: 'd', command: { type: 'close' } }).run(0.5);
    const back = e.messages.length;
    e.start(3).serving(3).run(2);
    expect(enacted(e, from)).toEqual(recorded('zab-trace-snap.txt', 'start the two followers'));
    // Before this, server 2's connection to server 1 was not decoded.
    expectElection(e.messages.slice(back), 'zab-trace-snap.txt', 'start the old leader 3');
  });

  test('start-up of three', () => {
    for (let seed = 1; ; seed++) {
      // Which follower finds the leader listening at its first try is chance; in the recording both did.
      const e = new Ensemble({ seed }).start(1, 2, 3).serving(1, 2, 3).run(1);
      if ([1, 2].some((sid) => e.lines(sid).some((line) => line.includes('tries=0')))) continue;
      expect(enacted(e, 0)).toEqual(recorded('zab-trace-startup-writes-rejoin.txt', 'fresh ensemble', 'leader is 3'));
      return;
    }
  });

  test('start-up of three, one after the other by the recorded milliseconds', () => {
    const e = new Ensemble().start(1).run(0.025).start(2).run(0.036).start(3).serving(1, 2, 3).run(1);
    expectElection(e.messages, 'zab-trace-startup-writes-rejoin.txt', 'fresh ensemble', 'leader is 3');
  });

  test('a follower returns to the epoch it left', () => {
    const e = new Ensemble().start(1, 2, 3).serving(1, 2, 3).client('c', [3]).connected('c');
    expect(e.mode(3)).toBe('leading - broadcast');
    // What was written before differs from the recording, so the transactions' bodies are not compared; nor is the close at its end.
    // Up to 0x10000000d everybody has everything; 0x10000000e is written while 2 is away.
    while (e.zxid(3) !== '0x10000000d') {
      e.ask('c', { type: 'exists', path: '/', watch: false });
      e.create('c', `/n${e.zxid(3)}`);
    }
    e.run(0.5).kill(2).run(0.5).ask('c', { type: 'setData', path: '/', data: '', version: -1 });
    e.run(0.5);
    const from = e.messages.length;
    e.start(2).serving(2).run(1);
    const only = (sequences: Sequences): unknown =>
      ['2->3', '3->2'].map((pair) => sequences[pair]!.map((text) => text.replace(/ txn\{.*$/, '')).filter((text) => !text.includes('0x10000000f')));
    expect(only(enacted(e, from))).toEqual(only(recorded('zab-trace-startup-writes-rejoin.txt', 'start server 2 again')));
    // Server 3's connection to server 2 was not decoded.
    const decoded = e.messages.slice(from).filter((sent) => sent.from !== 'zookeeper3' || sent.to !== 'zookeeper2');
    const onIt = (sent: SentMessage): boolean => sent.from === 'zookeeper2' && sent.to === 'zookeeper3' && sent.message.type === 'Notification';
    expectElection(decoded.filter((sent) => !onIt(sent)), 'zab-trace-startup-writes-rejoin.txt', 'start server 2 again');
  });

  test('the leader is killed; the old leader returns with a DIFF', () => {
    const e = new Ensemble().start(1, 2, 3).serving(1, 2, 3).client('a', [3]).connected('a').create('a', '/z');
    while (e.zxid(3) !== '0x10000000f') e.ask('a', { type: 'setData', path: '/z', data: 'w', version: -1 });
    e.run(0.5);
    const before = e.messages.length;
    e.client('c', [1]).connected('c').run(0.5);
    for (let i = 0; i < 3; i++) e.ask('c', { type: 'setData', path: '/z', data: 'v', version: -1 });
    e.run(0.3);
    expect(enacted(e, before)).toEqual(withFirst(recorded('zab-trace-leader-killed.txt', 'three writes', 'kill -9')));
    e.perform({ type: 'kill', process: 'a', signal: 'SIGKILL' });
    const from = e.messages.length;
    e.kill(3).run(0.05).serving(1, 2).until(() => e.of('c', 'zkClientConnected').length > 1, 'the client is back').run(0.4);
    for (let i = 0; i < 2; i++) e.ask('c', { type: 'setData', path: '/z', data: 'v', version: -1 });
    e.run(0.5).start(3).serving(3).run(1).perform({ type: 'command', process: 'c', command: { type: 'close' } }).run(0.5);
    expect(enacted(e, from)).toEqual(recorded('zab-trace-leader-killed.txt', 'kill -9'));
    expectElection(e.messages.slice(from), 'zab-trace-leader-killed.txt', 'kill -9');
    expect(e.mode(2)).toBe('leading - broadcast');
  });
});

/** The recording begins with the opening of the session, before its first `####` row. */
function withFirst(rest: Sequences): Sequences {
  const open = {
    '1->3': ['REQUEST zxid=-1 req{session cxid=0 type=-10(createSession)}', 'ACK zxid=0x100000010'],
    '3->2': ['PROPOSAL zxid=0x100000010 txn{session cxid=0 type=-10(createSession)} 48B', 'COMMIT zxid=0x100000010'],
    '3->1': ['PROPOSAL zxid=0x100000010 txn{session cxid=0 type=-10(createSession)} 48B', 'COMMIT zxid=0x100000010'],
    '2->3': ['ACK zxid=0x100000010'],
  } as Sequences;
  const all: Sequences = {};
  for (const pair of Object.keys(open)) all[pair] = [...open[pair]!, ...(rest[pair] ?? [])];
  return all;
}
