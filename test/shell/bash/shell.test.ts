import { beforeAll, describe, expect, it } from 'vitest';
import { hash } from '../../../src/kernel/codec.ts';
import { History } from '../../../src/kernel/history.ts';
import type { KernelAction } from '../../../src/kernel/world.ts';
import { emptyHost } from '../../../src/shell/machine/empty-host.ts';
import { shellKernel } from '../../../src/shell/kernel.ts';
import { atTerminal, bashOf, isIdle, openTerminal } from '../../../src/shell/terminal.ts';
import { Typist } from '../typist.ts';

let at: Typist;
beforeAll(() => {
  at = new Typist();
});
/** Each line at a terminal of its own world. */
const typed = (...lines: string[]): string => {
  const typist = new Typist(at.world, 'terminal-2');
  return lines.map((line) => typist.type(line)).at(-1)!;
};

describe('a line', () => {
  for (const [line, output] of [
    ['echo hello; echo world', 'hello\nworld\n'],
    ['true && echo yes || echo no', 'yes\n'],
    ['false && echo yes || echo no', 'no\n'],
    ['false; echo $?', '1\n'],
    ['foo; echo $?', 'bash: foo: command not found\n127\n'],
    ['A=x; echo $A', 'x\n'],
    ['A=x env | grep ^A=', 'A=x\n'],
    ['A=x; (cd /usr; A=y; echo $A; pwd; exit 3) | sort; echo $A; pwd', '/usr\ny\nx\n/root\n'],
    ['(exit 3); echo $? ${NONE:-none}', '3 none\n'],
    ["cd /usr/local; ll -h | grep -c '^-rw.*tgz'", '1\n'],
    ['sudo ll 2>&1 | head -1', 'sudo: ll: command not found\n'],
    ['echo $(echo a; echo b) `hostname`', 'a b host\n'],
    ['printf "b\\na\\nb\\n" | sort -u | wc -l', '2\n'],
    ['printf "one\\ntwo\\nthree\\n" | grep -n t | head -1', '2:two\n'],
    ['cat <<EOF\n$HOME is "it", \\$HOME, \\"\nEOF', '/root is "it", $HOME, \\"\n'],
    ["cat <<'EOF'\n$HOME stays\nEOF", '$HOME stays\n'],
    ['ls /nowhere 2>&1 | wc -l', '1\n'],
    ['ls /nowhere 2>/dev/null; echo $?', '2\n'],
    ['cd /usr/local && pwd && cd - && cd nowhere', '/usr/local\n/root\nbash: cd: nowhere: No such file or directory\n'],
    ['tac x; echo $?', 'tac: a real host has it, but it is not modelled in this lab\ntac：真实主机上有这个命令，但本实验室没有模拟它\n127\n'],
    ['sleep 1 | sleep 1; echo $?', '0\n'],
    ['./nothing', 'bash: ./nothing: No such file or directory\n'],
    ['sudo whoami', 'root\n'],
    ['sudo -u root -E whoami', 'root\n'],
    ['sudo sl; echo $?', 'sudo: sl: command not found\nDid you mean `ls`?\n1\n'],
    ['sudo', 'usage: sudo -h | -K | -k | -V\nusage: sudo [-AbEHknPS] [-u user] [VAR=value] [-i|-s] [<command>]\n'],
    ['nohup hostname; cat nohup.out', 'nohup: ignoring input and appending output to ‘nohup.out’\nhost\n'],
    ['nohup hostname > f; cat f', 'nohup: ignoring input\nhost\n'],
    ['ls --help; echo $?', 'ls - lists files\nls - 列出文件\n0\n'],
    ['head nothing; tail nothing', 'head: cannot open ‘nothing’ for reading: No such file or directory\ntail: cannot open ‘nothing’ for reading: No such file or directory\n'],
    ['df -h', 'Filesystem      Size  Used Avail Use% Mounted on\n/dev/vda1        40G  3.1G   37G   8% /\n'],
    ['java -version 2>&1 | head -1', 'openjdk version "1.8.0_262"\n'],
    ['date', 'Sun Nov 22 07:29:00 UTC 2026\n'],
  ] as const) {
    it(JSON.stringify(line), () => expect(typed(line)).toBe(output));
  }
});

it('a root shell of sudo and su is left again', () => {
  for (const line of ['sudo -i', 'sudo su -', 'su']) {
    const typist = new Typist();
    typist.input({ type: 'type', text: `X=outer\n${line}\nX=inner; echo $X\nexit\necho $X\n` });
    typist.run(2_000);
    expect(typist.screen).toMatch(/\ninner\n[^]*\nouter\n\[root@host ~\]# $/);
  }
});

describe('files', () => {
  it('are written, added to, copied, moved, listed and removed', () => {
    expect(typed('mkdir -p a/b && echo one > a/x && echo two >> a/x && cp -r a c && mv c/x c/y && cat c/y && ls c && rm -r a && ls')).toBe('one\ntwo\nb  y\nc\n');
    expect(typed('mkdir d; mkdir d')).toBe('mkdir: cannot create directory ‘d’: File exists\n');
    expect(typed('rm nothing; rmdir /usr; cp /usr x')).toBe("rm: cannot remove ‘nothing’: No such file or directory\nrmdir: failed to remove ‘/usr’: Directory not empty\ncp: omitting directory ‘/usr’\n");
    expect(typed('cat /usr; cat nothing')).toBe('cat: /usr: Is a directory\ncat: nothing: No such file or directory\n');
  });

  it('are compared byte by byte, in silence where they are equal', () => {
    const typist = new Typist();
    typist.type('printf "one\\ntwo" > a; cp a b; printf "one\\nTwo" > c; printf "one" > d');
    expect(typist.type('cmp a b && echo identical')).toBe('identical\n');
    expect(typist.type('cmp a c; echo $?')).toBe('a c differ: byte 5, line 2\n1\n');
    expect(typist.type('cmp a d; cmp -s a c; echo $?')).toBe('cmp: EOF on d\n1\n');
    expect(typist.type('cmp a nosuch; echo $?')).toBe('cmp: nosuch: No such file or directory\n2\n');
  });

  it('keep what has no last newline', () => {
    expect(typed('echo -n ab > f; cat f; wc -c f')).toBe('ab2 f\n');
    expect(typed('echo -n ab > f; echo c >> f; cat f')).toBe('abc\n');
  });

  it('are edited by sed and tee', () => {
    expect(typed("printf 'a=1\\nb=2\\n' | tee f > /dev/null; sed -i 's/^a=.*/a=9/' f; sed -n '2p' f; cat f")).toBe('b=2\na=9\nb=2\n');
  });

  it('show in the long form with their size, mode and time', () => {
    expect(typed('cd /usr/local; tar -zxf kafka_2.12-2.3.0.tgz; ls -l kafka_2.12-2.3.0/bin/kafka-topics.sh')).toMatch(/^-rwxr-xr-x 1 root root \d+ Jun 19 {2}2019 kafka_2.12-2.3.0\/bin\/kafka-topics.sh\n$/);
  });

  it('refuse to be written on a full disk', () => {
    const typist = new Typist(at.world, 'terminal-3');
    const { usedBytes } = typist.world.volumes.find(({ name }) => name === 'host')!;
    typist.world = shellKernel.perform(typist.world, { type: 'disk', volume: 'host', capacityBytes: usedBytes }).world;
    expect(typist.type('echo x > f')).toBe('bash: f: No space left on device\n');
  });
});

describe('a program in the foreground', () => {
  it('holds the next line back until it ends, and its exit status is kept', () => {
    const typist = new Typist(at.world, 'terminal-4');
    typist.input({ type: 'type', text: 'sleep 5\necho done $?\n' });
    typist.run(4_000);
    expect(typist.screen).not.toContain('done');
    typist.run(1_100);
    expect(typist.screen).toContain('done 0\n');
  });

  it('is ended by Ctrl-C, with what was to follow', () => {
    const typist = new Typist(at.world, 'terminal-4');
    typist.input({ type: 'type', text: 'sleep 100 && echo never\n' });
    typist.run(1_000);
    typist.input({ type: 'key', key: 'C-c' });
    typist.run(10);
    expect(typist.screen).toMatch(/\^C\n\[root@host ~\]# $/);
    expect(typist.type('echo $?')).toBe('130\n');
  });

  it('is stopped by Ctrl-Z, and goes on by fg; jobs and & are told', () => {
    const typist = new Typist(at.world, 'terminal-4');
    typist.input({ type: 'type', text: 'sleep 10\n' });
    typist.run(1_000);
    typist.input({ type: 'key', key: 'C-z' });
    typist.run(30_000);
    expect(typist.type('jobs')).toBe('[1]+  Stopped                 sleep 10\n');
    expect(typist.type('fg')).toBe('sleep 10\n');
    expect(typist.type('sleep 3 &')).toMatch(/^\[1\] \d+\n$/);
    typist.run(4_000);
    expect(typist.type('echo x')).toBe('x\n[1]+  Done                    sleep 3\n');
  });

  it('reads what is typed while it runs, until Ctrl-D', () => {
    const typist = new Typist(at.world, 'terminal-4');
    typist.input({ type: 'type', text: 'cat\nhello\n' });
    typist.run(10);
    typist.input({ type: 'key', key: 'C-d' });
    typist.run(10);
    expect(typist.screen).toMatch(/cat\nhello\nhello\n\[root@host ~\]# $/);
  });

  it('that never ends feeds head, which ends it', () => {
    expect(typed('ping 127.0.0.1 | head -2')).toMatch(/^PING 127.0.0.1 \(127.0.0.1\) 56\(84\) bytes of data.\n64 bytes from .*icmp_seq=1 .*\n$/);
  });

  it('follows a file as it grows', () => {
    const typist = new Typist(at.world, 'terminal-4');
    typist.type('echo one > log');
    typist.input({ type: 'type', text: 'tail -f log\n' });
    typist.run(500);
    const other = new Typist(typist.world, 'terminal-5');
    other.type('echo two >> log');
    other.run(500);
    expect(new Typist(other.world, 'terminal-4').screen).toMatch(/tail -f log\none\ntwo\n$/);
  });
});

it('a job that kill names by its number is told as terminated', () => {
  const typist = new Typist();
  typist.type('sleep 100 &');
  expect(typist.type('kill %1')).toBe('[1]+  Terminated              sleep 100\n');
});

describe('the prompt', () => {
  it('asks on for what is not finished, and Ctrl-C gives it up', () => {
    const typist = new Typist(at.world, 'terminal-6');
    typist.input({ type: 'type', text: "echo 'a\n" });
    typist.run(10);
    expect(typist.screen).toMatch(/echo 'a\n> $/);
    typist.input({ type: 'type', text: "b'\n" });
    typist.run(10);
    expect(typist.screen).toMatch(/> b'\na\nb\n\[root@host ~\]# $/);
    typist.input({ type: 'type', text: 'echo "x\n' });
    typist.run(10);
    typist.input({ type: 'key', key: 'C-c' });
    typist.run(10);
    expect(typist.type('echo y')).toBe('y\n');
  });

  it('ends the shell on Ctrl-D, and a terminal can be opened again', () => {
    const typist = new Typist(at.world, 'terminal-6');
    typist.input({ type: 'key', key: 'C-d' });
    typist.run(10);
    expect(bashOf(typist.world, 'terminal-6')).toBeUndefined();
    expect(new Typist(typist.world, 'terminal-6').type('echo back')).toBe('back\n');
  });

  it('keeps history and answers a paste of many lines in order', () => {
    const typist = new Typist(at.world, 'terminal-6');
    typist.type('echo 1\necho 2\n\necho 3');
    expect(typist.screen).toMatch(/echo 1\n1\n.*# echo 2\n2\n.*# \n.*# echo 3\n3\n/);
    expect(typist.type('history 2')).toMatch(/ {4}\d {2}echo 3\n {4}\d {2}history 2\n$/);
  });

  it('repeats a line by !!', () => {
    const typist = new Typist(at.world, 'terminal-6');
    typist.type('history -c');
    expect(typist.type("echo '!!' \\!! one")).toBe('!! !! one\n');
    expect(typist.type('!!; echo two')).toBe("echo '!!' \\!! one; echo two\n!! !! one\ntwo\n");
    expect(typist.type('history 1')).toMatch(/history 1\n$/);
    expect(new Typist(at.world, 'terminal-7').type('sudo !!')).toBe('bash: !!: event not found\n');
  });

  it('takes no harm from pasted output', () => {
    expect(typed('CONTAINER ID   IMAGE            COMMAND                  CREATED         STATUS')).toBe('bash: CONTAINER: command not found\n');
    expect(typed('c98e6a7f82eede3f80dbcaea12d6ffb98f17c3fa6738fc21d1972dde45c7b3b2')).toMatch(/command not found\n$/);
    expect(typed('<b>x</b>')).toMatch(/^bash: /);
  });
});

describe('two machines', () => {
  it('have files, names and processes of their own', () => {
    const laptop = new Typist(at.world, 'laptop-1', 'laptop');
    expect(laptop.type('hostname; ls /usr/local; docker ps')).toBe('laptop\nbin  lib\nCannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n');
    expect(laptop.type('ping -c 1 203.0.113.10 | head -2')).toContain('64 bytes from 203.0.113.10: icmp_seq=1');
    expect(laptop.type('telnet 203.0.113.10 9092')).toBe('Trying 203.0.113.10...\ntelnet: connect to address 203.0.113.10: No route to host\n');
    expect(laptop.type('telnet host 9092')).toBe('Trying 203.0.113.10...\ntelnet: connect to address 203.0.113.10: No route to host\n');
    expect(laptop.type('telnet nowhere 9092')).toBe('telnet: nowhere: Name or service not known\nnowhere: Unknown host\n');
    expect(laptop.type('nc -z host 9092; echo $?')).toBe('Ncat: No route to host.\n1\n');
    expect(laptop.type('nc -zv nowhere 9092')).toBe('Ncat: Version 7.50 ( https://nmap.org/ncat )\nNcat: Could not resolve hostname "nowhere": Name or service not known. QUITTING.\n');
  });

  it('know the names that stand in their /etc/hosts, and before anybody else', () => {
    const laptop = new Typist(at.world, 'laptop-1', 'laptop');
    expect(laptop.type('ping -c 1 kafka1')).toBe('ping: kafka1: Name or service not known\n');
    laptop.type('echo "203.0.113.10 kafka1 kafka1.example # the broker" >> /etc/hosts');
    expect(laptop.type('ping -c 1 Kafka1.Example | head -1')).toContain('PING Kafka1.Example (203.0.113.10)');
    expect(laptop.type('telnet kafka1 9092')).toBe('Trying 203.0.113.10...\ntelnet: connect to address 203.0.113.10: No route to host\n');
    expect(laptop.type('telnet broker 9092')).toContain('Unknown host');
    laptop.type("sed -i 's/203.0.113.10.*/127.0.0.1 host/' /etc/hosts");
    expect(laptop.type('telnet host 9092')).toBe('Trying 127.0.0.1...\ntelnet: connect to address 127.0.0.1: Connection refused\n');
    expect(new Typist(laptop.world).type('ping -c 1 kafka1')).toBe('ping: kafka1: Name or service not known\n');
  });

  it('let in what firewall-cmd opens, once it is reloaded', () => {
    const host = new Typist(at.world);
    host.type('sudo firewall-cmd --zone=public --add-port=9092/tcp --permanent');
    const before = new Typist(host.world, 'laptop-1', 'laptop');
    expect(before.type('nc -zv 203.0.113.10 9092')).toBe('Ncat: Version 7.50 ( https://nmap.org/ncat )\nNcat: No route to host.\n');
    const again = new Typist(before.world);
    expect(again.type('sudo firewall-cmd --reload')).toBe('success\n');
    expect(new Typist(again.world, 'laptop-1', 'laptop').type('nc -zv 203.0.113.10 9092')).toBe('Ncat: Version 7.50 ( https://nmap.org/ncat )\nNcat: Connection refused.\n');
  });

  it('drop in silence what iptables drops', () => {
    const host = new Typist(at.world);
    host.type('firewall-cmd --add-port=9092/tcp; iptables -A INPUT -p tcp --dport 9092 -j DROP');
    expect(new Typist(host.world, 'laptop-1', 'laptop').type('telnet 203.0.113.10 9092', 200)).toBe('Trying 203.0.113.10...\ntelnet: connect to address 203.0.113.10: Connection timed out\n');
  });
});

describe('everything typed', () => {
  it('is part of the history: rewinding and playing again is identity', () => {
    const history = new History<KernelAction, number>({
      kernel: shellKernel,
      world: emptyHost(),
      observer: { initial: 0, fold: (observed) => observed + 1, keeps: () => false },
      expand: (_world, action) => [action],
    });
    for (const action of openTerminal(history.world, 'terminal-1', 'host')) history.act(action);
    history.runTo(1_000);
    history.act(atTerminal('terminal-1', { type: 'type', text: 'systemctl start docker\ndocker network create n\ndocker pull zookeeper:3.7.0\ndocker run -d --name z --network n zookeeper:3.7.0\nsleep 1 | cat\n' }));
    history.runTo(12_000_000);
    expect(isIdle(history.world, 'terminal-1')).toBe(true);
    const end = hash(history.world);
    history.seek(3_000_000);
    history.seek(0);
    history.seek(12_000_000);
    expect(hash(history.world)).toBe(end);
  });
});
