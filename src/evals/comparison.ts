import { toText } from './evaluators/excerpt.ts';
import type { EvaluatorResult, RowResult } from './report.ts';
import type { EvalRow } from './rows.ts';

/** Two texts for a diff view. Without `expected` there is only the answer to read. */
export interface Comparison {
  readonly expected?: string;
  readonly actual: string;
}

/**
 * What to look at when an evaluator failed: its own two texts, else what the row expected and what the model said.
 * A judge or a `not-` evaluator has nothing that the answer should equal, but a person still wants to see both.
 */
export function comparisonOf(
  row: EvalRow | undefined,
  { output }: RowResult,
  evaluator: EvaluatorResult,
): Comparison | undefined {
  const actual = evaluator.actual ?? output;
  if (actual === undefined) return undefined;
  if (evaluator.expected !== undefined) return { expected: evaluator.expected, actual };
  return row?.expected === undefined ? { actual } : { expected: toText(row.expected), actual };
}
