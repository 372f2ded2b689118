/** Loops, choices and what they are made of, as they run at a terminal. */
import { describe, expect, it } from 'vitest';
import { calculated } from '../../src/shell/arithmetic.ts';
import { Typist } from './typist.ts';

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

  it('in a pipe, with a redirection or in the background is a subshell', () => {
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
