/**
 * Lines that were typed at the shipped tools of kafka_2.12-2.3.0 (JDK 17, ZooKeeper 3.5.9, three brokers with the configuration of
 * `threeBrokers`), one after the other on one cluster, and what each printed. Without stack frames and tables of options (both are
 * checked elsewhere); times, ids and counters as `<…>`, repeated warnings once. `@bg NAME: LINE` runs in the background until
 * `@kill NAME`, `@sleep SECONDS` waits.
 */
import { readFileSync } from 'node:fs';
import { build } from '../../../src/cluster/description.ts';
import { initialObserved } from '../../../src/cluster/observer.ts';
import { RunningCluster } from '../../../src/cluster/running.ts';
import { brokersBoot, ensembleBoot, threeBrokers, threeServers } from '../../../src/scenarios/fixtures.ts';
import { furnish } from '../../../src/shell/machine/furnish.ts';
import { shellKernel } from '../../../src/shell/kernel.ts';
import { Typist } from '../typist.ts';

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface RecordedLine {
  readonly line: string;
  /** null: the line is a direction to who types. */
  readonly printed: Printed | null;
}

export function recordedLines(name: string): readonly RecordedLine[] {
  const text = readFileSync(new URL(`./recorded/${name}.txt`, import.meta.url), 'utf8');
  return text
    .split(/^(?=[$@] ?\w)/m)
    .filter((block) => block !== '')
    .map((block): RecordedLine => {
      if (block.startsWith('@')) return { line: block.trimEnd(), printed: null };
      const [, line, stdout, stderr, code] = /^\$ (.*)\n--stdout\n([\s\S]*)--stderr\n([\s\S]*)--exit code (\d+)\n$/.exec(block)!;
      return { line: line!, printed: { stdout: stdout!, stderr: stderr!, exitCode: Number(code) } };
    });
}

/** What is left of a text to be compared; every text ends with a newline or is empty. */
export function withoutChance(text: string): string {
  const plain = text
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[,:]\d{3}/g, '<date>')
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
    .replace(/(console|perf)-consumer-\d+/g, '$1-consumer-<n>')
    .replace(/\b1[5-9]\d{11}\b/g, '<ms>')
    .replace(/\[I@[0-9a-f]+/g, '[I@<hash>')
    .replace(/crc: \d+/g, 'crc: <crc>')
    .replace(/"avg_throughput":[\d.E-]+/g, '"avg_throughput":<n>')
    .replace(/(records sent), .*/g, '$1, <n>')
    .replace(/^(<date>, (?:<date>|\d+)), .*$/gm, '$1, <n>')
    .replace(/127\.0\.0\.1:909\d \(\d\)/g, '127.0.0.1:<port> (<id>)')
    .replace(/ in \d{4,6}ms/g, ' in <n>ms')
    .replace(/correlation id \d+/g, 'correlation id <n>')
    .replace(/^\t(?:at |\.\.\. \d+ (?:more|common)).*\n/gm, '')
    .replace(/^Option +Description *\n[\s\S]*/m, '<table of options>\n');
  const lines = plain.split('\n');
  return lines.filter((line, index) => !(line.includes('WARN') && line === lines[index - 1])).join('\n').replace(/[^\n]$/, '$&\n');
}

/** Types the lines at the machine of a furnished deployment; what each printed, in order. */
export function typed(lines: readonly RecordedLine[]): readonly (Printed | null)[] {
  const cluster = new RunningCluster(build({ seed: 4, zookeeper: threeServers, brokers: threeBrokers, clients: [] }), initialObserved, undefined, shellKernel);
  for (const step of [...ensembleBoot, ...brokersBoot]) cluster.perform(step);
  cluster.runFor(2_000);
  let world = cluster.world;
  for (const action of furnish(world)) world = shellKernel.perform(world, action).world;
  const typist = new Typist(world, 'terminal-1');
  const say = (line: string): string => typist.type(line, 200);
  say('export PATH=/usr/local/kafka/bin:$PATH; mkdir -p /tmp/w; cd /tmp/w');
  return lines.map(({ line, printed }) => {
    if (printed === null) {
      const [, background, command] = /^@bg (\w+): (.*)$/.exec(line) ?? [];
      if (command !== undefined) say(`${command} > ${background}.out 2>&1 & echo $! > ${background}.pid`);
      else if (line.startsWith('@kill ')) say(`kill -INT $(cat ${line.slice(6)}.pid)`);
      typist.run(line.startsWith('@sleep ') ? Number(line.slice(7)) * 1_000 : 4_000);
      return null;
    }
    say(': > .out; : > .err');
    const shown = say(/ > /.test(line) ? `${line} 2> .err` : `${line} > .out 2> .err`);
    const exitCode = Number(say('echo $?'));
    // A real tool starts a second or two after the one before.
    typist.run(1_500);
    return { stdout: withoutChance(shown + say('cat .out')), stderr: withoutChance(say('cat .err')), exitCode };
  });
}
