import type { JsonValue } from './prompt.ts';

/** Whether no text or key in a value holds half of a character (a lone surrogate), which canonical JSON refuses. */
export function hasWholeCharacters(value: JsonValue): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((item: JsonValue) => hasWholeCharacters(item));
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && hasWholeCharacters(inner));
}
