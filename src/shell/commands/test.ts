/** `test` and `[`: what an `if` and a `while` ask. */
import { resolvePath } from '../files/tree.ts';
import { done, failed, type Command, type Context, type Result } from '../command.ts';

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '-eq': (a, b) => a === b,
  '-ne': (a, b) => a !== b,
  '-lt': (a, b) => a < b,
  '-le': (a, b) => a <= b,
  '-gt': (a, b) => a > b,
  '-ge': (a, b) => a >= b,
};

class Wrong extends Error {}

/** What a test looks at of a machine. */
type Place = Pick<Context, 'files'> & { readonly cwd: string };

const FILE_TESTS: Readonly<Record<string, (path: string, files: Context['files']) => boolean>> = {
  '-e': (path, files) => files.exists(path),
  '-a': (path, files) => files.exists(path),
  '-r': (path, files) => files.exists(path),
  '-w': (path, files) => files.exists(path),
  '-f': (path, files) => files.content(path) !== undefined,
  '-d': (path, files) => files.isDirectory(path),
  '-s': (path, files) => files.isDirectory(path) || (files.text(path) ?? '') !== '',
  '-x': (path, files) => files.isDirectory(path) || ((files.stat(path)?.mode ?? 0) & 0o111) !== 0,
};

export const isFileTest = (operator: string): boolean => Object.hasOwn(FILE_TESTS, operator);

/** No name is no file. */
export function holdsOfFile(operator: string, operand: string, { files, cwd }: Place): boolean {
  return operand !== '' && FILE_TESTS[operator]!(resolvePath(cwd, operand), files);
}

/** Changed later than another file, or there where that one is not. */
export function newer(left: string, right: string, { files, cwd }: Place): boolean {
  const [one, other] = [files.stat(resolvePath(cwd, left)), files.stat(resolvePath(cwd, right))];
  return one !== undefined && (other === undefined || one.modifiedAt > other.modifiedAt);
}

function unary(operator: string, operand: string, context: Context): boolean {
  if (operator === '-z') return operand === '';
  if (operator === '-n') return operand !== '';
  if (!isFileTest(operator)) throw new Wrong(`${operator}: unary operator expected`);
  return holdsOfFile(operator, operand, { files: context.files, cwd: context.session.cwd });
}

function binary(left: string, operator: string, right: string): boolean {
  if (operator === '=' || operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  const compare = Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined;
  if (!compare) throw new Wrong(`${operator}: binary operator expected`);
  const whole = (text: string): number => {
    if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new Wrong(`${text.slice(0, 200)}: integer expression expected`);
    return Number(text);
  };
  return compare(whole(left), whole(right));
}

/** By the number of arguments, as POSIX says. */
function holds(args: readonly string[], context: Context): boolean {
  const [first = '', second = '', third = ''] = args;
  if (args.length > 1 && first === '!') return !holds(args.slice(1), context);
  switch (args.length) {
    case 0:
      return false;
    case 1:
      return first !== '';
    case 2:
      return unary(first, second, context);
    case 3:
      return binary(first, second, third);
    default: {
      const joint = args.findIndex((arg) => arg === '-o');
      const at = joint < 0 ? args.indexOf('-a') : joint;
      if (at < 0 || at === args.length - 1) throw new Wrong('too many arguments');
      const [left, right] = [holds(args.slice(0, at), context), holds(args.slice(at + 1), context)];
      return joint < 0 ? left && right : left || right;
    }
  }
}

function tested(name: string, args: readonly string[], context: Context): Result {
  try {
    return done('', { exitCode: holds(args, context) ? 0 : 1 });
  } catch (problem) {
    if (problem instanceof Wrong) return failed(`bash: ${name}: ${problem.message}`, 2);
    throw problem;
  }
}

export const test: Command = {
  name: 'test',
  summary: { en: 'compares numbers and texts, looks for files', 'zh-CN': '比较数和文本，检查文件' },
  run: (args, context) => tested('test', args, context),
};

export const bracket: Command = {
  name: '[',
  summary: { en: '`test`, closed by `]`', 'zh-CN': '即 `test`，以 `]` 结束' },
  run: (args, context) => (args.at(-1) === ']' ? tested('[', args.slice(0, -1), context) : failed("bash: [: missing `]'", 2)),
};
