/** Which processes are clients of Kafka: those of a deployment, and the console tools while they run. */
import type { Process } from '../../kernel/process.ts';
import type { ConsumerState } from '../../kafka/clients/consumer-state.ts';
import type { ProducerState } from '../../kafka/clients/producer-state.ts';

/** `state` is null before it has begun, and when it is over. */
export type Client =
  | { readonly kind: 'producer'; readonly state: ProducerState | null; readonly acks: string; readonly isTool: boolean }
  | { readonly kind: 'consumer'; readonly state: ConsumerState | null; readonly isTool: boolean };

interface Properties {
  readonly properties: Readonly<Record<string, string>>;
}

/** Idempotence, and with it every transaction, needs all. */
function acksOf({ properties }: Properties): string {
  const isIdempotent = properties['transactional.id'] !== undefined || properties['enable.idempotence'] === 'true';
  return properties['acks'] ?? (isIdempotent ? 'all' : '1');
}

/** What a client is called where there is little room: of a tool what it does. */
export function shownName(process: string): string {
  return process.replace(/^kafka-(?:console-)?/, '').replace(/^(?:producer|consumer)-(?=perf-test)/, '').replace(/^verifiable-(?:producer|consumer)/, 'verifiable');
}

export function clientOf({ program, state, config }: Process): Client | undefined {
  switch (program) {
    case 'kafka-producer':
      return { kind: 'producer', state: state as ProducerState | null, acks: acksOf(config as Properties), isTool: false };
    case 'kafka-console-producer':
      return { kind: 'producer', state: (state as { readonly producer: ProducerState | null } | null)?.producer ?? null, acks: acksOf((config as { readonly producer: Properties }).producer), isTool: true };
    case 'kafka-consumer':
      return { kind: 'consumer', state: state as ConsumerState | null, isTool: false };
    case 'kafka-console-consumer':
      return { kind: 'consumer', state: (state as { readonly consumer: ConsumerState | null } | null)?.consumer ?? null, isTool: true };
    default:
      return undefined;
  }
}
