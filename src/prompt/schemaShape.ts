import type { JsonValue } from './prompt.ts';
import { isJsonObject } from './valueType.ts';

/** Keywords of JSON Schema that describe and never constrain. */
const annotations = new Set(['title', 'description', 'examples', 'example', '$comment']);
/** Keywords that hold schemas by name, where a name such as `description` is no keyword. */
const named = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
/** Keywords that hold a value, which is not a schema. */
const literal = new Set(['enum', 'const', 'default']);
/** Keywords whose order says nothing. */
const unordered = new Set(['required', 'type', 'enum']);

/** A schema as far as it constrains anything: without annotations, sets in one order. */
export function withoutAnnotations(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map((inner: JsonValue) => withoutAnnotations(inner));
  if (!isJsonObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword]) => !annotations.has(keyword))
      .map(([keyword, value]) => [keyword, keywordValue(keyword, value)]),
  );
}

function keywordValue(keyword: string, value: JsonValue): JsonValue {
  if (unordered.has(keyword) && Array.isArray(value)) {
    return [...(value as readonly JsonValue[])].sort((a, b) =>
      JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
    );
  }
  if (literal.has(keyword)) return value;
  if (!named.has(keyword) || !isJsonObject(value)) return withoutAnnotations(value);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutAnnotations(inner)]));
}
