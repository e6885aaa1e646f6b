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

/** As deep as a prompt file may be. */
const deepest = 100;

function isDeeper(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some(inner => isDeeper(inner, levels - 1));
}

/** @returns the row, or what is wrong with the line */
function parseLine(source: string): RowData | string {
  let value: JsonValue;
  try {
    value = JSON.parse(source) as JsonValue;
  } catch (error) {
    return `not JSON: ${messageOf(error).replace(/ \(line 1 column \d+\)$/, '')}`;
  }
  if (isDeeper(value, deepest)) return `more than ${deepest} levels deep`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'a row must be an object such as {"question": "…", "expected": "…"}';
  }
  return value as JsonObject;
}

/** A record of a CSV file, and the line that it ends on. */
interface CsvRecord {
  readonly cells: readonly string[];
  readonly endLine: number;
}

async function readCsv(path: string, text: string, variables: Variables): Promise<Dataset> {
  const unreadable: Unreadable[] = [];
  const records = await readRecords(text, (line, message) => unreadable.push({ file: path, line, message }));
  const [first, ...rest] = records;
  const header = first?.cells.map(name => name.trim()) ?? [];
  const problem = headerProblem(header);
  if (problem !== undefined) return { rows: [], unreadable: [{ file: path, line: 1, message: problem }] };
  const rows: DatasetRow[] = [];
  let before = first?.endLine ?? 1;
  for (const { cells, endLine } of rest) {
    // Quoted cells may hold line ends.
    const line = Math.max(endLine - cells.reduce((sum, cell) => sum + lineEnds(cell), 0), before);
    before = endLine;
    const read = cells.length === header.length ? toRow(header, cells, variables) : ragged(header, cells);
    if (typeof read === 'string') unreadable.push({ file: path, line, message: read });
    else rows.push({ data: read, line });
  }
  return { rows, unreadable: unreadable.sort((a, b) => a.line - b.line) };
}

/** A file with more of them is no CSV; behind each the rest is looked at again. */
const mostBroken = 1000;

/** Reads on in the line below a broken row: a quote that is never closed would take the rest of the file with it. */
async function readRecords(
  text: string,
  onBroken: (line: number, message: string) => void,
): Promise<readonly CsvRecord[]> {
  const { parse, CsvError } = await import('csv-parse/sync');
  const records: CsvRecord[] = [];
  const starts = lineStarts(text);
  let skipped = 0;
  for (let broken = 0; ; broken++) {
    let endLine = skipped;
    try {
      parse(text.slice(starts[skipped]), {
        relax_column_count: true,
        skip_empty_lines: true,
        on_record: (cells: readonly string[], { lines }) => {
          endLine = skipped + lines;
          records.push({ cells, endLine });
          return null;
        },
      });
      break;
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      while (text.slice(starts[endLine], starts[endLine + 1]).trim() === '' && endLine < starts.length)
        endLine++;
      onBroken(
        endLine + 1,
        error.code === 'CSV_QUOTE_NOT_CLOSED'
          ? 'a quote that opens here is never closed'
          : // It counts lines from where reading began.
            error.message.replace(/ (?:at|on) line \d+/g, ''),
      );
      skipped = endLine + 1;
      // Without a header nobody can say what the rest is.
      if (records.length === 0 || skipped >= starts.length) break;
      if (broken === mostBroken) {
        onBroken(skipped + 1, 'more broken rows than a CSV file has: the rest is not read');
        break;
      }
    }
  }
  return records;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function headerProblem(header: readonly string[]): string | undefined {
  const [only = ''] = header;
  const separator = header.length === 1 ? /[;\t|]/.exec(only)?.[0] : undefined;
  if (separator !== undefined) {
    return `there is one column, ${JSON.stringify(only)}: columns are separated by commas, not by ${JSON.stringify(separator)}`;
  }
  const repeated = header.find((name, index) => name !== '' && header.indexOf(name) !== index);
  return repeated === undefined ? undefined : `two columns are named "${repeated}"`;
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
  const row: (readonly [string, JsonValue])[] = [];
  for (const [index, name] of header.entries()) {
    const cell = record[index] ?? '';
    if (name === '') continue;
    const type = Object.hasOwn(variables, name) ? variables[name]?.type : reservedType(name);
    const converted = convert(cell, type ?? 'string');
    if ('problem' in converted) return `${name}: ${converted.problem}`;
    if (converted.value !== undefined) row.push([name, converted.value]);
  }
  return Object.fromEntries(row);
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
