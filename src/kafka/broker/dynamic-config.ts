/** Which keys of a broker's configuration may change while it runs (`DynamicBrokerConfig` 2.3.0). That one is changed is not modelled. */
import { topicOptionSynonyms } from './config.ts';

const CLEANER = ['threads', 'dedupe.buffer.size', 'io.buffer.load.factor', 'io.buffer.size', 'io.max.bytes.per.second', 'backoff.ms'].map((name) => `log.cleaner.${name}`);
const THREADS = ['num.io.threads', 'num.network.threads', 'num.replica.fetchers', 'num.recovery.threads.per.data.dir', 'background.threads'];
const LISTENERS = ['advertised.listeners', 'listeners', 'listener.security.protocol.map', 'principal.builder.class', 'max.connections', 'max.connections.per.ip', 'max.connections.per.ip.overrides'];
const LOG = Object.values(topicOptionSynonyms).filter((key) => key !== 'log.message.format.version');

const DYNAMIC: ReadonlySet<string> = new Set([...CLEANER, ...THREADS, ...LISTENERS, ...LOG, 'message.max.bytes', 'metric.reporters']);

const isDynamic = (key: string): boolean => DYNAMIC.has(key) || /^(ssl|sasl)\./.test(key);

/** What a broker answers to a change of its own configuration (or of all brokers': `resourceName` empty). */
export function changeRefusal(resourceName: string, keys: readonly string[], isKnown: (key: string) => boolean): string {
  const fixed = keys.filter((key) => isKnown(key) && !isDynamic(key));
  const reason = fixed.length > 0 ? `Cannot update these configs dynamically: Set(${fixed.join(', ')})` : 'changing them while the broker runs is not modelled here';
  return `Invalid config value for resource ConfigResource(type=BROKER, name='${resourceName}'): ${reason}`;
}
