/**
 * What a key of a configuration is (`ConfigDef` 2.3.0): its type, default and rule, and in what words a value is refused. Brokers, topics, quotas and
 * clients have theirs in this form.
 */
type Type = 'boolean' | 'int' | 'short' | 'long' | 'double' | 'string' | 'list';
export type ConfigValue = string | number | boolean | null;

export interface ConfigKey {
  readonly key: string;
  readonly type: Type;
  readonly default: ConfigValue;
  readonly min?: number;
  readonly max?: number;
  readonly oneOf?: readonly string[];
  /** Every replica, or some by partition and broker (ThrottledReplicaListValidator). */
  readonly isReplicaList?: true;
}

export const int = (key: string, value: number | null, min?: number): ConfigKey => ({ key, type: 'int', default: value, ...(min === undefined ? {} : { min }) });
export const long = (key: string, value: number | null, min?: number): ConfigKey => ({ key, type: 'long', default: value, ...(min === undefined ? {} : { min }) });
export const short = (key: string, value: number, min: number): ConfigKey => ({ key, type: 'short', default: value, min });
export const flag = (key: string, value: boolean): ConfigKey => ({ key, type: 'boolean', default: value });
export const text = (key: string, value: string | null, oneOf?: readonly string[]): ConfigKey => ({ key, type: 'string', default: value, ...(oneOf ? { oneOf } : {}) });
export const list = (key: string, value: string | null, oneOf?: readonly string[]): ConfigKey => ({ key, type: 'list', default: value, ...(oneOf ? { oneOf } : {}) });
export const replicas = (key: string): ConfigKey => ({ key, type: 'list', default: '', isReplicaList: true });

/** Long.MaxValue stands for "never"; as a double it is the nearest integer above, which nothing here compares exactly. */
export const NEVER = 9223372036854775807;

export interface ConfigProblem {
  readonly key: string;
  /** As written; null if the key is missing. */
  readonly value: string | null;
  /** Name of the violated rule. */
  readonly rule: 'required' | 'type' | 'range' | 'choice' | 'requirement';
  /** What the broker prints as its exception. */
  readonly text: string;
}

export const CONFIG_EXCEPTION = 'org.apache.kafka.common.config.ConfigException: ';
const BITS = { short: 16, int: 32, long: 64 } as const;

/** A value of the key's type, or what is wrong with the text (`ConfigDef.parseType`, validators). */
export function parseValue(entry: ConfigKey, raw: string): ConfigValue | ConfigProblem {
  const value = raw.trim();
  const wrong = (why: string, rule: ConfigProblem['rule'] = 'type', shown = value): ConfigProblem => ({
    key: entry.key,
    value: raw,
    rule,
    text: `${CONFIG_EXCEPTION}Invalid value ${shown} for configuration ${entry.key}: ${why}`,
  });
  switch (entry.type) {
    case 'boolean':
      if (/^true$/i.test(value)) return true;
      if (/^false$/i.test(value)) return false;
      return wrong('Expected value to be either true or false');
    case 'int':
    case 'short':
    case 'long': {
      const exact = /^[+-]?\d+$/.test(value) ? BigInt(value) : null;
      if (exact === null || BigInt.asIntN(BITS[entry.type], exact) !== exact) return wrong(`Not a number of type ${entry.type.toUpperCase()}`);
      const [number, shown] = [Number(exact), String(exact)];
      if (entry.min !== undefined && number < entry.min) return wrong(`Value must be at least ${entry.min}`, 'range', shown);
      if (entry.max !== undefined && number > entry.max) return wrong(`Value must be no more than ${entry.max}`, 'range', shown);
      return number;
    }
    case 'double': {
      if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(value)) return wrong('Not a number of type DOUBLE');
      const number = Number(value.replace(/[dDfF]$/, ''));
      if (!Number.isFinite(number)) return wrong('Not a number of type DOUBLE');
      if (entry.min !== undefined && number < entry.min) return wrong(`Value must be at least ${entry.min}`, 'range');
      return number;
    }
    case 'string':
      if (entry.oneOf && !entry.oneOf.includes(value)) return wrong(`String must be one of: ${entry.oneOf.join(', ')}`, 'choice');
      return value;
    case 'list': {
      const parts = value.split(/\s*,\s*/);
      if (entry.isReplicaList && parts[0] !== '*' && !parts.every((part) => /^(\d+:\d+)?$/.test(part))) {
        return wrong(`${entry.key} must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...`, 'choice', `[${parts.join(', ')}]`);
      }
      const odd = entry.oneOf && parts.find((part) => !entry.oneOf!.includes(part));
      return odd === undefined ? value : wrong(`String must be one of: ${entry.oneOf!.join(', ')}`, 'choice', odd);
    }
  }
}

export function isProblem(value: ConfigValue | ConfigProblem): value is ConfigProblem {
  return typeof value === 'object' && value !== null;
}

/** What is wrong with a value, without the exception's class; null: nothing. */
export function valueProblem(entry: ConfigKey, raw: string): string | null {
  const parsed = parseValue(entry, raw);
  return isProblem(parsed) ? parsed.text.slice(CONFIG_EXCEPTION.length) : null;
}
