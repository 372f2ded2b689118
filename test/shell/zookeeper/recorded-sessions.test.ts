/**
 * The transcripts `cli-*` of a real zkCli 3.7.0, typed again line by line. All it prints is compared, character by character, but for
 * times, session ids, ephemeral ports, and zxids, which are compared by their distance from the first one shown.
 *
 * The client's log lines are compared by themselves, because the threads that write them run beside the one that prints: of each recording
 * which lines there are and in which order. Left out of that comparison: how often a client that finds nobody tries again (chance), which of
 * two threads comes first when a session ends, lines of the environment, which the recording does not have, and the warning `An
 * exception was thrown while closing send thread`, which appears in two of the recorded goodbyes, where the server was faster.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { machine, serverName, Visitor } from './machine.ts';

function recording(name: string): string {
  return readFileSync(new URL(`../../captures/zookeeper/cli-${name}.txt`, import.meta.url), 'utf8');
}

const LOG = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \[myid:[^\]]*\] - [A-Z]+ +\[.*\n(?:[\w.$]+Exception: .*\n(?:\tat .*\n)*)?/g;
const PROMPT = /^\[zk: \S+\([A-Z]+\) \d+\] /;
/** What the recorder wrote between. */
const REMARK = /\n(### .*)\n/g;

/** Without the log, and without what differs from run to run. */
function said(transcript: string): string {
  const text = transcript.replace(REMARK, '').replace(LOG, '').trimEnd();
  const first = Number(/0x[1-9a-f][0-9a-f]{8}\b/.exec(text)?.[0] ?? 0);
  return text
    .replace(/0x[1-9a-f][0-9a-f]{8}\b/g, (zxid) => `zxid ${Number(zxid) - first}`)
    .replace(/= \w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC (?!1970)\d{4}/g, '= <time>');
}

/** Lines of the log without their times; one after the other that say the same thing count as one. */
function logged(transcript: string): readonly string[] {
  const servers: string[] = [];
  const sessions: string[] = [];
  const numbered = (known: string[], one: string, name: string): string => `<${name} ${(known.includes(one) ? known.indexOf(one) : known.push(one) - 1) + 1}>`;
  const lines = (transcript.match(LOG) ?? [])
    .filter((line) => !line.includes('Client environment:') && !line.includes('An exception was thrown while closing send thread'))
    .map((line) =>
      line
        .replace(/^[\d-]+ [\d:,]+ /, '')
        .replace(/0x[1-9a-f][0-9a-f]{14}\b/g, (id) => numbered(sessions, id, 'session'))
        .replace(/client: \/127\.0\.0\.1:\d+/, 'client: /127.0.0.1:<port>')
        .replace(/in \d+ms/g, 'in <n>ms')
        .replace(/(?<!connectString=\S*)(127\.0\.0\.1|localhost\/127\.0\.0\.1):(218[234])/g, (_, host: string, port: string) => `${host}:${numbered(servers, port, 'server')}`),
    );
  return withoutRepetitions(lines);
}

/** A group of lines that follows itself stands once. */
function withoutRepetitions(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (const line of lines) {
    kept.push(line);
    for (let length = 1; length <= kept.length / 2; length++) {
      const last = kept.slice(-length);
      if (last.join() === kept.slice(-2 * length, -length).join()) kept.length -= length;
    }
  }
  return kept;
}

/** Of two threads that end at the same moment either may be first. */
const inOrderOfThreads = (lines: readonly string[]): readonly string[] =>
  lines.flatMap((line, index) => {
    const isEnd = (one: string | undefined): boolean => one !== undefined && /EventThread shut down|Session: .* closed/.test(one);
    if (!isEnd(line)) return [line];
    return isEnd(lines[index - 1]) ? [] : [line, ...(isEnd(lines[index + 1]) ? [lines[index + 1]!] : [])].sort();
  });

/** What was typed, and the recorder's remarks, in their order. */
function script(transcript: string): readonly string[] {
  const steps: string[] = [];
  let isWaiting = false;
  for (const line of transcript.replace(LOG, '\n').split('\n')) {
    if (line.startsWith('### ')) steps.push(line);
    else if (PROMPT.test(line)) {
      const typed = line.replace(PROMPT, '');
      isWaiting = typed === '';
      if (typed !== '') steps.push(typed);
    } else if (isWaiting && line !== '' && !/^(WATCHER::|WatchedEvent )/.test(line)) {
      steps.push(line);
      isWaiting = false;
    }
  }
  return steps;
}

const QUIET = 'ZOO_LOG4J_PROP=WARN,CONSOLE ';
const ALL_SERVERS = '127.0.0.1:2182,127.0.0.1:2183,127.0.0.1:2184';

/** A machine whose ensemble serves and has these nodes. */
function prepared(seed = 1, ...nodes: readonly string[]): Visitor {
  const visitor = new Visitor(machine(seed), 'terminal-1');
  visitor.run(5_000);
  visitor.type(`printf '${[...nodes.map((path) => `create ${path}`), 'quit'].join('\\n')}\\n' | ${QUIET}zkCli.sh -server 127.0.0.1:2183`);
  return visitor;
}

/** Another terminal of the same machine. */
function beside(visitor: Visitor): Visitor {
  const other = new Visitor(visitor.world, 'terminal-2');
  visitor.world = other.world;
  return other;
}

const TREE = ['/a', '/f', '/loop', '/p', '/qq', '/s'];

describe('zkCli as recorded', () => {
  it('basic commands, errors, usage texts, history and redo', () => {
    const recorded = recording('basic');
    const visitor = prepared(1, '/a');
    visitor.begin(`${QUIET}zkCli.sh -server 127.0.0.1:2182`);
    for (const line of script(recorded)) visitor.say(line, 300);
    // The recorded terminal was ready a moment after its session, so its first prompt stands below the event and says CONNECTED.
    const withoutFirstPrompt = (text: string): string => said(text).replace(/\[zk: \S+ 0\] /, '');
    expect(withoutFirstPrompt(visitor.transcript)).toBe(withoutFirstPrompt(recorded));
    expect(logged(visitor.transcript)).toEqual(logged(recorded));
    expect(visitor.type('echo $?')).toBe('127\n');
  });

  it('a fresh ensemble: stat of the root, container, refused ttl, sequence numbers, close and connect', () => {
    const recorded = recording('fresh-ensemble');
    const visitor = prepared();
    visitor.begin(`${QUIET}zkCli.sh -server 127.0.0.1:2182`);
    for (const line of script(recorded)) visitor.say(line, 300);
    expect(said(visitor.transcript)).toBe(said(recorded));
    expect(logged(visitor.transcript)).toEqual(logged(recorded));
  });

  it('watches of one client that fire by what another one does at another server', () => {
    const recorded = recording('watches');
    const recordedOther = recording('watches-other-client');
    const visitor = prepared();
    const other = beside(visitor);
    const theirs = [...script(recordedOther)];
    const takeTurn = (act: () => void): void => {
      other.world = visitor.world;
      act();
      visitor.world = other.world;
    };
    const typeNext = (): string => {
      const line = theirs.shift()!;
      other.say(line, 300);
      return line;
    };
    takeTurn(() => {
      other.begin(`${QUIET}zkCli.sh -server 127.0.0.1:2183`);
      typeNext();
      typeNext();
    });
    visitor.begin(`${QUIET}zkCli.sh -server 127.0.0.1:2182`);
    for (const step of script(recorded)) {
      const [, wanted] = /^### \(other client, via another server: (.*)\)$/.exec(step) ?? [];
      if (wanted !== undefined) takeTurn(() => expect(typeNext()).toBe(wanted));
      // The nodes of the next steps were made without a remark.
      else if (/^### (data watch and child watch|own write)/.test(step)) takeTurn(() => void typeNext());
      else if (!step.startsWith('###')) visitor.say(step, 300);
    }
    takeTurn(() => {
      while (theirs.length > 0) typeNext();
    });
    expect(said(visitor.transcript)).toBe(said(recorded));
    expect(said(other.transcript)).toBe(said(recordedOther));
    expect(logged(visitor.transcript)).toEqual(logged(recorded));
  });

  it('a client whose only server is killed and comes back; then close, connect and quit', () => {
    const recorded = recording('server-killed-single');
    const visitor = prepared(1, ...TREE);
    visitor.begin('zkCli.sh -server 127.0.0.1:2182');
    for (const step of script(recorded)) {
      if (step.startsWith('### kill -9')) visitor.perform({ type: 'kill', process: serverName(1), signal: 'SIGKILL' });
      else if (step.startsWith('### server started')) visitor.perform({ type: 'start', process: serverName(1) });
      else visitor.say(step, 0);
      visitor.run(step.startsWith('###') ? 4_000 : 2_000);
    }
    expect(said(visitor.transcript)).toBe(said(recorded));
    expect(inOrderOfThreads(logged(visitor.transcript))).toEqual(inOrderOfThreads(logged(recorded)));
  });

  it('zookeeper#29 zookeeper#38 a client of three servers whose server is killed: the same session, its ephemeral and its watch elsewhere', () => {
    const recorded = recording('server-killed-ensemble');
    const visitor = prepared(1, ...TREE);
    const other = beside(visitor);
    visitor.begin(`zkCli.sh -server ${ALL_SERVERS}`);
    const [session] = /0x[123][0-9a-f]{14}/.exec(visitor.transcript)!;
    const home = Number(session[2]);
    expect(visitor.server(home).leading).toBeNull();
    for (const step of script(recorded)) {
      if (step.startsWith('### kill -9')) visitor.perform({ type: 'kill', process: serverName(home), signal: 'SIGKILL' });
      else if (step.startsWith('### other client')) {
        const leader = [1, 2, 3].find((sid) => sid !== home && visitor.server(sid).leading !== null)!;
        other.world = visitor.world;
        other.type(`${QUIET}zkCli.sh -server 127.0.0.1:${2_181 + leader} ${/: (.*) \(/.exec(step)![1]!}`);
        visitor.world = other.world;
      } else visitor.say(step, 0);
      visitor.run(step.startsWith('### kill') ? 5_000 : 1_000);
    }
    expect(said(visitor.transcript)).toBe(said(recorded));
    expect(inOrderOfThreads(logged(visitor.transcript))).toEqual(inOrderOfThreads(logged(recorded)));
    expect(new Set(visitor.transcript.match(/0x[123][0-9a-f]{14}/g))).toEqual(new Set([session]));
  });

  it('zookeeper#32 a client that was suspended for longer than its session: Disconnected, Expired, Not connected', () => {
    const recorded = recording('session-expired');
    const visitor = prepared();
    visitor.begin('zkCli.sh -server 127.0.0.1:2183');
    for (const step of script(recorded)) {
      if (step.startsWith('### client process suspended')) {
        visitor.perform({ type: 'kill', process: 'zkCli', signal: 'SIGSTOP' });
        visitor.run(34_000);
        visitor.perform({ type: 'kill', process: 'zkCli', signal: 'SIGCONT' });
        visitor.run(3_000);
      } else visitor.say(step);
    }
    expect(said(visitor.transcript)).toBe(said(recorded));
    expect(logged(visitor.transcript)).toEqual(logged(recorded));
    expect(visitor.type(`${QUIET}zkCli.sh -server 127.0.0.1:2182 stat /cli-exp`)).toContain('Node does not exist: /cli-exp\n');
  });

  it('a client of a server without a quorum', () => {
    const recorded = recording('no-quorum');
    const visitor = new Visitor(machine(1, [1]), 'terminal-1');
    visitor.run(5_000);
    visitor.begin('zkCli.sh -server 127.0.0.1:2182', 5_000);
    for (const line of script(recorded)) if (line !== 'quit') visitor.say(line, 4_000);
    visitor.say('quit', 0);
    // The recording ends while the goodbye waits for the next attempt to connect; the model's client does not wait for it.
    expect(said(visitor.transcript)).toBe(`${said(recorded)}\n\nWATCHER::\n\nWatchedEvent state:Closed type:None path:null`);
    expect(logged(visitor.transcript).slice(0, logged(recorded).length)).toEqual(logged(recorded));
  });
});
