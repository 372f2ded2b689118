/**
 * The life of a broker process (kafka.server.KafkaServer, BrokerState): the six official states, and inside them the steps of
 * start-up in their strict order and of shutdown. The chart decides what comes next; broker.ts does it.
 * Simplified: once logs have been loaded the steps are the same in Starting and in RecoveringFromUncleanShutdown, which the
 * real broker also keeps as its state until it runs.
 */
import { setup } from 'xstate';

export interface BrokerChartContext {
  readonly controlledShutdownEnable: boolean;
  /** Controlled shutdown requests that may still be tried. */
  readonly remainingRetries: number;
  /** What ends is a start that failed. */
  readonly failedToStart: boolean;
}

export type BrokerChartEvent =
  | { readonly type: 'start' }
  | { readonly type: 'connected' }
  | { readonly type: 'znodesCreated' }
  | { readonly type: 'clusterIdKnown' }
  | { readonly type: 'brokerIdKnown'; readonly clean: boolean }
  | { readonly type: 'logsLoaded' }
  | { readonly type: 'bound' }
  | { readonly type: 'registered' }
  | { readonly type: 'groupCoordinatorStarted' }
  | { readonly type: 'producerIdsClaimed' }
  | { readonly type: 'configsApplied' }
  | { readonly type: 'startupFailed' }
  | { readonly type: 'SIGTERM' }
  | { readonly type: 'controllerFound' }
  | { readonly type: 'controllerMissing' }
  | { readonly type: 'controllerConnected' }
  | { readonly type: 'handedOver' }
  | { readonly type: 'attemptFailed' }
  | { readonly type: 'backoffOver' }
  | { readonly type: 'processorsStopped' }
  | { readonly type: 'threadsEnded' }
  | { readonly type: 'logsFlushed' }
  | { readonly type: 'sessionClosed' };

const machine = setup({
  types: { context: {} as BrokerChartContext, events: {} as BrokerChartEvent, input: {} as BrokerChartContext },
  guards: {
    isUnclean: ({ event }) => event.type === 'brokerIdKnown' && !event.clean,
    isControlled: ({ context }) => context.controlledShutdownEnable,
    mayTryAgain: ({ context }) => context.remainingRetries > 0,
    hasFailedToStart: ({ context }) => context.failedToStart,
  },
  actions: {
    connectToZooKeeper: () => undefined,
    createTopLevelZnodes: () => undefined,
    readClusterId: () => undefined,
    resolveBrokerId: () => undefined,
    startQuotaManagers: () => undefined,
    loadLogs: () => undefined,
    bindListeners: () => undefined,
    startReplicaManager: () => undefined,
    registerBroker: () => undefined,
    startController: () => undefined,
    startAdminManager: () => undefined,
    startGroupCoordinator: () => undefined,
    claimProducerIds: () => undefined,
    applyConfigs: () => undefined,
    startProcessors: () => undefined,
    findController: () => undefined,
    connectToController: () => undefined,
    requestControlledShutdown: () => undefined,
    backOff: () => undefined,
    warnOfUncleanShutdown: () => undefined,
    reportFailure: () => undefined,
    halt: () => undefined,
    stopServing: () => undefined,
    leaveRequests: () => undefined,
    stopAdminManager: () => undefined,
    stopGroupCoordinator: () => undefined,
    leaveGroups: () => undefined,
    stopReplicaManager: () => undefined,
    leaveReplicas: () => undefined,
    closeLogs: () => undefined,
    markCleanShutdown: () => undefined,
    closeSession: () => undefined,
    leaveZooKeeper: () => undefined,
    stopQuotaManagers: () => undefined,
    reportShutdown: () => undefined,
    exitWithFailure: () => undefined,
    exitAfterShutdown: () => undefined,
    reportState: () => undefined,
  },
});

const countAttempt = machine.assign({ remainingRetries: ({ context }) => context.remainingRetries - 1 });
const noteFailure = machine.assign({ failedToStart: true });

/** From loaded logs to serving: the same names in both states that lead there. */
const afterRecovery = {
  loadingLogs: { entry: ['startQuotaManagers', 'loadLogs'], on: { logsLoaded: 'bindingListeners' } },
  bindingListeners: { entry: 'bindListeners', on: { bound: 'registering' } },
  registering: { entry: ['startReplicaManager', 'registerBroker'], on: { registered: 'startingGroupCoordinator' } },
  startingGroupCoordinator: { entry: ['startController', 'startAdminManager', 'startGroupCoordinator'], on: { groupCoordinatorStarted: 'claimingProducerIds' } },
  claimingProducerIds: { entry: 'claimProducerIds', on: { producerIdsClaimed: 'applyingConfigs' } },
  applyingConfigs: { entry: 'applyConfigs', on: { configsApplied: '#broker.RunningAsBroker' } },
} as const;

const whileStarting = { startupFailed: { target: '#broker.BrokerShuttingDown', actions: ['reportFailure', noteFailure] }, SIGTERM: '#broker.Halted' } as const;

export const brokerMachine = machine.createMachine({
  id: 'broker',
  context: ({ input }) => input,
  initial: 'NotRunning',
  states: {
    NotRunning: { on: { start: 'Starting' } },
    Starting: {
      entry: 'reportState',
      initial: 'connecting',
      states: {
        connecting: { entry: 'connectToZooKeeper', on: { connected: 'creatingZnodes' } },
        creatingZnodes: { entry: 'createTopLevelZnodes', on: { znodesCreated: 'readingClusterId' } },
        readingClusterId: { entry: 'readClusterId', on: { clusterIdKnown: 'resolvingBrokerId' } },
        resolvingBrokerId: {
          entry: 'resolveBrokerId',
          on: { brokerIdKnown: [{ guard: 'isUnclean', target: '#broker.RecoveringFromUncleanShutdown' }, { target: 'loadingLogs' }] },
        },
        ...afterRecovery,
      },
      on: whileStarting,
    },
    RecoveringFromUncleanShutdown: {
      entry: 'reportState',
      initial: 'loadingLogs',
      states: afterRecovery,
      on: whileStarting,
    },
    RunningAsBroker: {
      entry: ['startProcessors', 'reportState'],
      on: { SIGTERM: [{ guard: 'isControlled', target: 'PendingControlledShutdown' }, { target: 'BrokerShuttingDown' }] },
    },
    PendingControlledShutdown: {
      entry: 'reportState',
      initial: 'findingController',
      states: {
        findingController: { entry: ['findController', countAttempt], on: { controllerFound: 'connecting', controllerMissing: 'backingOff' } },
        connecting: { entry: 'connectToController', on: { controllerConnected: 'waitingForAnswer', attemptFailed: 'backingOff' } },
        waitingForAnswer: { entry: 'requestControlledShutdown', on: { handedOver: '#broker.BrokerShuttingDown', attemptFailed: 'backingOff' } },
        backingOff: {
          entry: 'backOff',
          on: {
            backoffOver: [
              { guard: 'mayTryAgain', target: 'findingController' },
              { target: '#broker.BrokerShuttingDown', actions: 'warnOfUncleanShutdown' },
            ],
          },
        },
      },
    },
    BrokerShuttingDown: {
      entry: 'reportState',
      initial: 'stoppingProcessors',
      states: {
        stoppingProcessors: { entry: 'stopServing', on: { processorsStopped: { target: 'stoppingAdminManager', actions: 'leaveRequests' } } },
        stoppingAdminManager: { entry: 'stopAdminManager', on: { threadsEnded: 'stoppingGroupCoordinator' } },
        stoppingGroupCoordinator: { entry: 'stopGroupCoordinator', on: { threadsEnded: { target: 'stoppingReplicaManager', actions: 'leaveGroups' } } },
        stoppingReplicaManager: { entry: 'stopReplicaManager', on: { threadsEnded: { target: 'flushingLogs', actions: 'leaveReplicas' } } },
        flushingLogs: { entry: 'closeLogs', on: { logsFlushed: { target: 'closingSession', actions: 'markCleanShutdown' } } },
        closingSession: { entry: 'closeSession', on: { sessionClosed: { target: 'stoppingQuotaManagers', actions: 'leaveZooKeeper' } } },
        stoppingQuotaManagers: {
          entry: 'stopQuotaManagers',
          on: { threadsEnded: [{ guard: 'hasFailedToStart', target: '#broker.Failed' }, { target: '#broker.Stopped' }] },
        },
      },
    },
    /** NotRunning again, on the way out of the process. */
    Stopped: { entry: ['reportState', 'reportShutdown', 'exitAfterShutdown'], type: 'final' },
    Failed: { entry: ['reportState', 'reportShutdown', 'exitWithFailure'], type: 'final' },
    /** The process ends where it stands. */
    Halted: { entry: 'halt', type: 'final' },
  },
});

/** The number the BrokerState gauge shows (kafka.server.BrokerStates). */
export const brokerStateNumbers: { readonly [state: string]: number } = {
  NotRunning: 0,
  Stopped: 0,
  Failed: 0,
  Starting: 1,
  RecoveringFromUncleanShutdown: 2,
  RunningAsBroker: 3,
  PendingControlledShutdown: 6,
  BrokerShuttingDown: 7,
};
