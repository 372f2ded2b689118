/** Machines that are wrong on purpose: what watches the fuzzer's clusters must see each of them, or it sees nothing. */
import { expect, test } from 'vitest';
import { fuzz, type FuzzOutcome } from '../../src/cluster/fuzz.ts';
import { programs } from '../../src/cluster/programs.ts';
import { brokerProgram } from '../../src/kafka/broker/broker.ts';
import { isLeader, isLocked, type Partition } from '../../src/kafka/broker/partition.ts';
import { completeDelayed, startIsrUpdate } from '../../src/kafka/broker/replica-manager.ts';
import { setPartition, type Broker, type Draft } from '../../src/kafka/broker/state.ts';
import type { Env, Program } from '../../src/kernel/program.ts';
import { createKernel, program, type Kernel } from '../../src/kernel/world.ts';
import { serverProgram } from '../../src/zookeeper/server.ts';
import type { ServerConfig, ServerState } from '../../src/zookeeper/server-state.ts';

const SEEDS = 100;

function caught(kernel: Kernel): FuzzOutcome & { readonly violation: NonNullable<FuzzOutcome['violation']> } {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const outcome = fuzz(seed, kernel);
    if (outcome.violation) return { ...outcome, violation: outcome.violation };
  }
  throw new Error(`nobody noticed anything in ${SEEDS} seeds`);
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
  expect(['oneLeaderPerEpoch', 'leaderHasQuorum']).toContain(caught(withServer(halves)).violation.name);
});

test('an ensemble that commits without a quorum is caught', () => {
  expect(caught(withServer(ghosts)).violation.name).toBe('committedIsOnQuorum');
});

test('a high watermark that runs ahead of the ISR is caught', () => {
  const kernel = withLeader((draft, env, place, partition) => {
    const { logEndOffset } = partition.log;
    if (partition.highWatermark >= logEndOffset) return;
    setPartition(draft, place, { ...partition, highWatermark: logEndOffset });
    completeDelayed(draft, env, place);
  });
  expect(caught(kernel).violation.name).toBe('highWatermarkIsReached');
});

test('a follower that rejoins the ISR before it has caught up is caught', () => {
  const kernel = withLeader((draft, env, place, partition) => {
    const early = partition.remotes.find(({ brokerId, logEndOffset }) => logEndOffset >= 0 && logEndOffset < partition.highWatermark && !partition.isr.includes(brokerId));
    if (early && !isLocked(partition)) startIsrUpdate(draft, env, place, [...partition.isr, early.brokerId], 'expand');
  });
  expect(caught(kernel).violation.name).toBe('highWatermarkIsReached');
});
