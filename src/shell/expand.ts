/** From words to arguments: braces, variables, substitutions, arithmetic, `~` and patterns of file names, in bash's order. */
import type { FileTree } from './files/tree.ts';
import { resolvePath } from './files/tree.ts';
import { withBraces } from './braces.ts';
import type { Part, Word } from './lexer.ts';

export interface Surroundings {
  readonly files: FileTree;
  readonly cwd: string;
  variable(name: string): string;
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
  return around.variable(part.name) || expandText(part.otherwise ?? [], around);
}

function withHome(text: string, around: Surroundings): string {
  return text === '~' || text.startsWith('~/') ? (around.variable('HOME') || '/root') + text.slice(1) : text;
}

export function expandWords(words: readonly Word[], around: Surroundings): string[] {
  return words.flatMap(withBraces).flatMap((word) => fieldsOf(word, around).flatMap((field) => (field.isPattern ? matching(field, around) : [field.text])));
}

function fieldsOf(word: Word, around: Surroundings): Field[] {
  const fields: Field[] = [];
  let current: Field | undefined;
  const add = (text: string, quoted: boolean): void => {
    current ??= { text: '', pattern: '', isPattern: false };
    current.text += text;
    current.pattern += quoted ? text.replace(/[\\*?[\]]/g, '\\$&') : text;
    if (!quoted && /[*?[]/.test(text)) current.isPattern = true;
  };
  for (const [index, part] of word.entries()) {
    if (part.type === 'text') {
      add(index === 0 && !part.quoted ? withHome(part.text, around) : part.text, part.quoted);
      continue;
    }
    const value = valueOf(part, around);
    if (part.quoted) {
      add(value, true);
      continue;
    }
    const pieces = value.split(/[ \t\n]+/);
    for (const [i, piece] of pieces.entries()) {
      if (i > 0 && current !== undefined) {
        fields.push(current);
        current = undefined;
      }
      if (piece !== '') add(piece, false);
    }
  }
  if (current !== undefined) fields.push(current);
  return fields;
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
