/**
 * The controller's channels to the brokers (kafka.controller.ControllerChannelManager): what the chart of
 * channel.machine.ts asks for is done here. They move on by themselves while the event thread waits for ZooKeeper.
 * Connections are tagged and timers named `ctl.<broker id>`.
 */
import { applyTimers, begin, step, type ChartState } from '../../kernel/machine.ts';
import type { Env, LogLevel, Message, Micros, ProcessEvent } from '../../kernel/program.ts';
import { nodeText, type ClusterNode } from '../clients/metadata.ts';
import { connectionFailed, connectTimedOut, notReached } from '../clients/not-connected.ts';
import { request, type KafkaResponse, type RequestBody } from '../protocol/index.ts';
import { errorCode } from '../protocol/errors.ts';
import type { BrokerInfo } from '../zookeeper/znodes.ts';
import { channelMachine, type ChannelContext, type ChannelEvent } from './channel.machine.ts';
import type { ControllerFact } from '../facts.ts';
import type { ControllerConfig } from './events.ts';
import { describeLeaderAndIsrState, describeUpdateMetadataState } from './wording.ts';

export type ControlRequest =
  | { readonly api: 'LeaderAndIsr'; readonly body: RequestBody<'LeaderAndIsr'> }
  | { readonly api: 'UpdateMetadata'; readonly body: RequestBody<'UpdateMetadata'> }
  | { readonly api: 'StopReplica'; readonly body: RequestBody<'StopReplica'> };

export interface Channel {
  /** With its one endpoint for other brokers. */
  readonly info: BrokerInfo;
  readonly chart: ChartState<ChannelContext>;
  /** The head is the one in flight. */
  readonly queue: readonly ControlRequest[];
  readonly connection: number | null;
  /** Of the next request; counts from 0 for each channel. */
  readonly correlationId: number;
  /** When its host was last asked for, and had no address. */
  readonly unresolvedAt?: Micros;
}

/** By broker id. */
export type Channels = Readonly<Record<string, Channel>>;

export interface Answered {
  readonly brokerId: number;
  readonly request: ControlRequest;
  readonly response: KafkaResponse;
}

const prefix = (broker: number): string => `ctl.${broker}.`;
export const tagOf = (broker: number): string => `ctl.${broker}`;

function nodeOf({ id, endpoints: [endpoint], rack }: BrokerInfo): ClusterNode {
  return { id, host: endpoint?.host ?? '', port: endpoint?.port ?? -1, rack: rack ?? null };
}

const node = (info: BrokerInfo): string => nodeText(nodeOf(info));

const apiKeyNames = { LeaderAndIsr: 'LEADER_AND_ISR', UpdateMetadata: 'UPDATE_METADATA', StopReplica: 'STOP_REPLICA' } as const;

function describe({ api, body }: ControlRequest): string {
  const from = `controllerId=${body.controllerId}, controllerEpoch=${body.controllerEpoch}`;
  switch (api) {
    case 'LeaderAndIsr': {
      const states = body.topics.flatMap(({ topic, partitions }) => partitions.map((state) => `${topic}-${state.partition}=${describeLeaderAndIsrState(state)}`));
      const leaders = body.liveLeaders.map(({ id, host, port }) => nodeText({ id, host, port, rack: null }));
      return `(type=LeaderAndIsRequest, ${from}, brokerEpoch=${body.brokerEpoch}, partitionStates={${states.join(', ')}}, liveLeaders=(${leaders.join(', ')}))`;
    }
    case 'UpdateMetadata': {
      const states = body.topics.flatMap(({ topic, partitions }) => partitions.map((state) => `${topic}-${state.partition}=${describeUpdateMetadataState(state)}`));
      const brokers = body.liveBrokers.map(({ id, endPoints, rack }) => {
        const points = endPoints.map(({ host, port, listener, securityProtocol }) => `(host=${host}, port=${port}, listenerName=ListenerName(${listener}), securityProtocol=${securityProtocol})`);
        return `(id=${id}, endPoints=${points.join(',')}, rack=${rack ?? 'null'})`;
      });
      return `(type: UpdateMetadataRequest=, ${from}, brokerEpoch=${body.brokerEpoch}, partitionStates={${states.join(', ')}}, liveBrokers=${brokers.join(', ')})`;
    }
    case 'StopReplica': {
      const partitions = body.topics.flatMap(({ topic, partitions: numbers }) => numbers.map((partition) => `${topic}-${partition}`));
      return `(type=StopReplicaRequest, ${from}, deletePartitions=${body.deletePartitions}, brokerEpoch=${body.brokerEpoch}, partitions=${partitions.join(',')})`;
    }
  }
}

function logThread(env: Env, controllerId: number, level: LogLevel, text: string): void {
  env.log({ level, file: 'controller', text: `[RequestSendThread controllerId=${controllerId}] ${text} (kafka.controller.RequestSendThread)` });
}

interface Stepping {
  readonly env: Env;
  readonly controllerId: number;
  readonly epoch: number;
}

/** What each action of the chart does to the channel. */
/** `cause`: the type of the event that is handled. */
const actions: { readonly [action: string]: (channel: Channel, at: Stepping & { readonly cause: string }) => Channel } = {
  connect: (channel, { env }) => {
    const [endpoint] = channel.info.endpoints;
    return { ...channel, connection: env.connect({ host: endpoint?.host ?? '', port: endpoint?.port ?? -1 }, tagOf(channel.info.id)) };
  },
  closeConnection: (channel, { env }) => {
    if (channel.connection !== null) env.close(channel.connection);
    return { ...channel, connection: null };
  },
  sendRequest: (channel, { env, controllerId }) => {
    const [head] = channel.queue;
    if (head && channel.connection !== null) {
      env.send(channel.connection, request(head.api, channel.correlationId, String(controllerId), head.body) as Message);
    }
    return { ...channel, correlationId: channel.correlationId + 1 };
  },
  noteConnected: (channel, { env, controllerId }) => {
    logThread(env, controllerId, 'INFO', `Controller ${controllerId} connected to ${node(channel.info)} for sending state change requests`);
    env.fact({ type: 'controllerChannelConnected', brokerId: controllerId, to: channel.info.id } as ControllerFact);
    return channel;
  },
  warnUnsuccessful: (channel, { env, controllerId, cause }) => {
    const broker = nodeOf(channel.info);
    const { text, noted } = notReached(`[Controller id=${controllerId}, targetBrokerId=${broker.id}] `, broker, env.lookUp(broker.host)?.address, env.now, channel.unresolvedAt);
    const log = (file: string, line: string): void => env.log({ level: 'WARN', file, text: line });
    const isRefused = cause === 'failure';
    if (isRefused) log('server', text);
    log('controller', `[RequestSendThread controllerId=${controllerId}] Controller ${controllerId}'s connection to broker ${nodeText(broker)} was unsuccessful (kafka.controller.RequestSendThread)\n${isRefused ? connectionFailed(broker) : connectTimedOut(channel.chart.context.socketTimeoutMs)}`);
    return { ...channel, ...noted };
  },
  warnFailedRequest: (channel, { env, controllerId, epoch }) => {
    const [head] = channel.queue;
    if (head) {
      logThread(env, controllerId, 'WARN', `Controller ${controllerId} epoch ${epoch} fails to send request ${describe(head)} to broker ${node(channel.info)}. Reconnecting to broker.`);
    }
    return channel;
  },
  dropQueue: (channel) => ({ ...channel, queue: [] }),
};

function stepChannel(channel: Channel, event: ChannelEvent | { readonly type: string }, at: Stepping): Channel {
  const done = step(channelMachine, channel.chart, event);
  applyTimers(done, prefix(channel.info.id), at.env);
  let next: Channel = { ...channel, chart: done.chart };
  for (const { type } of done.actions) next = actions[type]!(next, { ...at, cause: event.type });
  return next;
}

export function addBroker(channels: Channels, info: BrokerInfo, config: ControllerConfig, env: Env): Channels {
  if (channels[info.id]) return channels;
  env.log({
    level: 'DEBUG',
    file: 'controller',
    text: `[Channel manager on controller ${config.brokerId}]: Controller ${config.brokerId} trying to connect to broker ${info.id} (kafka.controller.ControllerChannelManager)`,
  });
  logThread(env, config.brokerId, 'INFO', 'Starting');
  const input: ChannelContext = { socketTimeoutMs: config.controllerSocketTimeoutMs, requestTimeoutMs: config.requestTimeoutMs };
  const { chart } = begin<ChannelContext>(channelMachine, input);
  const own = info.endpoints.filter(({ listener }) => listener === config.interBrokerListener);
  return { ...channels, [info.id]: { info: { ...info, endpoints: own }, chart, queue: [], connection: null, correlationId: 0 } };
}

/** Queued requests are dropped. */
export function removeBroker(channels: Channels, broker: number, controllerId: number, env: Env): Channels {
  const channel = channels[broker];
  if (!channel) return channels;
  logThread(env, controllerId, 'INFO', 'Shutting down');
  stepChannel(channel, { type: 'brokerRemoved' }, { env, controllerId, epoch: 0 });
  logThread(env, controllerId, 'INFO', 'Stopped');
  logThread(env, controllerId, 'INFO', 'Shutdown completed');
  const { [broker]: _removed, ...others } = channels;
  return others;
}

/** A request to a broker without channel is dropped: it has gone offline. */
export function enqueue(channels: Channels, broker: number, added: ControlRequest): Channels {
  const channel = channels[broker];
  return channel ? { ...channels, [broker]: { ...channel, queue: [...channel.queue, added] } } : channels;
}

/** Lets idle channels take up what was put into their queues. */
export function wakeChannels(channels: Channels, at: Stepping): Channels {
  let next = channels;
  for (const [id, channel] of Object.entries(channels)) {
    if (channel.queue.length === 0 || channel.chart.value !== 'Idle') continue;
    next = { ...next, [id]: stepChannel(channel, { type: 'enqueue', connected: channel.connection !== null }, at) };
  }
  return next;
}

/** Timers and connections of channels; `answered` is a request that got its response. */
export function handleChannelEvent(
  channels: Channels,
  event: ProcessEvent,
  at: Stepping,
): { readonly channels: Channels; readonly answered: Answered | null } {
  const name = event.type === 'timer' ? event.name : 'tag' in event ? event.tag : '';
  const id = name.split('.')[1] ?? '';
  const channel = channels[id];
  const unchanged = { channels, answered: null };
  if (!channel) return unchanged;
  if ('connection' in event && event.connection !== channel.connection) return unchanged;
  const become = (next: Channel, answered: Answered | null = null) => ({ channels: { ...channels, [id]: next }, answered });
  switch (event.type) {
    case 'timer':
      return become(stepChannel(channel, event.data as { readonly type: string }, at));
    case 'connected':
      return become(stepChannel(channel, { type: 'ready' }, at));
    case 'connectFailed':
    case 'closed':
      return become(stepChannel(channel, { type: 'failure' }, at));
    case 'received': {
      const response = event.message as KafkaResponse;
      const [head, ...rest] = channel.queue;
      if (!head || channel.chart.value !== 'InFlight' || response.correlationId !== channel.correlationId - 1) return unchanged;
      at.env.log({
        level: 'TRACE',
        file: 'state-change',
        text: `[Controller id=${at.controllerId} epoch=${at.epoch}] Received response ${describeResponse(response)} for request ${apiKeyNames[head.api]} with correlation id ${response.correlationId} sent to broker ${node(channel.info)} (state.change.logger)`,
      });
      const next = stepChannel({ ...channel, queue: rest }, { type: 'response', queued: rest.length > 0 }, at);
      return become(next, { brokerId: channel.info.id, request: head, response });
    }
    default:
      return unchanged;
  }
}

function describeResponse(response: KafkaResponse): string {
  if (response.type !== 'LeaderAndIsrResponse' && response.type !== 'UpdateMetadataResponse' && response.type !== 'StopReplicaResponse') return response.type;
  if (response.type === 'UpdateMetadataResponse') return `{error_code=${errorCode(response.error)}}`;
  const partitions = response.partitions.map(({ topic, partition, error }) => `{topic=${topic},partition=${partition},error_code=${errorCode(error)}}`);
  return `{error_code=${errorCode(response.error)},partitions=[${partitions.join(',')}]}`;
}
