/** The chain of causes that ends at the newest thing that happened to what is selected. */
import type { ItemRecord } from '../../kernel/world.ts';
import type { Message } from '../../kernel/program.ts';
import { describe as describeKafka } from '../../kafka/describe.ts';
import type { KafkaMessage } from '../../kafka/protocol/index.ts';
import { describeZookeeper } from '../../zookeeper/describe.ts';
import { realCommand } from '../../cluster/actions.ts';
import type { Cause, WhyFrame } from '../../views/why/frame.ts';
import { defineText } from '../../views/text/define.ts';
import type { ClusterHistory } from '../open.ts';
import { factSentence } from './fact-text.ts';
import { nameOf, type Seen } from './stage.ts';
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
  },
});

const LONGEST = 24;
const SEARCHED = 512;

/** Any message in one line. */
export function describeMessage(message: Message): string {
  if (/.(Request|Response)$/.test(message.type) && message.type !== 'ConnectRequest' && message.type !== 'ConnectResponse') return describeKafka(message as KafkaMessage);
  return describeZookeeper(message as Parameters<typeof describeZookeeper>[0]);
}

function sentence(record: ItemRecord, seen: Seen, history: ClusterHistory): Cause['sentence'] {
  const who = seen.world.processes[record.process]?.name ?? '';
  const told = record.facts.map((fact) => factSentence(fact, who)).find((one) => one !== undefined);
  const what = happened(record, seen, history, who);
  return told === undefined ? what : `${told}. ${what}`;
}

function happened(record: ItemRecord, seen: Seen, history: ClusterHistory, who: string): string {
  const { event } = record;
  switch (event?.type) {
    case 'received':
      return words.got(who, `\`${describeMessage(event.message)}\``, seen.world.processes[record.from]?.name ?? '');
    case 'timer':
      return words.timer(who, event.name);
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
      const command = realCommand(seen.world, act.action);
      return words.you(command === undefined ? (actWord(act.action) ?? act.action.type) : `\`${command}\``);
    }
    default:
      return who;
  }
}

function isChatter(record: ItemRecord): boolean {
  return record.facts.length === 0 && record.event?.type === 'received' && nameOf(record.event.message).chatter;
}

/** The newest item of a process before the playhead that said something. */
function newest(history: ClusterHistory, process: number): ItemRecord | undefined {
  for (let index = history.facts.length - 1; index >= 0; index--) {
    const noted = history.facts[index]!;
    if (noted.item < history.item && noted.process === process) return history.record(noted.item);
  }
  const records = history.records(history.item - SEARCHED, history.item);
  return records.findLast((record) => record.process === process && !isChatter(record));
}

let cached: { readonly history: ClusterHistory; readonly item: number; readonly id: string; readonly language: string; readonly frame: WhyFrame } | undefined;

export function whyFrame(seen: Seen, history: ClusterHistory, id: string, language: string): WhyFrame {
  if (cached?.history === history && cached.item === history.item && cached.id === id && cached.language === language) return cached.frame;
  const frame = makeFrame(seen, history, id);
  cached = { history, item: history.item, id, language, frame };
  return frame;
}

function makeFrame(seen: Seen, history: ClusterHistory, id: string): WhyFrame {
  const name = id.startsWith('session:') ? id.slice('session:'.length) : id.startsWith('partition:') ? `broker-${leaderOf(seen, id.slice('partition:'.length)) ?? ''}` : id;
  const process = seen.world.processes.findIndex((one) => one.name === name);
  const last = process < 0 ? undefined : newest(history, process);
  if (!last) return { question: words.nothing, chain: [] };
  const chain: Cause[] = [];
  let skipped = 0;
  for (const item of history.causes(last.id, 200)) {
    const record = history.record(item);
    if (!record || chain.length >= LONGEST) break;
    if (isChatter(record) && item !== last.id) {
      skipped++;
      continue;
    }
    chain.push({
      key: String(item),
      at: record.at,
      sentence: sentence(record, seen, history),
      kind: record.kind === 'operator' ? 'act' : 'event',
      ...(skipped > 0 ? { skipped } : {}),
    });
    skipped = 0;
  }
  return { question: words.question, chain };
}

function leaderOf(seen: Seen, partition: string): number | null | undefined {
  const dash = partition.lastIndexOf('-');
  return seen.facts.partition(partition.slice(0, dash), Number(partition.slice(dash + 1)))?.leader;
}
