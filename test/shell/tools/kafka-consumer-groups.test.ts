import { beforeAll, describe, expect, it } from 'vitest';
import { Machine } from './machine.ts';
import { comparable, recordedRuns } from './recorded.ts';

const BROKER = '--bootstrap-server 127.0.0.1:9092';

describe('kafka-consumer-groups.sh', () => {
  const machine = new Machine();
  const groups = (rest: string): ReturnType<Machine['run']> => machine.run(`kafka-consumer-groups.sh ${BROKER} ${rest}`);
  const produce = (topic: string, text: string): void => {
    const process = machine.start('kafka-console-producer.sh', `--broker-list 127.0.0.1:9092 --topic ${topic}`.split(' ')) as string;
    machine.command(process, { type: 'input', text } as never);
    machine.command(process, { type: 'endOfInput' });
    expect(machine.finish(process).exitCode).toBe(0);
  };
  beforeAll(() => {
    machine.boot();
    machine.run(`kafka-topics.sh --create ${BROKER} --topic test --replica-assignment 1:2`);
    machine.run(`kafka-topics.sh --create ${BROKER} --topic orders --replica-assignment 1,2,3,1`);
    produce('test', 'first\nsecond\nthird\n');
    for (const recorded of recordedRuns('13-tutorial').filter(({ command }) => command.startsWith('kafka-console-consumer.sh'))) machine.run(recorded.command);
  });

  // The last of the recorded runs is one that asks for a group that nobody knows (KL-16).
  for (const recorded of recordedRuns('13-tutorial').filter(({ command }) => command.startsWith('kafka-consumer-groups.sh'))) {
    it(`kafka-cli#${recorded.command.includes('nosuch') ? 16 : 15} as recorded (13-tutorial): ${recorded.command}`, () => {
      const run = machine.run(recorded.command);
      // Which group comes first depends on which broker keeps it; its number is drawn.
      const lines = (text: string): readonly string[] => text.replace(/console-consumer-\d+/g, 'console-consumer-<n>').split('\n');
      const [mine, theirs] = recorded.command.includes('--list') ? [lines(run.stdout).toSorted(), lines(recorded.stdout).toSorted()] : [lines(run.stdout), lines(recorded.stdout)];
      expect(mine).toEqual(theirs);
      expect({ stderr: run.stderr, exitCode: run.exitCode }).toEqual({ stderr: recorded.stderr, exitCode: recorded.exitCode });
    });
  }

  it('kafka-cli#17 KL-17, kafka-cli#19 KL-19: a group that lives is described, and neither reset nor deleted', () => {
    const consumer = machine.start('kafka-console-consumer.sh', `${BROKER} --topic orders --group billing`.split(' ')) as string;
    machine.cluster.runFor(6_000);
    const rows = groups('--describe --group billing --members --verbose').stdout.split('\n');
    expect(rows[1]).toMatch(/^GROUP {11}CONSUMER-ID +HOST {12}CLIENT-ID {7}#PARTITIONS {5}ASSIGNMENT$/);
    expect(rows[2]).toMatch(/^billing {9}consumer-1-[0-9a-f-]{36} \/127\.0\.0\.1 {6}consumer-1 {6}4 {15}orders\(0,1,2,3\)$/);
    expect(groups('--describe --group billing --members').stdout.split('\n')[1]).toMatch(/ #PARTITIONS {5}$/);
    const state = groups('--describe --group billing --state').stdout.split('\n');
    expect(state[1]).toBe('GROUP                     COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE           #MEMBERS');
    expect(state[2]).toMatch(/^billing {19}127\.0\.0\.1:909\d \(\d\) {8}range {16}Stable {10}1$/);
    const offsets = groups('--describe --group billing').stdout.split('\n').slice(2, 6);
    expect(offsets.map((row) => row.split(/ +/).slice(0, 3))).toEqual([0, 1, 2, 3].map((partition) => ['billing', 'orders', String(partition)]));

    // KL-17
    expect(groups('--reset-offsets --group billing --topic orders --to-earliest --execute')).toEqual({
      stdout: `
Error: Assignments can only be reset if the group 'billing' is inactive, but the current state is Stable.

GROUP                          TOPIC                          PARTITION  NEW-OFFSET     
`,
      stderr: '',
      exitCode: 0,
    });
    // KL-19
    expect(groups('--delete --group billing').stdout).toBe(
      "\nError: Deletion of some consumer groups failed:\n* Group 'billing' could not be deleted due to: java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.GroupNotEmptyException: The group is not empty.\n",
    );
    machine.perform({ type: 'kill', process: consumer, signal: 'SIGINT' });
    expect(machine.finish(consumer, 5_000).exitCode).toBe(130);
  });

  it('kafka-cli#18 KL-18 offsets outside the log are brought into it', () => {
    produce('orders', Array.from({ length: 40 }, (_, n) => `o${n}\n`).join(''));
    // As the broker's table of a topic's partitions, a Scala LongMap, gives them: recorded-lines.test.ts has it of three.
    const inOrder = [0, 2, 3, 1];
    const run = groups('--reset-offsets --group fresh --topic orders --to-offset 500 --execute');
    expect(comparable(run.stderr)).toBe(
      inOrder.map((n) => `[<date>] WARN New offset (500) is higher than latest offset for topic partition orders-${n}. Value will be set to 10 (kafka.admin.ConsumerGroupCommand$)\n`).join(''),
    );
    const row = (partition: number, offset: number): string => `fresh                          orders                         ${partition}          ${String(offset).padEnd(15)}\n`;
    expect(run.stdout).toBe(`\nGROUP                          TOPIC                          PARTITION  NEW-OFFSET     \n${inOrder.map((n) => row(n, 10)).join('')}`);
    expect(groups('--reset-offsets --group fresh --topic orders:1 --shift-by -4 --execute').stdout).toContain(row(1, 6));
    expect(groups('--reset-offsets --group fresh --all-topics --to-current --export --dry-run').stdout).toBe('orders,0,10\norders,1,6\norders,2,10\norders,3,10\n\n');
    expect(groups('--reset-offsets --group fresh --topic orders --to-datetime 2026-11-22T00:00:00.000 --dry-run').stdout).toContain(row(3, 0));
    machine.files['plan.csv'] = 'orders,0,3\n';
    expect(groups('--reset-offsets --group fresh --from-file plan.csv --execute').stdout).toContain(row(0, 3));
    expect(groups('--reset-offsets --group fresh --topic orders --to-earliest').stderr).toMatch(/^WARN: No action will be performed as the --execute option is missing\.In a future major release, /);
  });

  it('deletes a group without members, and one that nobody knows not', () => {
    expect(groups('--delete --group fresh').stdout).toBe("Deletion of requested consumer groups ('fresh') was successful.\n");
    expect(groups('--delete --group fresh').stdout).toContain("* Group 'fresh' could not be deleted due to: java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.GroupIdNotFoundException: The group id does not exist.\n");
  });

  it('answers wrong arguments, and gives up after five seconds', () => {
    const said = (rest: string): string => groups(rest).stderr.split('\n')[0]!;
    expect(said('--list --describe')).toBe('Command must include exactly one action: --list, --describe, --delete, --reset-offsets');
    expect(said('--describe')).toBe('Option [describe] takes one of these options: [group], [all-groups]');
    expect(said('--reset-offsets --group g --to-earliest --dry-run')).toBe('One of the reset scopes should be defined: --all-topics, --topic.');
    const alone = new Machine();
    const run = alone.run('kafka-consumer-groups.sh --bootstrap-server localhost:9999 --describe --group g');
    expect(run).toMatchObject({ stdout: '\nError: Executing consumer group command failed due to org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node assignment.\n', exitCode: 0 });
    expect(alone.run('kafka-consumer-groups.sh --bootstrap-server localhost:9999 --list').stdout).toBe(
      '\nError: Executing consumer group command failed due to org.apache.kafka.common.KafkaException: Failed to find brokers to send ListGroups\n',
    );
  });
});
