/** Regular expressions as `java.util.regex.Pattern` 1.8 compiles them, as far as names of topics need. */
import { LONGEST_EXPRESSION, mayTakeTooLong } from '../regular-expression.ts';

/** What of an expression cannot be modelled here; null: it can, or Java itself refuses it. */
export function notModelledIn(pattern: string): string | null {
  if (pattern.length > LONGEST_EXPRESSION) return 'a regular expression of that length';
  if (mayTakeTooLong(pattern)) return 'a repetition inside a repetition';
  if (patternProblem(pattern) !== null) return null;
  try {
    new RegExp(`^(?:${pattern})$`);
    return null;
  } catch {
    return `the regular expression ${pattern}`;
  }
}

/** The message of the `PatternSyntaxException`; null: it compiles. */
export function patternProblem(pattern: string): string | null {
  const problem = problemOf(pattern);
  if (problem === null) return null;
  const { description, index } = problem;
  return index < 0 ? `${description}\n${pattern}` : `${description} near index ${index}\n${pattern}\n${' '.repeat(index)}^`;
}

function problemOf(pattern: string): { readonly description: string; readonly index: number } | null {
  const end = pattern.length;
  let depth = 0;
  let isRepeatable = false;
  for (let at = 0; at < end; at++) {
    const char = pattern[at]!;
    switch (char) {
      case '\\':
        if (++at >= end) return { description: 'Unexpected internal error', index: end };
        isRepeatable = true;
        break;
      case '[':
        at = endOfClass(pattern, at);
        if (at < 0) return { description: 'Unclosed character class', index: end - 1 };
        isRepeatable = true;
        break;
      case '(':
        depth++;
        isRepeatable = false;
        if (/^\(\?[:=!]/.test(pattern.slice(at))) at += 2;
        break;
      case ')':
        if (depth-- === 0) return { description: "Unmatched closing ')'", index: at - 1 };
        isRepeatable = true;
        break;
      case '|':
        isRepeatable = false;
        break;
      case '*':
      case '+':
      case '?':
        if (!isRepeatable) return { description: `Dangling meta character '${char}'`, index: at };
        if ('?+'.includes(pattern[at + 1] ?? ' ')) at++;
        isRepeatable = false;
        break;
      case '{': {
        const counted = /^\{\d+(,\d*)?/.exec(pattern.slice(at));
        if (!counted) return { description: 'Illegal repetition', index: at + 1 };
        at += counted[0].length;
        if (pattern[at] !== '}') return { description: 'Unclosed counted closure', index: at };
        isRepeatable = false;
        break;
      }
      default:
        isRepeatable = true;
    }
  }
  return depth > 0 ? { description: 'Unclosed group', index: end } : null;
}

/** A bracket that comes first belongs to the class. */
function endOfClass(pattern: string, from: number): number {
  const first = from + (pattern[from + 1] === '^' ? 2 : 1);
  for (let at = first; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === ']' && at > first) return at;
  }
  return -1;
}
