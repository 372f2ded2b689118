/**
 * Kafka's `zookeeper-shell.sh` (kafka-cli.md 10): the client of ZooKeeper 3.4.14, in front of a cluster with three brokers. The wording is that
 * of its source. Known difference: children whose names share a place of the server's hash table stand in the order of their names, on a
 * real server in that of their creation.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../../src/kernel/world.ts';
import { build } from '../../../src/cluster/description.ts';
import { initialObserved } from '../../../src/cluster/observer.ts';
import { RunningCluster } from '../../../src/cluster/running.ts';
import { brokersBoot, ensembleBoot, threeBrokers, threeServers } from '../../../src/scenarios/fixtures.ts';
import { furnish } from '../../../src/shell/machine/furnish.ts';
import { shellKernel } from '../../../src/shell/kernel.ts';
import { Visitor } from './machine.ts';

let ready: World;
beforeAll(() => {
  const cluster = new RunningCluster(build({ seed: 1, zookeeper: { ...threeServers, fourLetterWords: 'ruok' }, brokers: threeBrokers, clients: [] }), initialObserved, undefined, shellKernel);
  for (const step of [...ensembleBoot, ...brokersBoot]) cluster.perform(step);
  cluster.runFor(2_000);
  ready = { ...cluster.world, now: cluster.now };
  for (const action of furnish(ready)) ready = shellKernel.perform(ready, action).world;
});

const here = (): Visitor => new Visitor(ready, 'terminal-1');
const HEAD = 'Connecting to localhost:2182\n\nWATCHER::\n\nWatchedEvent state:SyncConnected type:None path:null\n';

/** What a command on the command line prints, and its exit code. */
const run = (...words: string[]): string => here().type(`zookeeper-shell.sh ${words.join(' ')}; echo $?`);
/** The same without the beginning, streams apart. */
function streams(command: string): { readonly stdout: string; readonly stderr: string } {
  const both = run('localhost:2182', command).replace(HEAD, '').replace(/\d+\n$/, '');
  const stdout = here().type(`zookeeper-shell.sh localhost:2182 ${command} 2>/dev/null`).replace(HEAD, '');
  return { stdout, stderr: both.replace(stdout, '') };
}

/** What lines print that are typed to a client. */
function typed(...lines: string[]): string {
  const visitor = here();
  visitor.begin('zookeeper-shell.sh localhost:2182');
  let from = 0;
  for (const line of lines) {
    from = visitor.transcript.length + line.length + 1;
    visitor.say(line, 500);
  }
  return visitor.transcript.slice(from);
}

describe('zookeeper-shell.sh', () => {
  it('shows the children in the order of the server\'s table', () => {
    expect(run('localhost:2182', 'ls', '/')).toBe(
      `${HEAD}[cluster, controller, controller_epoch, brokers, zookeeper, admin, isr_change_notification, consumers, log_dir_event_notification, latest_producer_id_block, config]\n0\n`,
    );
    expect(run('localhost:2182', 'ls', '/brokers/ids')).toBe(`${HEAD}[1, 2, 3]\n0\n`);
  });

  it('prints data to standard output and the stat to standard error', () => {
    const { stdout, stderr } = streams('get /controller');
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, brokerid: 3 });
    expect(stderr).toMatch(/^cZxid = 0x1000000\w\w\nctime = .*\nmZxid = .*\nmtime = .*\npZxid = .*\ncversion = 0\ndataVersion = 0\naclVersion = 0\nephemeralOwner = 0x[123][\da-f]{14}\ndataLength = 54\nnumChildren = 0\n$/);
    expect(streams('get /nosuch')).toEqual({ stdout: '', stderr: 'Node does not exist: /nosuch\n' });
    expect(JSON.parse(streams('get /brokers/ids/1').stdout)).toMatchObject({ endpoints: ['PLAINTEXT://127.0.0.1:9092'], host: '127.0.0.1', port: 9092, version: 4 });
  });

  it('reads plain lines without a prompt, and says goodbye without an event', () => {
    const visitor = here();
    visitor.begin('zookeeper-shell.sh localhost:2182');
    expect(visitor.transcript).toBe(HEAD.replace('\n', '\nWelcome to ZooKeeper!\nJLine support is disabled\n'));
    visitor.say('ls /brokers/ids');
    visitor.say('quit');
    expect(visitor.transcript).toMatch(/path:null\nls \/brokers\/ids\n\[1, 2, 3\]\nquit\nQuitting\.\.\.\n$/);
    expect(visitor.type('echo $?')).toBe('0\n');
  });

  it('hears of a broker\'s death by a watch', () => {
    const visitor = here();
    visitor.begin('zookeeper-shell.sh localhost:2182');
    visitor.say('ls /brokers/ids watch');
    visitor.perform({ type: 'kill', process: 'broker-1', signal: 'SIGKILL' });
    visitor.run(12_000);
    expect(visitor.transcript).toMatch(/\[1, 2, 3\]\n\nWATCHER::\n\nWatchedEvent state:SyncConnected type:NodeChildrenChanged path:\/brokers\/ids\n$/);
    visitor.say('ls /brokers/ids');
    expect(visitor.transcript).toMatch(/\[2, 3\]\n$/);
  });

  it('writes, and tells what is wrong in its own words', () => {
    expect(typed('create /a 1')).toBe('Created /a\n');
    expect(typed('create /a 1', 'create /a 1')).toBe('Node already exists: /a\n');
    expect(typed('create -s -e /a- 1')).toBe('Created /a-0000000010\n');
    expect(typed('create -e /e 1', 'create /e/c 1')).toBe('Ephemerals cannot have children: /e/c\n');
    expect(typed('create /a 1', 'set /a 2')).toMatch(/^cZxid = (.*\n){6}dataVersion = 1\n(.*\n){4}$/);
    expect(typed('create /a 1', 'set /a 2 7')).toBe('version No is not valid : /a\n');
    expect(typed('create /a 1', 'delete /a 7')).toBe('version No is not valid : /a\n');
    expect(typed('create /a 1', 'delete /a x')).toBe('Command failed: java.lang.NumberFormatException: For input string: "x"\n');
    expect(typed('create /a 1', 'create /a/b 1', 'delete /a')).toBe('Node not empty: /a\n');
    expect(typed('create /a 1', 'create /a/b 1', 'rmr /a', 'stat /a')).toBe('Node does not exist: /a\n');
    expect(typed('create a 1')).toBe('Command failed: java.lang.IllegalArgumentException: Path must start with / character\n');
    expect(typed('create /a 1 world:anyone:r', 'set /a 2')).toBe('Authentication is not valid : /a\n');
    expect(typed('getAcl /')).toBe("'world,'anyone\n: cdrwa\n");
    expect(typed('sync /')).toBe('Sync returned 0\n');
    expect(typed('setquota -n 1 /nope')).toBe('Comment: the parts are option -n val 1 path /nope\nCommand failed: java.lang.IllegalArgumentException: /nope does not exist.\n');
  });

  it('does nothing where words are missing, and lists its commands where there is no such one', () => {
    for (const line of ['get', 'ls', 'create /a', 'set /a', 'delete', 'rmr', 'stat', 'redo', 'addauth']) expect(typed(line), line).toBe('');
    const usage = typed('bogus');
    expect(usage.split('\n')).toHaveLength(23);
    expect(usage).toMatch(/^ZooKeeper -server host:port cmd args\n(\t.*\n){21}$/);
    expect(usage).toContain('\tcreate [-s] [-e] path data acl\n');
    expect(typed('ls /brokers/ids', 'redo 0')).toBe('[1, 2, 3]\n');
    expect(typed('redo 9')).toBe('Command index out of range\n');
    expect(typed('close', 'ls /')).toBe('Not connected\n');
    expect(typed('ls /brokers/ids', 'history')).toBe('0 - ls /brokers/ids\n1 - history\n');
  });

  it('ends where its code does not catch what is wrong', () => {
    expect(typed('create -e /x')).toMatch(
      /^Exception in thread "main" java\.lang\.ArrayIndexOutOfBoundsException: 3\n\tat org\.apache\.zookeeper\.ZooKeeperMain\.processZKCmd\(ZooKeeperMain\.java:707\)\n\tat org\.apache\.zookeeper\.ZooKeeperMain\.processCmd\(ZooKeeperMain\.java:600\)\n\tat org\.apache\.zookeeper\.ZooKeeperMain\.executeLine\(ZooKeeperMain\.java:372\)\n\tat org\.apache\.zookeeper\.ZooKeeperMain\.run\(ZooKeeperMain\.java:358\)\n\tat org\.apache\.zookeeper\.ZooKeeperMain\.main\(ZooKeeperMain\.java:291\)\n/,
    );
    expect(run('localhost:2199', 'get', '/x')).toBe(`Connecting to localhost:2199
Exception in thread "main" org.apache.zookeeper.KeeperException$ConnectionLossException: KeeperErrorCode = ConnectionLoss for /x
\tat org.apache.zookeeper.KeeperException.create(KeeperException.java:102)
\tat org.apache.zookeeper.KeeperException.create(KeeperException.java:54)
\tat org.apache.zookeeper.ZooKeeper.getData(ZooKeeper.java:1221)
\tat org.apache.zookeeper.ZooKeeper.getData(ZooKeeper.java:1250)
\tat org.apache.zookeeper.ZooKeeperMain.processZKCmd(ZooKeeperMain.java:726)
\tat org.apache.zookeeper.ZooKeeperMain.processCmd(ZooKeeperMain.java:600)
\tat org.apache.zookeeper.ZooKeeperMain.run(ZooKeeperMain.java:363)
\tat org.apache.zookeeper.ZooKeeperMain.main(ZooKeeperMain.java:291)
1
`);
    expect(run('nowhere:2181', 'get', '/x')).toMatch(/WARN Session 0x0 for server nowhere:2181, unexpected error, closing socket connection and attempting reconnect \(org\.apache\.zookeeper\.ClientCnxn\)\njava\.nio\.channels\.UnresolvedAddressException\n/);
  });

  it('is also run by its class, and needs an address', () => {
    expect(here().type('zookeeper-shell.sh; echo $?')).toBe('USAGE: ./zookeeper-shell.sh zookeeper_host:port[/path] [args...]\n1\n');
    expect(here().type('kafka-run-class.sh org.apache.zookeeper.ZooKeeperMain -server localhost:2182 ls /brokers/ids')).toBe(`${HEAD}[1, 2, 3]\n`);
    expect(run('localhost:2182/brokers', 'ls', '/ids')).toContain('[1, 2, 3]\n');
  });

  it('the deployment\'s own whitelist reaches its servers', () => {
    expect(here().type('echo ruok | nc localhost 2183')).toBe('imok');
    expect(here().type('echo stat | nc localhost 2183')).toBe('stat is not executed because it is not in the whitelist.\n');
  });
});
