/** Whether what stands in `[[ … ]]` holds. */
import { expandPattern, expandText, type Surroundings } from './expand.ts';
import { holdsOfFile, isFileTest, newer } from '../commands/test.ts';
import { matchesPattern } from './pattern.ts';
import { patternSource } from '../regular-expression.ts';
import type { Test } from './syntax.ts';
import type { Word } from './lexer.ts';

class Wrong extends Error {}

/** A regular expression of which what is quoted is plain. */
function expressionOf(word: Word, around: Surroundings): RegExp {
  const text = word.map((part) => {
    const value = expandText([part], around);
    return part.quoted ? value.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&') : value;
  }).join('');
  const read = patternSource(text, 'extended');
  if ('problem' in read) throw new Wrong('');
  return new RegExp(read.source, 'u');
}

function holds(test: Test, around: Surroundings): boolean {
  switch (test.type) {
    case 'not':
      return !holds(test.test, around);
    case 'and':
      return holds(test.left, around) && holds(test.right, around);
    case 'or':
      return holds(test.left, around) || holds(test.right, around);
    case 'unary': {
      const operand = expandText(test.operand, around);
      if (test.operator === '-z') return operand === '';
      if (test.operator === '-n') return operand !== '';
      if (test.operator === '-v') return around.isSet(operand);
      return isFileTest(test.operator) && holdsOfFile(test.operator, operand, around);
    }
    case 'binary': {
      const left = expandText(test.left, around);
      const { operator } = test;
      if (operator === '=~') return expressionOf(test.right, around).test(left);
      if (operator === '=' || operator === '==' || operator === '!=') return matchesPattern(left, expandPattern(test.right, around)) === (operator !== '!=');
      const right = expandText(test.right, around);
      if (operator === '<' || operator === '>') return operator === '<' ? left < right : left > right;
      if (operator === '-nt' || operator === '-ot') return operator === '-nt' ? newer(left, right, around) : newer(right, left, around);
      const [a, b] = [BigInt(around.calculate(left) || '0'), BigInt(around.calculate(right) || '0')];
      return { '-eq': a === b, '-ne': a !== b, '-lt': a < b, '-le': a <= b, '-gt': a > b, '-ge': a >= b }[operator as '-eq'];
    }
  }
}

/** Its exit status: 2 where a regular expression is none. */
export function tested(test: Test, around: Surroundings): { readonly status: number } {
  try {
    return { status: Number(!holds(test, around)) };
  } catch (problem) {
    if (problem instanceof Wrong) return { status: 2 };
    throw problem;
  }
}
