import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandWords, type Surroundings } from '../../src/shell/expand.ts';
import { parse } from '../../src/shell/parse.ts';
import { isOneLetterOff, suggestion } from '../../src/shell/suggest.ts';
import { emptyHost } from '../../src/shell/empty-host.ts';
import { FileTree } from '../../src/shell/files/tree.ts';

const around: Surroundings = {
  files: FileTree.of(emptyHost(), 'host', [], 0),
  cwd: '/usr/local',
  variable: (name) => ({ HOME: '/root', A: 'one  two', EMPTY: '' })[name] ?? '',
  substitute: (line) => `<${line}>`,
};

/** Arguments of the first command of a line. */
const words = (line: string): string[] => {
  const parsed = parse(line);
  if (parsed.type !== 'complete') throw new Error(parsed.type);
  return expandWords(parsed.list[0]!.commands[0]!.words, around);
};

const shape = (line: string): unknown => {
  const parsed = parse(line);
  if (parsed.type !== 'complete') return parsed.type === 'error' ? parsed.message : parsed.type;
  return parsed.list.map(({ commands, when, inBackground }) => `${when}${inBackground ? ' &' : ''} ${commands.length}`);
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
    ['echo ~ ~/x "~" a~', ['echo', '/root', '/root/x', '~', 'a~']],
    ['ls *.tgz', ['ls', 'kafka_2.12-2.3.0.tgz']],
    ['ls "*.tgz" k*[0-9].tg? *.none', ['ls', '*.tgz', 'kafka_2.12-2.3.0.tgz', '*.none']],
    ['ls /usr/local/k*', ['ls', '/usr/local/kafka_2.12-2.3.0.tgz']],
    ['echo a # comment', ['echo', 'a']],
    ['echo a#b', ['echo', 'a#b']],
    ['echo $(pwd) `pwd`', ['echo', '<pwd>', '<pwd>']],
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
    ['a (b)', "syntax error near unexpected token `('"],
    ['(a) b', "syntax error near unexpected token `b'"],
    ['(a |)', "syntax error near unexpected token `)'"],
    ['((1 + 2))', '((: not modelled here (commands, pipes and lists are)'],
    ['( '.repeat(50) + ') '.repeat(50), '(: not modelled here (commands, pipes and lists are)'],
    ['for x in 1 2; do ls; done', 'for: not modelled here (commands, pipes and lists are)'],
  ] as const) {
    it(`of ${JSON.stringify(line)}`, () => expect(shape(line)).toEqual(expected));
  }

  it('keep redirections and here-documents', () => {
    const parsed = parse('cmd a > out 2>> err < in 2>&1 <<EOF\n1\n2\nEOF\nnext');
    if (parsed.type !== 'complete') throw new Error(parsed.type);
    expect(parsed.list[0]!.commands[0]!.redirections.map(({ fd, operator }) => `${fd} ${operator}`)).toEqual(['1 write', '2 append', '0 read', '2 duplicate', '0 here']);
    expect(parsed.list[0]!.commands[0]!.redirections[4]!.target).toEqual([{ type: 'text', text: '1\n2\n', quoted: true }]);
    expect(parsed.list).toHaveLength(2);
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
    const piece = fc.constantFrom('ls', ' ', '"', "'", '\\', '$', '$(', '`', ')', '|', '&&', '||', ';', '&', '>', '<', '<<', 'EOF', '\n', '#', '*', '[', '{', '${', '}', '~', '2>', 'a=b', '=');
    fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => ['complete', 'incomplete', 'error'].includes(parse(pieces.join('')).type)), { numRuns: 500 });
  });

  it('of a megabyte is read in a moment', () => {
    const parsed = parse(`echo ${'a "b" \'c\' $d '.repeat(80_000)}`);
    expect(parsed.type).toBe('complete');
  });
});
