/** The sample frame with more of everything: to see that the stage holds 1 to 7 servers, 1 to 12 brokers and 300 messages. */
import type { Micros } from '../../src/kernel/program.ts';
import type { MessageFamily } from '../../src/views/marks/message-shapes.ts';
import type { BrokerFrame, MessageFrame } from '../../src/views/frame.ts';
import type { SampledStage } from './sample-frame.ts';

export function stretched(
  frame: SampledStage,
  to: { readonly brokers: number; readonly servers: number; readonly partitions: number; readonly messages: number; readonly now: Micros },
): SampledStage {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);
  const brokers = numbers(to.brokers).map((id): BrokerFrame => {
    const model = frame.brokers[(id - 1) % frame.brokers.length];
    if (!model) throw new Error('the sample has brokers');
    const replicas = numbers(to.partitions).flatMap((p) => {
      const replica = model.replicas[(p - 1) % model.replicas.length];
      return replica ? [to.partitions <= 3 ? replica : { ...replica, partition: `payments-audit-${p - 1}` }] : [];
    });
    return id <= 3 && to.partitions === 3 ? model : { ...model, id: `broker-${id}`, brokerId: id, port: 9091 + id, controller: id === 3 ? { epoch: 1 } : undefined, replicas };
  });
  const servers = numbers(to.servers).map((sid) => ({ id: `zookeeper${sid}`, sid, name: `zookeeper${sid}`, process: 'up' as const, state: sid === 2 ? ('LEADING' as const) : ('FOLLOWING' as const), lastZxid: '0x10000004c' }));
  const sessions = brokers.map((broker, at) => ({
    id: `session:${at}`,
    sessionId: frame.sessions[at % 3]?.sessionId ?? '',
    owner: broker.id,
    server: `zookeeper${(at % to.servers) + 1}`,
    state: at === 0 ? ('silent' as const) : ('open' as const),
    touchedAt: 9_002_000,
    deadline: 16_000_000,
    ephemerals: [`/brokers/ids/${broker.brokerId}`],
  }));
  const families: readonly MessageFamily[] = ['fetch', 'produce', 'consume', 'control'];
  const more = numbers(to.messages).map((at): MessageFrame => ({
    id: `more-${at}`,
    from: `broker-${(at % to.brokers) + 1}`,
    to: `broker-${((at + 1 + (at % 2)) % to.brokers) + 1}`,
    family: families[at % 4] ?? 'fetch',
    name: 'Fetch',
    response: at % 3 === 0,
    chatter: at % 5 === 0,
    sentAt: to.now - (at * 7919) % 900_000,
    dueAt: to.now + 1_000_000 + ((at * 104_729) % 900_000),
  }));
  return {
    ...frame,
    brokers,
    servers,
    sessions: to.brokers === 3 && to.servers === 3 ? frame.sessions : sessions,
    messages: [...frame.messages, ...more],
  };
}
