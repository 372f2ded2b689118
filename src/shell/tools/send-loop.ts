/** A main thread that sends record after record, as fast as it may: what the verifiable producer and the performance test have in common. */
import type { Env, ProcessEvent, Program } from '../../kernel/program.ts';
import type { ProducerProcessConfig, ProducerState, TransactionalMethod } from '../../kafka/clients/producer-state.ts';
import { JVM_START, uncaught, type JavaException } from './java.ts';
import { commandProducer, noBootstrapServer, producerProblem, tellProducer, type ProducerTurn, type SendOutcome } from './own-producer.ts';

/** As many calls of `send` a millisecond as a thread is given time for here. */
const SENDS_A_MILLISECOND = 20;
const NEXT_TIMER = 'send.next';

export interface SendPlan {
  readonly producer: ProducerProcessConfig;
  readonly topic: string;
  /** −1: without an end. */
  readonly count: number;
  /** Records a second; negative: no limit. */
  readonly throughput: number;
  /** A transaction is committed with the first record that is sent so many milliseconds after its begin; null: there are none. */
  readonly transactionDurationMs: number | null;
}

/** What differs from tool to tool; `Own` is what it keeps. */
export interface SendTool<Plan extends SendPlan, Own extends object> {
  /** The producer was made. */
  begin(plan: Plan, env: Env): Own;
  record(plan: Plan, index: number, env: Env): { readonly key: string | null; readonly value: string };
  sent(own: Own, index: number, env: Env): Own;
  settled(own: Own, outcome: SendOutcome, plan: Plan, env: Env): Own;
  /** Where `send` is called, in a stack trace; null: what it throws is caught, a failure like any other. */
  readonly sendFrames: readonly string[] | null;
  /** A shutdown hook closes the producer; without one a signal ends the process where it is. */
  readonly closesOnSignal: boolean;
  /** All is acknowledged or has failed, and the producer is closed. */
  end(own: Own, sent: number, plan: Plan, env: Env): void;
}

export interface SendState<Plan, Own> {
  readonly plan: Plan;
  readonly own: Own | null;
  /** null before `main`. */
  readonly producer: ProducerState | null;
  readonly startedAtMs: number;
  readonly sent: number;
  readonly open: number;
  /** Records in the transaction, and when it was begun, in milliseconds of the wall clock. */
  readonly inTransaction: number;
  readonly transactionStartedMs: number;
  /** A method of the producer holds the main thread. */
  readonly isWaiting: boolean;
  /** Once it is not null the producer is closing, and the process ends with it. */
  readonly exitCode: number | null;
}

export function sendLoop<Plan extends SendPlan, Own extends object>(tool: SendTool<Plan, Own>): Program<SendState<Plan, Own>, Plan> {
  type State = SendState<Plan, Own>;

  const fail = (state: State, exception: JavaException, env: Env): State => {
    env.print('stderr', uncaught(exception));
    env.exit(1);
    return state;
  };

  const take = (state: State, { producer, outcomes, call, ended }: ProducerTurn, env: Env): State => {
    // What a method throws leaves `main`, and the process with it: nobody is there for the callbacks.
    if (call?.thrown && state.exitCode === null && !(tool.sendFrames === null && call.method === 'send')) return fail({ ...state, producer, exitCode: 1 }, call.thrown, env);
    let own = state.own!;
    for (const outcome of outcomes) own = tool.settled(own, outcome, state.plan, env);
    const next = { ...state, own, producer, open: state.open - outcomes.length, isWaiting: state.isWaiting && call === null };
    // The clock of the test begins once transactions may.
    if (call?.method === 'initTransactions') return { ...next, own: tool.begin(next.plan, env), startedAtMs: env.wallClockMs };
    if (ended === null) return next;
    if (next.exitCode === null) return fail(next, noBootstrapServer(), env);
    tool.end(own, next.sent, next.plan, env);
    env.exit(next.exitCode);
    return next;
  };

  const close = (state: State, exitCode: number, env: Env): State => take({ ...state, exitCode }, commandProducer(state.producer!, { type: 'stop' }, env), env);

  const callMethod = (state: State, type: TransactionalMethod, env: Env): State => take({ ...state, isWaiting: true }, commandProducer(state.producer!, { type }, env), env);

  /** When the next record is due, in milliseconds of the wall clock: none is waited for behind the first (ThroughputThrottler). */
  const dueAtMs = ({ plan: { throughput }, startedAtMs, sent }: State): number => (throughput < 0 || sent <= 1 ? startedAtMs : startedAtMs + ((sent - 1) * 1_000) / throughput);

  const goOn = (state: State, env: Env): State => {
    let next = state;
    for (let left = SENDS_A_MILLISECOND; next.exitCode === null && next.producer !== null && next.producer.blocked === null && !next.isWaiting; left--) {
      const { plan, sent } = next;
      const { transactionDurationMs } = plan;
      if (plan.count >= 0 && sent >= plan.count) {
        if (next.inTransaction > 0) {
          next = callMethod({ ...next, inTransaction: 0 }, 'commitTransaction', env);
          continue;
        }
        return next.open > 0 ? next : close(next, 0, env);
      }
      const waitMs = dueAtMs(next) - env.wallClockMs;
      if (waitMs > 0 || left === 0) {
        if (waitMs < Infinity) env.setTimer(NEXT_TIMER, Math.max(1, Math.ceil(waitMs)) * 1_000);
        return next;
      }
      if (transactionDurationMs !== null && next.inTransaction === 0) {
        next = callMethod({ ...next, transactionStartedMs: env.wallClockMs }, 'beginTransaction', env);
        if (next.exitCode !== null) return next;
      }
      const own = tool.sent(next.own!, sent, env);
      const { key, value } = tool.record(plan, sent, env);
      const inTransaction = transactionDurationMs === null ? 0 : next.inTransaction + 1;
      next = take({ ...next, own, sent: sent + 1, open: next.open + 1, inTransaction }, commandProducer(next.producer!, { type: 'produce', topic: plan.topic, key, value }, env, tool.sendFrames ?? []), env);
      if (transactionDurationMs !== null && next.exitCode === null && next.producer?.blocked === null && env.wallClockMs - next.transactionStartedMs >= transactionDurationMs) {
        next = callMethod({ ...next, inTransaction: 0 }, 'commitTransaction', env);
      }
    }
    return next;
  };

  const begin = (state: State, env: Env): State => {
    const problem = producerProblem(state.plan.producer, 'producer-1');
    if (problem) return fail(state, problem, env);
    const { producer } = tellProducer(null, state.plan.producer, env);
    env.setTimer(NEXT_TIMER, 1_000);
    const begun = { ...state, producer, own: tool.begin(state.plan, env), startedAtMs: env.wallClockMs };
    return state.plan.transactionDurationMs === null ? begun : callMethod(begun, 'initTransactions', env);
  };

  return {
    start(plan, env) {
      env.setTimer('main', JVM_START);
      return { plan, own: null, producer: null, startedAtMs: 0, sent: 0, open: 0, inTransaction: 0, transactionStartedMs: 0, isWaiting: false, exitCode: null };
    },
    handle(state, event: ProcessEvent, env) {
      if (event.type === 'timer' && event.name === 'main') return begin(state, env);
      if (event.type === 'signal') {
        const exitCode = event.signal === 'SIGINT' ? 130 : 143;
        if (state.producer !== null && tool.closesOnSignal) return state.exitCode === null ? close(state, exitCode, env) : state;
        env.exit(exitCode);
        return state;
      }
      // Nobody reads standard input.
      if (state.producer === null || event.type === 'command') return state;
      if (event.type === 'timer' && event.name === NEXT_TIMER) return goOn(state, env);
      return goOn(take(state, tellProducer(state.producer, event, env), env), env);
    },
  };
}
