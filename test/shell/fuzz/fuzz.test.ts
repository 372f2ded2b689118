import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { hash, load, save } from '../../src/kernel/codec.ts';
import type { World } from '../../src/kernel/world.ts';
import { commands } from '../../src/shell/commands/index.ts';
import { isIdle } from '../../src/shell/terminal.ts';
import { Typist } from './typist.ts';

let world: World;
beforeAll(() => {
  const typist = new Typist();
  for (const line of ['systemctl start docker', 'docker network create net', 'docker pull zookeeper:3.7.0', 'docker run -d --name zoo --network net -p 2182:2181 zookeeper:3.7.0', 'cd /usr/local; tar -zxf kafka_2.12-2.3.0.tgz; mv kafka_2.12-2.3.0 kafka; cd kafka/bin']) typist.type(line);
  world = typist.world;
});

const REAL = [
  'docker run -p 2183:2181 -d --name zookeeper2 --hostname zookeeper2 --network net --memory 1g -v /usr/local/z/data:/data -e ZOO_MY_ID=1 -e ZOO_SERVERS="server.1=zookeeper1:2888:3888;2181 server.2=zookeeper2:2888:3888;2181" zookeeper:3.7.0',
  'docker exec -it zoo /bin/bash',
  'docker inspect zoo | grep -i ip',
  "docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' zoo",
  'docker logs -f --tail 5 zoo | grep -n INFO',
  './kafka-server-start.sh -daemon ../config/server.properties --override broker.id=4',
  "sed -i -e 's/^broker.id=.*/broker.id=1/' -e '2,4d' ../config/server.properties",
  'tar -czvf /tmp/x.tgz ../config && tar -tzf /tmp/x.tgz | tail -n 3',
  'find /usr/local/kafka -name "*.sh" -maxdepth 2 | sort -r | head -4 > /tmp/list; wc -l < /tmp/list',
  'cat <<EOF | tee -a /tmp/f | grep -v x\nx\ny\nEOF\n',
  'sudo firewall-cmd --zone=public --add-port=9092/tcp --permanent',
  'iptables -A INPUT -p tcp --dport 9092 -j DROP; netstat -tulnp; ss -tlnp',
  'watch -n 1 docker ps',
  'kill -STOP $(jps | grep Kafka); jobs; fg; sleep 3 &',
];
const words = fc.constantFrom(...commands.map(({ name }) => name), 'ls', 'run', 'rm', 'inspect', 'network', 'create', 'zoo', 'net', '-f', '-l', '-i', '-n', '--format', '--help', '-1', '/', '/usr/local', '..', '*', 'x', '$?', '"a b"', "'", '`', '$(ls)', '|', '&&', ';', '&', '>', '>>', '<', '/tmp/f', '2>&1', '<b>', '{{.Id}}', '[', '\\(', 'é', '中文', '\u0007');
const line = fc.oneof(
  { weight: 3, arbitrary: fc.array(words, { minLength: 1, maxLength: 9 }).map((all) => all.join(' ')) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...REAL), fc.nat(200)).map(([text, cut]) => text.slice(0, cut)) },
  { weight: 1, arbitrary: fc.constantFrom(...REAL) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
);
const KEYS = ['C-c', 'C-d', 'C-l', 'C-z'] as const;
const deed = fc.oneof({ weight: 6, arbitrary: line }, { weight: 1, arbitrary: fc.constantFrom(...KEYS).map((key) => ({ key })) });

describe('whatever is typed at a terminal', () => {
  it('neither stops the world nor corrupts it, and Ctrl-C brings the prompt back', () => {
    fc.assert(
      fc.property(fc.array(deed, { minLength: 1, maxLength: 6 }), (deeds) => {
        const typist = new Typist(world, 'fuzz');
        for (const one of deeds) {
          if (typeof one === 'string') typist.input({ type: 'type', text: `${one}\n` });
          else typist.input({ type: 'key', key: one.key });
          typist.run(300);
        }
        // A shell that was left is opened again; one in a container needs its own farewell.
        for (let i = 0; i < 4 && !isIdle(typist.world, 'fuzz'); i++) {
          typist.input({ type: 'key', key: 'C-c' });
          typist.run(200);
          typist.input({ type: 'key', key: 'C-d' });
          typist.run(2_000);
        }
        const again = new Typist(typist.world, 'fuzz-2');
        expect(again.type('echo alive', 5)).toBe('alive\n');
        expect(hash(load(save(again.world)))).toBe(hash(again.world));
      }),
      { numRuns: 200, seed: 20_261_126 },
    );
  });

  it('of a megabyte is answered', () => {
    const typist = new Typist(world, 'fuzz');
    expect(typist.type(`echo ${'x'.repeat(1_000_000)} | wc -c`)).toBe('1000001\n');
    expect(typist.type('y'.repeat(1_000_000)).length).toBeLessThan(300);
  });
});
