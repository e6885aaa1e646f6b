/** Text that is the same for the same JSON, whatever the order of keys. Unlike canonical JSON it takes any text. */
export function jsonKey(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Whether two values are the same JSON; absent is only the same as absent. */
export function isSameJson(a: unknown, b: unknown): boolean {
  return a === b || jsonKey(a) === jsonKey(b);
}
