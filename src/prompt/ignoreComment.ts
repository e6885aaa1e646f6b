import type { ParsedPrompt } from './parse.ts';
import type { Fix, ProblemCode } from './problem.ts';

/** Silencing a problem in the file: a comment above the key whose value it is in, for people to give the reason. */
export function ignoreComment(parsed: ParsedPrompt, code: ProblemCode, offset: number): Fix | undefined {
  // A file that cannot be read cannot say what to ignore in it.
  if (code === 'yaml-syntax') return undefined;
  const { text } = parsed;
  const key = innermostKey(parsed, offset);
  const lineStart = text.lastIndexOf('\n', (key ?? 0) - 1) + 1;
  const [indent = ''] = /^[ \t]*/.exec(text.slice(lineStart)) ?? [];
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const comment = `${key === undefined ? '' : indent}# promptgate-ignore ${code}: reason${lineEnd}`;
  const at = key === undefined ? 0 : lineStart;
  return {
    // On the first line it counts for the file, whatever it stands above.
    title: at === 0 ? `Ignore ${code} in this file` : `Ignore ${code} here`,
    edits: [{ start: at, end: at, text: comment }],
  };
}

/** The start of the key nearest around an offset that begins its own line (perhaps behind `- `). */
function innermostKey(parsed: ParsedPrompt, offset: number): number | undefined {
  const { text } = parsed;
  let found: number | undefined;
  for (const { key, value } of parsed.fields()) {
    if (!key || offset < key.start || offset > value.end) continue;
    const lineStart = text.lastIndexOf('\n', key.start - 1) + 1;
    if (/^[ \t]*(?:-[ \t]+)*$/.test(text.slice(lineStart, key.start))) found = key.start;
  }
  return found;
}
