/**
 * How the tools of `org.apache.kafka.tools` read their arguments (argparse4j 0.7.0): their usage, their table of options and what they
 * say to wrong ones, filled into 75 columns with even margins. Descriptions are this project's words and shorter. Not modelled:
 * suggestions of other names, abbreviations.
 */
import { Answer } from './tool.ts';

export interface ArgumentSpec {
  readonly flag: string;
  /** Left out: a switch without a value. */
  readonly metavar?: string;
  readonly type?: 'String' | 'Integer' | 'Long';
  readonly isRequired?: boolean;
  readonly choices?: readonly string[];
  readonly defaultsTo?: string;
  /** All words up to the next flag belong to it. */
  readonly takesMany?: boolean;
  readonly help: string;
}

export interface ParserSpec {
  readonly program: string;
  readonly description: string;
  readonly options: readonly ArgumentSpec[];
  /** Exactly one of them is to be given. */
  readonly oneOf?: readonly ArgumentSpec[];
}

/** By flag: what was given, or the default. */
export type Arguments = { readonly [flag: string]: readonly string[] };

const WIDTH = 75;
const HELP_AT = 25;

/** Pieces after which a line may end: behind blanks, and behind hyphens that something follows. */
const pieces = (text: string): readonly string[] => text.match(/[^\s-]*(?:-+(?=[A-Za-z([])|-*\s+|-+$|$)|[^\s-]*-+/g)?.filter((one) => one !== '') ?? [];

/** Blanks are spread over the gaps of a line so that it is `width` wide, the odd ones in the middle. */
function justified(line: string, width: number): string {
  const gaps = line.trim().split(/( +)/);
  const count = (gaps.length - 1) / 2;
  if (count === 0) return line.trim();
  const missing = width - line.trim().length;
  const each = Math.floor(missing / count);
  const rest = missing % count;
  const from = Math.floor((count - rest + 1) / 2);
  return gaps.map((part, i) => (i % 2 === 0 ? part : part + ' '.repeat(each + (from <= (i - 1) / 2 && (i - 1) / 2 < from + rest ? 1 : 0)))).join('');
}

function wrapped(text: string, indent = 0): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces(text)) {
    if (indent + line.length + piece.length > WIDTH && line !== '') {
      lines.push(justified(line, WIDTH - indent));
      line = '';
    }
    line += piece;
  }
  return [...lines, line];
}

const optionText = ({ flag, metavar, takesMany }: ArgumentSpec): string => (metavar === undefined ? flag : takesMany ? `${flag} ${metavar} [${metavar} ...]` : `${flag} ${metavar}`);

function usage({ program, options, oneOf = [] }: ParserSpec): string {
  const parts = ['[-h]', ...options.map((one) => (one.isRequired ? optionText(one) : `[${optionText(one)}]`)), ...oneOf.map((one, i) => `${i === 0 ? '(' : ''}${optionText(one)}${i === oneOf.length - 1 ? ')' : ' |'}`)];
  const start = `usage: ${program} `;
  const lines: string[] = [];
  let line = start.trimEnd();
  for (const part of parts) {
    if (line.length + 1 + part.length > WIDTH && line.trim() !== '') {
      lines.push(line);
      line = ' '.repeat(start.length - 1);
    }
    line += ` ${part}`;
  }
  return [...lines, line].map((one) => `${one}\n`).join('');
}

export function helpText(spec: ParserSpec): string {
  const row = (option: string, help: string, defaultsTo: string | undefined): string => {
    const described = wrapped(defaultsTo === undefined ? help : `${help} (default: ${defaultsTo})`, HELP_AT);
    const indented = described.map((line) => ' '.repeat(HELP_AT) + line);
    const left = `  ${option}`;
    return (left.length + 2 > HELP_AT ? [left, ...indented] : [left.padEnd(HELP_AT) + described[0]!, ...indented.slice(1)]).map((line) => `${line}\n`).join('');
  };
  const rows = [row('-h, --help', 'print this help', undefined), ...[...spec.options, ...(spec.oneOf ?? [])].map((one) => row(optionText(one), one.help, one.defaultsTo ?? (one.metavar === undefined ? 'false' : undefined)))];
  return `${usage(spec)}\n${wrapped(spec.description).join('\n')}\n\noptional arguments:\n${rows.join('')}`;
}

/** `ArgumentParser.handleError`. */
export function argumentError(spec: ParserSpec, message: string): Answer {
  return new Answer({ stderr: `${usage(spec)}${wrapped(`${spec.program}: error: ${message}`).join('\n')}\n`, exitCode: 1 });
}

function checked(spec: ParserSpec, { flag, type = 'String', choices }: ArgumentSpec, value: string): string {
  const range = type === 'Integer' ? 2147483647n : 9223372036854775807n;
  if (type !== 'String' && (!/^[+-]?\d+$/.test(value) || BigInt(value) > range || BigInt(value) < -range - 1n)) {
    throw argumentError(spec, `argument ${flag}: could not convert '${value}' to ${type} (For input string: "${value}")`);
  }
  if (choices && !choices.includes(value)) throw argumentError(spec, `argument ${flag}: invalid choice: '${value}' (choose from {${choices.join(',')}})`);
  return value;
}

const isFlag = (word: string): boolean => /^-[^\d\s]/.test(word);

export function parseArguments(spec: ParserSpec, args: readonly string[]): Arguments {
  const all = [...spec.options, ...(spec.oneOf ?? [])];
  const given: { [flag: string]: readonly string[] } = {};
  for (let i = 0; i < args.length; i++) {
    const [word = '', glued] = args[i]!.startsWith('--') ? args[i]!.split(/=(.*)/s, 2) : [args[i]!];
    if (word === '-h' || word === '--help') throw new Answer({ stdout: helpText(spec), exitCode: 1 });
    const option = all.find(({ flag }) => flag === word);
    if (!option) throw argumentError(spec, `unrecognized arguments: '${args[i]!}'`);
    if (option.metavar === undefined) {
      given[word] = ['true'];
      continue;
    }
    const values: string[] = glued === undefined ? [] : [glued];
    while (glued === undefined && i + 1 < args.length && !isFlag(args[i + 1]!) && (option.takesMany === true || values.length === 0)) values.push(args[++i]!);
    if (values.length === 0) throw argumentError(spec, `argument ${word}: expected ${option.takesMany ? 'at least one argument' : 'one argument'}`);
    given[word] = values.map((value) => checked(spec, option, value));
  }
  // The parser goes on after one that is missing, and remembers the last.
  const missing = spec.options.findLast(({ flag, isRequired }) => isRequired && !Object.hasOwn(given, flag));
  if (missing) throw argumentError(spec, `argument ${missing.flag} is required`);
  const { oneOf = [] } = spec;
  const chosen = oneOf.filter(({ flag }) => Object.hasOwn(given, flag));
  if (oneOf.length > 0 && chosen.length === 0) throw argumentError(spec, `one of the arguments ${oneOf.map(({ flag }) => flag).join(' ')} is required`);
  if (chosen.length > 1) throw argumentError(spec, `argument ${chosen[1]!.flag}: not allowed with argument ${chosen[0]!.flag}`);
  const defaults = Object.fromEntries(all.filter(({ defaultsTo }) => defaultsTo !== undefined).map(({ flag, defaultsTo }) => [flag, [defaultsTo!]]));
  return { ...defaults, ...given };
}
