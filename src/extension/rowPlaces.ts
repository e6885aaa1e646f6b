import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { EvalRow } from '../evals/rows.ts';
import type { WorkingCopy } from '../project/workingCopy.ts';
import { rangeIn, toRange } from './convert.ts';

/** Where a row is written: its anchor in the prompt file, or its line in a dataset. */
export type RowPlaces = ReadonlyMap<string, vscode.Location>;

/** @param document the prompt file if an editor has it open, with just the text of `copy` */
export function rowPlaces(
  copy: WorkingCopy,
  uri: vscode.Uri,
  document: vscode.TextDocument | undefined,
): RowPlaces {
  const lines = new Map<string, readonly string[]>();
  const linesOf = (file: string): readonly string[] => {
    let known = lines.get(file);
    if (!known) {
      known = copy.datasets.find(({ path }) => path === file)?.text.split('\n') ?? [];
      lines.set(file, known);
    }
    return known;
  };
  const placeOf = ({ origin }: EvalRow): vscode.Location => {
    if (origin.file !== undefined) {
      const line = Math.max(0, (origin.line ?? 1) - 1);
      const length = linesOf(origin.file)[line]?.length ?? 0;
      return new vscode.Location(datasetUri(uri, origin.file), new vscode.Range(line, 0, line, length));
    }
    const anchor = copy.parsed.rows[origin.index]?.anchor;
    if (!anchor) return new vscode.Location(uri, new vscode.Position(0, 0));
    const range = document ? toRange(document, anchor) : rangeIn(copy.parsed.text, anchor);
    return new vscode.Location(uri, range);
  };
  return new Map(copy.rows.map(row => [row.id, placeOf(row)]));
}

/**
 * Where VS Code lays the message of a failure over the line: not behind the row's first line if that can be helped,
 * as the score stands there. Beside the row's `expected`, at the end of a row of several lines, or at the evaluator.
 */
export function failurePlace(
  copy: WorkingCopy,
  row: EvalRow,
  { anchor, evaluator }: { readonly anchor: vscode.Location; readonly evaluator?: number | 'row' },
): vscode.Location {
  const { file, index } = row.origin;
  const parsed = file === undefined ? copy.parsed.rows[index] : undefined;
  if (!parsed) return anchor;
  const { text } = copy.parsed;
  const expected = copy.parsed.field(`testData.${index}.expected`)?.value;
  const end = text.slice(0, parsed.span.end).trimEnd().length;
  const places = [expected?.start, end]
    .filter(offset => offset !== undefined)
    .map(offset => new vscode.Location(anchor.uri, rangeIn(text, { start: offset, end: offset })));
  const measured = evaluator === undefined ? undefined : evaluatorPlace(copy, anchor.uri, evaluator);
  if (measured) places.push(measured);
  return places.find(({ range }) => range.start.line !== anchor.range.end.line) ?? anchor;
}

/** The place of an evaluator of the prompt file, to say what a failure was measured with. */
export function evaluatorPlace(
  copy: WorkingCopy,
  uri: vscode.Uri,
  index: number | 'row',
): vscode.Location | undefined {
  if (index === 'row') return undefined;
  const field = copy.parsed.field(`evaluators.${index}.name`) ?? copy.parsed.field(`evaluators.${index}`);
  return field && new vscode.Location(uri, rangeIn(copy.parsed.text, field.value));
}

/** A dataset's address; it lies beside the prompt file. The path of an address has slashes on every system. */
export function datasetUri(prompt: vscode.Uri, file: string): vscode.Uri {
  return prompt.with({ path: posix.resolve(posix.dirname(prompt.path), file.replaceAll('\\', '/')) });
}
