/**
 * What `kafka-configs.sh` finds configurations of in ZooKeeper: topics, clients, users, brokers, and clients of users; and what is thrown and said of all
 * of them alike.
 */
import { children } from '../../kafka/zookeeper/procedures.ts';
import { changeConfig, entityConfig, type Options } from '../../kafka/zookeeper/topics.ts';
import { configPath, DEFAULT_ENTITY } from '../../kafka/zookeeper/znodes.ts';
import { concurrentMapOrder } from '../../zookeeper/java-hash-order.ts';
import { topicOptionNameProblem, topicOptionProblem } from '../../kafka/log/topic-options.ts';
import { long, valueProblem, type ConfigKey } from '../../kafka/config-def.ts';
import { err, onZooKeeper, out } from './asking.ts';
import { apiException, configException, illegalArgument } from './java.ts';
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
/** What stands below /config of it. */
const pathOf = ({ root, child }: ConfigEntity): string => `${root.type}/${root.name ?? ''}${child === null ? '' : `/${child.type}/${child.name ?? ''}`}`;

function* allEntities(entity: ConfigEntity): Script<readonly ConfigEntity[]> {
  const { root, child } = entity;
  const found: ConfigEntity[] = [];
  if (root.name === null) {
    for (const name of [...(yield* onZooKeeper(children(configPath(root.type))))].sort()) {
      const one = { root: { ...root, name }, child: child && { ...child, name: null } };
      if (child === null) found.push(one);
      else found.push(...(yield* allEntities(one)));
    }
    return found;
  }
  if (child === null || child.name !== null) return [entity];
  for (const name of [...(yield* onZooKeeper(children(configPath(`${root.type}/${root.name}/${child.type}`))))].sort()) found.push({ root, child: { ...child, name } });
  return found;
}

export function* describeEntities(entity: ConfigEntity): Script<void> {
  // Users that have only clients with quotas are left out.
  const skipsEmpty = entity.root.type === 'users' && entity.root.name === null && entity.child === null;
  for (const one of yield* allEntities(entity)) {
    const configs = Object.entries(yield* onZooKeeper(entityConfig(pathOf(one))));
    if (configs.length === 0 && skipsEmpty) continue;
    const own = concurrentMapOrder(configs, ([option]) => option);
    yield* out(`Configs for ${entityText(one)} are ${own.map(([option, value]) => `${option}=${value}`).join(',')}`);
  }
}

/** What is stored, with what is added and without what is removed, which must be there. */
export function changed<Value>(before: { readonly [name: string]: Value }, added: { readonly [name: string]: Value }, removed: readonly string[]): { readonly [name: string]: Value } {
  const missing = removed.filter((name) => !Object.hasOwn(before, name));
  if (missing.length > 0) throw apiException('InvalidConfigurationException', `Invalid config(s): ${missing.join(',')}`);
  return Object.fromEntries(Object.entries({ ...before, ...added }).filter(([name]) => !removed.includes(name)));
}

/** Throws what a broker would say against options of a topic. */
export function checkTopicOptions(options: Options): void {
  for (const [option, value] of Object.entries(options)) {
    checkTopicOptionName(option);
    const problem = topicOptionProblem(option, value);
    if (problem !== null) throw configException(problem);
  }
}

export function checkTopicOptionName(option: string): void {
  const problem = topicOptionNameProblem(option);
  if (problem !== null) throw apiException('InvalidConfigurationException', problem);
}

export const sayCompleted = (entity: ConfigEntity): Script<null> => out(`Completed Updating config for entity: ${entityText(entity)}.`);

/** The lab's own line, apart from what the tool prints. */
export function* noteWithoutEffect(idle: readonly string[]): Script<void> {
  if (idle.length > 0) yield* err(`kafka-configs.sh: stored, but nothing in this lab goes by ${idle.join(', ')} · 已保存，但本实验室不据此运行：${idle.join('、')}`);
}

/** DynamicConfig.Client; users have them, too. */
const QUOTAS: readonly ConfigKey[] = [long('producer_byte_rate', null), long('consumer_byte_rate', null), { key: 'request_percentage', type: 'double', default: null }];

/** Quotas of clients and users, as they stand in ZooKeeper (ConfigCommand.alterConfig, DynamicConfig.validate). */
export function* alterQuotas(entity: ConfigEntity, added: { readonly [option: string]: string }, removed: readonly string[]): Script<void> {
  const credentials = entity.root.type !== 'users' ? undefined : [...Object.keys(added), ...removed].find((option) => /^SCRAM-SHA-(256|512)$/.test(option));
  if (credentials !== undefined) throw illegalArgument(`${credentials}: credentials are not modelled here · 此处未模拟凭据`);
  const path = pathOf(entity);
  const configs = changed(yield* onZooKeeper(entityConfig(path)), added, removed);
  const unknown = concurrentMapOrder(Object.keys(configs), (option) => option).filter((option) => !QUOTAS.some(({ key }) => key === option));
  if (unknown.length > 0) throw illegalArgument(`requirement failed: Unknown Dynamic Configuration: Set(${unknown.join(', ')}).`);
  for (const quota of QUOTAS) {
    const value = configs[quota.key];
    const problem = value === undefined ? null : valueProblem(quota, value);
    if (problem !== null) throw configException(problem);
  }
  yield* onZooKeeper(changeConfig(path, configs));
  yield* sayCompleted(entity);
  yield* noteWithoutEffect(Object.keys(added));
}
