import picocolors from 'picocolors';
import type { CliIo, Output } from './io.ts';

export type Style = ReturnType<typeof picocolors.createColors>;

/** Colours only on a terminal that wants them (https://no-color.org). */
export function styleFor(output: Output, env: CliIo['env']): Style {
  const wanted = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const unwanted = Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb';
  return picocolors.createColors(wanted || (output.isTTY && !unwanted));
}

const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** Columns of text, two spaces apart. Knows nothing of wide characters: ids, numbers and words have none. */
export function table(rows: readonly (readonly string[])[], indent = ''): string {
  const width = (cell: string): number => cell.replaceAll(escapes, '').length;
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, width(cell))));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell))).join('  ');
  return rows.map(row => (indent + line(row)).trimEnd()).join('\n');
}
