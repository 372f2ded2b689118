/** Machines that are wrong on purpose: what watches the fuzzer's clusters must see each of them, or it sees nothing. */
import { expect, test } from 'vitest';
import { fuzz } from '../../src/cluster/fuzz.ts';
import { programs } from '../../src/cluster/programs.ts';
import { brokerProgram } from '../../src/kafka/broker/broker.ts';
import { isLeader, isLocked, type Partition } from '../../src/kafka/broker/partition.ts';
import { completeDelayed, startIsrUpdate } from '../../src/kafka/broker/replica-manager.ts';
import { setPartition, type Broker, type Draft } from '../../src/kafka/broker/state.ts';
import { consumerProgram } from '../../src/kafka/clients/consumer.ts';
import { decodeAssignment, encodeAssignment } from '../../src/kafka/groups/consumer-protocol.ts';
import { response, type KafkaRequest, type KafkaResponse } from '../../src/kafka/protocol/index.ts';
import type { Env, Program } from '../../src/kernel/program.ts';
import { createKernel, program, type Kernel } from '../../src/kernel/world.ts';
import { serverProgram } from '../../src/zookeeper/server.ts';
import type { ServerConfig, ServerState } from '../../src/zookeeper/server-state.ts';

const SEEDS = 100;

/** Who notices what is wrong; one of those that must is waited for, since what follows from it may be noticed first. */
const caught = (kernel: Kernel, ...by: readonly string[]): string => caughtFrom(1, kernel, ...by);

function caughtFrom(first: number, kernel: Kernel, ...by: readonly string[]): string {
  const others = new Set<string>();
  for (let seed = first; seed < first + SEEDS; seed++) {
    const name = fuzz(seed, kernel).violation?.name;
    if (name !== undefined && by.includes(name)) return name;
    if (name !== undefined) others.add(name);
  }
  throw new Error(`noticed in ${SEEDS} seeds: ${[...others].join(', ') || 'nothing'}`);
}

const withServer = (wrong: Program<ServerState, ServerConfig>): Kernel => createKernel({ ...programs, 'zookeeper-server': program(wrong) });

/** A broker that does one thing more after every event, at every replica that leads. */
function withLeader(meddle: (draft: Draft, env: Env, place: number, partition: Partition) => void): Kernel {
  const after = (state: Broker, env: Env): Broker => {
    const draft: Draft = { ...state };
    for (const [place, partition] of state.partitions.entries()) if (isLeader(partition)) meddle(draft, env, place, partition);
    return draft;
  };
  return createKernel({ ...programs, 'kafka-broker': program({ ...brokerProgram, handle: (state, event, env) => after(brokerProgram.handle(state, event, env), env) }) });
}

/** Everyone knows only its own half of the ensemble, and a majority of a half elects. */
const halves: Program<ServerState, ServerConfig> = {
  ...serverProgram,
  start(config, env) {
    const half = Math.ceil(config.servers.length / 2);
    const isMine = (sid: number): boolean => sid <= half === config.myid <= half;
    return serverProgram.start({ ...config, servers: config.servers.filter(({ sid }) => isMine(sid)) }, env);
  },
};

/** Servers that do not exist have acknowledged every proposal: one real acknowledgement is enough to commit. */
const ghosts: Program<ServerState, ServerConfig> = {
  ...serverProgram,
  handle(state, event, env) {
    const { leading } = state;
    if (!leading || leading.outstanding.length === 0) return serverProgram.handle(state, event, env);
    const needed = Math.floor(state.settings.servers.length / 2);
    const absent = Array.from({ length: needed }, (_, index) => -1 - index);
    const outstanding = leading.outstanding.map((proposal) => ({ ...proposal, acks: [...absent, ...proposal.acks.filter((sid) => sid > 0)] }));
    return serverProgram.handle({ ...state, leading: { ...leading, outstanding } }, event, env);
  },
};

test('to be wrapped alone changes nothing and is not caught', () => {
  const harmless = withLeader(() => undefined);
  for (const seed of [1, 2]) {
    const outcome = fuzz(seed, harmless);
    expect(outcome).toEqual(fuzz(seed));
    expect(outcome).toMatchObject({ violation: null, phase: 'done' });
  }
});

test('an ensemble that elects without a quorum is caught', () => {
  expect(caught(withServer(halves), 'oneLeaderPerEpoch', 'leaderHasQuorum')).toBeDefined();
});

test('an ensemble that commits without a quorum is caught', () => {
  expect(caught(withServer(ghosts), 'committedIsOnQuorum')).toBe('committedIsOnQuorum');
});

test('a high watermark that runs ahead of the ISR is caught', () => {
  const kernel = withLeader((draft, env, place, partition) => {
    const { logEndOffset } = partition.log;
    if (partition.highWatermark >= logEndOffset) return;
    setPartition(draft, place, { ...partition, highWatermark: logEndOffset });
    completeDelayed(draft, env, place);
  });
  expect(caught(kernel, 'highWatermarkIsReached')).toBe('highWatermarkIsReached');
});

test('a follower that rejoins the ISR before it has caught up is caught', () => {
  const kernel = withLeader((draft, env, place, partition) => {
    const early = partition.remotes.find(({ brokerId, logEndOffset }) => logEndOffset >= 0 && logEndOffset < partition.highWatermark && !partition.isr.includes(brokerId));
    if (early && !isLocked(partition)) startIsrUpdate(draft, env, place, [...partition.isr, early.brokerId], 'expand');
  });
  expect(caught(kernel, 'highWatermarkIsReached')).toBe('highWatermarkIsReached');
});

const withBroker = (wrong: typeof brokerProgram): Kernel => createKernel({ ...programs, 'kafka-broker': program(wrong) });
const withConsumer = (wrong: typeof consumerProgram): Kernel => createKernel({ ...programs, 'kafka-consumer': program(wrong) });

/** To whom acks=all is as good as acks=1. */
const hasty: typeof brokerProgram = {
  ...brokerProgram,
  handle(state, event, env) {
    const request = event.type === 'received' ? (event.message as KafkaRequest) : null;
    if (event.type !== 'received' || request?.type !== 'ProduceRequest' || request.acks !== -1) return brokerProgram.handle(state, event, env);
    const message: KafkaRequest = { ...request, acks: 1 };
    return brokerProgram.handle(state, { ...event, message }, env);
  },
};

test('a leader that acknowledges before the ISR has it is caught', () => {
  expect(caught(withBroker(hasty), 'acksAllIsCommitted')).toBe('acksAllIsCommitted');
});

/** Whatever a controller sends, it takes for meant for itself and for now. */
const obedient: typeof brokerProgram = {
  ...brokerProgram,
  handle(state, event, env) {
    const request = event.type === 'received' ? (event.message as KafkaRequest) : null;
    if (event.type !== 'received' || (request?.type !== 'LeaderAndIsrRequest' && request?.type !== 'UpdateMetadataRequest' && request?.type !== 'StopReplicaRequest')) return brokerProgram.handle(state, event, env);
    const message: KafkaRequest = { ...request, brokerEpoch: state.brokerEpoch, controllerEpoch: Math.max(request.controllerEpoch, state.controllerEpoch) };
    return brokerProgram.handle(state, { ...event, message }, env);
  },
};

test('a broker that obeys a controller which was replaced is caught', () => {
  // Before seed 38 no controller that was replaced gets through to a broker.
  expect(caughtFrom(38, withBroker(obedient), 'controllerEpochsOnlyGrow', 'noRequestForAnEarlierRegistration')).toBeDefined();
});

/** A coordinator gives every member what the leader gave to all of them. */
const generous: typeof brokerProgram = {
  ...brokerProgram,
  handle(state, event, env) {
    const request = event.type === 'received' ? (event.message as KafkaRequest) : null;
    if (event.type !== 'received' || request?.type !== 'SyncGroupRequest') return brokerProgram.handle(state, event, env);
    const everything = encodeAssignment(request.assignments.flatMap(({ assignment }) => decodeAssignment(assignment)));
    const message: KafkaRequest = { ...request, assignments: request.assignments.map((one) => ({ ...one, assignment: everything })) };
    return brokerProgram.handle(state, { ...event, message }, env);
  },
};

/** A member keeps what it had, whatever it is given. */
const greedy: typeof consumerProgram = {
  ...consumerProgram,
  handle(state, event, env) {
    const response = event.type === 'received' ? (event.message as KafkaResponse) : null;
    if (event.type !== 'received' || response?.type !== 'SyncGroupResponse' || response.error !== 'NONE') return consumerProgram.handle(state, event, env);
    const had = Object.values(state?.partitions ?? {});
    const message: KafkaResponse = { ...response, assignment: encodeAssignment([...decodeAssignment(response.assignment), ...had]) };
    return consumerProgram.handle(state, { ...event, message }, env);
  },
};

/** Who comes to coordinate a group reads its members, but not its offsets. */
const forgetful: typeof brokerProgram = {
  ...brokerProgram,
  handle(state, event, env) {
    const next = brokerProgram.handle(state, event, env);
    const groups = Object.entries(next.groups.groups).map(([groupId, group]) => [groupId, state.groups.groups[groupId] ? group : { ...group, offsets: {} }] as const);
    return { ...next, groups: { ...next.groups, groups: Object.fromEntries(groups) } };
  },
};

test('a partition with two owners in one generation is caught', () => {
  expect(caught(withBroker(generous), 'oneOwnerPerPartition')).toBe('oneOwnerPerPartition');
});

test('a member that has more than it was given is caught', () => {
  expect(caught(withConsumer(greedy), 'membersHaveWhatTheyWereGiven')).toBe('membersHaveWhatTheyWereGiven');
});

test('a committed offset that is lost with its coordinator is caught', () => {
  expect(caught(withBroker(forgetful), 'committedOffsetsStay')).toBe('committedOffsetsStay');
});

// From this seed on there are transactions, in every second one.
const FIRST = 100_000;

/** What a coordinator has decided its leaders write down the other way round, one broker of them. */
const contrary: typeof brokerProgram = {
  ...brokerProgram,
  handle(state, event, env) {
    const request = event.type === 'received' ? (event.message as KafkaRequest) : null;
    if (event.type !== 'received' || request?.type !== 'WriteTxnMarkersRequest' || state.brokerId !== 1) return brokerProgram.handle(state, event, env);
    const message: KafkaRequest = { ...request, markers: request.markers.map((marker) => ({ ...marker, committed: !marker.committed })) };
    return brokerProgram.handle(state, { ...event, message }, env);
  },
};

/** It says that it has written the marker. */
const lazy: typeof brokerProgram = {
  ...brokerProgram,
  handle(state, event, env) {
    const request = event.type === 'received' ? (event.message as KafkaRequest) : null;
    if (event.type !== 'received' || request?.type !== 'WriteTxnMarkersRequest') return brokerProgram.handle(state, event, env);
    const markers = request.markers.map(({ producerId, topics }) => ({ producerId, topics: topics.map(({ topic, partitions }) => ({ topic, partitions: partitions.map((partition) => ({ partition, error: 'NONE' as const })) })) }));
    env.send(event.connection, response('WriteTxnMarkers', request.correlationId, { markers }));
    return state;
  },
};

/** Hears nothing of aborted transactions. */
const deaf: typeof consumerProgram = {
  ...consumerProgram,
  handle(state, event, env) {
    const answer = event.type === 'received' ? (event.message as KafkaResponse) : null;
    if (event.type !== 'received' || answer?.type !== 'FetchResponse') return consumerProgram.handle(state, event, env);
    const topics = answer.topics.map(({ topic, partitions }) => ({ topic, partitions: partitions.map((one) => ({ ...one, abortedTransactions: null })) }));
    return consumerProgram.handle(state, { ...event, message: { ...answer, topics } as KafkaResponse }, env);
  },
};

test('a leader that marks a transaction with what was not decided is caught', () => {
  expect(caughtFrom(FIRST, withBroker(contrary), 'markersFollowTheDecision')).toBe('markersFollowTheDecision');
});

test('a transaction that is completed without its markers is caught', () => {
  expect(caughtFrom(FIRST, withBroker(lazy), 'everyPartitionIsMarked')).toBe('everyPartitionIsMarked');
});

test('a reader of committed records that is given aborted ones is caught', () => {
  expect(caughtFrom(FIRST, withConsumer(deaf), 'committedReadsAreAllOrNothing')).toBe('committedReadsAreAllOrNothing');
});
