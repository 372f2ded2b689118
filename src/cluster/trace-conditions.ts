/**
 * The language in which a trace says what it waits for: `leader orders-0 is 2 and ledger acked at least 5`. One line of a table
 * for each condition.
 */
import type { Condition } from './conditions.ts';

const fail = (reason: string): never => {
  throw new Error(reason);
};

export function parsePartition(text: string | undefined): { readonly topic: string; readonly partition: number } {
  const match = /^(.+)-(\d+)$/.exec(text ?? '');
  return match ? { topic: match[1]!, partition: Number(match[2]) } : fail(`expected a partition such as orders-0, found ${text ?? 'nothing'}`);
}

const brokerOf = (text: string | undefined): number => Number(/^broker-(\d+)$/.exec(text ?? '')?.[1] ?? fail(`expected a broker such as broker-1, found ${text}`));

/** `is 2`, `at least 2`, `at most 2`. */
function limits(args: readonly string[]): { readonly atLeast?: number; readonly atMost?: number } {
  const n = Number(args.at(-1));
  const how = args.slice(0, -1).join(' ');
  if (!Number.isInteger(n)) fail(`expected a number, found ${args.at(-1) ?? 'nothing'}`);
  switch (how) {
    case 'is':
      return { atLeast: n, atMost: n };
    case 'at least':
      return { atLeast: n };
    case 'at most':
      return { atMost: n };
    default:
      return fail(`expected is, at least or at most, found ${how}`);
  }
}

/** `is 2`, `not 2`; `none` is nobody. */
function who(how: string | undefined, text: string | undefined): { readonly is?: number | null; readonly not?: number | null } {
  const value = text === 'none' ? null : Number(text);
  if (value !== null && !Number.isInteger(value)) fail(`expected a broker's number or none, found ${text ?? 'nothing'}`);
  return how === 'is' ? { is: value } : how === 'not' ? { not: value } : fail(`expected is or not, found ${how ?? 'nothing'}`);
}

const typed = (value: string): string | number | boolean => (/^-?\d+$/.test(value) ? Number(value) : value === 'true' ? true : value === 'false' ? false : value);

const COUNTS = ['sent', 'acked', 'waiting', 'ackedLost', 'failed'] as const;

const table: Readonly<Record<string, (args: readonly string[]) => Condition>> = {
  leader: ([partition, how, value]) => ({ type: 'leader', ...parsePartition(partition), ...who(how, value) }),
  isr: ([partition, ...rest]) => ({ type: 'isrSize', ...parsePartition(partition), ...limits(rest) }),
  controller: ([how, value]) => {
    const id = Number(value);
    return how === 'is' ? { type: 'controller', is: id } : how === 'not' ? { type: 'controller', not: id } : fail('expected controller is or controller not');
  },
  ensemble: ([serves, servers]) => (serves === 'serves' ? { type: 'ensembleServes', servers: Number(servers) } : fail('expected ensemble serves 3')),
  znode: ([path = '', how]) => ({ type: 'znode', path, exists: how === 'exists' || (how === 'gone' ? false : fail('expected exists or gone')) }),
  topic: ([topic = '', ready, partitions]) => (ready === 'ready' ? { type: 'topicReady', topic, partitions: Number(partitions) } : fail('expected topic orders ready 3')),
  log: ([broker, partition, ...rest]) => ({ type: 'logEnd', broker: brokerOf(broker), ...parsePartition(partition), ...limits(rest) }),
  ledger: ([count, ...rest]) => ({ type: 'ledger', count: COUNTS.find((one) => one === count) ?? fail(`unknown count ${count}`), ...limits(rest) }),
  fact: ([fact = '', ...where]) => ({ type: 'fact', fact, where: Object.fromEntries(where.map((one) => [one.slice(0, one.indexOf('=')), typed(one.slice(one.indexOf('=') + 1))])) }),
  logged: ([process = '', text = '']) => ({ type: 'logged', process, text }),
};

function one(args: readonly string[]): Condition {
  const [subject = '', ...rest] = args;
  if (Object.hasOwn(table, subject)) return table[subject]!(rest);
  const server = /^zookeeper(\d+)$/.exec(subject);
  if (server) {
    const sid = Number(server[1]);
    if (rest[0] === 'leads') return { type: 'zookeeperLeads', sid };
    if (rest[0] === 'is' && rest[1] !== undefined) return { type: 'zookeeperState', sid, state: rest[1] };
  }
  if (/^broker-\d+$/.test(subject) && rest[0] === 'is' && rest[1] !== undefined) return { type: 'brokerState', broker: brokerOf(subject), state: rest[1] };
  return fail(`unknown condition: ${args.join(' ')}`);
}

/** Throws where the words say nothing. */
export function parseCondition(args: readonly string[]): Condition {
  const parts: string[][] = [[]];
  for (const word of args) {
    if (word === 'and') parts.push([]);
    else parts.at(-1)!.push(word);
  }
  return parts.length === 1 ? one(parts[0]!) : { type: 'all', of: parts.map(one) };
}
