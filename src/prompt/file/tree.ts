import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { Span } from '../problem.ts';
import type { JsonValue } from '../prompt.ts';
import { isUnquotedTemplate } from './inspect.ts';
import type { Part } from './sections.ts';

/** A node of the file. Its `range` counts from the start of its part. */
export interface Place {
  readonly node: Node | null;
  readonly part: Part;
  /** Where the value would stand, for a node that has no place of its own. */
  readonly at?: number;
}

export interface Entry {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: Place;
  /** Came in by a merge key: the text stands elsewhere. */
  readonly merged: boolean;
}

/** More values behind aliases than any prompt has: an alias bomb. */
const mostExpanded = 10_000;
const deepest = 200;

/** The nodes of a file, read through aliases and merge keys. Offsets that it gives are the file's. */
export class Tree {
  readonly parts: readonly Part[];
  /** Whether what was read since this was last set to false depends on more than its own part. */
  dependsOnOthers = false;
  /** Aliases that name nothing, or stand for too much. */
  readonly #badAliases = new Map<number, Span & { readonly message: string }>();
  #expanded = 0;
  #exhausted = false;

  constructor(parts: readonly Part[]) {
    this.parts = parts;
  }

  get aliasProblems(): Iterable<Span & { readonly message: string }> {
    return this.#badAliases.values();
  }

  /** The value's text without blank lines and comments behind it. */
  span({ node, part, at = 0 }: Place): Span {
    if (!node?.range) return { start: at, end: at };
    const start = node.range[0] + part.base;
    const end = endOf(node, part) + part.base;
    return { start, end: Math.max(start, end) };
  }

  /** The source text of a place. */
  source(place: Place): string {
    const { start, end } = this.span(place);
    return place.part.section.text.slice(start - place.part.base, end - place.part.base);
  }

  /** The node itself, or what an alias stands for; a null node if it stands for nothing. */
  resolve(place: Place): Place {
    let found = place;
    for (let hops = 0; isAlias(found.node); hops++) {
      const alias = found.node;
      const target = hops < deepest ? this.#anchor(alias.source, found) : undefined;
      if (target === undefined) {
        this.#reject(found, `No anchor &${alias.source} before this alias.`);
        return { node: null, part: place.part, at: this.span(place).start };
      }
      found = target;
    }
    return found;
  }

  #anchor(name: string, alias: Place): Place | undefined {
    const offset = alias.node?.range?.[0] ?? 0;
    const own = alias.part.section.anchors.findLast(anchor => anchor.name === name && anchor.offset < offset);
    if (own !== undefined) return { node: own.node, part: alias.part };
    this.dependsOnOthers = true;
    for (let index = this.parts.indexOf(alias.part) - 1; index >= 0; index--) {
      const part = this.parts[index];
      const anchor = part?.section.anchors.findLast(anchor => anchor.name === name);
      if (part !== undefined && anchor !== undefined) return { node: anchor.node, part };
    }
    return undefined;
  }

  #reject(place: Place, message: string): void {
    const span = this.span(place);
    this.dependsOnOthers = true;
    this.#badAliases.set(span.start, { ...span, message });
  }

  /** A mapping's entries, those of merge keys behind its own; empty for anything else. */
  entries(place: Place): readonly Entry[] {
    const own = new Map<string, Entry>();
    const merged = new Map<string, Entry>();
    this.#collect(this.resolve(place), own, merged, []);
    return [...own.values(), ...[...merged.values()].filter(({ key }) => !own.has(key))];
  }

  #collect(place: Place, own: Map<string, Entry>, merged: Map<string, Entry>, within: readonly Node[]): void {
    const { node, part } = place;
    if (!isMap(node)) return;
    const sources: Place[] = [];
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const value = { node: pair.value, part, at: (pair.key?.range?.[2] ?? 0) + part.base };
      if (isScalar(pair.key) && typeof pair.key.value === 'symbol') {
        sources.push(value);
        continue;
      }
      const keyPlace = this.resolve({ node: pair.key, part });
      const key = isScalar(keyPlace.node) ? (keyPlace.node.source ?? '') : this.source(keyPlace);
      own.set(key, { key, keyPlace, value, merged: false });
    }
    for (const source of sources) this.#merge(source, merged, [...within, node]);
  }

  #merge(source: Place, merged: Map<string, Entry>, within: readonly Node[]): void {
    const target = this.resolve(source);
    if (target.node === null || !this.mayEnter(source, target.node, within)) return;
    if (isSeq(target.node)) {
      for (const item of target.node.items as Node[])
        this.#merge({ node: item, part: target.part }, merged, within);
      return;
    }
    if (!isMap(target.node)) {
      this.#reject(source, 'A merge key (<<) takes a mapping or a list of mappings.');
      return;
    }
    const own = new Map<string, Entry>();
    const deeper = new Map<string, Entry>();
    this.#collect(target, own, deeper, within);
    for (const entry of [...own.values(), ...deeper.values()]) {
      if (!merged.has(entry.key)) merged.set(entry.key, { ...entry, merged: true });
    }
  }

  /**
   * Whether to read on through an alias or merge key, given the nodes that the way leads through. What is not read is
   * reported: an anchor that holds itself, and aliases of aliases that stand for more than any memory holds.
   */
  mayEnter(alias: Place, target: Node, within: readonly Node[]): boolean {
    if (within.includes(target)) {
      this.#reject(alias, 'This alias stands inside its own anchor.');
      return false;
    }
    if (++this.#expanded <= mostExpanded && within.length < deepest) return true;
    this.dependsOnOthers = true;
    if (!this.#exhausted) {
      this.#reject(
        alias,
        `The aliases of this file stand for more than ${mostExpanded} values; the rest is not read.`,
      );
    }
    this.#exhausted = true;
    return false;
  }

  /** A list's items; empty for anything else. */
  items(place: Place): readonly Place[] {
    const { node, part } = this.resolve(place);
    if (!isSeq(node)) return [];
    return (node.items as (Node | null)[]).map(item => ({
      node: item,
      part,
      at: (node.range?.[0] ?? 0) + part.base,
    }));
  }

  item(place: Place, index: number): Place | undefined {
    const { node, part } = this.resolve(place);
    const item = isSeq(node) ? (node.items as (Node | null)[])[index] : undefined;
    return item === undefined ? undefined : { node: item, part, at: (node?.range?.[0] ?? 0) + part.base };
  }

  /** Plain JSON, whatever the YAML: never a date, a symbol or a number that JSON does not have. */
  value(place: Place): JsonValue {
    return this.#value(place, []);
  }

  /** `alias`: what led out of the text that is read as such; every value behind it counts. */
  #value(place: Place, within: readonly Node[], alias?: Place): JsonValue {
    const target = this.resolve(place);
    const { node } = target;
    if (node === null) return null;
    const through = isAlias(place.node) ? place : alias;
    if (through !== undefined && !this.mayEnter(through, node, within)) return null;
    if (isScalar(node)) return scalarValue(node.value, node.source);
    if (isUnquotedTemplate(node)) return this.source(target);
    const inner = [...within, node];
    if (isSeq(node)) return this.items(target).map(item => this.#value(item, inner, through));
    return Object.fromEntries(
      this.entries(target).map(({ key, keyPlace, value, merged }) => [
        key,
        this.#value(value, inner, through ?? (merged ? keyPlace : undefined)),
      ]),
    );
  }
}

/** What YAML read from a scalar, as JSON. Numbers that JavaScript cannot hold exactly stay text. */
function scalarValue(value: unknown, source: string | undefined): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value !== 'number' || !Number.isFinite(value)) return source ?? String(value);
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && /^[-+]?\d+$/.test(source ?? '')) {
    return source ?? value;
  }
  return value;
}

/** Where the last text of a node ends, in offsets of its part. */
function endOf(node: Node, part: Part): number {
  const [start, end] = node.range ?? [0, 0];
  if (isMap(node) || isSeq(node)) {
    if (node.flow) return end;
    const last = node.items.at(-1) as Pair<Node, Node | null> | Node | null | undefined;
    if (last == null) return end;
    const inner = isNode(last) ? last : hasText(last.value) ? last.value : last.key;
    return endOf(inner, part);
  }
  if (!isScalar(node)) return end;
  return start + part.section.text.slice(start, end).trimEnd().length;
}

function isNode(item: Pair<Node, Node | null> | Node): item is Node {
  return !('key' in item);
}

function hasText(node: Node | null): node is Node {
  return node?.range != null && node.range[1] > node.range[0];
}
