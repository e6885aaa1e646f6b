import type { JsonObject, JsonValue } from './prompt.ts';
import { isJsonObject } from './valueType.ts';

/** `{ name, strict, schema }`, in which GitHub's files and OpenAI's requests put an output schema. */
export type SchemaEnvelope = JsonObject & { readonly schema: JsonObject | boolean };

export function isSchemaEnvelope(value: unknown): value is SchemaEnvelope {
  return isJsonObject(value) && (isJsonObject(value['schema']) || typeof value['schema'] === 'boolean');
}

/** The schema proper, out of its envelope where it has one. */
export function bareSchema(value: JsonValue): JsonValue {
  return isSchemaEnvelope(value) ? value.schema : value;
}
