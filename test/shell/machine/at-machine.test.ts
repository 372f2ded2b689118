/** What is done from the stage stands in the terminals of the machine as the command that does it, and is done once. */
import { describe, expect, it } from 'vitest';
import { openScenario } from '../../../src/app/open.ts';
import type { ClusterHistory } from '../../../src/app/story.ts';
import { commandsSoFar, programs } from '../../../src/app/terminals.ts';
import type { ClusterAction } from '../../../src/cluster/actions.ts';
import { findProcess } from '../../../src/kernel/world.ts';
import { pullThePlug } from '../../../src/scenarios/pull-the-plug.ts';
import { bashOf, screenOf } from '../../../src/shell/terminal.ts';

const story = (): ClusterHistory => {
  const history = openScenario(pullThePlug, pullThePlug.cluster.seed);
  history.extend(programs);
  return history;
};
const open = (history: ClusterHistory, terminal: string, host = 'host'): void => {
  history.act({ type: 'terminal', terminal, deed: { type: 'open', host } });
  history.runTo(history.now + 1_000);
};
const type = (history: ClusterHistory, text: string, ms = 1_000): void => {
  history.act({ type: 'terminal', terminal: 'host', deed: { type: 'type', text } });
  history.runTo(history.now + ms * 1_000);
};
const screen = (history: ClusterHistory, terminal = 'host'): string => screenOf(history.world, terminal).map(({ text }) => text).join('');
const typed = (history: ClusterHistory, terminal = 'host'): readonly string[] => bashOf(history.world, terminal)!.session.history;
/** Done at this moment, with all that follows in it. */
const act = (history: ClusterHistory, action: ClusterAction): void => {
  history.act(action);
  history.runTo(history.now);
};
const PROMPT = '[root@host ~]# ';

describe('what is done from the stage', () => {
  it('is one act, and stands at each terminal of the machine between two prompts, where the arrow keys find it', () => {
    const history = story();
    for (const terminal of ['host', 'host-2']) open(history, terminal);
    const pid = findProcess(history.world, 'broker-1')!.pid;
    const acts = history.acts.length;
    act(history, { type: 'signal', process: 'broker-1', signal: 'SIGKILL' });
    expect(history.acts.length).toBe(acts + 1);
    for (const terminal of ['host', 'host-2']) {
      expect(screen(history, terminal)).toBe(`${PROMPT}kill -9 ${pid}\n${PROMPT}`);
      expect(typed(history, terminal)).toEqual([`kill -9 ${pid}`]);
    }
    expect(findProcess(history.world, 'broker-1')!.status).toBe('dead');
    type(history, 'history\n');
    expect(screen(history)).toContain(`    1  kill -9 ${pid}\n    2  history\n`);
  });

  it('goes and comes with the playhead, and is not there where it was not done', () => {
    const history = story();
    open(history, 'host');
    const before = history.now;
    history.runTo(before + 500_000);
    act(history, { type: 'container', container: 'zookeeper1', verb: 'kill' });
    const after = history.now;
    history.runTo(after + 1_000_000);
    expect(typed(history)).toEqual(['docker kill zookeeper1']);
    history.seek(before);
    expect(screen(history)).toBe(PROMPT);
    history.seek(after + 500_000);
    expect(screen(history)).toBe(`${PROMPT}docker kill zookeeper1\n${PROMPT}`);
    history.seek(before);
    act(history, { type: 'container', container: 'zookeeper2', verb: 'pause' });
    expect(screen(history)).toBe(`${PROMPT}docker pause zookeeper2\n${PROMPT}`);
  });

  it('is not shown where no command does it, nor where nothing was done, nor at another machine', () => {
    const history = story();
    open(history, 'host');
    act(history, { type: 'cut', a: ['broker-1'], b: ['broker-2'] });
    act(history, { type: 'signal', process: 'broker-2', signal: 'SIGCONT' });
    expect(screen(history)).toBe(PROMPT);
  });

  it('waits for the prompt while a program is in front', () => {
    const history = story();
    open(history, 'host');
    type(history, 'sleep 3\n', 500);
    act(history, { type: 'container', container: 'zookeeper1', verb: 'stop' });
    expect(screen(history)).toBe(`${PROMPT}sleep 3\n`);
    history.runTo(history.now + 3_000_000);
    expect(screen(history)).toBe(`${PROMPT}sleep 3\n${PROMPT}docker stop zookeeper1\n${PROMPT}`);
  });

  it('is seen at a terminal that opens later, with the numbers that it had then', () => {
    const history = story();
    const pid = findProcess(history.world, 'broker-1')!.pid;
    const boot = new Set(history.acts);
    act(history, { type: 'signal', process: 'broker-1', signal: 'SIGKILL' });
    history.act({ type: 'start', process: 'broker-1' });
    history.runTo(history.now + 1_000_000);
    history.act({ type: 'powerLoss', host: 'broker-2' });
    history.runTo(history.now + 1_000_000);
    const before = commandsSoFar(history, history.acts.filter((act) => !boot.has(act)));
    expect(before).toEqual([`kill -9 ${pid}`, '/usr/local/kafka/bin/kafka-server-start.sh -daemon /usr/local/kafka/config/server.properties']);
    history.act({ type: 'terminal', terminal: 'host', deed: { type: 'open', host: 'host', before } });
    history.runTo(history.now + 1_000);
    expect(screen(history)).toBe([...before.map((line) => `${PROMPT}${line}\n`), PROMPT].join(''));
    expect(typed(history)).toEqual(before);
  });
});

describe('a container that is stopped and started from the stage', () => {
  it('loses its addresses and ports and gets them back, as by its commands', () => {
    const history = story();
    open(history, 'host');
    const place = () => history.world.network.hosts.find(({ name }) => name === 'zookeeper1')!.networks!.map(({ address }) => address);
    const published = () => history.world.network.hosts.find(({ name }) => name === 'host')!.forwards.some(({ port }) => port === 2182);
    expect([place(), published()]).toEqual([['172.19.0.2'], true]);
    act(history, { type: 'container', container: 'zookeeper1', verb: 'stop' });
    expect([place(), published()]).toEqual([[], false]);
    type(history, 'docker start zookeeper1\n');
    expect([place(), published()]).toEqual([['172.19.0.2'], true]);
    type(history, 'docker stop zookeeper1\n');
    act(history, { type: 'container', container: 'zookeeper1', verb: 'start' });
    history.runTo(history.now + 10_000_000);
    expect([place(), published()]).toEqual([['172.19.0.2'], true]);
    expect(findProcess(history.world, 'zookeeper1')!.status).toBe('running');
  });
});
