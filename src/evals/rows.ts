import type { JsonValue, Prompt } from '../prompt/prompt.ts';
import type { RowOrigin } from './report.ts';
import type { EvaluatorSpec } from '../prompt/prompt.ts';

/** A row ready to run. */
export interface EvalRow {
  /** As given, else the first 12 digits of its digest; `#2` after a repeat. Unique in the suite. */
  readonly id: string;
  readonly values: Readonly<Record<string, JsonValue>>;
  readonly expected?: JsonValue;
  readonly tags: readonly string[];
  /** Names of the file's evaluators that apply (undefined: all), and evaluators of the row's own. */
  readonly only?: readonly string[];
  readonly extra: readonly EvaluatorSpec[];
  readonly origin: RowOrigin;
}

/** A dataset's text as it was read, LF and without BOM. */
export interface DatasetFile {
  /** As written under `datasets:`. */
  readonly path: string;
  readonly text: string;
}

export interface Unreadable {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** Inline rows, then those of the datasets in order. A broken line is named and the rest still runs. */
export function collectRows(
  _prompt: Prompt,
  _datasets: readonly DatasetFile[],
): Promise<{ readonly rows: readonly EvalRow[]; readonly unreadable: readonly Unreadable[] }> {
  throw new Error('not built yet');
}
