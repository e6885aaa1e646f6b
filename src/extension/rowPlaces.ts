import { dirname, resolve } from 'node:path';
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

/** A dataset's address; it lies beside the prompt file. */
export function datasetUri(prompt: vscode.Uri, file: string): vscode.Uri {
  return prompt.with({ path: resolve(dirname(prompt.path), file) });
}
