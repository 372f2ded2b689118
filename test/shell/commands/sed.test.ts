/** What GNU sed makes of scripts, right and wrong: arguments, output, error and exit code as it gave them. */
import { expect, it } from 'vitest';
import { Typist } from '../typist.ts';

const INPUT = 'alpha 1\nbeta 2\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n';

const RECORDED: readonly (readonly [args: readonly string[], stdout: string, stderr: string, exitCode: number])[] = [
  [["s/a/b/; s/1/9/"], "blpha 9\nbetb 2\ngbmma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["s/^broker.id=.*/broker.id=1/;s/^end$/fin/"], "alpha 1\nbeta 2\ngamma 3\n# note\nbroker.id=1\nlisteners=PLAINTEXT://:9092\nfin\n", "", 0],
  [["-e", "s/a/A/", "-e", "s/e/E/"], "Alpha 1\nbEtA 2\ngAmma 3\n# notE\nbrokEr.id=0\nlistEners=PLAINTEXT://:9092\nEnd\n", "", 0],
  [["-n", "/beta/p"], "beta 2\n", "", 0],
  [["-n", "s/a/X/p"], "Xlpha 1\nbetX 2\ngXmma 3\n", "", 0],
  [["s/a/X/2"], "alphX 1\nbeta 2\ngammX 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["s/a/X/2g"], "alphX 1\nbeta 2\ngammX 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["2d;4d"], "alpha 1\ngamma 3\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["2,4d"], "alpha 1\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["/beta/,/note/d"], "alpha 1\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["/beta/,+1d"], "alpha 1\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["2,1d"], "alpha 1\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["2!d"], "beta 2\n", "", 0],
  [["$d"], "alpha 1\nbeta 2\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\n", "", 0],
  [["$!d"], "end\n", "", 0],
  [["-n", "$p"], "end\n", "", 0],
  [["-n", "2,$p"], "beta 2\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["1~2d"], "beta 2\n# note\nlisteners=PLAINTEXT://:9092\n", "", 0],
  [["/^#/d;/^$/d"], "alpha 1\nbeta 2\ngamma 3\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["/alpha/i before"], "before\nalpha 1\nbeta 2\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["/alpha/a after"], "alpha 1\nafter\nbeta 2\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["/alpha/c instead"], "instead\nbeta 2\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["2,3c both"], "alpha 1\nboth\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["3q"], "alpha 1\nbeta 2\ngamma 3\n", "", 0],
  [["3q5"], "alpha 1\nbeta 2\ngamma 3\n", "", 5],
  [["-n", "="], "1\n2\n3\n4\n5\n6\n7\n", "", 0],
  [["/beta/{s/b/B/;s/2/two/}"], "alpha 1\nBeta two\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["/beta/{\ns/b/B/\np\n}"], "alpha 1\nBeta 2\nBeta 2\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["-n", "/a/{/b/p}"], "beta 2\n", "", 0],
  [["y/abc/xyz/"], "xlphx 1\nyetx 2\ngxmmx 3\n# note\nyroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["s|PLAINTEXT://:|PLAINTEXT://localhost:|"], "alpha 1\nbeta 2\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://localhost:9092\nend\n", "", 0],
  [["s#//#\\n#"], "alpha 1\nbeta 2\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT:\n:9092\nend\n", "", 0],
  [["s/\\(a\\)l\\(p\\)/\\2\\1/"], "paha 1\nbeta 2\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["-E", "s/(a)l(p)/\\2\\1/"], "paha 1\nbeta 2\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["-r", "s/[0-9]+/<&>/"], "alpha <1>\nbeta <2>\ngamma <3>\n# note\nbroker.id=<0>\nlisteners=PLAINTEXT://:<9092>\nend\n", "", 0],
  [["s/[a-z]*/(&)/g"], "(alpha) ()1()\n(beta) ()2()\n(gamma) ()3()\n()#() (note)\n(broker).(id)=()0()\n(listeners)=()P()L()A()I()N()T()E()X()T():()/()/():()9()0()9()2()\n(end)\n", "", 0],
  [["s/x*/-/g"], "-a-l-p-h-a- -1-\n-b-e-t-a- -2-\n-g-a-m-m-a- -3-\n-#- -n-o-t-e-\n-b-r-o-k-e-r-.-i-d-=-0-\n-l-i-s-t-e-n-e-r-s-=-P-L-A-I-N-T-E-X-T-:-/-/-:-9-0-9-2-\n-e-n-d-\n", "", 0],
  [["s/ALPHA/x/I"], "x 1\nbeta 2\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["/ALPHA/Id"], "beta 2\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["\\,//,d"], "alpha 1\nbeta 2\ngamma 3\n# note\nbroker.id=0\nend\n", "", 0],
  [["//d"], "", "sed: -e expression #1, char 0: no previous regular expression\n", 1],
  [["/beta/s//X/"], "alpha 1\nX 2\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["s/a/b"], "", "sed: -e expression #1, char 5: unterminated `s' command\n", 1],
  [["s/a/b/k"], "", "sed: -e expression #1, char 7: unknown option to `s'\n", 1],
  [["k"], "", "sed: -e expression #1, char 1: unknown command: `k'\n", 1],
  [["2,"], "", "sed: -e expression #1, char 2: unexpected `,'\n", 1],
  [["{p"], "", "sed: -e expression #1, char 0: unmatched `{'\n", 1],
  [["p}"], "", "sed: -e expression #1, char 2: unexpected `}'\n", 1],
  [["s"], "", "sed: -e expression #1, char 1: unterminated `s' command\n", 1],
  [["/a"], "", "sed: -e expression #1, char 2: unterminated address regex\n", 1],
  [["y/ab/c/"], "", "sed: -e expression #1, char 7: strings for `y' command are different lengths\n", 1],
  [["pp"], "", "sed: -e expression #1, char 2: extra characters after command\n", 1],
  [["3,5{/note/d}"], "alpha 1\nbeta 2\ngamma 3\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["s/a/\\&/"], "&lpha 1\nbet& 2\ng&mma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["s/ /\\t/"], "alpha\t1\nbeta\t2\ngamma\t3\n#\tnote\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["0~3p"], "alpha 1\nbeta 2\ngamma 3\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["$!{$!d}"], "end\n", "", 0],
  [["a\\"], "alpha 1\nbeta 2\ngamma 3\n# note\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nend\n", "", 0],
  [["i\\  indented"], "  indented\nalpha 1\n  indented\nbeta 2\n  indented\ngamma 3\n  indented\n# note\n  indented\nbroker.id=0\n  indented\nlisteners=PLAINTEXT://:9092\n  indented\nend\n", "", 0],
  [["5{s/=/ = /;q}"], "alpha 1\nbeta 2\ngamma 3\n# note\nbroker.id = 0\n", "", 0],
  [["-s", "p"], "alpha 1\nalpha 1\nbeta 2\nbeta 2\ngamma 3\ngamma 3\n# note\n# note\nbroker.id=0\nbroker.id=0\nlisteners=PLAINTEXT://:9092\nlisteners=PLAINTEXT://:9092\nend\nend\n", "", 0],
  [["-n", "1p;3p"], "alpha 1\ngamma 3\n", "", 0],
  [["s/.*/\"&\"/"], "\"alpha 1\"\n\"beta 2\"\n\"gamma 3\"\n\"# note\"\n\"broker.id=0\"\n\"listeners=PLAINTEXT://:9092\"\n\"end\"\n", "", 0],
  [["2{p;p};d"], "beta 2\nbeta 2\n", "", 0],
];

const one = new Typist();
one.type(`printf '${INPUT.replaceAll('\n', '\\n')}' > input`);
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

it.each(RECORDED)('sed %j', (args, stdout, stderr, exitCode) => {
  expect(one.type(`sed ${args.map(quoted).join(' ')} input 2> problems; echo "<$?>"`)).toBe(`${stdout}<${exitCode}>\n`);
  expect(one.type('cat problems')).toBe(stderr);
  expect(one.type(`cat input | sed ${args.map(quoted).join(' ')} 2> problems; echo "<$?>"`)).toBe(`${stdout}<${exitCode}>\n`);
});

it('edits files in place, and keeps the old one where it is told so', () => {
  one.type("printf 'broker.id=0\\nlog.dirs=/tmp\\n' > a; cp a b");
  expect(one.type("sed -i -e 's/0/1/' -e 's#/tmp#/data#' a b; cat a b")).toBe('broker.id=1\nlog.dirs=/data\nbroker.id=1\nlog.dirs=/data\n');
  expect(one.type("sed -i.bak '/log/d' a; cat a a.bak")).toBe('broker.id=1\nbroker.id=1\nlog.dirs=/data\n');
  expect(one.type("sed -ibak 's/1/2/;$a end' b; cat b; ls b*")).toBe('broker.id=2\nlog.dirs=/data\nend\nb  bbak\n');
  expect(one.type("sed -i s/a/b/; sed -n 's/x/y/p' nowhere")).toBe("sed: no input files\nsed: can't read nowhere: No such file or directory\n");
});

it('says what it has not', () => {
  expect(one.type("sed 'N;s/\\n/ /' input")).toBe('sed: its command `N` is not modelled in this lab · 本实验室没有模拟 sed 的 `N` 命令\n');
});
