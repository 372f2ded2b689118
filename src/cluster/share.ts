/**
 * What a share link holds, and the only way in for it: everything is read field by field into fresh objects, nothing is taken
 * over as it came. A field that is not known, a number out of its range, a name that could not be one: refused, and said which.
 */
import { TERMINAL_KEYS, type AdminCommand, type ClusterAction, type ProduceWish, type Signal, type TerminalDeed } from './actions.ts';
import type { ClientDescription, KnownBroker, Workload } from './description.ts';

export const SHARE_VERSION = 1;

/** A step of the story that came about: first item and moment, last item and moment, and whether on the shared branch. */
export interface SharedStep {
  readonly startItem: number;
  readonly startAt: number;
  readonly doneItem: number;
  readonly doneAt: number;
  readonly isHere: boolean;
}

export interface SharedAct {
  /** Microseconds of cluster time, and the number of the item it became. */
  readonly at: number;
  readonly item: number;
  readonly action: ClusterAction;
}

export interface Shared {
  readonly version: typeof SHARE_VERSION;
  readonly scenario: string;
  readonly seed: number;
  /** Since the story opened, oldest first. */
  readonly acts: readonly SharedAct[];
  readonly steps: readonly SharedStep[];
  /** Where the playhead stood: the moment, and the next item. */
  readonly at: number;
  readonly item: number;
}

export type ShareRule =
  | { readonly type: 'object' }
  | { readonly type: 'list'; readonly max: number }
  | { readonly type: 'text'; readonly max: number }
  | { readonly type: 'name' }
  | { readonly type: 'wholeNumber'; readonly min: number; readonly max: number }
  | { readonly type: 'number'; readonly min: number; readonly max: number }
  | { readonly type: 'flag' }
  | { readonly type: 'oneOf'; readonly values: readonly string[] }
  | { readonly type: 'version'; readonly known: number }
  | { readonly type: 'unexpected' }
  /** Moments and items go up from one act to the next and end before the playhead. */
  | { readonly type: 'order' };

export interface ShareProblem {
  /** `acts[3].action.process`; empty: the whole. */
  readonly field: string;
  readonly rule: ShareRule;
  /** What stood there, cut to a length that can be shown. */
  readonly value: string;
}

export type SharedResult = { readonly ok: Shared } | { readonly problem: ShareProblem };

/** No history is longer than this: six hours of cluster time. */
export const LAST_MOMENT = 6 * 3_600_000_000;
const MOST_ITEMS = 100_000_000;
const MOST_ACTS = 2_000;
const SHOWN = 60;
const LONGEST_TYPED = 200_000;

class Refused extends Error {
  constructor(readonly problem: ShareProblem) {
    super(problem.field);
  }
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? '' : typeof value === 'object' ? (Array.isArray(value) ? '[…]' : value === null ? 'null' : '{…}') : String(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

function refuse(field: string, rule: ShareRule, value: unknown): never {
  throw new Refused({ field, rule, value: shown(value) });
}

/** One foreign object: its own fields only, each asked for by name, and none left over. */
class Fields {
  private readonly asked = new Set<string>();

  private constructor(
    readonly path: string,
    private readonly source: object,
  ) {}

  static of(value: unknown, path: string): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(path, { type: 'object' }, value);
    return new Fields(path, value);
  }

  at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  take(name: string): unknown {
    this.asked.add(name);
    return Object.getOwnPropertyDescriptor(this.source, name)?.value as unknown;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.source, name);
  }

  text(name: string, max: number): string {
    const value = this.take(name);
    return typeof value === 'string' && value.length <= max ? value : refuse(this.at(name), { type: 'text', max }, value);
  }

  name(name: string): string {
    return asName(this.take(name), this.at(name));
  }

  whole(name: string, min: number, max: number): number {
    return asWhole(this.take(name), this.at(name), min, max);
  }

  number(name: string, min: number, max: number): number {
    const value = this.take(name);
    return typeof value === 'number' && value >= min && value <= max ? value : refuse(this.at(name), { type: 'number', min, max }, value);
  }

  flag(name: string): boolean {
    const value = this.take(name);
    return typeof value === 'boolean' ? value : refuse(this.at(name), { type: 'flag' }, value);
  }

  oneOf<Value extends string>(name: string, values: readonly Value[]): Value {
    const value = this.take(name);
    return values.find((one) => one === value) ?? refuse(this.at(name), { type: 'oneOf', values }, value);
  }

  list<Item>(name: string, max: number, read: (value: unknown, path: string) => Item): readonly Item[] {
    return asList(this.take(name), this.at(name), max, read);
  }

  /** Texts by name. */
  texts(name: string): Readonly<Record<string, string>> {
    const fields = Fields.of(this.take(name), this.at(name));
    const names = Object.keys(fields.source);
    if (names.length > 200) refuse(fields.path, { type: 'list', max: 200 }, fields.source);
    return Object.fromEntries(names.map((key) => [asName(key, `${fields.path}.${shown(key)}`), fields.text(key, 1_000)]));
  }

  done(): void {
    for (const name of Object.keys(this.source)) if (!this.asked.has(name)) refuse(this.at(shown(name)), { type: 'unexpected' }, this.take(name));
  }
}

/** A field that may be absent: it stays absent. */
function optional<Name extends string, Value>(fields: Fields, name: Name, read: () => Value): Partial<Record<Name, Value>> {
  return fields.has(name) ? ({ [name]: read() } as Record<Name, Value>) : {};
}

const FORBIDDEN: readonly string[] = ['__proto__', 'constructor', 'prototype'];

function asName(value: unknown, path: string): string {
  return typeof value === 'string' && /^[A-Za-z0-9._-]{1,249}$/.test(value) && !FORBIDDEN.includes(value) ? value : refuse(path, { type: 'name' }, value);
}

function asWhole(value: unknown, path: string, min: number, max: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : refuse(path, { type: 'wholeNumber', min, max }, value);
}

function asList<Item>(value: unknown, path: string, max: number, read: (value: unknown, path: string) => Item): readonly Item[] {
  if (!Array.isArray(value) || value.length > max) refuse(path, { type: 'list', max }, value);
  return value.map((one: unknown, index) => read(one, `${path}[${index}]`));
}

const port = (fields: Fields): Partial<Record<'port', number>> => optional(fields, 'port', () => fields.whole('port', 1, 65_535));
/** A name, or everybody. */
const anybody = (fields: Fields): string => (fields.take('to') === '*' ? '*' : fields.name('to'));
const partitionOf = (fields: Fields): number => fields.whole('partition', 0, 10_000);

function knownBroker(value: unknown, path: string): KnownBroker {
  const fields = Fields.of(value, path);
  const broker = { id: fields.whole('id', 0, 0x7fffffff), port: fields.whole('port', 1, 65_535), properties: fields.text('properties', 20_000) };
  fields.done();
  return broker;
}

function workload(value: unknown, path: string): Workload {
  const fields = Fields.of(value, path);
  const read = {
    topic: fields.name('topic'),
    ...optional(fields, 'partition', () => partitionOf(fields)),
    ratePerSecond: fields.number('ratePerSecond', 0, 10_000),
    ...optional(fields, 'count', () => fields.whole('count', 0, 1_000_000_000)),
    ...optional(fields, 'keys', () => fields.whole('keys', 0, 1_000_000)),
    valuePrefix: fields.text('valuePrefix', 1_000),
    ...optional(fields, 'startAfterMs', () => fields.number('startAfterMs', 0, 3_600_000)),
    ...optional(fields, 'transactionRecords', () => fields.whole('transactionRecords', 1, 1_000_000)),
    ...optional(fields, 'abortEvery', () => fields.whole('abortEvery', 1, 1_000_000)),
  };
  fields.done();
  return read;
}

function partition(value: unknown, path: string): { readonly topic: string; readonly partition: number } {
  const fields = Fields.of(value, path);
  const read = { topic: fields.name('topic'), partition: partitionOf(fields) };
  fields.done();
  return read;
}

function target(value: unknown, path: string): Extract<AdminCommand, { type: 'reassignPartitions' }>['partitions'][number] {
  const fields = Fields.of(value, path);
  const read = { topic: fields.name('topic'), partition: partitionOf(fields), replicas: fields.list('replicas', 100, (id, at) => asWhole(id, at, 0, 0x7fffffff)) };
  fields.done();
  return read;
}

function client(value: unknown, path: string): ClientDescription {
  const fields = Fields.of(value, path);
  const kind = fields.oneOf('kind', ['producer', 'consumer']);
  const common = { name: fields.name('name'), properties: fields.texts('properties') };
  const read: ClientDescription =
    kind === 'producer'
      ? { kind, ...common, ...optional(fields, 'workload', () => workload(fields.take('workload'), fields.at('workload'))) }
      : fields.has('subscription')
        ? { kind, ...common, subscription: fields.list('subscription', 100, asName), ...optional(fields, 'pollIntervalMs', () => fields.whole('pollIntervalMs', 0, 3_600_000)) }
        : { kind, ...common, assignment: fields.list('assignment', 1_000, partition) };
  fields.done();
  return read;
}

function wish(value: unknown, path: string): ProduceWish {
  const fields = Fields.of(value, path);
  const read = {
    topic: fields.name('topic'),
    ...optional(fields, 'partition', () => partitionOf(fields)),
    ...optional(fields, 'key', () => fields.text('key', 10_000)),
    value: fields.text('value', 100_000),
  };
  fields.done();
  return read;
}

const COMMANDS = ['createTopic', 'deleteTopic', 'alterTopicConfig', 'electPreferredLeaders', 'reassignPartitions'] as const satisfies readonly AdminCommand['type'][];

function adminCommand(value: unknown, path: string): AdminCommand {
  const fields = Fields.of(value, path);
  const type = fields.oneOf('type', COMMANDS);
  const read = ((): AdminCommand => {
    switch (type) {
      case 'createTopic':
        return {
          type,
          topic: fields.name('topic'),
          ...optional(fields, 'partitions', () => fields.whole('partitions', -1, 1_000)),
          ...optional(fields, 'replicationFactor', () => fields.whole('replicationFactor', -1, 1_000)),
          ...optional(fields, 'replicaAssignment', () =>
            fields.list('replicaAssignment', 1_000, (one, at) => asList(one, at, 100, (id, idAt) => asWhole(id, idAt, 0, 0x7fffffff))),
          ),
          ...optional(fields, 'configs', () => fields.texts('configs')),
        };
      case 'deleteTopic':
        return { type, topic: fields.name('topic') };
      case 'alterTopicConfig':
        return { type, topic: fields.name('topic'), configs: fields.texts('configs') };
      case 'electPreferredLeaders':
        return { type, partitions: fields.list('partitions', 1_000, partition) };
      case 'reassignPartitions':
        return { type, partitions: fields.list('partitions', 1_000, target) };
    }
  })();
  fields.done();
  return read;
}

const ACTIONS = [
  'signal',
  'start',
  'container',
  'network',
  'powerLoss',
  'powerOn',
  'cut',
  'slow',
  'lose',
  'firewall',
  'heal',
  'disk',
  'wipe',
  'configure',
  'addClient',
  'produce',
  'workload',
  'admin',
  'terminal',
] as const satisfies readonly ClusterAction['type'][];

const SIGNALS: readonly Signal[] = ['SIGKILL', 'SIGTERM', 'SIGSTOP', 'SIGCONT'];

function terminalDeed(value: unknown, path: string): TerminalDeed {
  const fields = Fields.of(value, path);
  const type = fields.oneOf('type', ['open', 'type', 'key', 'save']);
  const read: TerminalDeed =
    type === 'open' ? { type, host: fields.name('host'), ...optional(fields, 'before', () => fields.list('before', 20, (one, at) => (typeof one === 'string' && one.length <= 1_000 ? one : refuse(at, { type: 'text', max: 1_000 }, one)))) }
    : type === 'type' ? { type, text: fields.text('text', LONGEST_TYPED) }
    : type === 'key' ? { type, key: fields.oneOf('key', TERMINAL_KEYS) }
    : { type, text: fields.take('text') === null ? null : fields.text('text', LONGEST_TYPED) };
  fields.done();
  return read;
}

function action(value: unknown, path: string): ClusterAction {
  const fields = Fields.of(value, path);
  const type = fields.oneOf('type', ACTIONS);
  const read = ((): ClusterAction => {
    switch (type) {
      case 'signal':
        return { type, process: fields.name('process'), signal: fields.oneOf('signal', SIGNALS) };
      case 'start':
        return { type, process: fields.name('process') };
      case 'container':
        return { type, container: fields.name('container'), verb: fields.oneOf('verb', ['start', 'stop', 'kill', 'pause', 'unpause', 'rm']) };
      case 'network':
        return { type, container: fields.name('container'), verb: fields.oneOf('verb', ['connect', 'disconnect']) };
      case 'powerLoss':
      case 'powerOn':
        return { type, host: fields.name('host') };
      case 'cut':
        return { type, a: fields.list('a', 50, asName), b: fields.list('b', 50, asName), ...optional(fields, 'oneWay', () => fields.flag('oneWay')), ...port(fields) };
      case 'slow':
        return { type, from: fields.name('from'), to: anybody(fields), delayMs: fields.whole('delayMs', 0, 3_600_000), ...port(fields) };
      case 'lose':
        return { type, from: fields.name('from'), to: anybody(fields), share: fields.number('share', 0, 1) };
      case 'firewall':
        return { type, process: fields.name('process'), port: fields.whole('port', 1, 65_535), verdict: fields.oneOf('verdict', ['DROP', 'REJECT', 'ACCEPT']) };
      case 'heal':
        return { type, ...optional(fields, 'a', () => fields.name('a')), ...optional(fields, 'b', () => fields.name('b')) };
      case 'disk':
        return {
          type,
          process: fields.name('process'),
          ...optional(fields, 'slowness', () => fields.number('slowness', 0, 1_000_000)),
          ...optional(fields, 'full', () => fields.flag('full')),
          ...optional(fields, 'failed', () => fields.list('failed', 100, (one, at) => (typeof one === 'string' && one.length <= 300 ? one : refuse(at, { type: 'text', max: 300 }, one)))),
        };
      case 'wipe':
        return { type, process: fields.name('process') };
      case 'configure': {
        const broker = fields.name('broker');
        if (!/^broker-[0-9]+$/.test(broker)) refuse(fields.at('broker'), { type: 'name' }, broker);
        return { type, broker, properties: fields.text('properties', 20_000) };
      }
      case 'addClient':
        return { type, client: client(fields.take('client'), fields.at('client')), brokers: fields.list('brokers', 12, knownBroker) };
      case 'produce':
        return { type, producer: fields.name('producer'), records: fields.list('records', 1_000, wish) };
      case 'workload': {
        const load = fields.take('workload');
        return { type, producer: fields.name('producer'), workload: load === null ? null : workload(load, fields.at('workload')) };
      }
      case 'admin':
        return { type, name: fields.name('name'), brokers: fields.list('brokers', 12, knownBroker), command: adminCommand(fields.take('command'), fields.at('command')) };
      case 'terminal':
        return { type, terminal: fields.name('terminal'), deed: terminalDeed(fields.take('deed'), fields.at('deed')) };
    }
  })();
  fields.done();
  return read;
}

function act(value: unknown, path: string): SharedAct {
  const fields = Fields.of(value, path);
  const read = {
    at: fields.whole('at', 0, LAST_MOMENT),
    item: fields.whole('item', 0, MOST_ITEMS),
    action: action(fields.take('action'), fields.at('action')),
  };
  fields.done();
  return read;
}

function step(value: unknown, path: string): SharedStep {
  const fields = Fields.of(value, path);
  const read = {
    startItem: fields.whole('startItem', 0, MOST_ITEMS),
    startAt: fields.whole('startAt', 0, LAST_MOMENT),
    doneItem: fields.whole('doneItem', 0, MOST_ITEMS),
    doneAt: fields.whole('doneAt', 0, LAST_MOMENT),
    isHere: fields.flag('isHere'),
  };
  fields.done();
  return read;
}

/** Reads what a link held; `scenarios` are the ids that exist. Never throws for any JSON value. */
export function readShared(json: unknown, scenarios: readonly string[]): SharedResult {
  try {
    const fields = Fields.of(json, '');
    const version = fields.take('version');
    if (version !== SHARE_VERSION) refuse('version', { type: 'version', known: SHARE_VERSION }, version);
    const shared: Shared = {
      version: SHARE_VERSION,
      scenario: fields.oneOf('scenario', scenarios),
      seed: fields.whole('seed', 0, 0xffffffff),
      acts: fields.list('acts', MOST_ACTS, act),
      steps: fields.list('steps', 100, step),
      at: fields.whole('at', 0, LAST_MOMENT),
      item: fields.whole('item', 0, MOST_ITEMS),
    };
    fields.done();
    let before: { readonly at: number; readonly item: number } = { at: 0, item: -1 };
    for (const [index, one] of shared.acts.entries()) {
      if (one.at < before.at) refuse(`acts[${index}].at`, { type: 'order' }, one.at);
      if (one.item <= before.item) refuse(`acts[${index}].item`, { type: 'order' }, one.item);
      before = one;
    }
    return { ok: shared };
  } catch (error) {
    if (error instanceof Refused) return { problem: error.problem };
    throw error;
  }
}
