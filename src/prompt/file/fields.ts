import { isMap, isSeq, type Node } from 'yaml';
import type { Span } from '../problem.ts';
import type { Entry, Place, Tree } from './tree.ts';

/** One field of the file: `messages.0.role`, `variables.tone.enum`, `testData.3.question`. */
export interface Field {
  readonly path: string;
  readonly key?: Span;
  readonly value: Span;
  /** Its `range` counts from the start of the field's section; `value` counts from the start of the file. */
  readonly node: Node | null;
}

/** Paths into the tree. Looked up on demand: most of a file's fields are never asked for. */
export class Fields {
  readonly #tree: Tree;
  readonly #top: readonly Entry[];
  readonly #topByKey: ReadonlyMap<string, Entry>;
  readonly #byKey = new Map<Node, ReadonlyMap<string, Entry>>();

  constructor(tree: Tree, top: readonly Entry[]) {
    this.#tree = tree;
    this.#top = top;
    this.#topByKey = byKey(top);
  }

  at(path: string): Field | undefined {
    return this.#find(this.#topByKey, path, '');
  }

  #find(entries: ReadonlyMap<string, Entry>, path: string, prefix: string): Field | undefined {
    const whole = entries.get(path);
    if (whole !== undefined) return this.#field(prefix + path, whole.value, whole.keyPlace);
    // A key may hold dots itself.
    for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
      const entry = entries.get(path.slice(0, dot));
      if (entry === undefined) continue;
      const found = this.#inside(entry.value, path.slice(dot + 1), prefix + path.slice(0, dot + 1));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #entriesOf(target: Place, node: Node): ReadonlyMap<string, Entry> {
    let entries = this.#byKey.get(node);
    if (entries === undefined) this.#byKey.set(node, (entries = byKey(this.#tree.entries(target))));
    return entries;
  }

  #inside(place: Place, path: string, prefix: string): Field | undefined {
    const target = this.#tree.resolve(place);
    if (isMap(target.node)) return this.#find(this.#entriesOf(target, target.node), path, prefix);
    const index = /^\d+/.exec(path)?.[0];
    const item = index === undefined ? undefined : this.#tree.item(target, Number(index));
    if (item === undefined || index === undefined) return undefined;
    if (path === index) return this.#field(prefix + index, item);
    return path[index.length] === '.'
      ? this.#inside(item, path.slice(index.length + 1), `${prefix}${index}.`)
      : undefined;
  }

  #field(path: string, place: Place, keyPlace?: Place): Field {
    return {
      path,
      ...(keyPlace && { key: this.#tree.span(keyPlace) }),
      value: this.#tree.span(place),
      node: this.#tree.resolve(place).node,
    };
  }

  /** Every field in file order; what came in by a merge key or an alias stands where its anchor does. */
  *all(): Generator<Field> {
    for (const entry of this.#top) yield* this.#below(entry.value, entry.key, entry.keyPlace);
  }

  *#below(place: Place, path: string, keyPlace?: Place): Generator<Field> {
    yield this.#field(path, place, keyPlace);
    if (isMap(place.node)) {
      for (const entry of this.#tree.entries(place)) {
        if (!entry.merged) yield* this.#below(entry.value, `${path}.${entry.key}`, entry.keyPlace);
      }
    } else if (isSeq(place.node)) {
      let index = 0;
      for (const item of this.#tree.items(place)) yield* this.#below(item, `${path}.${index++}`);
    }
  }

  /** The innermost field whose key or value the offset touches. */
  around(offset: number): Field | undefined {
    let found: Field | undefined;
    let entries: readonly Entry[] = this.#top;
    let prefix = '';
    for (;;) {
      const entry = entries.find(
        ({ keyPlace, value, merged }) => !merged && this.#touches(offset, value, keyPlace),
      );
      if (entry === undefined) return found;
      let path = prefix + entry.key;
      let place = entry.value;
      found = this.#field(path, place, entry.keyPlace);
      while (isSeq(place.node)) {
        const items = this.#tree.items(place);
        const index = items.findIndex(item => this.#touches(offset, item));
        const item = items[index];
        if (item === undefined) return found;
        path = `${path}.${index}`;
        place = item;
        found = this.#field(path, place);
      }
      entries = isMap(place.node) ? this.#tree.entries(place) : [];
      prefix = `${path}.`;
    }
  }

  #touches(offset: number, value: Place, keyPlace?: Place): boolean {
    const { start, end } = this.#tree.span(value);
    const from = keyPlace === undefined ? start : this.#tree.span(keyPlace).start;
    if (offset < from) return false;
    if (offset <= end) return true;
    // Behind `key:` with nothing yet, up to the end of its line.
    const { section, base } = value.part;
    return /^:?[ \t]*$/.test(section.text.slice(end - base, offset - base));
  }
}

function byKey(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  return new Map(entries.map(entry => [entry.key, entry]));
}
