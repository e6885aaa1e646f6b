import { messageOf } from '../errors.ts';
import { normalizeText } from '../prompt/digest.ts';
import type { JsonObject, JsonValue, RowData, Variables } from '../prompt/prompt.ts';
import type { DatasetFile, Unreadable } from './rows.ts';

/** One line (JSONL) or record (CSV) of a dataset. */
export interface DatasetRow {
  readonly data: RowData;
  /** From 1. */
  readonly line: number;
}

export interface Dataset {
  readonly rows: readonly DatasetRow[];
  readonly unreadable: readonly Unreadable[];
}

/** Reads a dataset by its ending. A line that cannot be read is named; the others are kept. */
export async function readDataset(file: DatasetFile, variables: Variables): Promise<Dataset> {
  const text = normalizeText(file.text);
  if (/\.(jsonl|ndjson)$/i.test(file.path)) return readJsonLines(file.path, text);
  if (/\.csv$/i.test(file.path)) return readCsv(file.path, text, variables);
  const message = 'a dataset is a .jsonl or a .csv file';
  return { rows: [], unreadable: [{ file: file.path, line: 1, message }] };
}

function readJsonLines(path: string, text: string): Dataset {
  const rows: DatasetRow[] = [];
  const unreadable: Unreadable[] = [];
  // Line by line rather than all at once: datasets are the largest texts that are read.
  for (let line = 1, start = 0; start <= text.length; line++) {
    const end = text.indexOf('\n', start);
    const source = text.slice(start, end < 0 ? undefined : end);
    start = end < 0 ? text.length + 1 : end + 1;
    if (source.trim() === '') continue;
    const data = parseLine(source);
    if (typeof data === 'string') unreadable.push({ file: path, line, message: data });
    else rows.push({ data, line });
  }
  return { rows, unreadable };
}

/** @returns the row, or what is wrong with the line */
function parseLine(source: string): RowData | string {
  let value: JsonValue;
  try {
    value = JSON.parse(source) as JsonValue;
  } catch (error) {
    return `not JSON: ${messageOf(error)}`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'a row must be an object such as {"question": "…", "expected": "…"}';
  }
  return value as JsonObject;
}

async function readCsv(path: string, text: string, variables: Variables): Promise<Dataset> {
  const { parse, CsvError } = await import('csv-parse/sync');
  type Read = { readonly record: readonly string[]; readonly info: { readonly lines: number } };
  let records: readonly Read[];
  const unreadable: Unreadable[] = [];
  try {
    records = parse(text, {
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      on_skip: (error: Error | undefined) => {
        if (error instanceof CsvError) {
          const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
          unreadable.push({ file: path, line, message: error.message });
        }
        return undefined;
      },
    }) as unknown as readonly Read[];
  } catch (error) {
    return { rows: [], unreadable: [{ file: path, line: 1, message: messageOf(error) }] };
  }
  const header = records[0]?.record.map(name => name.trim()) ?? [];
  const repeated = header.find((name, index) => header.indexOf(name) !== index);
  if (repeated !== undefined) {
    const message = `two columns are named "${repeated}"`;
    return { rows: [], unreadable: [{ file: path, line: 1, message }] };
  }
  const rows: DatasetRow[] = [];
  let before = records[0]?.info.lines ?? 1;
  for (const { record, info } of records.slice(1)) {
    // `info.lines` is where the record ends; quoted cells may hold line ends.
    const line = info.lines - record.reduce((sum, cell) => sum + lineEnds(cell), 0);
    const at = Math.max(line, before);
    before = info.lines;
    const read = record.length === header.length ? toRow(header, record, variables) : ragged(header, record);
    if (typeof read === 'string') unreadable.push({ file: path, line: at, message: read });
    else rows.push({ data: read, line: at });
  }
  return { rows, unreadable: unreadable.sort((a, b) => a.line - b.line) };
}

function ragged(header: readonly string[], record: readonly string[]): string {
  const cells = record.length === 1 ? '1 cell' : `${record.length} cells`;
  return `${cells}, but ${header.length} columns: ${header.join(', ')}`;
}

function lineEnds(cell: string): number {
  return cell.split('\n').length - 1;
}

/** Cells become what their variable is declared as. An empty cell is an absent value, but for strings. */
function toRow(header: readonly string[], record: readonly string[], variables: Variables): RowData | string {
  const row: Record<string, JsonValue> = {};
  for (const [index, name] of header.entries()) {
    const cell = record[index] ?? '';
    if (name === '') continue;
    const type = Object.hasOwn(variables, name) ? variables[name]?.type : reservedType(name);
    const converted = convert(cell, type ?? 'string');
    if ('problem' in converted) return `${name}: ${converted.problem}`;
    if (converted.value !== undefined) row[name] = converted.value;
  }
  return row;
}

/** Of reserved columns: tags and evaluator names are lists; an empty `expected` or `id` is none. */
function reservedType(name: string): string | undefined {
  if (name === 'tags' || name === 'evaluators') return 'names';
  if (name === 'metadata') return 'object';
  return name === 'expected' || name === 'id' ? 'optional' : undefined;
}

function convert(cell: string, type: string): { readonly value?: JsonValue } | { readonly problem: string } {
  if (type === 'string') return { value: cell };
  if (cell.trim() === '') return {};
  if (type === 'optional') return { value: cell };
  if (type === 'names') return { value: cell.trim().startsWith('[') ? json(cell, []) : splitNames(cell) };
  if (type === 'boolean') return toBoolean(cell);
  if (type === 'integer' || type === 'number') return toNumber(cell, type);
  const value = json(cell, undefined);
  const list = type !== 'object';
  if (value === undefined || typeof value !== 'object' || value === null || Array.isArray(value) !== list) {
    return { problem: `"${cell}" is not a JSON ${list ? 'list' : 'object'}` };
  }
  return { value };
}

function toBoolean(cell: string): { readonly value: boolean } | { readonly problem: string } {
  const word = cell.trim().toLowerCase();
  if (word === 'true' || word === 'false') return { value: word === 'true' };
  return { problem: `"${cell}" is neither true nor false` };
}

function toNumber(
  cell: string,
  type: 'integer' | 'number',
): { readonly value: number } | { readonly problem: string } {
  const value = Number(cell.trim());
  const fits = type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
  return fits
    ? { value }
    : { problem: `"${cell}" is not ${type === 'integer' ? 'a whole number' : 'a number'}` };
}

function splitNames(cell: string): readonly string[] {
  return cell
    .split(/[,;|]/)
    .map(name => name.trim())
    .filter(name => name !== '');
}

function json(cell: string, otherwise: JsonValue | undefined): JsonValue | undefined {
  try {
    return JSON.parse(cell) as JsonValue;
  } catch {
    // The caller names the cell.
    return otherwise;
  }
}
