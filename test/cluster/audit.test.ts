import { beforeAll, describe, expect, it } from 'vitest';
import { audit, auditing, logsThatCount, type Audit } from '../../src/cluster/audit.ts';
import { build } from '../../src/cluster/description.ts';
import { emptyLedger, foldFact, loseReplaced, type Ledger } from '../../src/cluster/ledger.ts';
import { RunningCluster } from '../../src/cluster/running.ts';
import { emptyList, push, type AppendList } from '../../src/kernel/append-list.ts';
import type { Fact } from '../../src/kernel/program.ts';
import type { Log } from '../../src/kafka/log/log.ts';
import { encodeBatch, stamped, utf8 } from '../../src/kafka/log/record-batch.ts';
import { pullThePlug } from '../../src/scenarios/pull-the-plug.ts';

let cluster: RunningCluster;
/** A log of a running broker, to be filled with other records. */
let template: Log;

beforeAll(() => {
  cluster = new RunningCluster(build(pullThePlug.cluster));
  for (const step of pullThePlug.boot) cluster.perform(step);
  cluster.runFor(3_000);
  template = logsThatCount(cluster.facts()).get('orders-0')!;
});

function logOf(texts: readonly string[]): Log {
  const batches = texts.reduce<AppendList<Uint8Array>>(
    (list, text, offset) => push(list, stamped(encodeBatch([{ key: null, value: utf8(text), timestamp: 0 }]), offset, 0)),
    emptyList<Uint8Array>(),
  );
  return { ...template, segments: [{ ...template.segments[0]!, batches }], logEndOffset: texts.length };
}

const sent = (n: number, value = `v${n}`, producer = 'P1'): Fact => ({ type: 'recordSent', producer, id: `${producer}/${n}`, topic: 't', key: null, value }) as Fact;
const acked = (n: number, offset: number, producer = 'P1'): Fact => ({ type: 'recordAcked', producer, id: `${producer}/${n}`, topic: 't', partition: 0, offset }) as Fact;
const failed = (n: number): Fact => ({ type: 'recordFailed', producer: 'P1', id: `P1/${n}`, topic: 't', error: 'TimeoutException', message: '' }) as Fact;
const led = (epochStartOffset: number, leaderEpoch: number): Fact => ({ type: 'becameLeader', topic: 't', partition: 0, broker: 2, leaderEpoch, epochStartOffset, isr: [2] }) as Fact;
const after = (...facts: Fact[]): Ledger => facts.reduce((ledger, fact, at) => foldFact(ledger, fact, at), emptyLedger);
const auditOf = (ledger: Ledger, ...texts: string[]): Audit => audit(ledger, new Map([['t-0', logOf(texts)]]));
const told = ({ odd }: Audit): string[] => odd.map(({ kind, value, offset }) => `${kind} ${value}@${offset}`);

describe('the audit', () => {
  it('finds nothing odd where everything went well, and counts what is stored', () => {
    const found = auditOf(after(sent(0), sent(1), acked(0, 0), acked(1, 1)), 'v0', 'v1');
    expect(found.odd).toEqual([]);
    expect(found.producers).toMatchObject([{ producer: 'P1', sent: 2, acked: 2, waiting: 0, stored: 2, partitions: [{ partition: 't-0', acked: 2, stored: 2 }] }]);
  });

  it('calls a second copy a duplicate, unless the same was sent twice', () => {
    expect(told(auditOf(after(sent(0), sent(1), acked(0, 0), acked(1, 1)), 'v0', 'v1', 'v0'))).toEqual(['duplicate v0@2']);
    expect(told(auditOf(after(sent(0, 'hello'), sent(1, 'hello'), acked(0, 0), acked(1, 1)), 'hello', 'hello'))).toEqual([]);
  });

  it('calls what was given up and is stored a phantom, and not what is still waited for', () => {
    expect(told(auditOf(after(sent(0), sent(1), failed(0)), 'v0', 'v1'))).toEqual(['phantom v0@0']);
  });

  it('sees a record behind one that its producer sent later, and lets other producers be', () => {
    const both = after(sent(0), sent(1), sent(5, 'other', 'P2'), acked(1, 0), acked(0, 2), acked(5, 1, 'P2'));
    expect(told(auditOf(both, 'v1', 'other', 'v0'))).toEqual(['reordered v0@2']);
    expect(auditOf(both, 'v1', 'other', 'v0').producers).toMatchObject([{ producer: 'P1', reordered: 1 }, { producer: 'P2', reordered: 0, stored: 1 }]);
  });

  it('names what was acknowledged and is lost, with the time of its answer', () => {
    const found = auditOf(after(sent(0), sent(1), acked(0, 0), acked(1, 1), led(1, 1)), 'v0');
    expect(found.odd).toMatchObject([{ kind: 'lost', value: 'v1', partition: 't-0', offset: 1, at: 3 }]);
    expect(found.producers).toMatchObject([{ lost: 1, stored: 1 }]);
  });

  it('says of a partition nobody can read that it does not know', () => {
    expect(audit(after(sent(0), acked(0, 0)), new Map()).producers).toMatchObject([{ acked: 1, stored: null }]);
  });

  it('lists partitions in the order of their topics and numbers', () => {
    const to = (n: number, topic: string, partition: number): Fact[] => [sent(n), { ...acked(n, 0), topic, partition } as Fact];
    const found = audit(after(...to(0, 'b', 0), ...to(1, 'a', 10), ...to(2, 'a', 2)), new Map());
    expect(found.producers[0]!.partitions.map(({ partition }) => partition)).toEqual(['a-2', 'a-10', 'b-0']);
  });

  it('counts in slices, and each tells how far it is', () => {
    const facts = Array.from({ length: 1_200 }, (_, n) => [sent(n), acked(n, n)]).flat();
    const work = auditing(after(...facts), new Map([['t-0', logOf(Array.from({ length: 1_200 }, (_, n) => `v${n}`))]]));
    const shares: number[] = [];
    let next = work.next();
    for (; next.done !== true; next = work.next()) shares.push(next.value);
    expect(shares.length).toBeGreaterThan(3);
    expect(shares).toEqual([...shares].sort((one, other) => one - other));
    expect(shares.at(-1)).toBeLessThanOrEqual(1);
    expect(next.value.producers).toMatchObject([{ stored: 1_200, duplicates: 0 }]);
  });

  it('agrees with a cluster that runs well', () => {
    const { acked: answered, sent: all } = cluster.observed.ledger;
    const found = audit(cluster.observed.ledger, logsThatCount(cluster.facts()));
    expect(found.odd).toEqual([]);
    expect(found.producers.reduce((sum, one) => sum + one.sent, 0)).toBe(all);
    expect(found.producers.reduce((sum, one) => sum + (one.stored ?? 0), 0)).toBeGreaterThanOrEqual(answered);
    expect(answered).toBeGreaterThan(10);
  });
});

describe('a leader whose log went its own way', () => {
  it('has lost what lies under another record, and only that, once', () => {
    const ledger = after(sent(0), sent(1), acked(0, 0), acked(1, 1));
    const stored = [{ offset: 0, value: 'v0' }, { offset: 1, value: 'another' }];
    const once = loseReplaced(ledger, 't-0', 4, stored);
    expect(once.lost).toMatchObject([{ id: 'P1/1', offset: 1, lostInEpoch: 4 }]);
    expect(loseReplaced(once, 't-0', 5, stored)).toBe(once);
    // What the log does not reach down to (retention) or has compacted away is no other record.
    expect(loseReplaced(ledger, 't-0', 4, [])).toBe(ledger);
  });
});
