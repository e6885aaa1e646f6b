import path from 'node:path';

/** A place in a file. Lines and columns from 1, in UTF-16 units. */
export interface Place {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

export function placeOf(text: string, offset: number): Place {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++;
    start = at + 1;
  }
  return { offset, line, column: offset - start + 1 };
}

/** A path as the user would write it from the current folder: short, and with `/`. */
export function displayPath(cwd: string, file: string): string {
  const relative = path.relative(cwd, file);
  const short = relative === '' ? '.' : relative.startsWith('..') ? file : relative;
  return short.replaceAll(path.sep, '/');
}

const longestLine = 120;

/**
 * The line of a problem with carets under it:
 *
 *     12 |   content: "Hello {{customr}}"
 *        |                     ^^^^^^^
 */
export function excerpt(text: string, span: { readonly start: number; readonly end: number }): string {
  const { line, column } = placeOf(text, span.start);
  const lineStart = span.start - column + 1;
  const newline = text.indexOf('\n', lineStart);
  const whole = text.slice(lineStart, newline === -1 ? text.length : newline).replace(/\r$/, '');
  // A long line is cut around the problem, so that the carets stay on the screen.
  const cut = column > longestLine - 20 ? column - 40 : 0;
  const shown = whole.slice(cut, cut + longestLine);
  const width = Math.max(1, Math.min(span.end - span.start, shown.length - (column - 1 - cut)));
  const number = String(line).padStart(6);
  // Tabs stay tabs in front of the carets, so that both lines are indented alike.
  const indent = shown.slice(0, column - 1 - cut).replaceAll(/[^\t]/g, ' ');
  return `${number} | ${shown}\n${' '.repeat(6)} | ${indent}${'^'.repeat(width)}`;
}
