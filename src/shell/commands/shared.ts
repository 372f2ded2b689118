/** What several commands do alike: read the files they are given, or their input. */
import { failed, type Context, type DoneResult } from '../command.ts';
import { resolvePath } from '../files/tree.ts';

export interface Input {
  readonly name: string;
  readonly text: string;
}

export interface Inputs {
  readonly inputs: readonly Input[];
  /** What could not be read, a line each, as coreutils say it. */
  readonly problems: readonly string[];
}

export const pathOf = (context: Context, path: string): string => resolvePath(context.session.cwd, path);

export function readFiles(command: string, names: readonly string[], context: Context): Inputs {
  const inputs: Input[] = [];
  const problems: string[] = [];
  for (const name of names) {
    if (name === '-') {
      inputs.push({ name: '-', text: context.stdin ?? '' });
      continue;
    }
    const path = pathOf(context, name);
    const text = name === '/dev/null' ? '' : context.files.text(path);
    if (text !== undefined) inputs.push({ name, text });
    else problems.push(`${command}: ${name}: ${context.files.isDirectory(path) ? 'Is a directory' : 'No such file or directory'}`);
  }
  return { inputs, problems };
}

/** Lines of a text without their newlines; a last line that is not ended counts. */
export function linesOf(text: string): string[] {
  const found = text.split('\n');
  if (found[found.length - 1] === '') found.pop();
  return found;
}

/** A size as `ls -h`, `du -h` and `df -h` write it: one digit after the point below ten, always rounded up. */
export function humanSize(bytes: number, base = 1_024): string {
  if (bytes < base) return String(bytes);
  const units = ['K', 'M', 'G', 'T'];
  let value = bytes;
  let unit = -1;
  while (value >= base && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  const rounded = value < 10 ? Math.ceil(value * 10) / 10 : Math.ceil(value);
  return `${rounded < 10 ? rounded.toFixed(1) : Math.ceil(rounded)}${units[unit]!}`;
}

export function missingOperand(command: string, what = 'missing operand'): DoneResult {
  return failed(`${command}: ${what}\nTry '${command} --help' for more information.`);
}

/** Complete lines out of pieces: `rest` is what has no newline yet. */
export function completeLines(rest: string, chunk: string): { readonly lines: readonly string[]; readonly rest: string } {
  const all = (rest + chunk).split('\n');
  const open = all.pop()!;
  return { lines: all, rest: open };
}

/** A size as `dd` writes it: powers of ten, one digit after the point below ten, rounded. */
export function humanBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000) {
    value /= 1_000;
    unit++;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]!}`;
}
