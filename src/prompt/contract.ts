import type { ParsedPrompt } from './parse.ts';
import type { Prompt, Variables } from './prompt.ts';

/**
 * What callers must and may give: the declared variables, and in a file without declarations those that
 * its messages use (literal mode: required strings; a name used only as a section: an optional boolean).
 */
export function inferContract(_prompt: Prompt | ParsedPrompt): Variables {
  throw new Error('not built yet');
}
