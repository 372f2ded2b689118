import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderTrace, showDifference, TraceError } from '../../src/cluster/tracing.ts';
import { traceTerminals } from '../../src/shell/trace-terminals.ts';

describe('every trace comes out as it says', () => {
  const files = readdirSync('test/traces').filter((file) => file.endsWith('.trace')).sort();
  for (const file of files) {
    it(file, () => {
      const path = `test/traces/${file}`;
      const { differences } = renderTrace(readFileSync(path, 'utf8'), path, traceTerminals);
      expect(differences.map((difference) => showDifference(difference, path)).join('\n\n')).toBe('');
    });
  }
});

describe('a trace that cannot be run', () => {
  const reasonOf = (text: string): string => {
    try {
      renderTrace(text, 'a.trace');
    } catch (error) {
      if (error instanceof TraceError) return error.message;
      throw error;
    }
    return 'it ran';
  };

  it('is told by file and line', () => {
    expect(reasonOf('# why\ncluster brokers=1\ndance\n----\n')).toBe('a.trace:3: unknown command dance');
    expect(reasonOf('# why\ncluster brokers=1\n----\n\nkill -9 broker-7\n----\n')).toBe('a.trace:5: unknown process broker-7');
    expect(reasonOf('cluster brokers=1\n----\n')).toBe('a.trace:1: a trace opens with prose: why it exists');
    expect(reasonOf('# why\nrun 1s\n----\n')).toContain('a.trace:2: there is no cluster yet');
    expect(reasonOf('# why\ncluster brokers=0\nuntil zookeeper1 leads within 1s\n----\n')).toContain('a.trace:3: it never came about');
  });

  it('differs where its output is another, and says what it is', () => {
    const { differences, text } = renderTrace('# why\ncluster brokers=0\nshow servers\n----\nzookeeper1 is up\n', 'a.trace');
    expect(differences).toHaveLength(1);
    expect(showDifference(differences[0]!, 'a.trace')).toContain('  - zookeeper1 is up\n  + zookeeper1 is down');
    expect(renderTrace(text, 'a.trace').differences).toEqual([]);
  });
});
