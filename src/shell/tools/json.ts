/** JSON files as Kafka's tools read them (`kafka.utils.Json`): a field that is missing is an exception that names it. */
import { JavaException } from './java.ts';

export type JsonObject = { readonly [field: string]: unknown };

/** undefined: it is no JSON object. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function mappingFailed(message: string): JavaException {
  return new JavaException('com.fasterxml.jackson.databind.JsonMappingException', message);
}

export function field(object: JsonObject, name: string): unknown {
  if (!Object.hasOwn(object, name)) throw mappingFailed(`No such field exists: \`${name}\``);
  return object[name];
}

export function objects(value: unknown): readonly JsonObject[] {
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'object' || one === null)) throw mappingFailed(`Expected JSON array, received ${JSON.stringify(value)}`);
  return value as readonly JsonObject[];
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw mappingFailed(`Expected \`String\` value, received ${JSON.stringify(value)}`);
  return value;
}

export function integer(value: unknown): number {
  if (!Number.isInteger(value)) throw mappingFailed(`Expected \`Int\` value, received ${JSON.stringify(value)}`);
  return value as number;
}

export function integers(value: unknown): readonly number[] {
  if (!Array.isArray(value)) throw mappingFailed(`Expected JSON array, received ${JSON.stringify(value)}`);
  return value.map(integer);
}

export function texts(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw mappingFailed(`Expected JSON array, received ${JSON.stringify(value)}`);
  return value.map(text);
}

/** Entries that stand more than once, each named once. */
export function duplicates<E>(entries: readonly E[]): readonly E[] {
  return [...new Set(entries.filter((entry, index) => entries.indexOf(entry) !== index))];
}
