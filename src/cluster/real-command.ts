/**
 * The line that does to a real deployment what an action does here, as it is typed on the machine that runs it. A terminal of the lab
 * runs it with the same effect (a test compares both, row by row); what no line does has none.
 */
import { encodeReassignment } from '../kafka/zookeeper/znodes.ts';
import { exists } from '../kernel/disk.ts';
import { findProcess, type World } from '../kernel/world.ts';
import type { AdminCommand, ClusterAction } from './actions.ts';
import { healedRules, machineAt, portVerdict, publishedEnsemblePort, ruleId } from './actions.ts';
import { addressOf, isOff, networkOf } from './container-network.ts';
import { propertiesFile } from './description.ts';
import { dataDirectory, dataPlace, fillsOf, FILL } from './filling.ts';

const KAFKA = '/usr/local/kafka';

const isContainer = (world: World, name: string): boolean => findProcess(world, name)?.program === 'zookeeper-server';
/** What does not run has no network and no process in which something could be run. */
const runs = (world: World, name: string): boolean => findProcess(world, name)?.status === 'running';
const hasNetwork = (world: World, name: string): boolean => {
  const process = findProcess(world, name);
  return process !== undefined && (process.status === 'running' || process.status === 'paused') && !isOff(world, process);
};

/** Undefined: only the lab can do it. */
export function realCommand(world: World, action: ClusterAction): string | undefined {
  const pid = (name: string): string => String(findProcess(world, name)?.pid ?? '<pid>');
  switch (action.type) {
    case 'signal':
      if (isContainer(world, action.process)) {
        const verbs = { SIGKILL: 'kill', SIGTERM: 'stop', SIGSTOP: 'pause', SIGCONT: 'unpause' } as const;
        return `docker ${verbs[action.signal]} ${action.process}`;
      }
      switch (action.signal) {
        case 'SIGKILL':
          return `kill -9 ${pid(action.process)}`;
        case 'SIGTERM':
          return `kill ${pid(action.process)}`;
        case 'SIGSTOP':
          return `kill -STOP ${pid(action.process)}`;
        case 'SIGCONT':
          return `kill -CONT ${pid(action.process)}`;
      }
      break;
    case 'start':
      if (isContainer(world, action.process)) return `docker start ${action.process}`;
      if (action.process.startsWith('broker-')) return `${KAFKA}/bin/kafka-server-start.sh -daemon ${KAFKA}/config/${propertiesFile(Number(action.process.slice('broker-'.length)))}`;
      return undefined;
    case 'container':
      return `docker ${action.verb === 'rm' ? 'rm -f' : action.verb} ${action.container}`;
    case 'network': {
      const process = findProcess(world, action.container);
      return process && `docker network ${action.verb} ${networkOf(world, process)} ${action.container}`;
    }
    case 'cut':
      return cutCommand(world, action);
    case 'slow':
      return action.to === '*' && action.port === undefined ? netemCommand(world, action.from, { delayMs: action.delayMs }) : undefined;
    case 'lose':
      return action.to === '*' ? netemCommand(world, action.from, { share: action.share }) : undefined;
    case 'firewall': {
      const process = findProcess(world, action.process);
      if (process === undefined || isContainer(world, action.process)) return undefined;
      const isOpening = action.verdict === 'ACCEPT';
      const target = isOpening ? portVerdict(world, machineAt(world, process), action.port) : action.verdict;
      return target && `iptables ${isOpening ? '-D' : '-I'} INPUT -p tcp --dport ${action.port} -j ${target}`;
    }
    case 'heal':
      return healCommand(world, action);
    case 'disk':
      return fillCommand(world, action);
    case 'admin':
      return adminCommand(world, action.command, action.brokers[0]?.port ?? 9092);
    case 'terminal':
      return action.deed.type === 'type' ? action.deed.text.trimEnd() : undefined;
    default:
      return undefined;
  }
}

/** Of several actions that are one deed: all their lines, or none. */
export function commandOf(world: World, actions: readonly ClusterAction[]): string | undefined {
  const lines = actions.map((action) => realCommand(world, action));
  return lines.length === 0 || lines.includes(undefined) ? undefined : lines.join('; ');
}

function fillCommand(world: World, { process: name, full, slowness, failed }: Extract<ClusterAction, { type: 'disk' }>): string | undefined {
  const process = findProcess(world, name);
  if (full === undefined || !process || (slowness ?? 1) > 1 || (failed ?? []).length > 0) return undefined;
  if (isContainer(world, name) && !runs(world, name)) return undefined;
  const { volume, directory } = dataPlace(world, process);
  if (!exists(volume, directory)) return undefined;
  const filled = fillsOf(volume);
  if (!full && (filled.length !== 1 || filled[0] !== `${directory}/${FILL}` || volume.slowness > 1 || volume.failed.length > 0)) return undefined;
  const file = `${dataDirectory(process)}/${FILL}`;
  return `${isContainer(world, name) ? `docker exec ${name} ` : ''}${full ? `dd if=/dev/zero of=${file} bs=1M` : `rm ${file}`}`;
}

/**
 * Containers have addresses of their own, so the host can drop what passes between them. What runs on the host has the address of the
 * host: no rule tells one broker or client from another, and a rule for loopback would hit all of them.
 */
function cutCommand(world: World, { a, b, oneWay, port }: Extract<ClusterAction, { type: 'cut' }>): string | undefined {
  const [from, to] = [a.map((name) => containerAddress(world, name)), b.map((name) => containerAddress(world, name))];
  if (from.length === 0 || to.length === 0 || [...from, ...to].includes(undefined)) return undefined;
  const drop = (some: readonly unknown[], others: readonly unknown[]): string => forwardRule('-I', some, others, port);
  return oneWay === true ? drop(from, to) : `${drop(from, to)}; ${drop(to, from)}`;
}

function containerAddress(world: World, name: string): string | undefined {
  const host = world.network.hosts.find((one) => one.name === name);
  return host && isContainer(world, name) && hasNetwork(world, name) ? addressOf(host) : undefined;
}

function forwardRule(verb: '-I' | '-D', from: readonly unknown[], to: readonly unknown[], port: number | undefined): string {
  return `iptables ${verb} FORWARD -s ${from.join()} -d ${to.join()}${port === undefined ? '' : ` -p tcp --dport ${port}`} -j DROP`;
}

/** Whatever stands, each rule once: those that have the same receivers are one line, as are delay and loss of one sender. */
function healCommand(world: World, action: Extract<ClusterAction, { type: 'heal' }>): string | undefined {
  const rules = healedRules(world, action);
  const receivers = new Map<string, { readonly from: string; readonly port: number | undefined; readonly to: string[] }>();
  const slowed = new Set<number>();
  for (const { from, to, port, effect } of rules) {
    const [sender, receiver] = [containerAddress(world, from), containerAddress(world, to)];
    if (effect.type === 'cut' && sender !== undefined && receiver !== undefined) {
      const key = `${sender}:${port}`;
      const known = receivers.get(key) ?? { from: sender, port, to: [] };
      known.to.push(receiver);
      receivers.set(key, known);
    } else if ((effect.type === 'delay' || effect.type === 'loss') && to === '*' && port === undefined && sender !== undefined) slowed.add(findProcess(world, from)!.pid);
    else return undefined;
  }
  const lines = new Map<string, { readonly from: string[]; readonly to: readonly string[]; readonly port: number | undefined }>();
  for (const { from, to, port } of receivers.values()) {
    const sorted = [...to].sort();
    const known = lines.get(`${sorted.join()}:${port}`) ?? { from: [], to: sorted, port };
    known.from.push(from);
    lines.set(`${sorted.join()}:${port}`, known);
  }
  const all = [...[...lines.values()].map(({ from, to, port }) => forwardRule('-D', from, to, port)), ...[...slowed].map((pid) => `nsenter -n -t ${pid} tc qdisc del dev eth0 root`)];
  return all.length === 0 ? undefined : all.join('; ');
}

/**
 * What a container sends, in its own network; on the host it would slow down everybody there. One `netem` replaces another, so what was
 * said before is said again.
 */
function netemCommand(world: World, from: string, { delayMs, share }: { readonly delayMs?: number; readonly share?: number }): string | undefined {
  if (!isContainer(world, from) || !hasNetwork(world, from)) return undefined;
  const before = (kind: 'slow' | 'lose') => world.network.rules.find(({ id }) => id === ruleId(kind, from, '*'))?.effect;
  const [slow, lose] = [before('slow'), before('lose')];
  const delay = delayMs ?? (slow?.type === 'delay' ? slow.micros / 1_000 : undefined);
  const loss = share ?? (lose?.type === 'loss' ? lose.share : undefined);
  const netem = [...(delay === undefined ? [] : [`delay ${delay}ms`]), ...(loss === undefined ? [] : [`loss ${Math.round(loss * 100)}%`])];
  return `nsenter -n -t ${findProcess(world, from)!.pid} tc qdisc replace dev eth0 root netem ${netem.join(' ')}`;
}

function adminCommand(world: World, command: AdminCommand, port: number): string {
  const zookeeper = `--zookeeper 127.0.0.1:${publishedEnsemblePort(world)}`;
  const server = `--bootstrap-server 127.0.0.1:${port}`;
  const tool = (name: string): string => `${KAFKA}/bin/${name}`;
  switch (command.type) {
    case 'createTopic': {
      const layout =
        command.replicaAssignment === undefined
          ? `--replication-factor ${command.replicationFactor ?? 1} --partitions ${command.partitions ?? 1}`
          : `--replica-assignment ${command.replicaAssignment.map((replicas) => replicas.join(':')).join(',')}`;
      const configs = Object.entries(command.configs ?? {}).map(([key, value]) => ` --config ${key}=${value}`);
      return `${tool('kafka-topics.sh')} --create ${server} ${layout} --topic ${command.topic}${configs.join('')}`;
    }
    case 'deleteTopic':
      return `${tool('kafka-topics.sh')} --delete ${server} --topic ${command.topic}`;
    case 'alterTopicConfig': {
      const configs = Object.entries(command.configs).map(([key, value]) => `${key}=${value}`);
      return `${tool('kafka-configs.sh')} ${zookeeper} --alter --entity-type topics --entity-name ${command.topic} --add-config ${configs.join(',')}`;
    }
    case 'reassignPartitions':
      return `echo '${encodeReassignment(command.partitions)}' > /tmp/reassign.json; ${tool('kafka-reassign-partitions.sh')} ${zookeeper} --reassignment-json-file /tmp/reassign.json --execute`;
    case 'electPreferredLeaders': {
      const partitions = command.partitions.map(({ topic, partition }) => ({ topic, partition }));
      return `echo '${JSON.stringify({ partitions })}' > /tmp/elect.json; ${tool('kafka-preferred-replica-election.sh')} ${server} --path-to-json-file /tmp/elect.json`;
    }
  }
}
