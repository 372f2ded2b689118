import { expect, it } from 'vitest';
import { branchesFrame } from '../../../src/app/frames/branches.ts';
import { pullThePlug } from '../../../src/scenarios/pull-the-plug.ts';
import { Told } from './told.ts';

it('shows what a kill changed against the branch without it', () => {
  const { history } = new Told(pullThePlug);
  const boot = new Set(history.acts);
  const opened = history.now;
  expect(branchesFrame(history, () => true)).toEqual({ branches: [], rows: [] });
  history.runTo(opened + 15_000_000);
  history.seek(opened);
  history.act({ type: 'signal', process: 'broker-1', signal: 'SIGKILL' });
  history.runTo(opened + 14_000_000);
  const { branches, rows } = branchesFrame(history, (act) => !boot.has(act));
  expect(branches.map(({ name, isHere, acts, isEnd }) => ({ name, isHere, acts: acts.length, isEnd }))).toEqual([
    { name: 'main', isHere: false, acts: 0, isEnd: false },
    { name: 'fork 1', isHere: true, acts: 1, isEnd: false },
  ]);
  expect(branches[1]!.acts[0]).toMatch(/^kill -9 \d+$/);
  const row = (name: string) => rows.find((one) => one.name === name)!;
  expect(row('broker 1')).toMatchObject({ values: ['RunningAsBroker', 'down'], differs: true });
  expect(row('broker 2').differs).toBe(false);
  expect(row('orders-0').values[0]).toContain('leader 1 · epoch 0');
  expect(row('orders-0').values[1]).toMatch(/leader 2 · epoch 1 · ISR 2,3/);
});
