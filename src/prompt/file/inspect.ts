import { isAlias, isCollection, isMap, isPair, isScalar, type Node, type YAMLMap } from 'yaml';
import type { Span } from '../problem.ts';

export interface Anchor {
  readonly name: string;
  readonly node: Node;
  readonly offset: number;
}

/** What one walk over a section's nodes finds. Offsets are the section's. */
export interface Inspection {
  /** In file order. */
  readonly anchors: readonly Anchor[];
  readonly duplicateKeys: readonly (Span & { readonly key: string; readonly first: Span })[];
  /** `{{x}}` without quotes, which YAML reads as a mapping inside a mapping. */
  readonly unquoted: readonly Span[];
}

export function inspect(contents: Node | null): Inspection {
  const anchors: Anchor[] = [];
  const duplicateKeys: Inspection['duplicateKeys'][number][] = [];
  const unquoted: Span[] = [];

  const visit = (node: unknown): void => {
    if (isPair(node)) {
      visit(node.key);
      visit(node.value);
      return;
    }
    if (!isScalar(node) && !isCollection(node)) return;
    if (node.anchor !== undefined && node.range) {
      anchors.push({ name: node.anchor, node, offset: node.range[0] });
    }
    if (!isCollection(node)) return;
    if (isMap(node)) {
      for (const duplicate of duplicates(node)) duplicateKeys.push(duplicate);
      if (isUnquotedTemplate(node)) {
        unquoted.push({ start: node.range?.[0] ?? 0, end: node.range?.[1] ?? 0 });
        return;
      }
    }
    node.items.forEach(visit);
  };
  visit(contents);
  return { anchors, duplicateKeys, unquoted };
}

/** Whether the node is `{{x}}` without quotes. */
export function isUnquotedTemplate(node: unknown): node is YAMLMap {
  if (!isMap(node) || !node.flow || node.items.length !== 1) return false;
  const [pair] = node.items;
  return isMap(pair?.key) && pair.key.flow === true && isEmpty(pair.value);
}

function isEmpty(node: unknown): boolean {
  return node == null || (isScalar(node) && node.value === null);
}

function* duplicates(map: YAMLMap): Generator<Inspection['duplicateKeys'][number]> {
  const seen = new Map<string, Span>();
  for (const { key } of map.items) {
    // Several merge keys may stand in one mapping.
    if (!isScalar(key) || isAlias(key) || typeof key.value === 'symbol' || !key.range) continue;
    const name = key.source ?? '';
    const span = { start: key.range[0], end: key.range[1] };
    const first = seen.get(name);
    if (first === undefined) seen.set(name, span);
    else yield { ...span, key: name, first };
  }
}
