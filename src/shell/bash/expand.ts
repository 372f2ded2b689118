/** From words to arguments: braces, variables, substitutions, arithmetic, `~` and patterns of file names, in bash's order. */
import type { FileTree } from '../files/tree.ts';
import { resolvePath } from '../files/tree.ts';
import { withBraces } from './braces.ts';
import type { Operation, Part, Word } from './lexer.ts';
import { replaced, withoutPrefix, withoutSuffix } from './pattern.ts';
import { DEFAULT_IFS } from './read-line.ts';

export interface Surroundings {
  readonly files: FileTree;
  readonly cwd: string;
  /** `$1` and so on, as `$@` gives them. */
  readonly parameters: readonly string[];
  /** What separates the words of a value. */
  readonly ifs: string;
  variable(name: string): string;
  isSet(name: string): boolean;
  assign(name: string, value: string): void;
  /** The output of a command line, without its last newlines. */
  substitute(line: string): string;
  /** The value of an expression. */
  calculate(expression: string): string;
}

/** One character of a word under way, and whether it may still be a pattern. */
interface Field {
  text: string;
  /** The same with what is quoted escaped by `\`. */
  pattern: string;
  isPattern: boolean;
}

/** One word without splitting or patterns: an assignment's value, a redirection's target. */
export function expandText(word: Word, around: Surroundings): string {
  return word
    .map((part, index) => {
      switch (part.type) {
        case 'text':
          return index === 0 && !part.quoted ? withHome(part.text, around) : part.text;
        case 'variable':
        case 'substitution':
        case 'arithmetic':
          return valueOf(part, around);
      }
    })
    .join('');
}

function valueOf(part: Exclude<Part, { readonly type: 'text' }>, around: Surroundings): string {
  if (part.type === 'substitution') return around.substitute(part.line);
  if (part.type === 'arithmetic') return around.calculate(expandText(part.expression, around));
  if (part.operation) return operated(part.name, part.operation, around);
  return plainValue(part.name, around) || expandText(part.otherwise ?? [], around);
}

function plainValue(name: string, around: Surroundings): string {
  if (name === '@') return around.parameters.join(' ');
  return name === '*' ? around.parameters.join(around.ifs.slice(0, 1)) : around.variable(name);
}

/** `${@:2}`, `${@:1:3}`: those from one on; that of number 0 is none of them. */
function someParameters({ word, second }: Operation, around: Surroundings): readonly string[] {
  const number = (one: Word): number => Number(around.calculate(expandText(one, around))) || 0;
  const all = [around.variable('0'), ...around.parameters];
  const from = number(word);
  const start = from < 0 ? all.length + from : from;
  return start < 0 ? [] : all.slice(start, second === undefined ? undefined : start + Math.max(0, number(second)));
}

/** A variable's value after what is done to it. */
function operated(name: string, operation: Operation, around: Surroundings): string {
  const { operator, word, second } = operation;
  if (operator === ':' && (name === '@' || name === '*')) return someParameters(operation, around).join(name === '@' ? ' ' : around.ifs.slice(0, 1));
  const value = plainValue(name, around);
  const isSet = name === '@' || name === '*' ? around.parameters.length > 0 : around.isSet(name);
  const number = (text: string): number => Number(around.calculate(text)) || 0;
  switch (operator) {
    case 'length':
      return String(name === '@' || name === '*' ? around.parameters.length : [...value].length);
    case '-':
      return isSet ? value : expandText(word, around);
    case '+':
      return isSet ? expandText(word, around) : '';
    case ':+':
      return value === '' ? '' : expandText(word, around);
    case '=':
    case ':=': {
      if (operator === '=' ? isSet : value !== '') return value;
      const given = expandText(word, around);
      around.assign(name, given);
      return given;
    }
    case '#':
    case '##':
      return withoutPrefix(value, expandPattern(word, around), operator === '##');
    case '%':
    case '%%':
      return withoutSuffix(value, expandPattern(word, around), operator === '%%');
    case '/':
    case '//':
    case '/#':
    case '/%':
      return replaced(value, expandPattern(word, around), expandText(second ?? [], around), ({ '/': 'first', '//': 'all', '/#': 'prefix', '/%': 'suffix' } as const)[operator]);
    case '^':
      return value.slice(0, 1).toUpperCase() + value.slice(1);
    case '^^':
      return value.toUpperCase();
    case ',':
      return value.slice(0, 1).toLowerCase() + value.slice(1);
    case ',,':
      return value.toLowerCase();
    case ':': {
      const chars = [...value];
      const from = number(expandText(word, around));
      const start = from < 0 ? chars.length + from : from;
      if (start < 0) return '';
      if (second === undefined) return chars.slice(start).join('');
      const length = number(expandText(second, around));
      return chars.slice(start, length < 0 ? length : start + length).join('');
    }
  }
}

/** One word as a pattern, in which `\\` stands before what is quoted. */
export function expandPattern(word: Word, around: Surroundings): string {
  return word
    .map((part, index) => {
      if (part.type === 'text') return part.quoted ? escapedPattern(part.text) : index === 0 ? withHome(part.text, around) : part.text;
      const value = valueOf(part, around);
      return part.quoted ? escapedPattern(value) : value;
    })
    .join('');
}

const escapedPattern = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&');

function withHome(text: string, around: Surroundings): string {
  return text === '~' || text.startsWith('~/') ? (around.variable('HOME') || '/root') + text.slice(1) : text;
}

export function expandWords(words: readonly Word[], around: Surroundings): string[] {
  return words.flatMap(withBraces).flatMap((word) => fieldsOf(word, around).flatMap((field) => (field.isPattern ? matching(field, around) : [field.text])));
}

function fieldsOf(word: Word, around: Surroundings): Field[] {
  // `"$@"` is nothing at all where there are no parameters.
  if (around.parameters.length === 0 && word.some((part) => part.type === 'variable' && part.name === '@' && part.quoted && !part.otherwise) && word.every((part) => (part.type === 'text' ? part.text === '' : part.type === 'variable' && part.name === '@'))) return [];
  const fields: Field[] = [];
  let current: Field | undefined;
  const add = (text: string, quoted: boolean): void => {
    current ??= { text: '', pattern: '', isPattern: false };
    current.text += text;
    current.pattern += quoted ? escapedPattern(text) : text;
    if (!quoted && /[*?[]/.test(text)) current.isPattern = true;
  };
  for (const [index, part] of word.entries()) {
    if (part.type === 'text') {
      add(index === 0 && !part.quoted ? withHome(part.text, around) : part.text, part.quoted);
      continue;
    }
    const next = (): void => {
      if (current !== undefined) fields.push(current);
      current = undefined;
    };
    if (part.type === 'variable' && (part.operation === undefined || part.operation.operator === ':') && (part.name === '@' || (part.name === '*' && !part.quoted))) {
      const values = part.operation ? someParameters(part.operation, around) : around.parameters.length > 0 || !part.otherwise ? around.parameters : [expandText(part.otherwise, around)];
      for (const [i, value] of values.entries()) {
        if (i > 0) next();
        if (part.quoted) add(value, true);
        else split(value, around.ifs, add, next);
      }
      continue;
    }
    const value = valueOf(part, around);
    if (part.quoted) add(value, true);
    else split(value, around.ifs, add, next);
  }
  if (current !== undefined) fields.push(current);
  return fields;
}

/** The words of a value: `add` gives text to the one under way, `next` begins another (bash, "Word Splitting"). */
function split(value: string, ifs: string, add: (text: string, quoted: boolean) => void, next: () => void): void {
  const blanks = [...ifs].filter((char) => DEFAULT_IFS.includes(char));
  let word = '';
  const flush = (): void => {
    if (word !== '') add(word, false);
    word = '';
  };
  for (let at = 0; at < value.length; at++) {
    if (!ifs.includes(value[at]!)) {
      word += value[at]!;
      continue;
    }
    // Blanks around another separator belong to it; between two of those there is an empty word.
    let end = at;
    let others = 0;
    for (; end < value.length && ifs.includes(value[end]!); end++) {
      if (blanks.includes(value[end]!)) continue;
      if (++others > 1) break;
    }
    flush();
    if (others > 0) add('', false);
    next();
    at = end - 1;
  }
  flush();
}

/** A pattern of one path component as a regular expression. */
export function patternOf(glob: string): RegExp {
  let source = '';
  for (let i = 0; i < glob.length; i++) {
    const char = glob[i]!;
    if (char === '\\') source += escaped(glob[++i] ?? '\\');
    else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '[') {
      const close = glob.indexOf(']', i + 2);
      if (close < 0) source += '\\[';
      else {
        const inside = glob.slice(i + 1, close).replace(/\\/g, '\\\\').replace(/[[\]]/g, '\\$&');
        source += `[${inside.startsWith('!') ? `^${inside.slice(1)}` : inside}]`;
        i = close;
      }
    } else source += escaped(char);
  }
  try {
    return new RegExp(`^${source}$`, 'u');
  } catch {
    // A range that is none (`[z-a]`) matches nothing, as in bash.
    return /^(?!)$/;
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** The paths a pattern stands for, sorted; the pattern itself where there are none. */
function matching(field: Field, around: Surroundings): string[] {
  const isAbsolute = field.pattern.startsWith('/');
  let found: string[] = [isAbsolute ? '/' : ''];
  for (const component of field.pattern.split('/').filter((one) => one !== '')) {
    const expression = patternOf(component);
    found = found.flatMap((base) => {
      const directory = resolvePath(around.cwd, base === '' ? '.' : base);
      const join = (name: string): string => (base === '' || base.endsWith('/') ? base + name : `${base}/${name}`);
      if (!/[*?[]/.test(component)) {
        const name = component.replace(/\\(.)/g, '$1');
        return around.files.exists(resolvePath(directory, name)) ? [join(name)] : [];
      }
      return around.files
        .list(directory)
        .filter((name) => expression.test(name) && (component.startsWith('.') || !name.startsWith('.')))
        .map(join);
    });
  }
  return found.length > 0 && found[0] !== '' ? found : [field.text];
}
