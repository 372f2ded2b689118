/** zkCli at its edges: options, wrong input, exit codes. The wording is that of the source of 3.7.0 and commons-cli 1.4. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../../src/kernel/world.ts';
import { splitLine } from '../../../src/shell/tools/zookeeper/command-line.ts';
import { parseCommandLine } from '../../../src/shell/tools/zookeeper/commons-cli.ts';
import { machine, serverName, Visitor } from './machine.ts';

let ready: World;
beforeAll(() => {
  const visitor = new Visitor(machine(), 'terminal-1');
  visitor.run(5_000);
  ready = visitor.world;
});

const QUIET = 'ZOO_LOG4J_PROP=WARN,CONSOLE ';
const SERVER = '127.0.0.1:2182';

/** A client that is connected. */
function client(server = SERVER): Visitor {
  const visitor = new Visitor(ready, 'terminal-1');
  visitor.begin(`${QUIET}zkCli.sh -server ${server}`);
  return visitor;
}

/** What a line prints, without the prompt and the line itself. */
function answer(visitor: Visitor, line: string): string {
  const before = visitor.transcript.length;
  visitor.say(line, 500);
  return visitor.transcript.slice(before + line.length + 1).replace(/(^|\n)\[zk: \S+ \d+\] $/, '$1');
}

const typed = (...lines: string[]): string => {
  const visitor = client();
  return lines.map((line) => answer(visitor, line)).at(-1)!;
};

describe('the words of a typed line', () => {
  it('stand between blanks or quotes; a quote that is not closed is passed over', () => {
    expect(splitLine('create /q "hello world"')).toEqual(['create', '/q', 'hello world']);
    expect(splitLine(`set /q 'it "is"' ""`)).toEqual(['set', '/q', 'it "is"', '']);
    expect(splitLine('create /q "hello world')).toEqual(['create', '/q', 'hello', 'world']);
    expect(splitLine('   ')).toEqual([' ']);
    expect(splitLine('"')).toEqual([]);
    expect(splitLine('get /a\u00a0b')).toEqual(['get', '/a\u00a0b']);
  });

  it('are found in time that grows with the line', () => {
    for (const [piece, words] of [['"', 500_000], [' ', 1], ['a"', 1]] as const) expect(splitLine(piece.repeat(1_000_000 / piece.length))).toHaveLength(words);
  });
});

describe('options', () => {
  const known = { options: [{ name: 's', description: 'stats' }, { name: 'v', description: 'version', takesArgument: true }] };
  const parse = (line: string) => parseCommandLine(known, line.split(' '));

  it('are taken alone, joined, and with their argument in every place it may have', () => {
    for (const line of ['set -s -v 3 /a x', 'set -sv 3 /a x', 'set -sv3 /a x', 'set -v=3 -s /a x', 'set /a -v 3 x -s']) {
      expect(parse(line), line).toEqual({ given: { s: '', v: '3' }, args: ['set', '/a', 'x'] });
    }
    expect(parse('set -v -1 /a x')).toEqual({ given: { v: '-1' }, args: ['set', '/a', 'x'] });
    expect(parse('set -- -s /a')).toEqual({ given: {}, args: ['set', '-s', '/a'] });
    expect(parse('set - /a')).toEqual({ given: {}, args: ['set', '-', '/a'] });
  });

  it('that are not known, or lack their argument, are named as the library names them', () => {
    expect(parse('set -x /a')).toEqual({ problem: 'org.apache.commons.cli.UnrecognizedOptionException: Unrecognized option: -x' });
    expect(parse('set -sx /a')).toEqual({ problem: 'org.apache.commons.cli.UnrecognizedOptionException: Unrecognized option: -sx' });
    expect(parse('set --stat /a')).toEqual({ problem: 'org.apache.commons.cli.UnrecognizedOptionException: Unrecognized option: --stat' });
    expect(parse('set -s=1 /a')).toEqual({ problem: 'org.apache.commons.cli.UnrecognizedOptionException: Unrecognized option: -s=1' });
    expect(parse('set /a x -v')).toEqual({ problem: 'org.apache.commons.cli.MissingArgumentException: Missing argument for option: v' });
    expect(parse('set -v -s /a')).toEqual({ problem: 'org.apache.commons.cli.MissingArgumentException: Missing argument for option: v' });
  });
});

describe('zkCli', () => {
  it('zookeeper#16 zookeeper#19 zookeeper#22 says what is wrong with a write', () => {
    expect(typed('create /a', 'create /a')).toBe('Node already exists: /a\n');
    expect(typed('create /x', 'set /x 1', 'set /x 2', 'set -v 0 /x 3')).toBe('version No is not valid : /x\n');
    expect(typed('create -e /e', 'create /e/c')).toBe('Ephemerals cannot have children: /e/c\n');
  });

  it('zookeeper#20 takes the old form of delete with a warning, and deletes whatever the version', () => {
    const visitor = client();
    answer(visitor, 'create /q');
    answer(visitor, 'set /q x');
    expect(answer(visitor, 'delete /q 3')).toBe("'delete path [version]' has been deprecated. Please use 'delete [-v version] path' instead.\n");
    expect(answer(visitor, 'stat /q')).toBe('Node does not exist: /q\n');
    expect(answer(visitor, 'delete')).toBe('delete [-v version] path\n');
    expect(answer(visitor, 'delete /q -v')).toBe('org.apache.commons.cli.MissingArgumentException: Missing argument for option: v\n');
  });

  it('the old form of a watch takes the second word for the option, whatever it was', () => {
    expect(typed('create /a v', 'get /a true')).toBe("'get path [watch]' has been deprecated. Please use 'get [-s] [-w] path' instead.\nv\n");
    expect(typed('create /a v', 'ls -s /a true')).toBe("'ls path [watch]' has been deprecated. Please use 'ls [-w] path' instead.\nPath must start with / character\n");
  });

  it('zookeeper#33 says Not connected once the session is closed', () => {
    expect(typed('close')).toBe('\nWATCHER::\n\nWatchedEvent state:Closed type:None path:null\n');
    expect(typed('close', 'ls /')).toBe('Not connected\n');
    expect(typed('close', 'printwatches')).toBe('printwatches is on\nNot connected\n');
  });

  it('zookeeper#40 prints an exception for get of a missing node, and words for stat', () => {
    expect(typed('get /missing')).toBe('org.apache.zookeeper.KeeperException$NoNodeException: KeeperErrorCode = NoNode for /missing\n');
    expect(typed('stat /missing')).toBe('Node does not exist: /missing\n');
  });

  it('creates what its options together mean, and refuses those that exclude each other', () => {
    expect(typed('create -c -e /x')).toBe('-c cannot be combined with -s or -e. Containers cannot be ephemeral or sequential.\n');
    expect(typed('create -t abc /x')).toBe('-t argument must be a long value\n');
    expect(typed('create -t 5 -e /x')).toBe('TTLs cannot be used with Ephemeral znodes\n');
    expect(typed('create -t 5 -c /x')).toBe('TTLs cannot be used with Container znodes\n');
    expect(typed('create -t 0 /x')).toBe('ttl must be positive and cannot be larger than: 1099511627775\n');
    expect(typed('create -es /x-')).toBe('Created /x-0000000000\n');
    expect(typed('create -s /s/')).toBe('Node does not exist: /s/\n');
    expect(typed('create /x/', 'create /x/')).toBe('Path must not end with / character\n');
    expect(typed('create //x')).toBe('Invalid path string "//x" caused by empty node name specified @1\n');
    expect(typed('create /../x')).toBe('Invalid path string "/../x" caused by relative paths not allowed @2\n');
  });

  it('reads and checks access rights', () => {
    expect(typed('create /r data world:anyone:r', 'set /r x')).toBe('Insufficient permission : /r\n');
    expect(typed('create /r data nonsense', 'ls /')).toBe('[zookeeper]\n');
    expect(typed('create /r data nonsense')).toBe('nonsense does not have the form scheme:id:perm\nKeeperErrorCode = InvalidACL\nAcl is not valid : null\n');
    expect(typed('create /r data world:nobody:r')).toBe('KeeperErrorCode = InvalidACL for /r\nAcl is not valid : /r\n');
    expect(typed('create /r', 'setAcl -s /r world:anyone:rxz')).toMatch(/^Unknown perm type: x\nUnknown perm type: z\ncZxid = .*\n(.*\n){6}aclVersion = 1\n/);
    expect(typed('create /r', 'setAcl /r digest:u:p:r')).toContain('not modelled');
    expect(typed('create /r', 'create /r/a', 'setAcl -R /r world:anyone:rca', 'getAcl /r/a')).toBe("'world,'anyone\n: cra\n");
  });

  it('deletes a subtree in one transaction, or says that it could not', () => {
    expect(typed('create /t', 'create /t/a', 'create /t/a/b', 'create /t/c', 'deleteall /t', 'ls -R /')).toBe('/\n/zookeeper\n/zookeeper/config\n/zookeeper/quota\n');
    expect(typed('deleteall /')).toBe('Invalid path string "//zookeeper" caused by empty node name specified @1\n');
    expect(typed('deleteall /zookeeper')).toBe('Failed to delete some node(s) in the subtree!\n');
    expect(typed('deleteall /x -b y')).toBe('-b argument must be an int value\n');
  });

  it('keeps its watches apart by kind', () => {
    const visitor = client();
    for (const line of ['create /w', 'get -w /w', 'ls -w /w']) answer(visitor, line);
    expect(answer(visitor, 'removewatches /w -c')).toBe('\nWATCHER::\n\nWatchedEvent state:SyncConnected type:ChildWatchRemoved path:/w\n');
    expect(answer(visitor, 'removewatches /w -c')).toBe('KeeperErrorCode = No such watcher for /w\n');
    expect(answer(visitor, 'removewatches /w -d')).toBe('\nWATCHER::\n\nWatchedEvent state:SyncConnected type:DataWatchRemoved path:/w\n');
    expect(answer(visitor, 'addWatch -m sometimes /w')).toBe('addWatch [-m mode] path # optional mode is one of [PERSISTENT, PERSISTENT_RECURSIVE] - default is PERSISTENT_RECURSIVE\n');
    answer(visitor, 'addWatch -m persistent /w');
    answer(visitor, 'printwatches off');
    expect(answer(visitor, 'set /w x')).toBe('');
    answer(visitor, 'printwatches on');
    expect(answer(visitor, 'create /w/a')).toBe('\nWATCHER::\n\nWatchedEvent state:SyncConnected type:NodeChildrenChanged path:/w\nCreated /w/a\n');
  });

  it('shows the membership in both forms, and a server refuses another one', () => {
    // In the order of a hash table.
    expect(typed('config -c')).toBe('0 127.0.0.1:2183,127.0.0.1:2182,127.0.0.1:2184\n');
    expect(typed('reconfig -remove 3')).toBe('KeeperErrorCode = Reconfig is disabled\n');
    expect(typed('reconfig')).toMatch(/^reconfig \[-s\] \[-v version\] /);
    expect(typed('reconfig -add 4 -members x')).toBe("Can't use -file or -members together with -add or -remove (mixing incremental and non-incremental modes is not allowed)\n");
  });

  it('answers about quotas that are not there, and says that it sets none', () => {
    expect(typed('listquota /zookeeper')).toBe('absolute path is /zookeeper/quota/zookeeper/zookeeper_limits\nquota for /zookeeper does not exist.\n');
    expect(typed('delquota /zookeeper')).toBe('Quota does not exist for /zookeeper\n');
    expect(typed('setquota -n 1 /nope')).toBe('/nope does not exist.\n');
    expect(typed('setquota -n 0 /zookeeper')).toBe('the num quota must be greater than zero\n');
    expect(typed('setquota /zookeeper')).toBe(
      'org.apache.commons.cli.MissingOptionException: Missing required option: [-n num soft quota, -b bytes soft quota, -N num hard quota, -B bytes hard quota]\n',
    );
    expect(typed('setquota -n 1 -b 1 /zookeeper')).toBe(
      "org.apache.commons.cli.AlreadySelectedException: The option 'b' was specified but an option from this group has already been selected: 'n'\n",
    );
    expect(typed('create /a', 'setquota -n 1 /a')).toContain('quotas are not modelled in this lab');
  });

  it('repeats what was typed', () => {
    expect(typed('create /a', 'redo 0')).toBe('Node already exists: /a\n');
    expect(typed('redo 5')).toBe('Command index out of range\n');
    expect(typed('ls /', 'redo 0', 'redo 0x1')).toBe('[zookeeper]\n');
    expect(typed('redo', 'redo 0')).toBe('No redoing redos\n');
    // A line without a word is the last one again.
    expect(typed('ls /', "'")).toBe('[zookeeper]\n');
  });

  it('leaves four-letter words to the whitelist of its server', () => {
    const visitor = new Visitor(ready, 'terminal-1');
    expect(visitor.type(`echo ruok | nc 127.0.0.1 2182`)).toBe('imok');
  });
});

describe('what ends the client', () => {
  const ends = (...lines: string[]): { readonly printed: string; readonly exitCode: string } => {
    const visitor = client();
    let printed = '';
    for (const line of lines) printed = answer(visitor, line);
    return { printed: printed.replace(/\[root@host ~\]# $/, ''), exitCode: visitor.type('echo $?') };
  };

  it('is a number that is none, which nobody in it catches', () => {
    const { printed, exitCode } = ends('set -v x /zookeeper y');
    expect(printed).toBe(`Exception in thread "main" java.lang.NumberFormatException: For input string: "x"
\tat java.base/java.lang.NumberFormatException.forInputString(NumberFormatException.java:65)
\tat java.base/java.lang.Integer.parseInt(Integer.java:652)
\tat java.base/java.lang.Integer.parseInt(Integer.java:770)
\tat org.apache.zookeeper.cli.SetCommand.exec(SetCommand.java:69)
\tat org.apache.zookeeper.ZooKeeperMain.processZKCmd(ZooKeeperMain.java:438)
\tat org.apache.zookeeper.ZooKeeperMain.processCmd(ZooKeeperMain.java:367)
\tat org.apache.zookeeper.ZooKeeperMain.executeLine(ZooKeeperMain.java:359)
\tat org.apache.zookeeper.ZooKeeperMain.run(ZooKeeperMain.java:327)
\tat org.apache.zookeeper.ZooKeeperMain.main(ZooKeeperMain.java:293)
`);
    expect(exitCode).toBe('1\n');
    expect(ends('redo x').exitCode).toBe('1\n');
    expect(ends('addWatch nowhere').printed).toContain('java.lang.IllegalArgumentException: Path must start with / character\n\tat org.apache.zookeeper.common.PathUtils.validatePath(PathUtils.java:49)\n');
    expect(ends('"').printed).toContain('java.lang.NullPointerException\n');
  });

  it('is the end of its input, and Ctrl-C', () => {
    const visitor = client();
    visitor.input({ type: 'key', key: 'C-d' });
    visitor.run(100);
    expect(visitor.transcript).toMatch(/path:null\n[\d-]+ [\d:,]+ \[myid:\] - ERROR \[main:ServiceUtils@42\] - Exiting JVM with code 0\n$/);
    const other = client();
    other.input({ type: 'key', key: 'C-c' });
    other.run(100);
    expect(other.type('echo $?')).toBe('130\n');
  });
});

describe('one command on the command line', () => {
  const shell = (line: string): string => {
    const visitor = new Visitor(ready, 'terminal-1');
    return visitor.type(`${line}; echo $?`, 120);
  };

  it('is carried out without a prompt; its exit code is the client\'s, and its session is left to expire', () => {
    const visitor = new Visitor(ready, 'terminal-1');
    const printed = visitor.type(`${QUIET}zkCli.sh -server ${SERVER} create -e /one; echo $?`);
    expect(printed).toMatch(/^Connecting to 127\.0\.0\.1:2182\n\nWATCHER::\n\nWatchedEvent state:SyncConnected type:None path:null\nCreated \/one\n.* Exiting JVM with code 0\n0\n$/);
    const look = (): string => visitor.type(`${QUIET}zkCli.sh -server ${SERVER} ls / 2>&1 | grep '^\\['`);
    expect(look()).toBe('[one, zookeeper]\n');
    visitor.run(35_000);
    expect(look()).toBe('[zookeeper]\n');
    expect(shell(`${QUIET}zkCli.sh -server ${SERVER} get /nope`)).toMatch(/NoNode for \/nope\n.* Exiting JVM with code 1\n1\n$/);
    expect(shell(`${QUIET}zkCli.sh -server ${SERVER} bogus`)).toMatch(/Command not found: Command not found bogus\n.* Exiting JVM with code 127\n127\n$/);
  });

  it('fails with the first connection that fails, and a client that waits for one gives up after its time-out', () => {
    expect(shell(`${QUIET}zkCli.sh -server 127.0.0.1:2199 ls /`)).toMatch(/java\.net\.ConnectException: Connection refused\n(\tat .*\n)+KeeperErrorCode = ConnectionLoss for \/\n.* Exiting JVM with code 1\n1\n$/);
    expect(shell(`ZOO_LOG4J_PROP=ERROR,CONSOLE zkCli.sh -server 127.0.0.1:2199 -waitforconnection -timeout 5000 ls /`)).toBe(
      'Connecting to 127.0.0.1:2199\n\nWATCHER::\n\nWatchedEvent state:Closed type:None path:null\n' +
        'Exception in thread "main" java.io.IOException: org.apache.zookeeper.KeeperException$ConnectionLossException: KeeperErrorCode = ConnectionLoss\n' +
        '\tat org.apache.zookeeper.ZooKeeperMain.connectToZK(ZooKeeperMain.java:285)\n\tat org.apache.zookeeper.ZooKeeperMain.<init>(ZooKeeperMain.java:299)\n' +
        '\tat org.apache.zookeeper.ZooKeeperMain.main(ZooKeeperMain.java:292)\n1\n',
    );
    expect(shell(`${QUIET}zkCli.sh -server nowhere:2181 ls /`)).toContain('ClientCnxnSocketNIO@272] - Unable to open socket to nowhere:2181\n');
  });

  it('needs options that can be read', () => {
    expect(shell(`${QUIET}zkCli.sh -timeout soon ls /`)).toMatch(/^Connecting to localhost:2181\nException in thread "main" java\.lang\.NumberFormatException: For input string: "soon"\n/);
    expect(shell(`${QUIET}zkCli.sh -server ${SERVER}/a/ ls /`)).toContain('java.lang.IllegalArgumentException: Path must not end with / character\n');
    expect(shell(`${QUIET}zkCli.sh -server a:b ls /`)).toContain('java.lang.NumberFormatException: For input string: "b"\n');
    expect(shell(`echo quit | ${QUIET}zkCli.sh -server`)).toMatch(/^Error: no argument found for option -server\nConnecting to localhost:2181\n/);
  });

  it('sees the tree below a chroot', () => {
    const visitor = client();
    answer(visitor, 'create /app');
    answer(visitor, `connect ${SERVER}/app`);
    expect(answer(visitor, 'create /x 1')).toContain('Created /x\n');
    expect(answer(visitor, 'ls /')).toBe('[x]\n');
    answer(visitor, `connect ${SERVER}`);
    expect(answer(visitor, 'ls /app')).toBe('[x]\n');
  });
});

describe('what is pasted', () => {
  it('a line of a megabyte, control characters and text in markup are words like others', () => {
    const visitor = client();
    const long = 'x'.repeat(1_000_000);
    visitor.say(`get /${long}`, 500);
    expect(visitor.transcript).toContain(`KeeperErrorCode = NoNode for /${long}\n`);
    visitor.say('create /m "<b>bold</b>"', 500);
    expect(answer(visitor, 'get /m')).toBe('<b>bold</b>\n');
    visitor.perform({ type: 'command', process: 'zkCli', command: { type: 'input', text: 'create /a\u0001b\n' } as never });
    visitor.run(100);
    expect(visitor.transcript).toContain('Invalid path string "/a\u0001b" caused by invalid character @2\n');
  });

  it('lines together are carried out one after the other, each behind its prompt', () => {
    const visitor = client();
    visitor.say('create /p\nls /\n\nget /p', 1_000);
    expect(visitor.transcript.replaceAll(SERVER, 's').split('\n').slice(-8)).toEqual([
      'create /p', 'Created /p', '[zk: s(CONNECTED) 1] ls /', '[p, zookeeper]', '[zk: s(CONNECTED) 2] ', '[zk: s(CONNECTED) 2] get /p', 'null', '[zk: s(CONNECTED) 3] ',
    ]);
  });

  it('goes on where the connection is lost in the middle of a command', () => {
    const visitor = client();
    answer(visitor, 'create /d');
    visitor.perform({ type: 'kill', process: serverName(2), signal: 'SIGKILL' });
    visitor.perform({ type: 'kill', process: serverName(3), signal: 'SIGKILL' });
    visitor.say('set /d x', 20_000);
    expect(visitor.transcript).toContain('KeeperErrorCode = ConnectionLoss for /d\n');
    expect(visitor.transcript).toMatch(/\[zk: \S+\(CONNECTING\) 2\] (?:[\d-]+ .*\n|\S*Exception.*\n|\tat .*\n)*$/);
  });
});
