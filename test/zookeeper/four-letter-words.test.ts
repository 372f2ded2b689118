/**
 * Four-letter words against what a leader and a follower really answered: one client each, with an ephemeral and watches.
 * Numbers that depend on what those servers had done before are compared as numbers only; hosts, ports, paths and the JVM's
 * environment are not compared; of `mntr` the keys that the model has.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Ensemble } from './ensemble.ts';

const WORDS = ['ruok', 'srvr', 'stat', 'cons', 'conf', 'envi', 'dump', 'wchs', 'wchc', 'wchp', 'dirs', 'isro', 'mntr', 'gtmk', 'crst', 'srst', 'xxxx'];

function recorded(file: string): Record<string, string> {
  const text = readFileSync(new URL(`../captures/zookeeper/${file}`, import.meta.url), 'utf8');
  const answers: Record<string, string> = {};
  for (const part of text.split('##### ').slice(1)) {
    const [word, ...lines] = part.split('\n');
    answers[word!] = lines.join('\n').replace(/<no newline at end>\n?$/, '');
  }
  return answers;
}

const leader = recorded('4lw-leader-sid3.txt');
const follower = recorded('4lw-follower-sid1.txt');

/** Server 3 leads; a client with `/f/e1` and a watch is on server 1, one with `/f/e2` and two watches on server 3. */
function enacted(whitelist = '*'): Ensemble {
  const e = new Ensemble({ config: { fourLetterWords: whitelist } }).start(1, 2, 3).serving(1, 2, 3);
  e.client('one', [1], 30_000).connected('one').create('one', '/f');
  e.ask('one', { type: 'create', path: '/f/e1', data: '', mode: 'EPHEMERAL' });
  e.ask('one', { type: 'getData', path: '/f', watch: true });
  e.run(3).client('three', [3], 30_000).connected('three');
  e.ask('three', { type: 'create', path: '/f/e2', data: '', mode: 'EPHEMERAL' });
  e.ask('three', { type: 'getData', path: '/f', watch: true });
  e.ask('three', { type: 'exists', path: '/f/none', watch: true });
  expect(e.mode(3)).toBe('leading - broadcast');
  return e.run(1);
}

/** Sessions by the order in which they appear, addresses and dates as such. */
function normalised(text: string): string {
  const sessions: string[] = [];
  return text
    .replace(/0x[13][0-9a-f]{14}\b/g, (id) => `session ${sessions.includes(id) ? sessions.indexOf(id) + 1 : sessions.push(id)}`)
    .replace(/\/[\w.-]+(:\d+)?(?=\[| sessionId)/g, '/address')
    .replace(/[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4}/g, 'date');
}

const withoutNumbers = (text: string): string => normalised(text).replace(/(?<=[ =/:])(?!session )(0x)?\d[\d.a-f]*/g, '#').replace(/session \d/g, 'session');

/** The keys of section 5.3 but for the two of file descriptors, which the model does not have. */
const mainKeys = (isLeader: boolean): readonly string[] => [
  'version', 'server_state', 'peer_state', 'avg_latency', 'max_latency', 'min_latency', 'packets_received', 'packets_sent', 'num_alive_connections',
  'outstanding_requests', 'znode_count', 'watch_count', 'ephemerals_count', 'approximate_data_size', 'global_sessions', 'local_sessions', 'uptime',
  'quorum_size', 'proposal_count', 'commit_count', 'looking_count', 'diff_count', 'snap_count', 'stale_sessions_expired',
  ...(isLeader
    ? ['learners', 'synced_followers', 'synced_observers', 'synced_non_voting_followers', 'pending_syncs', 'leader_uptime', 'last_proposal_size',
        'max_proposal_size', 'min_proposal_size']
    : []),
];

describe.each([
  ['the leader', 3, leader],
  ['a follower', 1, follower],
] as const)('%s answers as recorded', (_, sid, recording) => {
  const e = enacted();
  const answers = Object.fromEntries(WORDS.map((word) => [word, e.say(sid, word)]));

  test.each(['ruok', 'wchs', 'wchc', 'wchp', 'isro', 'gtmk', 'crst', 'srst', 'xxxx'])('%s, to the letter but for session ids', (word) => {
    expect(normalised(answers[word]!)).toBe(normalised(recording[word]!));
  });

  test.each(['srvr', 'stat', 'cons'])('%s, with other numbers', (word) => {
    // What was asked last differs: the recorded clients had gone on reading.
    const plain = (text: string): string => withoutNumbers(text).replace(/lop=\w+/, 'lop=…');
    expect(plain(answers[word]!)).toBe(plain(recording[word]!));
  });

  test('srvr counts what happened', () => {
    expect(answers['srvr']).toContain(`Zxid: ${e.zxid(sid)}\n`);
    expect(answers['srvr']).toContain('Connections: 2\nOutstanding: 0\n');
    const received = Number(/Received: (\d+)/.exec(answers['srvr']!)![1]);
    const next = Number(/Received: (\d+)/.exec(answers['stat']!)![1]);
    expect(next).toBe(received + 1);
  });

  test('conf, but for hosts, ports, paths and the size of the snapshots', () => {
    const plain = (text: string): string =>
      text
        .replace(/(clientPort|electionPort|quorumPort|dataLogSize)=\d+/g, '$1=#')
        .replace(/(dataDir|dataLogDir)=\S+/g, '$1=…')
        .replace(/=\S+:participant;\S+/g, '=member');
    expect(plain(answers['conf']!)).toBe(plain(recording['conf']!));
  });

  test('dirs, with the log preallocated and the names exchanged', () => {
    expect(answers['dirs']!.replace(/logdir_size: \d+/, 'logdir_size: #')).toBe(recording['dirs']!.replace(/logdir_size: \d+/, 'logdir_size: #'));
  });

  test('envi, as far as the environment is known', () => {
    const keys = (text: string): string[] => text.split('\n').map((line) => line.split('=')[0]!);
    const unknown = ['java.class.path', 'java.library.path', 'os.version', 'user.home'];
    expect(keys(answers['envi']!)).toEqual(keys(recording['envi']!).filter((key) => !unknown.includes(key)));
  });

  test('dump', () => {
    // How many deadlines have been emptied depends on when the clients pinged: sets without anything in them are not compared.
    const plain = (text: string): string => normalised(text).replace(/^0 expire at date:\n/gm, '').replace(/Sets \(\d+\)/g, 'Sets (#)');
    expect(plain(answers['dump']!)).toBe(plain(recording['dump']!));
    const listed = [...answers['dump']!.matchAll(/^Connections Sets \((\d+)\)/gm)].map((found) => Number(found[1]));
    expect(listed).toEqual([[...answers['dump']!.split('Connections dump:')[1]!.matchAll(/expire at/g)].length]);
  });

  test('mntr, the keys that the model has', () => {
    const entries = (text: string): string[][] => text.trim().split('\n').map((line) => line.split('\t'));
    const mine = entries(answers['mntr']!);
    const known = new Set(mine.map(([key]) => key));
    expect(mine.map(([key]) => key)).toEqual(entries(recording['mntr']!).map(([key]) => key).filter((key) => known.has(key)));
    const same = ['zk_version', 'zk_server_state', 'zk_peer_state', 'zk_num_alive_connections', 'zk_ephemerals_count', 'zk_global_sessions', 'zk_watch_count',
      'zk_quorum_size', 'zk_learners', 'zk_synced_followers', 'zk_looking_count', 'zk_diff_count', 'zk_snap_count', 'zk_pending_syncs'];
    const values = (all: string[][]): string[][] => all.filter(([key]) => same.includes(key!));
    expect(values(mine)).toEqual(values(entries(recording['mntr']!)));
    for (const key of mainKeys(sid === 3)) expect(known).toContain(`zk_${key}`);
  });
});

describe('the whitelist', () => {
  test('zookeeper#37 unset: ruok, stat and mntr are refused in a text that says so, srvr answers', () => {
    const e = new Ensemble().start(1, 2, 3).serving(1, 2, 3);
    for (const word of ['ruok', 'stat', 'mntr']) expect(e.say(1, word)).toBe(`${word} is not executed because it is not in the whitelist.\n`);
    expect(e.say(1, 'srvr')).toMatch(/^Zookeeper version: 3\.7\.0-.*\nLatency min\/avg\/max: /);
  });

  test('names words between commas', () => {
    const e = new Ensemble({ config: { fourLetterWords: 'ruok, mntr' } }).start(1, 2, 3).serving(1, 2, 3);
    expect(e.say(1, 'ruok')).toBe('imok');
    expect(e.say(1, 'cons')).toBe('cons is not executed because it is not in the whitelist.\n');
    expect(e.say(1, 'srvr')).toContain('Mode: follower');
  });

  test('is printed once, in the order of Java\'s tables', () => {
    const e = new Ensemble({ config: { fourLetterWords: '*' } }).start(1, 2, 3).serving(1, 2, 3);
    e.say(3, 'srvr');
    e.say(3, 'ruok');
    const lists = e.lines(3).filter((line) => line.includes('FourLetterCommands@'));
    const real = readFileSync(new URL('../captures/zookeeper/log-startup-sid3-leader.txt', import.meta.url), 'utf8').split('\n').filter((line) => line.includes('FourLetterCommands@'));
    expect(lists.map((line) => line.replace(/^\w+ \[[^\]]*\]/, ''))).toEqual(real.map((line) => line.replace(/^.*?INFO +\[[^\]]*\]/, '')));
  });
});

describe('a server that does not serve', () => {
  const e = new Ensemble({ config: { fourLetterWords: '*' } }).start(1).run(3);

  test('says imok and null, and to the rest that it does not', () => {
    expect(e.say(1, 'ruok')).toBe('imok');
    expect(e.say(1, 'isro')).toBe('null');
    for (const word of ['srvr', 'stat', 'mntr', 'cons', 'conf', 'dump', 'dirs', 'wchs', 'crst', 'srst']) {
      expect(e.say(1, word)).toBe('This ZooKeeper instance is not currently serving requests\n');
    }
  });
});

test('crst and srst begin to count anew', () => {
  const e = enacted();
  const before = e.say(1, 'cons');
  expect(before).toMatch(/lop=GETD.*lcxid=0x3,/);
  e.say(1, 'crst');
  expect(e.say(1, 'cons')).toMatch(/recved=0,sent=0,sid=0x1\w+,lop=NA,est=\d+,to=30000,lzxid=0xffffffffffffffff,lresp=0,llat=0,minlat=0,avglat=0,maxlat=0\)/);
  e.say(3, 'srst');
  expect(e.say(3, 'srvr')).toContain('Latency min/avg/max: 0/0.0/0\nReceived: 1\nSent: 1\n');
  expect(e.say(3, 'srvr')).toContain('Proposal sizes last/min/max: -1/-1/-1\n');
});
