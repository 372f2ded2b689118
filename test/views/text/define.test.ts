import { afterEach, describe, expect, it } from 'vitest';
import { defineText } from '../../../src/views/text/define.ts';
import { language } from '../../../src/views/text/language.svelte.ts';
import { pieces, plain } from '../../../src/views/text/rich.ts';
import { seconds, secondsLeft } from '../../../src/views/text/units.ts';

const text = defineText({
  en: { leader: 'leader', waits: (count: number) => `${count} waiting`, tabs: { log: 'Log' } },
  'zh-CN': { leader: '领导者', waits: (count) => `${count} 条等待`, tabs: { log: '日志' } },
});

afterEach(() => {
  language.current = 'en';
});

describe('texts', () => {
  it('speak the current language, in groups and sentences with arguments too', () => {
    expect([text.leader, text.waits(3), text.tabs.log]).toEqual(['leader', '3 waiting', 'Log']);
    language.current = 'zh-CN';
    expect([text.leader, text.waits(3), text.tabs.log]).toEqual(['领导者', '3 条等待', '日志']);
  });

  it('do not compile with a key or an argument missing in one language', () => {
    // @ts-expect-error the second language lacks `b`
    defineText({ en: { a: 'a', b: 'b' }, 'zh-CN': { a: 'a' } });
    // @ts-expect-error the first language lacks `b`
    defineText({ en: { a: 'a' }, 'zh-CN': { a: 'a', b: 'b' } });
    // @ts-expect-error the second language forgets the count
    defineText({ en: { n: (count: number) => `${count}` }, 'zh-CN': { n: () => '' } });
    // @ts-expect-error a call without its argument
    expect(text.waits()).toContain('waiting');
  });
});

describe('a rich sentence', () => {
  it('marks code, bold and emphasis and nothing else', () => {
    expect(pieces('Kill **broker 1** with `kill -9`, _now_ <b>')).toEqual([
      { kind: 'plain', text: 'Kill ' },
      { kind: 'bold', text: 'broker 1' },
      { kind: 'plain', text: ' with ' },
      { kind: 'code', text: 'kill -9' },
      { kind: 'plain', text: ', ' },
      { kind: 'emphasis', text: 'now' },
      { kind: 'plain', text: ' <b>' },
    ]);
  });
  it('leaves names with underscores alone', () => {
    expect(plain('topic __consumer_offsets holds `a_b`')).toBe('topic __consumer_offsets holds a_b');
  });
});

describe('times', () => {
  it('are written with three decimals, and what is left with one', () => {
    expect(seconds(12_314_999)).toBe('12.314');
    expect(seconds(9_002_000)).toBe('9.002');
    expect(secondsLeft(3_686_000)).toBe('3.7');
    expect(secondsLeft(-5)).toBe('0.0');
    expect(secondsLeft(18_000_000)).toBe('18');
  });
});
