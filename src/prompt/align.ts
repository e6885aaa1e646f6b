/** An item with its place in its list. */
export interface Placed<T> {
  readonly item: T;
  readonly index: number;
}

/** An item of the older list beside its counterpart in the newer one; one of the two may be missing. */
export interface Pairing<T> {
  readonly from?: Placed<T>;
  readonly to?: Placed<T>;
}

/**
 * Pairs two lists in order at the least cost: leaving out an item on either side costs 1, pairing two costs their
 * distance. One item put in front of many is one change, not many.
 */
export function align<T>(
  from: readonly T[],
  to: readonly T[],
  distance: (from: T, to: T) => number,
): readonly Pairing<T>[] {
  // costs[i][j]: the least cost for the items from i and j on.
  const costs = Array.from({ length: from.length + 1 }, (_, i) =>
    Array.from({ length: to.length + 1 }, (_, j) => from.length - i + to.length - j),
  );
  const cost = (i: number, j: number): number => costs[i]?.[j] ?? 0;
  const paired = (i: number, j: number): number => {
    const a = from[i];
    const b = to[j];
    return a === undefined || b === undefined ? Infinity : distance(a, b) + cost(i + 1, j + 1);
  };
  for (let i = from.length - 1; i >= 0; i--) {
    const row = costs[i];
    for (let j = to.length - 1; row !== undefined && j >= 0; j--) {
      row[j] = Math.min(1 + cost(i + 1, j), 1 + cost(i, j + 1), paired(i, j));
    }
  }
  const pairs: Pairing<T>[] = [];
  for (let i = 0, j = 0; i < from.length || j < to.length;) {
    const old = placed(from, i);
    const now = placed(to, j);
    if (old && now && paired(i, j) <= cost(i, j)) {
      pairs.push({ from: old, to: now });
      i++;
      j++;
    } else if (old && (!now || 1 + cost(i + 1, j) <= cost(i, j))) {
      pairs.push({ from: old });
      i++;
    } else {
      if (now) pairs.push({ to: now });
      j++;
    }
  }
  return pairs;
}

function placed<T>(list: readonly T[], index: number): Placed<T> | undefined {
  const item = list[index];
  return item === undefined ? undefined : { item, index };
}

export interface Matching<T> {
  /** What an item goes by, if it has a name of its own. */
  key(item: T): string | undefined;
  /** The same for items that say the same. */
  content(item: T): string;
  /** Whether an item without a counterpart may be an edited one of another, both being left over. */
  related(from: T, to: T): boolean;
}

/** Every one left is compared with every other: with more, they count as removed and added. */
const mostEdited = 100;

/** Pairs two lists whatever their order: by key, then by content, then what is left and related, in order. */
export function matchByKey<T>(
  from: readonly T[],
  to: readonly T[],
  { key, content, related }: Matching<T>,
): readonly Pairing<T>[] {
  const old = from.map((item, index) => ({ item, index }));
  const now = to.map((item, index) => ({ item, index }));
  const partner = new Map<Placed<T>, Placed<T>>();
  const taken = new Set<Placed<T>>();
  const pair = (name: (item: T) => string | undefined): void => {
    const waiting = new Map<string, Placed<T>[]>();
    // From the end, so that the first of a name is taken off the end of its list.
    for (const entry of old.toReversed()) {
      const text = taken.has(entry) ? undefined : name(entry.item);
      if (text === undefined) continue;
      const same = waiting.get(text);
      if (same === undefined) waiting.set(text, [entry]);
      else same.push(entry);
    }
    for (const entry of now) {
      const text = partner.has(entry) ? undefined : name(entry.item);
      const found = text === undefined ? undefined : waiting.get(text)?.pop();
      if (found === undefined) continue;
      partner.set(entry, found);
      taken.add(found);
    }
  };
  pair(item => {
    const name = key(item);
    return name === undefined ? undefined : `${name}\n${content(item)}`;
  });
  pair(key);
  pair(content);
  const left = old.filter(entry => !taken.has(entry)).slice(0, mostEdited);
  for (const entry of now.filter(entry => !partner.has(entry)).slice(0, mostEdited)) {
    const found = left.find(other => !taken.has(other) && related(other.item, entry.item));
    if (found === undefined) continue;
    partner.set(entry, found);
    taken.add(found);
  }
  return [
    ...now.map(entry => ({ from: partner.get(entry), to: entry })),
    ...old.filter(entry => !taken.has(entry)).map(entry => ({ from: entry })),
  ];
}
