import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectionOf } from '../../../src/app/frames/selection.ts';
import { loseAnAcknowledgedRecord } from '../../../src/scenarios/lose-an-acknowledged-record.ts';
import { actionWords } from '../../../src/views/menu/words.ts';
import { language } from '../../../src/views/text/language.svelte.ts';
import { Told } from './told.ts';

let told: Told;
const menu = (thing: string) => selectionOf(thing, told.seen, told.history, [], (prefix) => `${prefix}1`)!;
const row = (verb: string) => menu('broker-3').frame.actions.find((one) => one.verb === verb)!;

beforeAll(() => {
  told = new Told(loseAnAcknowledgedRecord);
});
afterAll(() => {
  language.current = 'en';
});

describe("the menu of a broker's disk", () => {
  it('offers each of its log directories to fail, in both languages, as something only the lab can do', () => {
    const fail = row('diskFail');
    expect(fail).toMatchObject({ object: '/usr/local/kafka/logs-3' });
    expect(fail.command).toBeUndefined();
    expect(actionWords(fail)).toBe('Fail /usr/local/kafka/logs-3');
    language.current = 'zh-CN';
    expect(actionWords(fail)).toBe('让 /usr/local/kafka/logs-3 损坏');
    language.current = 'en';
    expect(menu('broker-3').actions[fail.id]).toEqual([{ type: 'disk', process: 'broker-3', failed: ['/usr/local/kafka/logs-3'] }]);
  });

  it('says why it cannot be done again, and when there is nothing to heal', () => {
    expect(row('diskHeal').refused).toBe('its disk is well');
    told.history.act(menu('broker-3').actions[row('diskFail').id]![0]!);
    expect(row('diskFail').refused).toBe('it is already');
    expect(row('diskHeal').refused).toBeUndefined();
  });
});
