/** Kafka's scripts are found where they lie: by their path, or through the PATH. */
import { describe, expect, it } from 'vitest';
import { emptyHost } from '../../../src/shell/machine/empty-host.ts';
import { complete } from '../../../src/shell/complete.ts';
import { Typist } from '../typist.ts';

const plain = (): Typist => new Typist(emptyHost(), 'terminal-1', 'host', {});

describe('a script', () => {
  it('is not found by its bare name, but where it lies, or through the PATH', () => {
    const one = plain();
    expect(one.type('kafka-topics.sh --version; echo $?')).toBe('bash: kafka-topics.sh: command not found\n127\n');
    one.type('cd /usr/local; tar -xzf kafka_2.12-2.3.0.tgz; mv kafka_2.12-2.3.0 kafka');
    expect(one.type('kafka-topics.sh --version')).toMatch(/^bash: kafka-topics\.sh: command not found\nIts directory is not in \$PATH; type \/usr\/local\/kafka\/bin\/kafka-topics\.sh\n/);
    expect(one.type('which kafka-topics.sh')).toBe('/usr/bin/which: no kafka-topics.sh in (/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin:/root/bin)\n');
    one.type('cd kafka/bin');
    expect(one.type('kafka-topics.sh --version')).toMatch(/ type \.\/kafka-topics\.sh\n/);
    expect(one.type('./kafka-topics.sh --version; ../bin/kafka-topics.sh --version; /usr/local/kafka/bin/kafka-topics.sh --version')).toBe('2.3.0 (Commit:fc1aaa116b661c8a)\n'.repeat(3));
    expect(complete(one.world, one.terminal, 'kafka-top', 'kafka-top')).toBeUndefined();
    one.type('cd; export PATH=$PATH:/usr/local/kafka/bin');
    expect(one.type('kafka-topics.sh --version; which kafka-topics.sh; type kafka-topics.sh')).toBe('2.3.0 (Commit:fc1aaa116b661c8a)\n/usr/local/kafka/bin/kafka-topics.sh\nkafka-topics.sh is /usr/local/kafka/bin/kafka-topics.sh\n');
    expect(complete(one.world, one.terminal, 'kafka-top', 'kafka-top')?.word).toBe('kafka-topics.sh ');
  });

  it('is in the PATH of every later terminal where a file of the login says so, and of this one where it is read', () => {
    const one = plain();
    one.type('cd /usr/local; tar -xzf kafka_2.12-2.3.0.tgz; mv kafka_2.12-2.3.0 kafka; cd');
    one.type("echo 'export KAFKA_HOME=/usr/local/kafka' > /etc/profile.d/kafka.sh; echo 'export PATH=$PATH:$KAFKA_HOME/bin' >> ~/.bashrc");
    expect(one.type('which kafka-topics.sh')).toMatch(/no kafka-topics\.sh/);
    const other = new Typist(one.world, 'terminal-2', 'host', {});
    expect(other.screen).toBe('[root@host ~]# ');
    expect(other.type('which kafka-topics.sh; history')).toBe('/usr/local/kafka/bin/kafka-topics.sh\n    1  which kafka-topics.sh; history\n');
    expect(one.type('source /etc/profile.d/kafka.sh; . ~/.bashrc; which kafka-topics.sh')).toBe('/usr/local/kafka/bin/kafka-topics.sh\n');
    expect(other.type("bash -c 'which kafka-topics.sh'")).toBe('/usr/local/kafka/bin/kafka-topics.sh\n');
  });

  it('of one\'s own is found there too, once it may be executed', () => {
    const one = plain();
    one.type('printf \'#!/bin/bash\\necho "$# $1"\\n\' > /usr/local/bin/mine');
    expect(one.type('mine a; echo $?')).toBe('bash: mine: command not found\n127\n');
    one.type('chmod +x /usr/local/bin/mine');
    expect(one.type('mine a b; cd /tmp; mine')).toBe('2 a\n0 \n');
  });

  it('of ZooKeeper is in the PATH of its container only', () => {
    const one = plain();
    one.type('systemctl start docker; docker run -d --name zk1 zookeeper:3.7.0');
    one.run(3_000);
    expect(one.type('zkServer.sh status')).toBe('bash: zkServer.sh: command not found\n');
    expect(one.type('docker exec zk1 zkServer.sh status')).toMatch(/Mode: standalone\n$/);
    expect(one.type('docker exec zk1 kafka-topics.sh --list')).toMatch(/^OCI runtime exec failed: .*"kafka-topics\.sh": executable file not found in \$PATH: unknown\n$/);
  });
});
