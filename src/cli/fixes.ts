import type { Problem, TextEdit } from '../prompt/problem.ts';

/** Applies the first fix of each problem. Of fixes that touch each other only the first is applied. */
export function applyFixes(
  text: string,
  problems: readonly Problem[],
): { readonly text: string; readonly applied: number } {
  const taken: TextEdit[] = [];
  let applied = 0;
  for (const { fixes } of problems) {
    const edits = fixes?.[0]?.edits ?? [];
    if (edits.length === 0 || edits.some(edit => taken.some(other => touches(edit, other)))) continue;
    if (edits.every(edit => text.slice(edit.start, edit.end) === edit.text)) continue;
    taken.push(...edits);
    applied++;
  }
  let result = text;
  for (const { start, end, text: replacement } of taken.sort((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + replacement + result.slice(end);
  }
  return { text: result, applied };
}

function touches(a: TextEdit, b: TextEdit): boolean {
  return a.start <= b.end && b.start <= a.end;
}
