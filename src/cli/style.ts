import picocolors from 'picocolors';
import type { CliIo, Output } from './io.ts';

export type Style = ReturnType<typeof picocolors.createColors>;

/** Colours only on a terminal that wants them (https://no-color.org). */
export function styleFor(output: Output, env: CliIo['env']): Style {
  const wanted = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const unwanted = Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb';
  return picocolors.createColors(wanted || (output.isTTY && !unwanted));
}

const escape = String.fromCharCode(27);
const escapes = new RegExp(`${escape}\\[[0-9;]*m`, 'g');

/** Text without control characters but colours, tabs and line ends. */
export function withoutSteering(text: string): string {
  return text.replaceAll(/\p{Cc}(\[[0-9;]*m)?/gu, (found, colour: string | undefined) => {
    const [control = ''] = found;
    if (control === '\n' || control === '\t') return found;
    return control === escape && colour !== undefined ? found : (colour ?? '');
  });
}

function width(cell: string): number {
  return cell.replaceAll(escapes, '').length;
}

/** How wide `table` makes these rows. */
export function tableWidth(rows: readonly (readonly string[])[]): number {
  return Math.max(...table(rows).split('\n').map(width));
}

/** Columns of text, two spaces apart. Knows nothing of wide characters: ids, numbers and words have none. */
export function table(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, width(cell))));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell))).join('  ');
  return rows.map(row => (indent + line(row)).trimEnd()).join('\n');
}
