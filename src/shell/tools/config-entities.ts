/** What `kafka-configs.sh` finds configurations of in ZooKeeper: topics, clients, users, brokers, and clients of users. */
import { ask, children, readBrokers } from '../../kafka/zookeeper/procedures.ts';
import { dataOf, getData } from '../../kafka/zookeeper/requests.ts';
import { parseConfig } from '../../kafka/zookeeper/znodes.ts';
import { onZooKeeper, out } from './asking.ts';
import { JavaException, propertiesOrder } from './java.ts';
import type { Script } from './script.ts';

export interface Entity {
  readonly type: string;
  /** As it stands in ZooKeeper; null: all of the type. */
  readonly name: string | null;
}

export interface ConfigEntity {
  readonly root: Entity;
  readonly child: Entity | null;
}

export const DEFAULT_ENTITY = '<default>';

const TYPE_NAMES: { readonly [type: string]: string } = { topics: 'topic', clients: 'client-id', users: 'user-principal' };

/** `Sanitizer.sanitize`: names of users and clients as parts of a path. */
export function sanitized(name: string): string {
  return encodeURIComponent(name).replace(/[!'()~*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function desanitized(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function textOf({ type, name }: Entity): string {
  const typeName = TYPE_NAMES[type] ?? type;
  if (name === null) return type;
  if (name === DEFAULT_ENTITY) return `default ${typeName}`;
  return `${typeName} '${type === 'users' || type === 'clients' ? desanitized(name) : name}'`;
}

const entityText = ({ root, child }: ConfigEntity): string => textOf(root) + (child === null ? '' : `, ${textOf(child)}`);
const pathOf = ({ root, child }: ConfigEntity): string => `/config/${root.type}/${root.name ?? ''}${child === null ? '' : `/${child.type}/${child.name ?? ''}`}`;

function* allEntities(entity: ConfigEntity): Script<readonly ConfigEntity[]> {
  const { root, child } = entity;
  const found: ConfigEntity[] = [];
  if (root.name === null) {
    for (const name of [...(yield* onZooKeeper(children(`/config/${root.type}`)))].sort()) {
      const one = { root: { ...root, name }, child: child && { ...child, name: null } };
      if (child === null) found.push(one);
      else found.push(...(yield* allEntities(one)));
    }
    return found;
  }
  if (child === null || child.name !== null) return [entity];
  for (const name of [...(yield* onZooKeeper(children(`/config/${root.type}/${root.name}/${child.type}`)))].sort()) found.push({ root, child: { ...child, name } });
  return found;
}

export function* describeEntities(entity: ConfigEntity): Script<void> {
  // Users that have only clients with quotas are left out.
  const skipsEmpty = entity.root.type === 'users' && entity.root.name === null && entity.child === null;
  for (const one of yield* allEntities(entity)) {
    const configs = Object.entries(parseConfig(dataOf(yield* onZooKeeper(ask(getData(pathOf(one)))))));
    if (configs.length === 0 && skipsEmpty) continue;
    const own = propertiesOrder(configs, ([option]) => option);
    yield* out(`Configs for ${entityText(one)} are ${own.map(([option, value]) => `${option}=${value}`).join(',')}`);
  }
}

const THROTTLES = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate', 'replica.alter.log.dirs.io.max.bytes.per.second'];

/** Brokers that run are to be asked themselves; nothing is changed through ZooKeeper here. */
export function* refuseBrokerChange(broker: string, options: readonly string[]): Script<never> {
  const asked = options.filter((option) => !THROTTLES.includes(option));
  const wrong = (message: string): JavaException => new JavaException('java.lang.IllegalArgumentException', message);
  if (asked.length > 0) {
    if (broker !== DEFAULT_ENTITY && !/^[+-]?\d{1,10}$/.test(broker)) throw wrong(`Error parsing broker ${broker}. The broker's Entity Name must be a single integer value`);
    const living = (yield* onZooKeeper(readBrokers())).map(({ info }) => info.id);
    const isRunning = broker === DEFAULT_ENTITY ? living.length > 0 : living.includes(Number(broker));
    const where = broker === DEFAULT_ENTITY ? 'for default cluster if any broker is running' : `when broker ${broker} is running`;
    const info = 'Broker configuraton updates using ZooKeeper are supported for bootstrapping before brokers are started to enable encrypted password configs to be stored in ZooKeeper.';
    if (isRunning) throw wrong(`requirement failed: --bootstrap-server option must be specified to update broker configs Set(${asked.join(', ')}). ${where}. ${info}`);
  }
  throw wrong('configurations of brokers that change while they run are not modelled here');
}
