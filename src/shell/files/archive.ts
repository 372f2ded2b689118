/** Archives as files: what was packed here with its members, and the one of Kafka by its name only, which is unpacked from what the lab knows of it. */
import { kafkaMembers } from '../machine/kafka-distribution.ts';

export interface Member {
  /** With a `/` at the end: a directory. */
  readonly path: string;
  /** null: a directory. */
  readonly text: string | null;
  /** The real size, where the text here is shorter than the real file (programs, libraries). */
  readonly bytes?: number;
  readonly mode: number;
  readonly modifiedMs: number;
}

export interface Archive {
  readonly type: 'archive';
  readonly members: readonly Member[];
}

export interface Distribution {
  readonly type: 'distribution';
  readonly name: 'kafka_2.12-2.3.0';
}

export function isArchive(entry: unknown): entry is Archive | Distribution {
  return typeof entry === 'object' && entry !== null && 'type' in entry && (entry.type === 'archive' || entry.type === 'distribution');
}

export function membersOf(archive: Archive | Distribution): readonly Member[] {
  return archive.type === 'archive' ? archive.members : kafkaMembers();
}
