/** Lines as somebody might type them: real ones, beginnings of real ones, ones built from the tools' own words, and noise. */
import fc from 'fast-check';
import { commands } from '../../../src/shell/commands/index.ts';
import { tutorialDocument } from '../../../src/scenarios/tutorial/index.ts';
import type { Deed } from './host.ts';

const TUTORIAL = tutorialDocument.chapters.flatMap(({ blocks }) => blocks.flatMap((block) => ('command' in block && block.command ? block.command.lines.split('\n') : [])));

const SHELL = [
  'docker run -p 2183:2181 -d --name zookeeper2 --hostname zookeeper2 --network net --memory 1g -v /usr/local/z/data:/data -e ZOO_MY_ID=1 -e ZOO_SERVERS="server.1=zookeeper1:2888:3888;2181 server.2=zookeeper2:2888:3888;2181" zookeeper:3.7.0',
  'docker exec -it zookeeper1 /bin/bash',
  'docker inspect zookeeper1 | grep -i ip',
  "docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' zookeeper1",
  'docker logs -f --tail 5 zookeeper1 | grep -n INFO',
  'docker stats --no-stream; docker top zookeeper1; docker port zookeeper1 2181/tcp',
  'docker network connect net zookeeper1; docker network inspect net; docker network disconnect net zookeeper1',
  'docker pause zookeeper1; docker unpause zookeeper1; docker restart -t 1 zookeeper1',
  'docker compose -f docker-compose.yml up -d; docker compose ps; docker compose logs -f --tail 3; docker compose down',
  "cat > docker-compose.yml <<'END'\nservices:\n  a:\n    image: zookeeper:3.7.0\n    ports: [\"2190:2181\"]\nEND",
  './kafka-server-start.sh -daemon ../config/server.properties --override broker.id=4 --override listeners=PLAINTEXT://:9094 --override log.dirs=/tmp/k4',
  "sed -i -e 's/^broker.id=.*/broker.id=1/' -e '2,4d' ../config/server.properties",
  'tar -czvf /tmp/x.tgz ../config && tar -tzf /tmp/x.tgz | tail -n 3',
  'find /usr/local/kafka -name "*.sh" -maxdepth 2 | sort -r | head -4 > /tmp/list; wc -l < /tmp/list',
  'cat <<EOF | tee -a /tmp/f | grep -v x\nx\ny\nEOF\n',
  'sudo firewall-cmd --zone=public --add-port=9092/tcp --permanent',
  'iptables -A INPUT -p tcp --dport 9092 -j DROP; netstat -tulnp; ss -tlnp; iptables -F',
  'tc qdisc add dev eth0 root netem delay 100ms; tc qdisc del dev eth0 root',
  'watch -n 1 docker ps',
  'kill -STOP $(jps | grep Kafka); jobs; fg; sleep 3 &',
  'echo stat | nc localhost 2182; echo mntr | nc 127.0.0.1 2182 | head -3; nc -zv localhost 9092',
  'telnet localhost 2182',
  'curl -s http://localhost:8080/commands/stats',
  'ping -c 2 localhost; ping zookeeper1',
  'vi /tmp/x',
  'nano ../config/server.properties',
  'hexdump -C /tmp/kafka-logs/test-0/00000000000000000000.log | head',
  'less ../config/server.properties',
  'tail -f ../logs/server.log',
  'for i in 1 2 {3..5} $(seq 6 8); do echo $i $((i * 2)); [ $i -gt 6 ] && break; done',
  'while ! nc -z localhost 9092; do sleep 1; done; until false; do echo x; continue; done | head -3',
  'if grep -q Kafka /tmp/list; then jps -l | awk \'/Kafka/ { print $1, $NF }\'; elif test -f /tmp/x; then cut -d: -f1,3- /tmp/x; else echo a | uniq -c; fi',
  'docker ps -aq | xargs docker inspect -f {{.Name}} | tr -d / | xargs -I{} -t echo "{} x"; jps | tr -s " " "\\n" | xargs -n 2 -P 2 sleep',
  'echo y | docker system prune -a --volumes; docker container prune -f; docker network prune -f; docker volume prune --force; docker image prune -a',
  'docker cp ../config zookeeper1:/tmp/x; docker cp zookeeper1:/conf/. /tmp/conf; docker cp /tmp/list zookeeper1:data/',
  'f() { local a=$1 b; [[ $a =~ ^[0-9]+$ && -n $a ]] && { echo "$@"; return 3; } 2>&1; shift; f "${a%x}" "$@"; }; f 1 2; f x 1 | tr 1 2',
  'while IFS=: read -r a b; do case $a in t*|"x") echo "$b" >&2;; [a-c]?) continue;& *) break;; esac; done < /tmp/list > /tmp/out',
  'for ((i = 0; i < 3; i++)); do ((n += i ** 2, n % 2)) && echo "$n $((n++ + --i))"; ((i += 2)); done; let n=n*2; while ((n-- > 0)); do :; done',
  'docker ps -q | while read id; do docker inspect "$id" | grep -c Id; done; read -p "more? " x; echo "${x:-none} ${#x} ${x/a/b}"',
  'set -- a "b c"; for i; do echo "$i"; done; set -x; eval "echo $2"; set +x; function g { ( exit 3 ) || echo $?; }; g; unset -f g',
  'cat > /tmp/s.sh <<END\n#!/bin/bash\nset -e\nfor i in "\\$@"; do echo \\$i; done\nEND\nchmod +x /tmp/s.sh; /tmp/s.sh a b; source /tmp/s.sh; bash /tmp/s.sh < /dev/null',
  'for i in 1 2 3; do docker exec zookeeper$i zkServer.sh status; done > /tmp/list 2>&1 &',
];

const B = '--bootstrap-server localhost:9092';
const Z = '--zookeeper localhost:2182';
const KAFKA = [
  `./kafka-topics.sh ${Z} --create --topic t2 --partitions 3 --replication-factor 1 --config retention.ms=1000 --if-not-exists`,
  `./kafka-topics.sh ${B} --describe --topic test`,
  `./kafka-topics.sh ${Z} --describe --under-replicated-partitions --unavailable-partitions`,
  `./kafka-topics.sh ${B} --alter --topic test --partitions 4`,
  `./kafka-topics.sh ${B} --delete --topic "te.*"`,
  `./kafka-topics.sh ${B} --list --exclude-internal`,
  './kafka-console-producer.sh --broker-list localhost:9092 --topic test --property parse.key=true --property key.separator=: --request-required-acks all',
  `./kafka-console-consumer.sh ${B} --topic test --from-beginning --property print.key=true --timeout-ms 3000`,
  `./kafka-console-consumer.sh ${B} --whitelist "te.*" --group h --max-messages 2`,
  `./kafka-console-consumer.sh ${B} --topic __consumer_offsets --formatter "kafka.coordinator.group.GroupMetadataManager\\$OffsetsMessageFormatter" --from-beginning --max-messages 1`,
  `./kafka-consumer-groups.sh ${B} --describe --group g --members --verbose`,
  `./kafka-consumer-groups.sh ${B} --list`,
  `./kafka-consumer-groups.sh ${B} --group g --reset-offsets --to-earliest --all-topics --execute`,
  `./kafka-consumer-groups.sh ${B} --group g --reset-offsets --shift-by -1 --topic test:0,1 --dry-run --export`,
  `./kafka-consumer-groups.sh ${B} --delete --group g --group h`,
  `./kafka-configs.sh ${Z} --entity-type topics --entity-name test --alter --add-config 'retention.ms=5,cleanup.policy=compact' --delete-config retention.ms`,
  `./kafka-configs.sh ${B} --entity-type brokers --entity-name 0 --describe`,
  `./kafka-broker-api-versions.sh ${B}`,
  `./kafka-log-dirs.sh ${B} --describe --topic-list test`,
  `echo '{"partitions":[{"topic":"test","partition":0,"offset":1}]}' > /tmp/d.json; ./kafka-delete-records.sh ${B} --offset-json-file /tmp/d.json`,
  `echo '{"version":1,"topics":[{"topic":"test"}]}' > /tmp/t.json; ./kafka-reassign-partitions.sh ${Z} --topics-to-move-json-file /tmp/t.json --broker-list 0 --generate`,
  `echo '{"version":1,"partitions":[{"topic":"test","partition":0,"replicas":[0],"log_dirs":["any"]}]}' > /tmp/r.json; ./kafka-reassign-partitions.sh ${Z} --reassignment-json-file /tmp/r.json --execute`,
  `./kafka-reassign-partitions.sh ${Z} --reassignment-json-file /tmp/r.json --verify`,
  `./kafka-preferred-replica-election.sh ${B}`,
  './kafka-run-class.sh kafka.tools.DumpLogSegments --files /tmp/kafka-logs/test-0/00000000000000000000.log --print-data-log --deep-iteration',
  './kafka-dump-log.sh --files /tmp/kafka-logs/test-0/00000000000000000000.index,/tmp/kafka-logs/test-0/00000000000000000000.timeindex --index-sanity-check',
  './kafka-run-class.sh kafka.tools.GetOffsetShell --broker-list localhost:9092 --topic test --time -2 --partitions 0,1',
  './kafka-verifiable-producer.sh --broker-list localhost:9092 --topic test --max-messages 5 --throughput 10 --acks 1',
  './kafka-verifiable-consumer.sh --broker-list localhost:9092 --topic test --group-id v --max-messages 5 --reset-policy earliest',
  './kafka-producer-perf-test.sh --topic test --num-records 20 --record-size 10 --throughput -1 --producer-props bootstrap.servers=localhost:9092 acks=all',
  './kafka-consumer-perf-test.sh --broker-list localhost:9092 --topic test --messages 3',
  './kafka-server-start.sh ../config/server.properties',
  './kafka-server-stop.sh',
  './zookeeper-shell.sh localhost:2182 ls /brokers/ids',
  './zookeeper-server-start.sh -daemon ../config/zookeeper.properties',
];

const ZOOKEEPER = [
  'ls /', 'ls -R /brokers', 'ls -s -w /', 'ls2 /', 'get -s -w /controller', 'get /x watch', 'stat /', 'create /f 1', 'create -e -s /f/e', 'create -c /c x', 'create -t 100 /ttl y', 'set -v 0 /f two', 'set /f "a b"', 'delete /f', 'deleteall /f', 'rmr /f',
  'getAcl -s /', 'setAcl /f world:anyone:r', 'addauth digest u:p', 'sync /', 'history', 'redo 1', 'redo 99', 'connect localhost:2182', 'close', 'quit', 'config', 'reconfig -remove 1', 'setquota -n 1 /f', 'listquota /f', 'delquota /f', 'printwatches off', 'removewatches /', 'getEphemerals', 'getAllChildrenNumber /', 'addWatch -m PERSISTENT /', 'version', 'whoami', 'help', 'nonsense /',
  'set /brokers/topics/test {"version":1}', 'set /controller_epoch x', 'delete /controller', 'delete /brokers/ids/0', 'create /admin/preferred_replica_election {', 'create /admin/delete_topics/test ""', 'create /admin/reassign_partitions nonsense', 'set /brokers/topics/test/partitions/0/state []', 'create /config/topics/test {}', 'create /config/changes/config_change_ x -s', 'deleteall /brokers',
];

/** Programs that read what is typed, each with lines made for it. */
const INSIDE: readonly (readonly [start: string, lines: readonly string[]])[] = [
  ['./zookeeper-shell.sh localhost:2182', ZOOKEEPER],
  ['docker exec -it zookeeper1 zkCli.sh', ZOOKEEPER],
  ['docker exec -it zookeeper1 bash', [...SHELL.slice(10), 'zkServer.sh status', 'apt-get update', 'zkCli.sh', 'cat /conf/zoo.cfg', 'exit']],
  ['bash', [...SHELL, 'exit 3', 'bash']],
  ['./kafka-console-producer.sh --broker-list localhost:9092 --topic test', ['a', '', 'x'.repeat(5_000), '{"a":"<b>"}']],
  ['./kafka-console-producer.sh --broker-list localhost:9092 --topic new --property parse.key=true --property key.separator=:', ['k:v', 'no key', ':', 'k:']],
  ['./kafka-console-consumer.sh --bootstrap-server localhost:9092 --topic test --from-beginning', ['q', '']],
  ['./kafka-console-consumer.sh --bootstrap-server localhost:9092 --topic test --group g --consumer-property session.timeout.ms=6000', ['q']],
  ['nc localhost 2182', ['ruok', 'mntr', 'stat', 'isro', 'nonsense']],
  ['nc localhost 9092', ['ruok', '\u0000\u0000']],
  ['telnet localhost 2182', ['srvr', 'conf']],
  ['cat | tee /tmp/x | grep a', ['a', 'b']],
  ['cat > /tmp/y', ['a', 'b']],
  ['sort', ['b', 'a']],
  ['read -p "? " a b; echo "$b"', ['x y z', 'a\\', '']],
  ['while read l; do case $l in q) break;; *) echo "$l" | xargs;; esac; done', ['a "b"', 'q', "it's"]],
  ['f() {', ['echo $1', 'local x=1', '}', 'f a', 'return', '{', '} | cat']],
  ['case x in', ['x)', 'echo y;;', '*) ls ;&', 'esac']],
  ['docker system prune --volumes', ['y', 'Y', 'n', '']],
  ['xargs -n 2 sleep', ['0.1 0.2 x', "it's", '1 \\']],
  ['tr a-z A-Z | xargs -L 1', ['b "c d', 'a']],
  ['vi /tmp/x', [':wq', 'i', 'dd']],
  ['less ../config/server.properties', ['q', '/log']],
  ['tail -f ../logs/server.log', ['q']],
  ['watch -n 1 jps', ['q']],
  ['ping localhost', ['q']],
  ['docker logs -f zookeeper1', ['q']],
  ['./kafka-server-start.sh ../config/server.properties --override broker.id=7 --override listeners=PLAINTEXT://:9097 --override log.dirs=/tmp/k7', ['q']],
  ['./kafka-verifiable-consumer.sh --broker-list localhost:9092 --topic test --group-id v', ['q']],
  ["cat <<'EOF'", ['a', 'EOF']],
  ['echo "unfinished', ['"', "'"]],
];

/** Words of the tools' options and of what may stand behind them, as the real lines have them. */
const wordsOf = (lines: readonly string[]): readonly string[] => [...new Set(lines.flatMap((line) => line.split(/\s+/)))];
const WORDS = wordsOf([...SHELL, ...KAFKA, ...TUTORIAL, ...ZOOKEEPER]);
const OPERATORS = ['|', '&&', '||', ';', '&', '>', '>>', '<', '2>&1', '2>/dev/null', '$?', '"a b"', "'", '"', '`', '$(ls)', '\\', '*', '..', '/', '~', '-1', '--', '--help', '[', '\\(', 'é', '中文', '\u0007', '<b>', '99999999999999999999', 'NaN', '{', '""', '$((', '))', 'for', 'in', 'do', 'done', 'while', 'if', 'then', 'else', 'fi', '!', 'break', '{1..9}', 'f() {', '}', '{ ', '; }', 'case', 'esac', ';;', 'a)', '[[', ']]', '=~', '"$@"', '$1', '${x%y}', 'read', 'function', 'return', 'set -e', 'local', 'eval', 'source', '((i++))', 'for ((;;))', '$((x=1))'];
const NAMES = [...commands.map(({ name }) => (name.endsWith('.sh') ? `./${name}` : name))];

const real = fc.constantFrom(...SHELL, ...KAFKA, ...TUTORIAL);
const built = fc
  .tuple(fc.constantFrom(...NAMES), fc.array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...WORDS) }, { weight: 1, arbitrary: fc.constantFrom(...OPERATORS) }), { maxLength: 8 }))
  .map(([name, words]) => [name, ...words].join(' '));
const beginning = (line: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.tuple(line, fc.nat(250)).map(([text, cut]) => text.slice(0, cut));
/** A real line of which one word is left out, doubled, or another one. */
const changed = (line: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(line, fc.nat(), fc.oneof(fc.constant([]), fc.constantFrom(...WORDS, ...OPERATORS).map((word) => [word]), fc.string({ maxLength: 5 }).map((word) => [word]))).map(([text, at, instead]) => {
    const words = text.split(' ');
    return words.toSpliced(at % words.length, 1, ...instead).join(' ');
  });
const noise = fc.string({ unit: 'binary', maxLength: 60 });

const shellLine = fc.oneof({ weight: 3, arbitrary: built }, { weight: 2, arbitrary: beginning(real) }, { weight: 3, arbitrary: changed(real) }, { weight: 2, arbitrary: real }, { weight: 1, arbitrary: noise });
const key = fc.constantFrom('C-c', 'C-d', 'C-l', 'C-z').map((one): Deed => ({ key: one as 'C-c' }));
const save = fc.option(fc.string({ maxLength: 20 }), { nil: null }).map((text): Deed => ({ save: text }));
const deeds = (line: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<readonly Deed[]> =>
  fc.array(fc.oneof({ weight: 8, arbitrary: line.map((text): Deed => ({ line: text })) }, { weight: 1, arbitrary: key }, { weight: 1, arbitrary: save }), { minLength: 1, maxLength });

/** At the shell's own prompt. */
export const atPrompt = deeds(shellLine, 6);

/** A program in front is started, and then spoken to. */
export const insidePrograms = fc.constantFrom(...INSIDE).chain(([start, lines]) => {
  const made = fc.constantFrom(...lines);
  const line = fc.oneof({ weight: 4, arbitrary: made }, { weight: 2, arbitrary: changed(made) }, { weight: 1, arbitrary: beginning(made) }, { weight: 1, arbitrary: noise }, { weight: 1, arbitrary: shellLine });
  return deeds(line, 8).map((all): readonly Deed[] => [{ line: start }, ...all]);
});
