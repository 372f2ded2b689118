/** `ps` chooses processes and columns as procps does; its lines were compared with those of the real one. */
import { describe, expect, it } from 'vitest';
import { Typist } from '../typist.ts';

describe('ps', () => {
  const one = new Typist();
  one.type('sleep 600 &');

  it('shows the terminal\'s own processes, or all', () => {
    expect(one.type('ps').split('\n')[0]).toBe('  PID TTY          TIME CMD');
    expect(one.type('ps')).toMatch(/^ *\d+ pts\/0 {4}00:00:00 bash\n *\d+ pts\/0 {4}00:00:00 sleep\n *\d+ pts\/0 {4}00:00:00 ps\n/m);
    expect(one.type('ps -ef').split('\n').slice(0, 2)).toEqual(['UID        PID  PPID  C STIME TTY          TIME CMD', 'root         1     0  0 07:29 ?        00:00:00 /usr/lib/systemd/systemd --switched-root --system --deserialize 22']);
    expect(one.type('ps aux | head -1')).toBe('USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n');
    expect(one.type('ps ax | head -3')).toBe('  PID TTY      STAT   TIME COMMAND\n    1 ?        Ss     0:00 /usr/lib/systemd/systemd --switched-root --system --deserialize 22\n    2 ?        Ss     0:00 [kthreadd]\n');
    expect(one.type('ps -ef')).toMatch(/ ps -ef\n$/);
  });

  it('chooses by number, by name, by user', () => {
    expect(one.type('ps -p 1 -o pid,comm')).toBe('  PID COMMAND\n    1 systemd\n');
    expect(one.type('ps -C sleep -o args=')).toBe('sleep 600\n');
    expect(one.type('ps -C nobody; echo $?')).toBe('  PID TTY          TIME CMD\n1\n');
    expect(one.type('ps -p 999999 -o pid=; echo $?')).toBe('1\n');
    expect(one.type('ps -fp $(ps -C sleep -o pid=) | tail -1')).toMatch(/ sleep 600\n$/);
    expect(one.type('ps $(ps -C sleep -o pid=) | tail -1')).toMatch(/ sleep 600\n$/);
  });

  it('knows columns by their names', () => {
    expect(one.type('ps -eo pid,ppid,user,stat,tty,etime,pcpu,pmem,vsz,rss,comm,args | head -1')).toBe('  PID  PPID USER     STAT TT           ELAPSED %CPU %MEM    VSZ   RSS COMMAND         COMMAND\n');
    expect(one.type('ps -o foo; echo $?')).toBe(`error: unknown user-defined format specifier "foo"

Usage:
 ps [options]

 Try 'ps --help <simple|list|output|threads|misc|all>'
  or 'ps --help <s|l|o|t|m|a>'
 for additional help text.

For more details see ps(1).
1
`);
  });
});
