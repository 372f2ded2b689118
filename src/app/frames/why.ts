/** The chain of causes that ends at the newest thing that happened to what is selected. */
import type { ItemId } from '../../kernel/agenda.ts';
import type { Fact } from '../../kernel/program.ts';
import type { NotedFact } from '../../kernel/noted-facts.ts';
import type { ItemRecord } from '../../kernel/world.ts';
import type { ServerState } from '../../zookeeper/server-state.ts';
import type { ClusterAction } from '../../cluster/actions.ts';
import { realCommand } from '../../cluster/real-command.ts';
import type { ThingId } from '../../views/frame.ts';
import type { Cause, WhyFrame } from '../../views/why/frame.ts';
import { defineText } from '../../views/text/define.ts';
import type { ClusterHistory } from '../story.ts';
import { endsOf, replicaOf, znodeOf } from './between.ts';
import { describeMessage } from './described.ts';
import { factSentence } from './fact-text.ts';
import { findMessage, isMessage } from './found-message.ts';
import { newestNoted, notedBy } from './noted.ts';
import { nameOf, sessionFrames, type Seen } from './stage.ts';
import { targetsOf } from './targets.ts';
import { actWord } from './words.ts';

const words = defineText({
  en: {
    question: 'Why did this happen?',
    nothing: 'Nothing has happened to it yet.',
    got: (who: string, what: string, from: string) => `${who} gets ${what} from ${from}`,
    timer: (who: string, what: string) => `A time-out of ${who} runs out: \`${what}\``,
    connected: (who: string) => `${who} is connected`,
    refused: (who: string) => `${who} is refused a connection`,
    closed: (who: string) => `${who} sees a connection end`,
    flushed: (who: string) => `The disk of ${who} has it`,
    starts: (who: string) => `${who} starts`,
    told: (who: string) => `${who} is asked to`,
    you: (what: string) => `**You**: ${what}`,
    signal: (who: string, signal: string) => `${who} gets ${signal}`,
    toldAnd: (told: string, what: string) => `${told}. ${what}`,
  },
  'zh-CN': {
    question: '为什么会这样？',
    nothing: '它还没有发生任何事。',
    got: (who: string, what: string, from: string) => `${who} 从 ${from} 收到 ${what}`,
    timer: (who: string, what: string) => `${who} 的计时到点：\`${what}\``,
    connected: (who: string) => `${who} 连上了`,
    refused: (who: string) => `${who} 的连接被拒绝`,
    closed: (who: string) => `${who} 的一个连接断了`,
    flushed: (who: string) => `${who} 的磁盘已写下`,
    starts: (who: string) => `${who} 启动`,
    told: (who: string) => `${who} 接到要求`,
    you: (what: string) => `**你**：${what}`,
    signal: (who: string, signal: string) => `${who} 收到 ${signal}`,
    toldAnd: (told: string, what: string) => `${told}。${what}`,
  },
});

/** So many links of a chain are told at most, the first of them hop by hop, the others where something was noted. */
const LONGEST = 24;
const IN_FULL = 8;
/** How far a chain is followed: causes are numbers in a table, so far is cheap. */
const FOLLOWED = 20_000;
const SEARCHED = 512;
const FACTS_SEARCHED = 4_096;

function sentence(record: ItemRecord, seen: Seen, history: ClusterHistory): Cause['sentence'] {
  const who = seen.world.processes[record.process]?.name ?? '';
  const told = record.facts.map((fact) => factSentence(fact, who)).find((one) => one !== undefined);
  const what = happened(record, seen, history, who);
  return told === undefined ? what : words.toldAnd(told, what);
}

function happened(record: ItemRecord, seen: Seen, history: ClusterHistory, who: string): string {
  const { event } = record;
  switch (event?.type) {
    case 'received':
      return words.got(who, `\`${describeMessage(event.message)}\``, seen.world.processes[record.from]?.name ?? '');
    case 'timer':
      return words.timer(who, timerWord(event.name));
    case 'connected':
    case 'accepted':
      return words.connected(who);
    case 'connectFailed':
      return words.refused(who);
    case 'closed':
      return words.closed(who);
    case 'flushed':
      return words.flushed(who);
    case 'start':
      return words.starts(who);
    case 'signal':
      return words.signal(who, event.signal);
    case 'command':
      return words.told(who);
    case 'operator': {
      const act = history.acts.findLast((one) => one.item <= record.id);
      if (!act) return words.you(event.action.type);
      const command = commandOf(record, act.action, history);
      return words.you(command === undefined ? `${actWord(act.action) ?? act.action.type} ${aimOf(act.action)}`.trim() : `\`${command}\``);
    }
    default:
      return who;
  }
}

const commands = new WeakMap<ItemRecord, string | null>();

/** As it was typed then: process ids are those of that moment. */
function commandOf(record: ItemRecord, action: ClusterAction, history: ClusterHistory): string | undefined {
  let command = commands.get(record);
  if (command === undefined) {
    command = realCommand(history.worldAt(record.id), action) ?? null;
    commands.set(record, command);
  }
  return command ?? undefined;
}

/** Delays of charts by their own name, without where in the chart they are. */
const timerWord = (name: string): string => /xstate\.after\.([^.]+)/.exec(name)?.[1] ?? name;

/** Whom somebody outside had in mind. */
function aimOf(action: ClusterAction): string {
  if ('process' in action) return action.process;
  return 'producer' in action ? action.producer : '';
}

function concerns(action: ClusterAction, name: string): boolean {
  return Object.values(action).some((one) => one === name || (Array.isArray(one) && one.includes(name)));
}

/** The last that somebody did to it before an item; what clients and tools were asked to do was done to nobody. */
function doneTo(name: string, before: ItemId, history: ClusterHistory): ClusterHistory['acts'][number] | undefined {
  return history.acts.findLast((one) => one.item < before && one.action.type !== 'produce' && one.action.type !== 'admin' && concerns(one.action, name));
}

const silencings = new WeakMap<ItemRecord, ItemId | -1>();

/** Where something happened since somebody was silent: the last that was done to who was silent; -1: nothing. */
function silencedBy(record: ItemRecord, history: ClusterHistory): ItemId | -1 {
  let found = silencings.get(record);
  if (found === undefined) {
    found = -1;
    for (const name of record.facts.flatMap((fact) => silentIn(fact, record, history))) {
      const act = doneTo(name, record.id, history);
      if (act && act.action.type !== 'start') found = act.item;
    }
    silencings.set(record, found);
  }
  return found;
}

function silentIn(fact: Fact, record: ItemRecord, history: ClusterHistory): readonly string[] {
  if (fact.type === 'isrShrank') {
    const { from, to } = fact as Fact & { readonly from: readonly number[]; readonly to: readonly number[] };
    return from.filter((member) => !to.includes(member)).map((member) => `broker-${member}`);
  }
  if (fact.type !== 'sessionExpired') return [];
  const { sessionId } = fact as Fact & { readonly sessionId: string };
  const server = history.worldAt(record.id).processes[record.process]?.state as ServerState | null | undefined;
  return (server?.tree.ephemerals[sessionId] ?? []).flatMap((path) => {
    const broker = /^\/brokers\/ids\/(\d+)$/.exec(path)?.[1];
    return broker === undefined ? [] : [`broker-${broker}`];
  });
}

function isChatter(record: ItemRecord): boolean {
  return record.facts.length === 0 && record.event?.type === 'received' && nameOf(record.event.message).chatter;
}

/** The newest item before the playhead at which something worth telling happened to what is selected. */
function newest(seen: Seen, history: ClusterHistory, id: string): ItemRecord | undefined {
  const indexOf = (name: string): number => seen.world.processes.findIndex((one) => one.name === name);
  if (isMessage(id)) {
    const found = findMessage(id, seen.world, history);
    return found && history.record(found.delivery ?? found.cause);
  }
  const ends = endsOf(id);
  if (ends) return newestBetween(indexOf(ends[0]), indexOf(ends[1]), ends, history);
  const path = znodeOf(id);
  const replica = replicaOf(id);
  const isPartition = id.startsWith('partition:');
  const name = id.startsWith('session:') ? id.slice('session:'.length) : (replica?.broker ?? id);
  const session = sessionFrames(seen).find((one) => one.id === id);
  const process = indexOf(name);
  if (process < 0 && !isPartition && path === undefined) return undefined;
  const concernsIt = ({ fact, process: at }: NotedFact): boolean => {
    if (path !== undefined) return (fact as Fact & { readonly path?: string }).path === path;
    if (isPartition) return id === `partition:${partitionOf(fact)}`;
    // Servers tell what becomes of a session.
    if (session !== undefined) return (fact as Fact & { readonly sessionId?: string }).sessionId === session.sessionId;
    return at === process && (replica === undefined || partitionOf(fact) === replica.name);
  };
  const noted = newestNoted(history, undefined, (one) => concernsIt(one) && factSentence(one.fact, name) !== undefined, FACTS_SEARCHED);
  // Who was killed or cut off since says nothing any more.
  const act = process < 0 || replica !== undefined ? undefined : doneTo(name, history.item, history);
  if (act && act.item > (noted?.item ?? -1) && act.action.type !== 'start') return history.record(act.item);
  if (noted) return history.record(noted.item);
  if (session) return newestBetween(process, indexOf(session.server), [name, session.server], history);
  if (isPartition || path !== undefined || replica !== undefined) return undefined;
  return history.records(history.item - SEARCHED, history.item).findLast((record) => record.process === process && !isChatter(record));
}

/** What was done to a link last, or the last that came over it. */
function newestBetween(a: number, b: number, ends: readonly [string, string], history: ClusterHistory): ItemRecord | undefined {
  const done = history.acts.filter((one) => one.item < history.item);
  const act = done.findLast((one) => ends.every((end) => concerns(one.action, end)));
  if (act) return history.record(act.item);
  const records = history.records(history.item - SEARCHED, history.item);
  const isBetween = (record: ItemRecord): boolean => record.event?.type === 'received' && ((record.process === a && record.from === b) || (record.process === b && record.from === a));
  const came = records.findLast((record) => isBetween(record) && !isChatter(record)) ?? records.findLast(isBetween);
  // Nothing comes any more: what was done to one of its ends.
  const silencing = came ? undefined : done.findLast((one) => ends.some((end) => concerns(one.action, end)));
  return came ?? (silencing && history.record(silencing.item));
}

/** What an event happened to: who handled it, what it came over, whose silence it is about. */
function thingsOf(record: ItemRecord, seen: Seen, history: ClusterHistory): readonly ThingId[] {
  const nameOfProcess = (index: number): string | undefined => seen.world.processes[index]?.name;
  const things = new Set<ThingId>();
  const at = nameOfProcess(record.process);
  const from = record.event?.type === 'received' ? nameOfProcess(record.from) : undefined;
  if (at !== undefined) things.add(at);
  if (at !== undefined && from !== undefined) {
    const pair = [at, from];
    const server = pair.find((name) => name.startsWith('zookeeper'));
    const broker = pair.find((name) => name.startsWith('broker-'));
    if (server !== undefined && broker !== undefined) things.add(`session:${broker}`);
    else for (const [one, other] of [pair, [from, at]]) things.add(`link:${one}:${other}`);
  }
  for (const fact of record.facts) for (const broker of silentIn(fact, record, history)) things.add(`session:${broker}`);
  if (record.kind === 'operator') {
    const act = history.acts.findLast((one) => one.item <= record.id);
    for (const target of act ? targetsOf(act.action) : []) things.add(target);
  }
  return [...things];
}

function partitionOf(fact: Fact): string {
  const { topic, partition } = fact as Fact & { readonly topic?: string; readonly partition?: number };
  return `${String(topic)}-${String(partition)}`;
}

let cached: { readonly history: ClusterHistory; readonly item: number; readonly id: string; readonly language: string; readonly frame: WhyFrame } | undefined;

export function whyFrame(seen: Seen, history: ClusterHistory, id: string, language: string): WhyFrame {
  if (cached?.history === history && cached.item === history.item && cached.id === id && cached.language === language) return cached.frame;
  const frame = makeFrame(seen, history, id);
  cached = { history, item: history.item, id, language, frame };
  return frame;
}

/** Records that were read for a chain, by branch: those far back would have to be computed again. */
const kept = new WeakMap<object, Map<ItemId, ItemRecord>>();
const KEPT = 1_024;

function recordOf(history: ClusterHistory, item: ItemId): ItemRecord | undefined {
  let known = kept.get(history.facts);
  if (!known) {
    known = new Map();
    kept.set(history.facts, known);
  }
  let record = known.get(item);
  if (!record) {
    record = history.record(item);
    if (record) known.set(item, record);
    if (known.size > KEPT) known.delete(known.keys().next().value!);
  }
  return record;
}

function makeFrame(seen: Seen, history: ClusterHistory, id: string): WhyFrame {
  const last = newest(seen, history, id);
  if (!last) return { question: words.nothing, chain: [] };
  const chain: Cause[] = [];
  let skipped = 0;
  /** What was told before: a clock that goes round is told once. */
  let round = '';
  const tell = (record: ItemRecord): void => {
    const before = chain[chain.length - 1];
    if (before && skipped > 0) chain[chain.length - 1] = { ...before, skipped };
    skipped = 0;
    chain.push({ key: String(record.id), at: record.at, sentence: sentence(record, seen, history), kind: record.kind === 'operator' ? 'act' : 'event', things: thingsOf(record, seen, history) });
  };
  const items = history.causes(last.id, FOLLOWED);
  for (const [index, item] of items.entries()) {
    const isRoot = index === items.length - 1;
    const isNoted = notedBy(history, item).some(({ fact }) => factSentence(fact, '') !== undefined);
    const mayTell = isRoot || (chain.length < LONGEST && (chain.length < IN_FULL || isNoted));
    const record = mayTell ? recordOf(history, item) : undefined;
    const clock = record?.event?.type === 'timer' ? `${record.process} ${record.event.name}` : '';
    if (record === undefined || record.event === null || (!isRoot && index > 0 && !isNoted && isChatter(record)) || (clock !== '' && clock === round && !isRoot)) {
      skipped++;
      continue;
    }
    round = clock;
    tell(record);
    const silencing = silencedBy(record, history);
    const act = silencing < 0 ? undefined : recordOf(history, silencing);
    if (act) {
      tell(act);
      break;
    }
  }
  return { question: words.question, chain };
}
