import type { Problem, Span } from '../../../src/prompt/problem.ts';

/** A place that a fixture marks, written `⟦code:the text that is wrong⟧`. */
export interface Marker extends Span {
  readonly code: string;
}

/** The text of a fixture without its markers, and where they were. */
export function readMarkers(marked: string): { readonly text: string; readonly markers: readonly Marker[] } {
  const markers: Marker[] = [];
  const open: { readonly code: string; readonly start: number }[] = [];
  let text = '';
  let at = 0;
  for (const match of marked.matchAll(/⟦([a-z-]+):|⟧/g)) {
    text += marked.slice(at, match.index);
    at = match.index + match[0].length;
    const [, code] = match;
    if (code !== undefined) {
      open.push({ code, start: text.length });
      continue;
    }
    const marker = open.pop();
    if (!marker) throw new Error('A marker is closed that was never opened.');
    markers.push({ ...marker, end: text.length });
  }
  if (open.length > 0) throw new Error('A marker is never closed.');
  return { text: text + marked.slice(at), markers };
}

/** The text with the found problems marked as in a fixture. */
export function writeMarkers(
  text: string,
  problems: readonly Pick<Problem, 'code' | 'start' | 'end'>[],
): string {
  const marks = problems.flatMap(({ code, start, end }) => {
    const open = `⟦${code}:`;
    if (start === end) return [{ at: start, text: `${open}⟧`, order: 1 }];
    return [
      { at: start, text: open, order: 2 + 1 / (end - start) },
      { at: end, text: '⟧', order: 0 },
    ];
  });
  // From the end, so that offsets stay true; of marks at one place those that stand further right come first.
  marks.sort((a, b) => b.at - a.at || b.order - a.order);
  return marks.reduce((marked, { at, text: mark }) => marked.slice(0, at) + mark + marked.slice(at), text);
}
