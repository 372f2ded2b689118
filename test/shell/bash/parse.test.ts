import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandWords, type Surroundings } from '../../../src/shell/bash/expand.ts';
import { parse } from '../../../src/shell/bash/parse.ts';
import type { Pipeline, Step, Test } from '../../../src/shell/bash/syntax.ts';
import { isOneLetterOff, suggestion } from '../../../src/shell/suggest.ts';
import { emptyHost } from '../../../src/shell/machine/empty-host.ts';
import { FileTree } from '../../../src/shell/files/tree.ts';

const around: Surroundings = {
  files: FileTree.of(emptyHost(), 'host', [], 0),
  cwd: '/usr/local',
  parameters: ['p q', 'r'],
  ifs: ' \t\n',
  isSet: (name) => ['HOME', 'A', 'EMPTY'].includes(name),
  assign: () => undefined,
  variable: (name) => ({ HOME: '/root', A: 'one  two', EMPTY: '' })[name] ?? '',
  substitute: (line) => `<${line}>`,
  calculate: (expression) => `=${expression}=`,
};

/** The steps of a line of which none is a loop or a choice. */
function pipelines(line: string): readonly Pipeline[] {
  const parsed = parse(line);
  if (parsed.type !== 'complete') throw new Error(parsed.type);
  return parsed.list.map((step) => {
    if (step.type !== 'pipeline') throw new Error(step.type);
    return step;
  });
}

/** Arguments of the first command of a line. */
const words = (line: string): string[] => expandWords(pipelines(line)[0]!.commands[0]!.words, around);

function test(of: Test): string {
  switch (of.type) {
    case 'not':
      return `!${test(of.test)}`;
    case 'and':
    case 'or':
      return `(${test(of.left)} ${of.type} ${test(of.right)})`;
    default:
      return of.operator;
  }
}

/** A step in short: a pipeline by its number of commands, a loop and a choice by what they hold. */
function short(step: Step): string {
  const all = (steps: readonly Step[]): string => steps.map(short).join('; ');
  switch (step.type) {
    case 'pipeline':
      return `${step.when}${step.inBackground ? ' &' : ''}${step.isNegated === true ? ' !' : ''} ${step.commands.length}`;
    case 'for':
      return `${step.when} for ${step.name} in ${step.words.length} {${all(step.body)}}`;
    case 'while':
      return `${step.when} while ${step.goesOnIf} [${all(step.condition)}] {${all(step.body)}}`;
    case 'if':
      return `${step.when} if [${all(step.condition)}] {${all(step.then)}} {${all(step.otherwise)}}`;
    case 'count':
      return `${step.when} count {${all(step.body)}}`;
    case 'calculation':
      return `${step.when} calculation`;
    case 'case':
      return `${step.when} case {${step.clauses.map(({ patterns, body, then }) => `${patterns.length} ${then} {${all(body)}}`).join(' ')}}`;
    case 'group':
      return `${step.when} group${step.isNegated === true ? ' !' : ''} ${step.redirections.length} {${all(step.body)}}`;
    case 'conditional':
      return `${step.when} ${test(step.test)}`;
    case 'define':
      return `${step.when} define ${step.name} {${all(step.body)}}`;
    case 'leave':
      return `${step.when} ${step.how}${step.loops === 1 ? '' : ` ${step.loops}`}`;
  }
}

const shape = (line: string): unknown => {
  const parsed = parse(line);
  if (parsed.type !== 'complete') return parsed.type === 'error' ? parsed.message : parsed.type;
  return parsed.list.map(short);
};

describe('words', () => {
  for (const [line, expected] of [
    ['a b  c', ['a', 'b', 'c']],
    [`'a b' "c d" e\\ f`, ['a b', 'c d', 'e f']],
    [`a'b'"c"d`, ['abcd']],
    [`"it's" '"'`, ["it's", '"']],
    ['echo "$A" $A', ['echo', 'one  two', 'one', 'two']],
    [`echo '$A' \\$A "\\$A"`, ['echo', '$A', '$A', '$A']],
    ['echo $EMPTY "$EMPTY" x', ['echo', '', 'x']],
    ['echo ${A}b', ['echo', 'one', 'twob']],
    ['echo ${A:-x} ${EMPTY:-x y} "${NONE:-${EMPTY:-$A}}" ${NONE:-}', ['echo', 'one', 'two', 'x', 'y', 'one  two']],
    ['echo ${#A} ${A#* } ${A% *} ${A/o/0} ${A//o/0} "${A^^}" ', ['echo', '8', 'two', 'one', '0ne', 'two', '0ne', 'tw0', 'ONE  TWO']],
    ['echo ${NONE-x} ${EMPTY-x} ${A:+set} ${NONE+set} ${A%%o*}.', ['echo', 'x', 'set', '.']],
    ['echo "$@" $@ "$*" "a$@b" $# ${2} $3 x"$9"', ['echo', 'p q', 'r', 'p', 'q', 'r', 'p q r', 'ap q', 'rb', 'x']],
    ['echo ~ ~/x "~" a~', ['echo', '/root', '/root/x', '~', 'a~']],
    ['ls *.tgz', ['ls', 'kafka_2.12-2.3.0.tgz']],
    ['ls "*.tgz" k*[0-9].tg? *.none', ['ls', '*.tgz', 'kafka_2.12-2.3.0.tgz', '*.none']],
    ['ls /usr/local/k*', ['ls', '/usr/local/kafka_2.12-2.3.0.tgz']],
    ['echo a # comment', ['echo', 'a']],
    ['echo a#b', ['echo', 'a#b']],
    ['echo $(pwd) `pwd`', ['echo', '<pwd>', '<pwd>']],
    ['echo $((1 + $A)) "$((2))"', ['echo', '=1', '+', 'one', 'two=', '=2=']],
    ['echo {1..3} {3..1} {08..10} {-1..1} {a..c} {1..9..4}', ['echo', '1', '2', '3', '3', '2', '1', '08', '09', '10', '-1', '0', '1', 'a', 'b', 'c', '1', '5', '9']],
    ['echo zk{1,2}:{a,b} x{,y} {{1..2},9}', ['echo', 'zk1:a', 'zk1:b', 'zk2:a', 'zk2:b', 'x', 'xy', '1', '2', '9']],
    [`echo {"a b",$EMPTY"c"} '{1,2}' "{1..2}" \\{1,2}`, ['echo', 'a b', 'c', '{1,2}', '{1..2}', '{1,2}']],
    ['echo {} {a} {1..} a,b {1..99999999} }{', ['echo', '{}', '{a}', '{1..}', 'a,b', '{1..99999999}', '}{']],
    ['docker run \\\n-p 1:2', ['docker', 'run', '-p', '1:2']],
    ['# nothing\nls', ['ls']],
  ] as const) {
    it(`of ${JSON.stringify(line)}`, () => expect(words(line)).toEqual(expected));
  }
});

describe('lists and pipelines', () => {
  for (const [line, expected] of [
    ['a; b', ['always 1', 'always 1']],
    ['a && b || c', ['always 1', 'succeeded 1', 'failed 1']],
    ['a | b | c', ['always 3']],
    ['a & b', ['always & 1', 'always 1']],
    ['', []],
    ['# only a comment', []],
    ['a\n\nb\n', ['always 1', 'always 1']],
    ['a |', 'incomplete'],
    ['a &&', 'incomplete'],
    ["echo 'x", 'incomplete'],
    ['echo "x', 'incomplete'],
    ['echo \\', 'incomplete'],
    ['cat <<EOF\nx', 'incomplete'],
    ['| a', "syntax error near unexpected token `|'"],
    ['a ; ; b', "syntax error near unexpected token `;'"],
    ['a >', "syntax error near unexpected token `newline'"],
    ['(a; b) | c && (d)', ['always 2', 'succeeded 1']],
    ['(a', 'incomplete'],
    ['()', "syntax error near unexpected token `)'"],
    ['a (b)', "syntax error near unexpected token `b'"],
    ['a b (c)', "syntax error near unexpected token `('"],
    ['(a) b', "syntax error near unexpected token `b'"],
    ['(a |)', "syntax error near unexpected token `)'"],
    ['((1 + 2)) && ((1<<2))', ['always calculation', 'succeeded calculation']],
    ['((a); b)', ['always 1']],
    ['((1 + 2', 'incomplete'],
    ['( '.repeat(50) + ') '.repeat(50), '(: not modelled here (pipes, lists, loops, choices, groups and functions are)'],
    ['for x in 1 2; do ls; done', ['always for x in 2 {always 1}']],
    ['for x in *\ndo\n a && b | c\n d &\ndone && e', ['always for x in 1 {always 1; succeeded 2; always & 1}', 'succeeded 1']],
    ['while a; do b; break; done || c', ['always while succeeded [always 1] {always 1; always break}', 'failed 1']],
    ['until a; do b || continue; done', ['always while failed [always 1] {always 1; failed continue}']],
    ['if a; then b; elif c; then d; else e; f; fi', ['always if [always 1] {always 1} {always if [always 1] {always 1} {always 1; always 1}}']],
    ['x && for y in 1; do if a; then b; fi; done', ['always 1', 'succeeded for y in 1 {always if [always 1] {always 1} {}}']],
    ['for x in 1; do a; done | b', ['always 2']],
    ['for x in 1; do a; done > file', ['always group 1 {always for x in 1 {always 1}}']],
    ['for x; do a; done', ['always for x in 1 {always 1}']],
    ['! for x in 1; do a; done', ['always group ! 0 {always for x in 1 {always 1}}']],
    ['{ a; b; }', ['always group 0 {always 1; always 1}']],
    ['a && { b; } > f 2>&1 || c', ['always 1', 'succeeded group 2 {always 1}', 'failed 1']],
    ['{ a; } | b; { c; } &', ['always 2', 'always & 1']],
    ['{ a; { b; }; }', ['always group 0 {always 1; always group 0 {always 1}}']],
    ['{ (a) }', ['always group 0 {always 1}']],
    ['{ a }', 'incomplete'],
    ['{ a; b', 'incomplete'],
    ['{ }', "syntax error near unexpected token `}'"],
    ['}', "syntax error near unexpected token `}'"],
    ['{a,b}', ['always 1']],
    ['f() { a; }', ['always define f {always group 0 {always 1}}']],
    ['f ()\n{\n a\n}\nf', ['always define f {always group 0 {always 1}}', 'always 1']],
    ['function f { a; }; function g() (b)', ['always define f {always group 0 {always 1}}', 'always define g {always 1}']],
    ['f() { a; } > x', ['always define f {always group 1 {always 1}}']],
    ['f()', 'incomplete'],
    ['f() {', 'incomplete'],
    ['f() a', "syntax error near unexpected token `a'"],
    ['f( { a; }', "syntax error near unexpected token `{'"],
    ['case x in a) b;; c|d) ;; *) e; f;; esac', ['always case {1 end {always 1} 2 end {} 1 end {always 1; always 1}}']],
    ['case $x in\n(a)\nb\n;;\n*) c ;& d) e ;;& f) g\nesac && h', ['always case {1 end {always 1} 1 fall {always 1} 1 test {always 1} 1 end {always 1}}', 'succeeded 1']],
    ['case x in esac', ['always case {}']],
    ['(case x in a) b;; esac)', ['always 1']],
    ['case x', 'incomplete'],
    ['case x in a)', 'incomplete'],
    ['case x in a) b;;', 'incomplete'],
    ['case x y', "syntax error near unexpected token `y'"],
    ['a ;; b', "syntax error near unexpected token `;;'"],
    ['[[ a ]]', ['always -n']],
    ['[[ -f a && ! b == c* || ( -z d ) ]] && e', ['always ((-f and !==) or -z)', 'succeeded 1']],
    ['[[ $x =~ ^(a|b)+$ && 1 -lt 2 ]]', ['always (=~ and -lt)']],
    ['[[ a < b &&\n c > d ]]', ['always (< and >)']],
    ['[[ a', 'incomplete'],
    ['[[ a &&', 'incomplete'],
    ['a=(b c)', 'a=(…): arrays are not modelled here'],
    ['echo ${a[1]}', '${a[1]}: arrays are not modelled here'],
    ['a < <(b)', '<(…): not modelled here'],
    ['break 2', ['always break 2']],
    ['while a; do b; done < f', ['always group 1 {always while succeeded [always 1] {always 1}}']],
    ['while a; do b; done &', ['always & 1']],
    ['! a && ! ! b | c', ['always ! 1', 'succeeded 2']],
    ['while ! a; do b; done', ['always while succeeded [always ! 1] {always 1}']],
    ['echo ! for if done', ['always 1']],
    ['!', "syntax error near unexpected token `newline'"],
    ['for x in 1 2', 'incomplete'],
    ['for', 'incomplete'],
    ['while a; do b', 'incomplete'],
    ['if a; then b; else', 'incomplete'],
    ['for x in 1 2; ls; done', "syntax error near unexpected token `ls'"],
    ['for 1x in a; do b; done', "`1x': not a valid identifier"],
    ['for x in a; do done', "syntax error near unexpected token `done'"],
    ['done', "syntax error near unexpected token `done'"],
    ['if a; then b; done', "syntax error near unexpected token `done'"],
    ['for x in 1; do a; done b', "syntax error near unexpected token `b'"],
    ['for ((i = 0; i < 3; i++)); do a; done', ['always count {always 1}']],
    ['for ((;;)) { break; }', ['always count {always break}']],
    ['for ((i = 0)); do a; done', "syntax error: `((i = 0))'"],
    ['if a; then '.repeat(5_000), 'if: not modelled here (pipes, lists, loops, choices, groups and functions are)'],
    ['time a', 'time: not modelled here (pipes, lists, loops, choices, groups and functions are)'],
  ] as const) {
    it(`of ${JSON.stringify(line)}`, () => expect(shape(line)).toEqual(expected));
  }

  it('keep redirections and here-documents', () => {
    const list = pipelines('cmd a > out 2>> err < in 2>&1 <<EOF\n1\n2\nEOF\nnext');
    expect(list[0]!.commands[0]!.redirections.map(({ fd, operator }) => `${fd} ${operator}`)).toEqual(['1 write', '2 append', '0 read', '2 duplicate', '0 here']);
    expect(list[0]!.commands[0]!.redirections[4]!.target).toEqual([{ type: 'text', text: '1\n2\n', quoted: true }]);
    expect(list).toHaveLength(2);
  });
});

describe('a word with one wrong letter', () => {
  it('is one letter changed, left out, added or swapped', () => {
    expect(['grpe', 'gre', 'grepp', 'grip', 'rgep'].every((word) => isOneLetterOff(word, 'grep'))).toBe(true);
    expect(['grep', 'cat', 'gp', 'gerpp'].some((word) => isOneLetterOff(word, 'grep'))).toBe(false);
    expect(suggestion('dokcer', ['ls', 'docker'])).toBe('docker');
    expect(suggestion('nothing', ['ls', 'docker'])).toBeUndefined();
  });
});

describe('whatever is typed', () => {
  it('is understood, unfinished or refused, and never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (line) => ['complete', 'incomplete', 'error'].includes(parse(line).type)));
    const piece = fc.constantFrom('ls', ' ', '"', "'", '\\', '$', '$(', '`', ')', '|', '&&', '||', ';', '&', '>', '<', '<<', 'EOF', '\n', '#', '*', '[', '{', '${', '}', '~', '2>', 'a=b', '=', 'case', 'in', ';;', 'esac', 'f()', '[[', ']]', '=~', 'function', '{ ', '; }', '${a#', '"$@"');
    fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => ['complete', 'incomplete', 'error'].includes(parse(pieces.join('')).type)), { numRuns: 500 });
  });

  it('of a megabyte is read in a moment', () => {
    const parsed = parse(`echo ${'a "b" \'c\' $d '.repeat(80_000)}`);
    expect(parsed.type).toBe('complete');
  });
});
