import type { JsonValue } from './prompt.ts';
import { isJsonObject } from './valueType.ts';

/** The value of a section around the text, and the ones around that. */
export interface Scope {
  readonly value: JsonValue;
  readonly outer: Scope | undefined;
}

/** The innermost section value that has this key. */
export function holder(
  key: string,
  scope: Scope | undefined,
): Readonly<Record<string, JsonValue>> | undefined {
  for (let at = scope; at; at = at.outer) {
    if (isJsonObject(at.value) && Object.hasOwn(at.value, key)) return at.value;
  }
  return undefined;
}

/** A field of an object or an item of an array; text and lists have no other members. */
export function member(value: JsonValue, key: string): JsonValue | undefined {
  if (isJsonObject(value)) return own(value, key);
  return Array.isArray(value) && /^\d+$/.test(key) ? value[Number(key)] : undefined;
}

/** Never a property of the prototype: `{{constructor}}` is a name like any other. */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Null and undefined are the same: no value. */
export function isGiven<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null;
}
