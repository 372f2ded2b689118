import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectionOf } from '../../../src/app/frames/selection.ts';
import { loseAnAcknowledgedRecord } from '../../../src/scenarios/lose-an-acknowledged-record.ts';
import { actionWords } from '../../../src/views/menu/words.ts';
import { language } from '../../../src/views/text/language.svelte.ts';
import { stageFrame } from '../../../src/app/frames/stage.ts';
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

describe("the menu of a broker's port", () => {
  it('shuts it, which the stage shows at the port and at every link that ends there, and opens it again', () => {
    const stage = () => stageFrame(told.seen, { headline: '' }, [], new Map());
    const shut = (): readonly boolean[] => stage().brokers.map(({ isShut }) => isShut === true);
    const { port } = stage().brokers[2]!;
    expect(actionWords(row('portDrop'))).toBe(`Drop what comes to port ${port}`);
    expect(row('portOpen').refused).toBe('it is open');
    const { history } = told;
    const before = stage().links.filter(({ state }) => state === 'oneWay').map(({ id }) => id);
    for (const action of menu('broker-3').actions[row('portDrop').id]!) history.act(action);
    expect(shut()).toEqual([false, false, true]);
    const ended = stage().links.filter(({ state, id }) => state === 'oneWay' && !before.includes(id));
    expect(ended.length).toBeGreaterThan(0);
    expect(ended.map(({ to }) => to)).toEqual(ended.map(() => 'broker-3'));
    expect(selectionOf('link:broker-2:broker-3', told.seen, history, [], (prefix) => prefix)!.frame.line).toBe('a firewall lets nobody in to broker-3');
    expect(row('portReject').refused).toBe('it is already');
    for (const action of menu('broker-3').actions[row('portOpen').id]!) history.act(action);
    expect(shut()).toEqual([false, false, false]);
  });
});
