/**
 * What the cluster promises and whether it holds, judged from the world at the playhead. Some promises are owed for a while (they
 * have a clock), some were never made: those are listed too, since people believe them.
 */
import type { PromiseRow, PromisesFrame } from '../../views/promises/frame.ts';
import { defineText } from '../../views/text/define.ts';
import { seconds } from '../../views/text/units.ts';
import type { Seen } from './stage.ts';

const words = defineText({
  en: {
    leader: 'A partition with a live ISR member gets a leader',
    answer: 'A parked write gets its answer',
    lost: 'No acknowledged record is lost',
    hw: 'HW is not above the log of any ISR member',
    reads: 'Consumers read only below the HW',
    epoch: 'One leader per leader epoch',
    isr: 'The ISR is never empty',
    controller: 'At most one `/controller`',
    zxid: 'One zxid order on all servers',
    pause: 'Writes never pause',
    unacked: 'Unacknowledged records survive',
    kill: 'kill -9 ends the session',
    waiting: (n: number) => `${n} waiting`,
    of: (kept: number, all: number) => `${kept} of ${all}`,
    never: 'not promised',
    one: 'acks=1 promised one copy',
    leaders: (n: number) => `${n} partitions`,
    at: (who: string) => who,
    none: 'none',
    offline: (names: string, since: string) => `${names}: ${since} s`,
    closeDoes: 'close() does',
  },
  'zh-CN': {
    leader: 'ISR 里有活着的成员，分区就会有 leader',
    answer: '等待中的写入会得到应答',
    lost: '已确认的记录不会丢',
    hw: '高水位不超过任何 ISR 成员的日志',
    reads: '消费者只读到高水位以下',
    epoch: '每个 leader epoch 只有一个 leader',
    isr: 'ISR 永不为空',
    controller: '最多一个 `/controller`',
    zxid: '所有服务器的 zxid 顺序一致',
    pause: '写入从不停顿',
    unacked: '未确认的记录会保住',
    kill: 'kill -9 会结束会话',
    waiting: (n: number) => `${n} 条在等`,
    of: (kept: number, all: number) => `${kept} / ${all}`,
    never: '未曾承诺',
    one: 'acks=1 只承诺一份',
    leaders: (n: number) => `${n} 个分区`,
    at: (who: string) => who,
    none: '无',
    offline: (names: string, since: string) => `${names}：${since} s`,
    closeDoes: 'close() 才会',
  },
});

export function promisesFrame(seen: Seen): PromisesFrame {
  const { facts, observed, world, now } = seen;
  const rows: PromiseRow[] = [];
  const topics = facts.topics.filter((topic) => !topic.startsWith('__'));
  const partitions = topics.flatMap((topic) => facts.partitions(topic));
  const isUp = (id: number): boolean => facts.brokers.some((broker) => broker.id === id && broker.state === 'RunningAsBroker' && broker.process.status === 'running');

  if (facts.brokers.length > 0) {
    // A leader that is dead, or none at all, while somebody in the ISR lives.
    const owed = partitions.filter((one) => (one.leader === null || one.leader === undefined || !isUp(one.leader)) && one.isr.some(isUp));
    const since = owed.map((one) => {
      const leader = one.leader === null || one.leader === undefined ? undefined : observed.endings[`broker-${one.leader}`];
      return leader?.at ?? now;
    });
    const waited = since.length === 0 ? 0 : now - Math.min(...since);
    rows.push({
      key: 'leader',
      state: owed.length > 0 ? 'owed' : 'kept',
      sentence: words.leader,
      detail: owed.length > 0 ? words.offline(owed.map((one) => one.name).join(', '), seconds(waited)) : words.leaders(partitions.length),
    });

    const { sent, acked, failed, ackedLost } = observed.ledger;
    const waiting = sent - acked - failed;
    rows.push({ key: 'answer', state: waiting > 5 ? 'owed' : 'kept', sentence: words.answer, detail: words.waiting(waiting) });

    const onlyWeak = observed.ledger.lost.every((record) => {
      const producer = world.processes.find((process) => process.name === record.id.slice(0, record.id.lastIndexOf('/')));
      const acks = (producer?.config as { readonly properties?: Readonly<Record<string, string>> } | undefined)?.properties?.['acks'] ?? '1';
      return acks !== 'all' && acks !== '-1';
    });
    const newest = observed.ledger.lost[observed.ledger.lost.length - 1];
    rows.push({
      key: 'lost',
      state: ackedLost === 0 ? 'kept' : onlyWeak ? 'neverMade' : 'broken',
      sentence: words.lost,
      detail: ackedLost > 0 && onlyWeak ? words.one : words.of(acked - ackedLost, acked),
      ...(newest === undefined ? {} : { step: { at: newest.at, what: newest.value } }),
    });

    const aboveIsr: string[] = [];
    const leadersByEpoch = new Map<string, number[]>();
    for (const broker of facts.brokers) {
      for (const partition of broker.broker?.partitions ?? []) {
        const replica = facts.replica(broker.id, partition.topic, partition.partition);
        if (replica?.role !== 'leader') continue;
        const key = `${partition.name} ${partition.leaderEpoch}`;
        leadersByEpoch.set(key, [...(leadersByEpoch.get(key) ?? []), broker.id]);
        for (const member of partition.isr) {
          const other = facts.replica(member, partition.topic, partition.partition);
          if (other && other.role === 'follower' && other.leaderEpoch === partition.leaderEpoch && other.logEnd < partition.highWatermark) aboveIsr.push(`${partition.name}: ${member}`);
        }
      }
    }
    const offsets = partitions.flatMap((one) => {
      const leader = one.leader === null || one.leader === undefined ? undefined : facts.replica(one.leader, one.topic, one.partition);
      return leader === undefined ? [] : [`${leader.highWatermark} ≤ ${leader.logEnd}`];
    });
    rows.push({ key: 'hw', state: aboveIsr.length > 0 ? 'broken' : 'kept', sentence: words.hw, detail: aboveIsr[0] ?? offsets[0] ?? '' });

    const twice = [...leadersByEpoch].filter(([, leaders]) => leaders.length > 1);
    rows.push({ key: 'epoch', state: twice.length > 0 ? 'broken' : 'kept', sentence: words.epoch, detail: twice[0]?.[0] ?? words.leaders(leadersByEpoch.size) });

    const empty = partitions.filter((one) => one.leader !== undefined && one.isr.length === 0);
    rows.push({ key: 'isr', state: empty.length > 0 ? 'broken' : 'kept', sentence: words.isr, detail: partitions[0] === undefined ? '' : `[${partitions[0].isr.join(',')}]` });
    const { controller } = facts;
    rows.push({ key: 'controller', state: 'kept', sentence: words.controller, detail: controller === null ? words.none : `broker ${controller.brokerId}` });
  }

  const serving = facts.servers.filter((server) => server.isServing);
  const byZxid = new Map<number, string>();
  let differs = false;
  for (const server of serving) {
    const tree = server.server?.tree;
    if (!tree) continue;
    const digest = tree.digest.join(' ');
    const known = byZxid.get(tree.lastProcessedZxid);
    if (known !== undefined && known !== digest) differs = true;
    byZxid.set(tree.lastProcessedZxid, digest);
  }
  rows.push({ key: 'zxid', state: differs ? 'broken' : 'kept', sentence: words.zxid, detail: `${serving.length} / ${facts.servers.length}` });

  if (facts.brokers.length > 0) {
    rows.push(
      { key: 'pause', state: 'neverMade', sentence: words.pause, detail: words.never },
      { key: 'unacked', state: 'neverMade', sentence: words.unacked, detail: words.never },
    );
  }
  rows.push({ key: 'kill', state: 'neverMade', sentence: words.kill, detail: words.closeDoes });
  return { rows };
}
