import type { Span } from './problem.ts';

/** A span without the white space at its ends. */
export function trimmed(source: string, start: number, end: number): Span {
  let from = start;
  let to = end;
  while (from < to && isSpace(source[from])) from += 1;
  while (to > from && isSpace(source[to - 1])) to -= 1;
  return { start: from, end: to };
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\n' || char === '\r';
}

/** Start of the line if only blanks stand before the offset. */
export function blankBefore(source: string, offset: number): number | undefined {
  let at = offset;
  while (source[at - 1] === ' ' || source[at - 1] === '\t') at -= 1;
  return at === 0 || source[at - 1] === '\n' ? at : undefined;
}

/** Start of the next line if only blanks stand behind the offset. */
export function blankAfter(source: string, offset: number): number | undefined {
  let at = offset;
  while (source[at] === ' ' || source[at] === '\t') at += 1;
  if (at === source.length) return at;
  if (source[at] === '\n') return at + 1;
  return source[at] === '\r' && source[at + 1] === '\n' ? at + 2 : undefined;
}
