import type { JsonValue } from '../../prompt/prompt.ts';

const width = 60;

/** A value as text: a string as is, all else as compact JSON. */
export function toText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The beginning of a text in quotes, on one line. */
export function excerpt(text: string, length = width): string {
  if (text === '') return 'nothing';
  return `"${cut(text, 0, length)}"`;
}

/** Where two texts part, shown from both: `expected "…at noon.", got "…at one."` */
export function difference(expected: string, actual: string): string {
  const from = firstDifference(expected, actual);
  if (expected.trim() === actual.trim()) return 'only white space at the ends differs';
  if (from <= width / 2) return `expected ${excerpt(expected)}, got ${excerpt(actual)}`;
  const start = from - 20;
  const around = (text: string): string =>
    text.length > start ? `"${cut(text, start, width)}"` : 'nothing more';
  return `differs at character ${from + 1}: expected ${around(expected)}, got ${around(actual)}`;
}

function firstDifference(one: string, other: string): number {
  const shortest = Math.min(one.length, other.length);
  let index = 0;
  while (index < shortest && one.charCodeAt(index) === other.charCodeAt(index)) index++;
  return index;
}

function cut(text: string, start: number, length: number): string {
  const piece = text
    .slice(start, start + length)
    // Matches only what has to change: a text of words and single spaces is not copied.
    .replace(/[^\S ]\s*| \s+/g, ' ')
    .toWellFormed();
  return `${start > 0 ? '…' : ''}${piece}${start + length < text.length ? '…' : ''}`;
}
