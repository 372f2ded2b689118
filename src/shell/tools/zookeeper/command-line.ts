/** How ZooKeeperMain splits what it is started with and what is typed (MyCommandOptions, the same in 3.4.14 and 3.7.0). */

export interface Startup {
  readonly server: string;
  /** As it was given; the real client reads the number when it connects. */
  readonly timeout: string;
  /** Of 3.7.0: nothing is done before there is a session. */
  readonly waitsForConnection: boolean;
  /** One command to carry out, its name first; null: they are typed. */
  readonly command: readonly string[] | null;
  /** What is said of it on standard error, a line each. */
  readonly complaints: readonly string[];
}

const VALUED: readonly string[] = ['-server', '-timeout', '-client-configuration'];

export function readStartup(args: readonly string[]): Startup {
  const values: Record<string, string> = { '-server': 'localhost:2181', '-timeout': '30000' };
  const complaints: string[] = [];
  let waitsForConnection = false;
  let command: readonly string[] | null = null;
  for (let at = 0; at < args.length; at++) {
    const option = args[at]!;
    if (VALUED.includes(option)) {
      const value = args[++at];
      if (value === undefined) complaints.push(`Error: no argument found for option ${option}`);
      else values[option] = value;
    } else if (option === '-waitforconnection') waitsForConnection = true;
    // Other options are passed over, known or not.
    else if (!option.startsWith('-')) {
      command = args.slice(at);
      break;
    }
  }
  return { server: values['-server']!, timeout: values['-timeout']!, waitsForConnection, command, complaints };
}

/** Java's `\s`: no other space divides words. */
const WORD = /[ \t\n\v\f\r]*([^"'][^ \t\n\v\f\r]*|"[^"]*"|'[^']*')[ \t\n\v\f\r]*/g;
const QUOTED = /^(['"])(.*)\1$/;

/** Words of a typed line, without the quotes around them; a quote that is not closed is passed over. Empty: the line has none. */
export function splitLine(line: string): readonly string[] {
  return [...line.matchAll(WORD)].map(([, word = '']) => (QUOTED.test(word) ? word.slice(1, -1) : word));
}
