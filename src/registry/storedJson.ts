/** Stored JSON is reviewed by people in git: two spaces, a final newline, keys always in one order. */
export function toStoredJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * The same object with its keys in the given order, those that are not named behind them, absent ones left out.
 * Entries are defined, not assigned, so that a key such as `__proto__` stays a key.
 */
export function inOrder<T extends object>(value: T, keys: readonly (keyof T & string)[]): T {
  const rest = Object.keys(value).filter(key => !(keys as readonly string[]).includes(key));
  const entries = [...keys, ...rest]
    .filter(key => Object.hasOwn(value, key) && value[key as keyof T] !== undefined)
    .map(key => [key, value[key as keyof T]] as const);
  return Object.fromEntries(entries) as T;
}

/** A record with its keys sorted. */
export function sortedRecord<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map(key => [key, record[key] as T]),
  );
}

/** What git leaves in a file that two branches changed. */
export function hasConflictMarkers(text: string): boolean {
  return /^(<<<<<<<|>>>>>>>)( |$)/m.test(text);
}
