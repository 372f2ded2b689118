/**
 * How zkCli's commands read their options (`DefaultParser` of commons-cli 1.4): short options without long forms, alone, joined (`-sw`), with
 * their argument behind them, glued to them or after an equal sign. `--` ends them.
 */
export interface CliOption {
  readonly name: string;
  readonly description: string;
  readonly takesArgument?: boolean;
}

export interface CliOptions {
  readonly options: readonly CliOption[];
  /** All options are alternatives: only one may be given, and with `isRequired` one must. */
  readonly group?: { readonly isRequired: boolean };
}

export interface CommandLine {
  /** Option to its first argument; an empty text where it takes none. */
  readonly given: Readonly<Record<string, string>>;
  /** What is no option, the command's own name first. */
  readonly args: readonly string[];
}

/** The parser's exception, as `Throwable.toString` gives it. */
export interface ParseProblem {
  readonly problem: string;
}

const PACKAGE = 'org.apache.commons.cli';

class Refused extends Error {}

const refuse = (exception: string, text: string): never => {
  throw new Refused(`${PACKAGE}.${exception}: ${text}`);
};

/** Also what `Double.parseDouble` takes for a number is an argument. */
const isNumber = (token: string): boolean => /^-(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(token);

const withoutQuotes = (text: string): string => (text.length > 1 && text.startsWith('"') && text.endsWith('"') && !text.slice(1, -1).includes('"') ? text.slice(1, -1) : text);

class Parser {
  readonly given: Record<string, string> = {};
  readonly args: string[] = [];
  private current: CliOption | null = null;
  private isSkipping = false;
  private selected: string | null = null;

  constructor(private readonly known: CliOptions) {}

  private find(name: string): CliOption | undefined {
    return this.known.options.find((option) => option.name === name);
  }

  private isOption(token: string): boolean {
    if (!token.startsWith('-') || token.length === 1) return false;
    const name = token.slice(1).split('=')[0]!;
    return this.find(name) !== undefined || (name !== '' && this.find(name[0]!) !== undefined);
  }

  take(token: string): void {
    if (this.isSkipping) this.args.push(token);
    else if (token === '--') this.isSkipping = true;
    else if (this.current && (!this.isOption(token) || isNumber(token))) this.argument(token);
    else if (token.startsWith('--')) this.unknown(token);
    else if (token.startsWith('-') && token !== '-') this.option(token);
    else this.unknown(token);
  }

  private argument(value: string): void {
    const { name } = this.current!;
    if (!Object.hasOwn(this.given, name) || this.given[name] === '') this.given[name] = withoutQuotes(value);
    this.current = null;
  }

  private unknown(token: string): void {
    if (token.startsWith('-') && token.length > 1) refuse('UnrecognizedOptionException', `Unrecognized option: ${token}`);
    this.args.push(token);
  }

  private option(token: string): void {
    const text = token.slice(1);
    const equals = text.indexOf('=');
    const whole = this.find(equals < 0 ? text : text.slice(0, equals));
    if (equals >= 0 && text.length > 1) {
      if (equals !== 1 || whole?.takesArgument !== true) return this.unknown(token);
      this.begin(whole);
      return this.argument(text.slice(equals + 1));
    }
    if (whole) return this.begin(whole);
    if (text.length === 1) return this.unknown(token);
    for (let at = 0; at < text.length; at++) {
      const one = this.find(text[at]!);
      if (!one) return this.unknown(token);
      this.begin(one);
      if (one.takesArgument === true && at + 1 < text.length) return this.argument(text.slice(at + 1));
    }
  }

  private begin(option: CliOption): void {
    this.checkArgument();
    if (this.known.group) {
      if (this.selected !== null && this.selected !== option.name) {
        refuse('AlreadySelectedException', `The option '${option.name}' was specified but an option from this group has already been selected: '${this.selected}'`);
      }
      this.selected = option.name;
    }
    if (!Object.hasOwn(this.given, option.name)) this.given[option.name] = '';
    this.current = option.takesArgument === true ? option : null;
  }

  private checkArgument(): void {
    if (this.current) refuse('MissingArgumentException', `Missing argument for option: ${this.current.name}`);
  }

  end(): void {
    this.checkArgument();
    const { options, group } = this.known;
    if (group?.isRequired === true && this.selected === null) {
      refuse('MissingOptionException', `Missing required option: [${options.map(({ name, description }) => `-${name} ${description}`).join(', ')}]`);
    }
  }
}

/** `words` with the command's own name first. */
export function parseCommandLine(known: CliOptions, words: readonly string[]): CommandLine | ParseProblem {
  const parser = new Parser(known);
  try {
    for (const word of words) parser.take(word);
    parser.end();
  } catch (error) {
    if (error instanceof Refused) return { problem: error.message };
    throw error;
  }
  return { given: parser.given, args: parser.args };
}

/** `HelpFormatter.printHelp`. */
export function helpText(usage: string, { options }: CliOptions): string {
  const sorted = [...options].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  return `usage: ${usage}\n${sorted.map(({ name, description }) => ` -${name}   ${description}\n`).join('')}`;
}
