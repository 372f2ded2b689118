/**
 * How Kafka's tools read their arguments: long options without abbreviations, `--opt value` or `--opt=value` (jopt-simple
 * 5.0.4 as `CommandDefaultOptions` makes it), and the checks of `CommandLineUtils` 2.3.0. What is wrong is thrown: `UsageError` where
 * the tool prints its table of options, `JavaException` where it dies of an exception.
 */
import { illegalArgument, JavaException, javaSplit, throwableText } from './java.ts';

export interface OptionArgument {
  readonly type: 'String' | 'Integer' | 'Long' | 'Double';
  /** What the table of options calls it. */
  readonly describedAs?: string;
  readonly isOptional?: boolean;
  readonly defaultsTo?: string;
}

export interface OptionSpec {
  readonly name: string;
  /** Left out: an option that the table shows without a word. */
  readonly description?: string;
  /** Left out: the option takes none. */
  readonly argument?: OptionArgument;
}

export interface Options {
  readonly specs: readonly OptionSpec[];
  /** Arguments of each option given, by its name, in their order. */
  readonly given: { readonly [option: string]: readonly string[] };
  readonly rest: readonly string[];
}

/** The tool prints this message and its table of options, and exits with 1. */
export class UsageError extends Error {}

const helpAndVersion: readonly OptionSpec[] = [
  { name: 'help', description: 'Print this table.' },
  { name: 'version', description: 'Print the version of Kafka.' },
];

const OPTION_FRAMES = {
  long: [
    'joptsimple.OptionException.unrecognizedOption(OptionException.java:108)',
    'joptsimple.OptionParser.handleLongOptionToken(OptionParser.java:510)',
    'joptsimple.OptionParserState$2.handleArgument(OptionParserState.java:56)',
    'joptsimple.OptionParser.parse(OptionParser.java:396)',
  ],
  short: [
    'joptsimple.OptionException.unrecognizedOption(OptionException.java:108)',
    'joptsimple.OptionParser.validateOptionCharacters(OptionParser.java:633)',
    'joptsimple.OptionParser.handleShortOptionCluster(OptionParser.java:528)',
    'joptsimple.OptionParser.handleShortOptionToken(OptionParser.java:523)',
    'joptsimple.OptionParserState$2.handleArgument(OptionParserState.java:59)',
    'joptsimple.OptionParser.parse(OptionParser.java:396)',
  ],
  argument: [
    'joptsimple.RequiredArgumentOptionSpec.detectOptionArgument(RequiredArgumentOptionSpec.java:48)',
    'joptsimple.ArgumentAcceptingOptionSpec.handleOption(ArgumentAcceptingOptionSpec.java:257)',
    'joptsimple.OptionParser.handleLongOptionToken(OptionParser.java:513)',
    'joptsimple.OptionParserState$2.handleArgument(OptionParserState.java:56)',
    'joptsimple.OptionParser.parse(OptionParser.java:396)',
  ],
} as const;

function canConvert(text: string, type: OptionArgument['type']): boolean {
  switch (type) {
    case 'String':
      return true;
    case 'Integer':
      return /^[+-]?\d{1,10}$/.test(text) && Math.abs(Number(text)) <= 2147483647;
    case 'Long':
      return /^[+-]?\d{1,19}$/.test(text);
    case 'Double':
      return text.trim() !== '' && Number.isFinite(Number(text));
  }
}

/** The converter of jopt-simple calls `valueOf` of the type, and wraps what that throws twice. */
function conversionFailed(option: string, value: string, type: OptionArgument['type']): JavaException {
  const text = value.trim() === '' && type === 'Double' ? 'empty String' : `For input string: "${value}"`;
  const cause = new JavaException('java.lang.NumberFormatException', text);
  const wrapped = new JavaException('joptsimple.internal.ReflectionException', throwableText(cause), [], cause);
  return new JavaException('joptsimple.OptionArgumentConversionException', `Cannot parse argument '${value}' of option ${option}`, [], wrapped);
}

const looksLikeAnOption = (text: string): boolean => text.startsWith('-') && text !== '-';

/** `frames`: where the tool's own code called the parser. */
export function parseOptions(own: readonly OptionSpec[], args: readonly string[], frames: readonly string[]): Options {
  const specs = [...helpAndVersion, ...own];
  const given: { [option: string]: string[] } = Object.create(null) as { [option: string]: string[] };
  const rest: string[] = [];
  const queue = [...args];
  const unrecognized = (name: string, where: readonly string[]): JavaException =>
    new JavaException('joptsimple.UnrecognizedOptionException', `${name} is not a recognized option`, [...where, ...frames]);
  while (queue.length > 0) {
    const candidate = queue.shift()!;
    if (candidate === '--') {
      rest.push(...queue);
      break;
    }
    if (!looksLikeAnOption(candidate)) {
      rest.push(candidate);
      continue;
    }
    const [, hyphens = '', name = '', value] = /^(--?)([^=]*)(?:=([\s\S]*))?$/.exec(candidate) ?? [];
    const spec = specs.find((known) => known.name === name);
    if (!spec) throw hyphens === '--' ? unrecognized(name, OPTION_FRAMES.long) : unrecognized([...candidate][1]!, OPTION_FRAMES.short);
    const values = (given[name] ??= []);
    const { argument } = spec;
    if (!argument) continue;
    if (value !== undefined && value !== '') values.push(value);
    else if (argument.isOptional) {
      const next = queue[0];
      if (next !== undefined && !looksLikeAnOption(next) && canConvert(next, argument.type)) values.push(queue.shift()!);
    } else if (queue.length === 0) {
      throw new JavaException('joptsimple.OptionMissingRequiredArgumentException', `Option ${name} requires an argument`, [...OPTION_FRAMES.argument, ...frames]);
    } else values.push(queue.shift()!);
  }
  return { specs, given, rest };
}

export const has = (options: Options, name: string): boolean => options.given[name] !== undefined;

/** All arguments given to an option; its default if it was not given. */
export function valuesOf(options: Options, name: string): readonly string[] {
  const argument = options.specs.find((spec) => spec.name === name)?.argument;
  const values = options.given[name] ?? [];
  if (values.length === 0 && argument?.defaultsTo !== undefined) return [argument.defaultsTo];
  for (const value of values) {
    if (argument && !canConvert(value, argument.type)) {
      throw conversionFailed(name, value, argument.type);
    }
  }
  return values;
}

/** undefined: neither given nor with a default. */
export function valueOf(options: Options, name: string): string | undefined {
  const values = valuesOf(options, name);
  if (values.length > 1) {
    throw new JavaException('joptsimple.MultipleArgumentsForOptionException', `Found multiple arguments for option ${name}, but you asked for only one`);
  }
  return values[0];
}

export function numberOf(options: Options, name: string): number | undefined {
  const value = valueOf(options, name);
  return value === undefined ? undefined : Number(value);
}

export function checkRequired(options: Options, ...names: readonly string[]): void {
  for (const name of names) if (!has(options, name)) throw new UsageError(`Missing required argument "[${name}]"`);
}

/** `String.toInt` of Scala. */
export function toInt(text: string): number {
  if (!canConvert(text, 'Integer')) throw new JavaException('java.lang.NumberFormatException', `For input string: "${text}"`);
  return Number(text);
}

const NO_PORT = 'Please provide valid host:port like host1:9091,host2:9092\n ';

/** `ToolsUtils.validatePortOrDie`: whether every server of a list has a port. */
export function checkPorts(servers: string): void {
  const list = javaSplit(servers, ',');
  if (list.length === 0 || !list.every((server) => /^.*?\[?([0-9a-zA-Z\-%._:]*)\]?:\d+$/.test(server))) throw new UsageError(NO_PORT);
}

export function checkInvalid(options: Options, used: string, invalid: readonly string[]): void {
  if (!has(options, used)) return;
  for (const name of invalid) if (has(options, name)) throw new UsageError(`Option "[${used}]" can't be used with option "[${name}]"`);
}

export function checkInvalidSet(options: Options, used: readonly string[], invalid: readonly string[]): void {
  if (!used.every((name) => has(options, name))) return;
  for (const name of invalid) {
    if (has(options, name)) throw new UsageError(`Option combination "${used.map((one) => `[${one}]`).join(',')}" can't be used with option "[${name}]"`);
  }
}

/** `key=value` pairs; a value may hold more equals signs, a missing one is empty (`parseKeyValueArgs`). */
export function keyValues(values: readonly string[], acceptMissingValue = true): { readonly [key: string]: string } {
  const pairs: { [key: string]: string } = {};
  for (const text of values) {
    const at = text.indexOf('=');
    const key = at < 0 ? text : text.slice(0, at);
    const value = at < 0 ? '' : text.slice(at + 1);
    if (value === '' && !acceptMissingValue) throw illegalArgument(`Missing value for key ${key}`);
    pairs[key] = value;
  }
  return pairs;
}
