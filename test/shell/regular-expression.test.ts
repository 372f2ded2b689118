import { expect, it } from 'vitest';
import { mayTakeTooLong, patternSource } from '../../src/shell/regular-expression.ts';

it.each(['(a+)+b', '(a*)*', '(a|aa)+b', '(a|a)*b', '(a?a)+b', '(a{1,9})*b', '(.|x)*y', '(|a)+', '(ab|ac)+d', '(?:a|ab)*c'])('%s may take for ever', (expression) => {
  expect(mayTakeTooLong(expression)).toBe(true);
  expect(patternSource(expression, 'extended')).toEqual({ problem: 'repetition inside a repetition is not modelled here' });
});

it.each([
  ['(foo|bar)+', 'foobar'],
  ['^(a|b)*$', 'abba'],
  ['(?:x|y){2}', 'xy'],
  ['wine.*|beer', 'wine.white'],
  ['colou?r', 'color'],
  ['(ab)+c?', 'ababc'],
])('%s does not', (expression, text) => {
  expect(mayTakeTooLong(expression)).toBe(false);
  expect(text).toMatch(new RegExp((patternSource(expression, 'extended') as { readonly source: string }).source, 'u'));
});
