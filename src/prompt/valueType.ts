import { roles, type JsonObject, type JsonValue, type Variable, type VariableType } from './prompt.ts';
import { isSameJson } from './sameJson.ts';

/** What a value is checked against; the rest of a declaration does not matter here. */
export type ValueShape = Pick<Variable, 'type' | 'items' | 'enum'>;

/** What is wrong with a value, as `expected …, got …`; undefined: nothing. */
export function typeMismatch(value: JsonValue, shape: ValueShape): string | undefined {
  const wrong = shapeMismatch(value, shape.type);
  if (wrong) return wrong;
  const { items } = shape;
  if (shape.type === 'array' && items && Array.isArray(value)) {
    const index = value.findIndex((item: JsonValue) => shapeMismatch(item, items) !== undefined);
    if (index >= 0) return `item ${index + 1}: ${shapeMismatch(value[index], items)}`;
  }
  if (shape.enum && !shape.enum.some(allowed => isSameJson(allowed, value))) {
    return `expected one of ${shape.enum.map(showValue).join(', ')}, got ${showValue(value)}`;
  }
  return undefined;
}

/** The type with its article: `a string`, `one of "warm", "formal"`. */
export function describeType(shape: ValueShape): string {
  return shape.enum ? `one of ${shape.enum.map(showValue).join(', ')}` : nouns[shape.type];
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value in a message: short, and with its quotes, so that "5" and 5 differ. */
export function showValue(value: JsonValue): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

const nouns: Readonly<Record<VariableType, string>> = {
  string: 'a string',
  integer: 'an integer',
  number: 'a number',
  boolean: 'a boolean',
  array: 'an array',
  object: 'an object',
  messages: 'a list of messages',
};

function shapeMismatch(value: JsonValue | undefined, type: VariableType): string | undefined {
  if (value === undefined) return `expected ${nouns[type]}, got nothing`;
  if (type === 'messages') return messagesMismatch(value);
  return fits(value, type) ? undefined : `expected ${nouns[type]}, got ${kindOf(value)}`;
}

function fits(value: JsonValue, type: Exclude<VariableType, 'messages'>): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isJsonObject(value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return Number.isFinite(value);
    default:
      return typeof value === type;
  }
}

function messagesMismatch(value: JsonValue): string | undefined {
  if (!Array.isArray(value)) return `expected ${nouns.messages}, got ${kindOf(value)}`;
  for (const [index, message] of value.entries() as Iterable<[number, JsonValue]>) {
    const place = `message ${index + 1}`;
    if (!isJsonObject(message)) return `${place}: expected { role, content }, got ${kindOf(message)}`;
    const { role, content } = message;
    if (!roles.some(known => known === role)) {
      return `${place}: expected a role (${roles.join(', ')}), got ${showValue(role ?? null)}`;
    }
    // An assistant that only calls tools has no content.
    const isText = typeof content === 'string' || Array.isArray(content);
    if (!isText && !('tool_calls' in message && (content ?? null) === null)) {
      return `${place}: expected content (a string or an array of parts), got ${kindOf(content ?? null)}`;
    }
  }
  return undefined;
}

function kindOf(value: JsonValue): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return `the ${typeof value} ${showValue(value)}`;
}
