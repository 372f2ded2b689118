/** Loops, choices and what they are made of, as they run at a terminal. */
import { describe, expect, it } from 'vitest';
import { calculated } from '../../../src/shell/bash/arithmetic.ts';
import { hash, load, save } from '../../../src/kernel/codec.ts';
import { History } from '../../../src/kernel/history.ts';
import type { KernelAction, World } from '../../../src/kernel/world.ts';
import { emptyHost } from '../../../src/shell/machine/empty-host.ts';
import { shellKernel } from '../../../src/shell/kernel.ts';
import { atTerminal, isIdle, openTerminal } from '../../../src/shell/terminal.ts';
import { Typist } from '../typist.ts';

describe('a loop', () => {
  it('runs its body for each value, one after the other, and leaves its variable', () => {
    const typist = new Typist();
    expect(typist.type('for i in 1 2 {a,b}; do echo "$i!"; done; echo $i')).toBe('1!\n2!\na!\nb!\nb\n');
    expect(typist.type('for i in; do echo $i; done; echo $?')).toBe('0\n');
    expect(typist.type('for a in 1 2; do for b in x y; do echo $a$b; done; done')).toBe('1x\n1y\n2x\n2y\n');
  });

  it('waits for programs that take time', () => {
    const typist = new Typist();
    const before = typist.world.now;
    expect(typist.type('for i in 1 2 3; do sleep 1; echo $i; done')).toBe('1\n2\n3\n');
    expect(typist.world.now - before).toBeGreaterThan(3_000_000);
    expect(typist.world.now - before).toBeLessThan(3_200_000);
  });

  it('goes on while its condition holds, and until it holds', () => {
    const typist = new Typist();
    expect(typist.type('n=0; while [ $n -lt 3 ]; do n=$((n + 1)); echo $n; done')).toBe('1\n2\n3\n');
    expect(typist.type('! true; echo $?; ! false; echo $?')).toBe('1\n0\n');
    expect(typist.type('until test -f /tmp/x; do echo no; touch /tmp/x; done; echo $?')).toBe('no\n0\n');
  });

  it('is left by break and begun again by continue', () => {
    const typist = new Typist();
    expect(typist.type('for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done; echo end')).toBe('1\n3\nend\n');
    expect(typist.type('break')).toBe("bash: break: only meaningful in a `for', `while', or `until' loop\n");
  });

  it('in a pipe or in the background is a subshell', () => {
    const typist = new Typist();
    expect(typist.type('for i in 3 1 2; do echo $i; done | sort')).toBe('1\n2\n3\n');
    expect(typist.type('for i in 1 2; do echo $i; done > /tmp/out; cat /tmp/out; wc -l < /tmp/out')).toBe('1\n2\n2\n');
    expect(typist.type('j=0; for j in 1 2; do echo $j; done | cat; echo $j')).toBe('1\n2\n0\n');
    expect(typist.type('for i in 1; do sleep 5; done &')).toMatch(/^\[1\] \d+\n$/);
    // What it does not read of a file is not typed at the terminal.
    expect(typist.type('for i in 1 2; do echo $i; done < /etc/hosts')).toBe('1\n2\n');
    expect(typist.type('cat /etc/hosts | for i in 1; do echo $i; done; echo next')).toBe('1\nnext\n');
    typist.run(2_000);
    expect(typist.screen).not.toContain('command not found');
  });

  it('without end is ended by Ctrl-C', () => {
    const typist = new Typist();
    typist.input({ type: 'type', text: 'while true; do :; done\n' });
    typist.run(2_000);
    typist.input({ type: 'key', key: 'C-c' });
    typist.run(100);
    expect(typist.type('echo alive', 5)).toBe('alive\n');
  });

  it('that is begun asks for the rest', () => {
    const typist = new Typist();
    typist.input({ type: 'type', text: 'for i in 1 2\ndo\necho $i\n' });
    typist.run(100);
    expect(typist.screen).toMatch(/for i in 1 2\n> do\n> echo \$i\n> $/);
    expect(typist.type('done')).toContain('1\n2\n');
  });
});

describe('a choice', () => {
  it('takes the first branch whose condition holds', () => {
    const typist = new Typist();
    const line = (n: number): string => `n=${n}; if [ $n -gt 9 ]; then echo big; elif [ $n -gt 4 ]; then echo middle; else echo small; fi`;
    expect([12, 5, 1].map((n) => typist.type(line(n)))).toEqual(['big\n', 'middle\n', 'small\n']);
    expect(typist.type('if false; then echo yes; fi; echo $?')).toBe('0\n');
    expect(typist.type('if grep -q root /etc/passwd /etc/hosts; then echo yes; fi && echo done')).toContain('done\n');
  });

  it('asks test about numbers, texts and files', () => {
    const typist = new Typist();
    const holds = (expression: string): string => typist.type(`[ ${expression} ]; echo $?`);
    expect(['1 -eq 1', '1 -lt 1', 'a = a', 'a != a', '-z ""', '-n ""', '-d /tmp', '-f /tmp', '! -e /none', 'a', '""', '1 -eq 1 -a a = b', '1 -eq 1 -o a = b'].map(holds)).toEqual(
      ['0', '1', '0', '1', '0', '1', '0', '1', '0', '0', '1', '1', '0'].map((status) => `${status}\n`),
    );
    expect(holds('a -eq 1')).toBe('bash: [: a: integer expression expected\n2\n');
    expect(typist.type('[ a; echo $?')).toBe("bash: [: missing `]'\n2\n");
  });
});

describe('fields and lines', () => {
  it('are cut, counted and printed as cut, uniq and awk do', () => {
    const typist = new Typist();
    typist.type("printf 'a:b:c\\nd:e:f\\nplain\\n' > /tmp/f");
    expect(typist.type('cut -d: -f1,3- /tmp/f')).toBe('a:c\nd:f\nplain\n');
    expect(typist.type('cut -s -d: -f2 < /tmp/f; echo abcdef | cut -c2-3,5')).toBe('b\ne\nbce\n');
    expect(typist.type('cut -f0 /tmp/f')).toContain('cut: invalid byte, character or field list\n');
    expect(typist.type("printf 'x\\nx\\ny\\nx\\n' | uniq -c")).toBe('      2 x\n      1 y\n      1 x\n');
    expect(typist.type("awk -F: '/^[ad]/ { print $2, \"at\", NR }' /tmp/f")).toBe('b at 1\ne at 2\n');
    expect(typist.type("echo ' one  two three' | awk '{print $2 $1, $NF, NF}'")).toBe('twoone three 3\n');
    expect(typist.type("awk 'NR > 1' /tmp/f; awk 'NR==1 {print}' /tmp/f")).toBe('d:e:f\nplain\na:b:c\n');
    expect(typist.type("awk '{ s += $1 } END { print s }' /tmp/f")).toContain('are modelled here');
  });
});

describe('numbers', () => {
  it('are printed by seq from one to another', () => {
    const typist = new Typist();
    expect(typist.type('seq 3')).toBe('1\n2\n3\n');
    expect(typist.type('seq -s, 5 -2 1')).toBe('5,3,1\n');
    expect(typist.type('seq -w 9 11')).toBe('09\n10\n11\n');
    expect(typist.type('seq 3 1')).toBe('');
    expect(typist.type('seq x')).toContain('seq: invalid floating point argument: x\n');
    expect(typist.type('for i in $(seq 1 3); do echo m-$i; done')).toBe('m-1\nm-2\nm-3\n');
  });

  it('are computed as bash does', () => {
    const value = (text: string): unknown => Object.values(calculated(text, (name) => ({ a: '7', b: '-2', word: 'x' })[name] ?? ''))[0];
    expect(['1+2*3', '(1+2)*3', '7/2', '-7/2', '-7%3', 'a*b', 'word', 'none+1', '010', '0x1f', '1<2&&3>2', '!5', '~0', '1?2:3', '2--1', '9223372036854775807+1', ''].map(value)).toEqual(
      ['7', '9', '3', '-3', '-1', '-14', '0', '1', '8', '31', '1', '0', '-1', '2', '3', '-9223372036854775808', '0'],
    );
    expect(calculated('1/0', () => '')).toEqual({ problem: '1/0: division by 0 (error token is "0")' });
    expect(calculated('1 +', () => '')).toHaveProperty('problem');
    expect(calculated('('.repeat(100_000), () => '')).toHaveProperty('problem');
    expect(calculated('-'.repeat(100_000), () => '')).toHaveProperty('problem');
  });
});

describe('what is begun', () => {
  const begun = (...lines: string[]): Typist => {
    const typist = new Typist();
    for (const line of lines) {
      typist.input({ type: 'type', text: `${line}\n` });
      typist.run(100);
    }
    return typist;
  };

  it('asks for the rest: a function, a group, a case, a test, a here-document of a loop', () => {
    for (const [lines, last, output] of [
      [['f()', '{', 'echo in'], '}; f', 'in\n'],
      [['{ echo a', 'echo b'], '}', 'a\nb\n'],
      [['case x in', 'y)', 'echo no;;', 'x) echo yes'], 'esac', 'yes\n'],
      [['[[ a == a &&'], 'b == b ]]; echo $?', '0\n'],
      [['while read a; do echo "<$a>"; done <<E', '1', '2'], 'E', '<1>\n<2>\n'],
    ] as const) {
      const typist = begun(...lines);
      expect(typist.screen.endsWith('\n> '), lines[0]).toBe(true);
      expect(typist.type(last)).toBe(output);
    }
  });

  it('is forgotten on Ctrl-C', () => {
    const typist = begun('f() {', 'echo hi');
    typist.input({ type: 'key', key: 'C-c' });
    typist.run(100);
    expect(typist.screen).toMatch(/> \^C\n\[root@host ~\]# $/);
    expect(typist.type('echo $?; f')).toBe('130\nbash: f: command not found\n');
  });
});

describe('read', () => {
  it('waits for a line that is typed, after what it asks', () => {
    const typist = new Typist();
    typist.input({ type: 'type', text: "read -p 'name? ' a b; echo \"$b/$a\"\n" });
    typist.run(200);
    expect(typist.screen.endsWith('\nname? ')).toBe(true);
    typist.input({ type: 'type', text: 'one two\n' });
    typist.run(200);
    expect(typist.screen).toMatch(/name\? one two\ntwo\/one\n\[root@host ~\]# $/);
    typist.input({ type: 'type', text: 'read -s secret\nhidden\n' });
    typist.run(200);
    expect(typist.screen).not.toContain('hidden');
    expect(typist.type('echo $secret')).toBe('hidden\n');
  });

  it('takes of a paste the line that is its own', () => {
    const typist = new Typist();
    expect(typist.type('read a\nb c\necho "<$a>"')).toBe('<b c>\n');
  });

  it('in a loop reads until Ctrl-D', () => {
    const typist = new Typist();
    typist.input({ type: 'type', text: 'while read l; do echo "got $l"; done; echo end $?\n1\n2\n' });
    typist.run(200);
    expect(typist.screen).toMatch(/1\ngot 1\n2\ngot 2\n$/);
    typist.input({ type: 'key', key: 'C-d' });
    typist.run(200);
    expect(typist.screen).toMatch(/got 2\nend 0\n\[root@host ~\]# $/);
  });

  it('in a subshell reads the terminal, and what it leaves is read by the shell around it', () => {
    const typist = new Typist();
    expect(typist.type('(read a; echo "<$a>"); read b\none\ntwo')).toContain('<one>\n');
    typist.run(500);
    expect(typist.type('echo "[$b]"')).toBe('[two]\n');
  });

  it('leaves what it does not read of a pipe to nobody', () => {
    const typist = new Typist();
    expect(typist.type("printf 'a\\necho typed\\n' | bash -c 'read x; echo $x'; printf 'a\\necho typed\\n' > l; bash -c 'read x; echo $x' < l")).toBe('a\na\n');
    expect(typist.type("printf 'read x\\nhello\\necho $x\\n' | bash; printf 'exit 3\\necho typed\\n' | bash; echo $?")).toBe('hello\n3\n');
    typist.run(2_000);
    expect(typist.screen).not.toContain('\ntyped');
  });

  it('is interrupted by Ctrl-C, and the rest of the line with it', () => {
    const typist = new Typist();
    typist.input({ type: 'type', text: 'f() { local x=in; while true; do read x; done; }; x=out; f; echo never\n' });
    typist.run(200);
    typist.input({ type: 'key', key: 'C-z' });
    typist.input({ type: 'key', key: 'C-c' });
    typist.run(200);
    expect(typist.screen).not.toContain('never\n[');
    expect(typist.type('echo "$? $x $#"')).toBe('130 out 0\n');
  });

  it('says which of its options are not modelled', () => {
    expect(new Typist().type('read -t 5 x; echo $?')).toMatch(/^read -t: a real host has it[^]*\n2\n$/);
  });
});

describe('a function', () => {
  it('waits for what takes time, and is interrupted with what it runs', () => {
    const typist = new Typist();
    const before = typist.world.now;
    expect(typist.type('f() { sleep $1; echo slept $1; }; f 1; f 2 | cat; f 1 > /tmp/o; cat /tmp/o')).toBe('slept 1\nslept 2\nslept 1\n');
    expect(Math.round((typist.world.now - before) / 1_000_000)).toBe(4);
    typist.input({ type: 'type', text: 'f 100; echo never\n' });
    typist.run(500);
    typist.input({ type: 'key', key: 'C-c' });
    typist.run(200);
    expect(typist.screen).not.toMatch(/slept 100|\nnever/);
    expect(typist.type('f 1 &')).toMatch(/^\[1\] \d+\n$/);
    typist.run(2_000);
    expect(typist.screen).toContain('slept 1\n');
  });

  it('that calls itself without end is told so, as FUNCNEST does it', () => {
    const typist = new Typist();
    expect(typist.type('f() { local n=$1; f $((n + 1)); }; n=out; f 1; echo never')).toBe('bash: f: maximum function nesting level exceeded (200)\n');
    expect(typist.type('echo $? $n')).toBe('1 out\n');
  });

  it('that is a bomb of processes does not stop the world', () => {
    const typist = new Typist();
    typist.type('bomb() { bomb | bomb & }; bomb', 20);
    typist.run(20_000);
    expect(typist.type('echo alive')).toContain('alive\n');
    expect(typist.world.processes.filter(({ program, status }) => program === 'bash' && status === 'running').length).toBeLessThan(10);
    expect(typist.type("echo 'bash /tmp/self.sh' > /tmp/self.sh; bash /tmp/self.sh; echo $?")).toContain('bash: fork: Resource temporarily unavailable\n254\n');
  });

  it('carries loops that only decide, and they are interrupted', () => {
    const typist = new Typist();
    typist.input({ type: 'type', text: 'for i in {1..9999}; do for j in {1..9999}; do [[ $i == $j ]]; done; done\n' });
    typist.run(200);
    typist.input({ type: 'key', key: 'C-c' });
    typist.run(100);
    expect(typist.type('echo alive $i', 5)).toBe('alive 1\n');
  });
});

describe('a script', () => {
  it('runs by its path once it may be executed', () => {
    const typist = new Typist();
    typist.type(`cat > /tmp/s.sh <<'END'\n#!/bin/bash\nusage() {\n  echo "usage: $0 start|stop"\n  exit 2\n}\ncase "$1" in\n  start) echo "starting $2" ;;\n  stop) echo stopping ;;\n  *) usage ;;\nesac\nEND`);
    expect(typist.type('/tmp/s.sh start; echo $?')).toBe('bash: /tmp/s.sh: Permission denied\n126\n');
    expect(typist.type('chmod +x /tmp/s.sh; cd /tmp; ./s.sh start x; ./s.sh stop | tr a-z A-Z; ./s.sh; echo $?')).toBe('starting x\nSTOPPING\nusage: ./s.sh start|stop\n2\n');
  });

  it('works on containers by a function', () => {
    const typist = new Typist();
    typist.type('systemctl start docker; docker pull zookeeper:3.7.0');
    typist.type('start() { for n in "$@"; do docker run -d --name "$n" zookeeper:3.7.0 > /dev/null && echo "$n up"; done; }');
    expect(typist.type('start zk1 zk2')).toBe('zk1 up\nzk2 up\n');
    expect(typist.type("docker ps --format '{{.Names}} {{.State}}' | while read name state; do [[ $state == running ]] && docker stop $name; done")).toBe('zk2\nzk1\n');
  });
});

it('a shell that is saved in the middle goes on as if it had not been', () => {
  const typist = new Typist();
  typist.type('f() { local i; for i in "$@"; do case $i in a) { read x; echo "$x"; } ;; *) sleep 1; echo "slept $i";; esac; done; } 2>&1');
  typist.input({ type: 'type', text: '{ f b a c; echo $?; } > /tmp/o; cat /tmp/o\n' });
  for (let step = 0; step < 40; step++) {
    typist.run(100);
    if (step === 20) typist.input({ type: 'type', text: 'typed\n' });
    const saved = save(typist.world);
    expect(hash(load(saved))).toBe(hash(typist.world));
    typist.world = load(saved) as World;
  }
  typist.run(1_000);
  expect(typist.screen).toMatch(/slept b\ntyped\nslept c\n0\n\[root@host ~\]# $/);
});

it('functions, groups and reads are rewound with everything else', () => {
  const history = new History<KernelAction, number>({ kernel: shellKernel, world: emptyHost(), observer: { initial: 0, fold: (observed) => observed + 1, keeps: () => false }, expand: (_world, action) => [action] });
  for (const action of openTerminal(history.world, 'terminal-1', 'host')) history.act(action);
  history.runTo(1_000);
  history.act(atTerminal('terminal-1', { type: 'type', text: 'f() { while read a; do sleep 1; echo "$a" | xargs -n 1 echo -; done; }\nprintf "1 2\\n3\\n" > l; f < l; f < l | tr 1-3 a-c; read b\nx\n' }));
  history.runTo(8_000_000);
  expect(isIdle(history.world, 'terminal-1')).toBe(true);
  const end = hash(history.world);
  for (const at of [3_000_000, 500, 1_500_000, 8_000_000]) history.seek(at);
  expect(hash(history.world)).toBe(end);
});
