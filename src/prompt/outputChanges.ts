import type { ContractChange } from './bump.ts';
import type { JsonObject, JsonValue } from './prompt.ts';
import { isSameJson } from './sameJson.ts';
import { bareSchema, isSchemaEnvelope } from './schemaEnvelope.ts';
import { withoutAnnotations } from './schemaShape.ts';
import { isJsonObject } from './valueType.ts';

/** Keywords that are compared one by one below; any other that differs is a change of the contract as a whole. */
const compared = new Set(['type', 'properties', 'required', 'enum', 'items', '$defs', 'definitions']);

/** What callers who read the output would notice between two `jsonSchema` texts. */
export function outputChanges(from: string | undefined, to: string | undefined): readonly ContractChange[] {
  if (from === to) return [];
  if (from === undefined) return [{ bump: 'major', text: 'output schema added' }];
  if (to === undefined) return [{ bump: 'major', text: 'output schema removed' }];
  const before = parse(from);
  const after = parse(to);
  if (before === undefined || after === undefined) return [{ bump: 'major', text: 'output schema changed' }];
  if (isSameJson(before, after)) return [];

  const changes = [
    ...envelopeChanges(before, after),
    ...schemaChanges(bareSchema(before), bareSchema(after), ''),
  ];
  return changes.length > 0
    ? changes
    : [{ bump: 'patch', text: 'descriptions in the output schema changed' }];
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // Text that is no JSON is compared as a whole.
    return undefined;
  }
}

function* envelopeChanges(from: JsonValue, to: JsonValue): Generator<ContractChange> {
  if (!isSchemaEnvelope(from) && !isSchemaEnvelope(to)) return;
  const around = (value: JsonValue): JsonObject => {
    if (!isSchemaEnvelope(value)) return {};
    const { schema: _, description: __, ...rest } = value;
    return rest;
  };
  yield* differingKeywords(around(from), around(to), 'the output schema');
}

function* schemaChanges(from: JsonValue, to: JsonValue, path: string): Generator<ContractChange> {
  const a = withoutAnnotations(from);
  const b = withoutAnnotations(to);
  if (isSameJson(a, b)) return;
  const what = path === '' ? 'output' : `output property "${path}"`;
  if (!isJsonObject(a) || !isJsonObject(b)) {
    yield { bump: 'major', text: `schema of ${what} changed` };
    return;
  }
  if (!isSameJson(a.type, b.type)) {
    yield { bump: 'major', text: `${what} is now ${show(b.type)} instead of ${show(a.type)}` };
  }
  yield* propertyChanges(a, b, path);
  yield* enumChanges(a.enum, b.enum, what);
  if (a.items !== undefined && b.items !== undefined) yield* schemaChanges(a.items, b.items, `${path}[]`);
  else if (!isSameJson(a.items, b.items)) yield { bump: 'major', text: `items of ${what} changed` };
  for (const keyword of ['$defs', 'definitions']) {
    const names = new Set([...keysOf(a[keyword]), ...keysOf(b[keyword])]);
    for (const name of names) {
      yield* schemaChanges(at(a[keyword], name) ?? true, at(b[keyword], name) ?? true, `${keyword}.${name}`);
    }
  }
  const rest = (schema: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(schema).filter(([keyword]) => !compared.has(keyword)));
  yield* differingKeywords(rest(a), rest(b), what);
}

function* propertyChanges(from: JsonObject, to: JsonObject, path: string): Generator<ContractChange> {
  const before = new Set(listOf(from.required));
  const after = new Set(listOf(to.required));
  const names = new Set([...keysOf(from.properties), ...keysOf(to.properties), ...before, ...after]);
  for (const name of names) {
    const full = path === '' ? name : `${path}.${name}`;
    const what = `output property "${full}"`;
    const old = at(from.properties, name);
    const now = at(to.properties, name);
    const was = old !== undefined || before.has(name);
    const is = now !== undefined || after.has(name);
    if (was && !is) yield { bump: 'major', text: `${what} removed` };
    else if (!was && is) {
      yield after.has(name)
        ? { bump: 'minor', text: `${what} added` }
        : { bump: 'major', text: `${what} added, but not always given` };
    } else {
      if (before.has(name) && !after.has(name)) yield { bump: 'major', text: `${what} is now optional` };
      if (!before.has(name) && after.has(name)) yield { bump: 'major', text: `${what} is now required` };
      yield* schemaChanges(old ?? true, now ?? true, full);
    }
  }
}

function* enumChanges(
  from: JsonValue | undefined,
  to: JsonValue | undefined,
  what: string,
): Generator<ContractChange> {
  if (isSameJson(from, to)) return;
  if (!Array.isArray(from) || !Array.isArray(to)) {
    yield { bump: 'major', text: `values of ${what} changed` };
    return;
  }
  const [old, now] = [from, to] as readonly (readonly JsonValue[])[];
  for (const value of (now ?? []).filter(value => !old?.some(other => isSameJson(value, other)))) {
    yield { bump: 'major', text: `${what} may now be ${show(value)}` };
  }
  for (const value of (old ?? []).filter(value => !now?.some(other => isSameJson(value, other)))) {
    yield { bump: 'major', text: `${what} is never ${show(value)} any more` };
  }
}

function* differingKeywords(from: JsonObject, to: JsonObject, what: string): Generator<ContractChange> {
  for (const keyword of new Set([...Object.keys(from), ...Object.keys(to)])) {
    if (isSameJson(from[keyword], to[keyword])) continue;
    yield { bump: 'major', text: `\`${keyword}\` of ${what} changed` };
  }
}

function keysOf(value: JsonValue | undefined): readonly string[] {
  return isJsonObject(value) ? Object.keys(value) : [];
}

function at(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function listOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function show(value: JsonValue | undefined): string {
  return value === undefined ? 'of any type' : typeof value === 'string' ? value : JSON.stringify(value);
}
