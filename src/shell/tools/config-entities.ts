/** What `kafka-configs.sh` finds configurations of in ZooKeeper: topics, clients, users, brokers, and clients of users. */
import { ask, children } from '../../kafka/zookeeper/procedures.ts';
import { changeConfig } from '../../kafka/zookeeper/topics.ts';
import { dataOf, getData } from '../../kafka/zookeeper/requests.ts';
import { parseConfig } from '../../kafka/zookeeper/znodes.ts';
import { err, onZooKeeper, out } from './asking.ts';
import { apiException, JavaException, propertiesOrder } from './java.ts';
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

/** DynamicConfig.Client; users have them, too. */
const QUOTAS: { readonly [option: string]: 'LONG' | 'DOUBLE' } = { producer_byte_rate: 'LONG', consumer_byte_rate: 'LONG', request_percentage: 'DOUBLE' };
const MOST = 2n ** 63n;

function isOfType(text: string, type: 'LONG' | 'DOUBLE'): boolean {
  if (type === 'DOUBLE') return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(text);
  return /^[+-]?\d+$/.test(text) && BigInt(text) >= -MOST && BigInt(text) < MOST;
}

/** Quotas of clients and users, as they stand in ZooKeeper (ConfigCommand.alterConfig, DynamicConfig.validate). */
export function* alterQuotas(entity: ConfigEntity, added: { readonly [option: string]: string }, removed: readonly string[]): Script<void> {
  const credentials = entity.root.type !== 'users' ? undefined : [...Object.keys(added), ...removed].find((option) => /^SCRAM-SHA-(256|512)$/.test(option));
  if (credentials !== undefined) throw new JavaException('java.lang.IllegalArgumentException', `${credentials}: credentials are not modelled here · 此处未模拟凭据`);
  const path = pathOf(entity);
  const configs: { [option: string]: string } = { ...parseConfig(dataOf(yield* onZooKeeper(ask(getData(path))))) };
  const missing = removed.filter((option) => !Object.hasOwn(configs, option));
  if (missing.length > 0) throw apiException('InvalidConfigurationException', `Invalid config(s): ${missing.join(',')}`);
  Object.assign(configs, added);
  for (const option of removed) delete configs[option];
  const unknown = propertiesOrder(Object.keys(configs), (option) => option).filter((option) => !Object.hasOwn(QUOTAS, option));
  if (unknown.length > 0) throw new JavaException('java.lang.IllegalArgumentException', `requirement failed: Unknown Dynamic Configuration: Set(${unknown.join(', ')}).`);
  for (const [option, type] of Object.entries(QUOTAS)) {
    const value = configs[option];
    if (value !== undefined && !isOfType(value, type)) throw new JavaException('org.apache.kafka.common.config.ConfigException', `Invalid value ${value} for configuration ${option}: Not a number of type ${type}`);
  }
  yield* onZooKeeper(changeConfig(path.slice('/config/'.length), configs));
  yield* out(`Completed Updating config for entity: ${entityText(entity)}.`);
  const idle = Object.keys(added);
  if (idle.length > 0) yield* err(`kafka-configs.sh: stored, but nothing in this lab goes by ${idle.join(', ')} · 已保存，但本实验室不据此运行：${idle.join('、')}`);
}
