import { describe, expect, test } from 'vitest';
import { parseDelete } from '../../src/zookeeper/zk-cli-delete.ts';
import { Ensemble } from './ensemble.ts';

const WARNING = "'delete path [version]' has been deprecated. Please use 'delete [-v version] path' instead.";

/** Version 1 of `/q`, and zkCli's delete of it with these words. */
function deleted(...words: string[]): { readonly err: string; readonly left: boolean; readonly warning: string | null } {
  const e = new Ensemble().start(1, 2, 3).serving(1, 2, 3).client('c', [1]).connected('c').create('c', '/q');
  e.ask('c', { type: 'setData', path: '/q', data: 'x', version: 0 });
  const parsed = parseDelete(words);
  if (parsed.type === 'error') throw new Error(parsed.text);
  const { err } = e.ask('c', parsed.op);
  return { err, left: e.ask('c', { type: 'exists', path: '/q', watch: false }).err === 'OK', warning: parsed.warning };
}

describe('delete of zkCli', () => {
  test('zookeeper#20 the old syntax is warned about, and its version is ignored: the node is deleted', () => {
    expect(deleted('/q', '3')).toEqual({ err: 'OK', left: false, warning: WARNING });
  });

  test('the new syntax means its version', () => {
    expect(deleted('-v', '3', '/q')).toEqual({ err: 'BADVERSION', left: true, warning: null });
    expect(deleted('/q', '-v', '1')).toEqual({ err: 'OK', left: false, warning: null });
    expect(deleted('/q')).toEqual({ err: 'OK', left: false, warning: null });
  });

  test('without a path it says how it is used', () => {
    expect(parseDelete([])).toEqual({ type: 'error', text: 'delete [-v version] path' });
    expect(parseDelete(['/q', '-v'])).toEqual({ type: 'error', text: 'Missing argument for option: v' });
    expect(parseDelete(['-x', '/q'])).toEqual({ type: 'error', text: 'Unrecognized option: -x' });
  });
});
