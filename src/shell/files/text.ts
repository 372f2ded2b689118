/** Text in files: an entry a line, as the simulated programs write theirs; the size says whether the last line is ended. */
import { at, listOf, toArray } from '../../kernel/append-list.ts';
import type { FileEdit } from '../../kernel/disk.ts';
import type { FileContent } from '../../kernel/program.ts';
import { byteLength } from '../../kernel/utf8.ts';

export function contentOf(text: string): FileContent<string> {
  const lines = text.split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  return { entries: listOf(lines), bytes: byteLength(text) };
}

export function textFile(path: string, text: string): FileEdit {
  return { type: 'write', path, content: contentOf(text) };
}

/** Bytes as the characters of their numbers, so that nothing is lost; an object (a transaction of ZooKeeper's log) as JSON. */
function entryText(entry: unknown): string {
  if (typeof entry === 'string') return entry;
  if (entry instanceof Uint8Array) {
    let text = '';
    for (const byte of entry) text += String.fromCharCode(byte);
    return text;
  }
  return JSON.stringify(entry);
}

/** Whether a file holds lines of text; records and transactions it does not. */
export function isText(content: FileContent): boolean {
  const first = at(content.entries, 0);
  return first === undefined || typeof first === 'string';
}

/** What lies in a file. The zeros with which an index was made at its full size are not in it. */
export function bytesOf(content: FileContent): Uint8Array {
  const entries = toArray(content.entries);
  if (!entries.every((entry) => entry instanceof Uint8Array)) return new TextEncoder().encode(textOf(content));
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    bytes.set(entry, at);
    at += entry.length;
  }
  return bytes;
}

export function textOf(content: FileContent): string {
  const parts = toArray(content.entries).map(entryText);
  if (parts.length === 0) return '';
  if (!isText(content)) return parts.join('');
  const text = parts.join('\n');
  return byteLength(text) + 1 === content.bytes ? `${text}\n` : text;
}
