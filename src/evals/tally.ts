import type { ChatAnswer } from './calls.ts';
import type { CallError, Counts, EvaluatorResult, Report, RowResult, Usage, Verdict } from './report.ts';
import type { EvalRow } from './rows.ts';

/** A row without an answer. */
export function erroredRow({ id, origin }: EvalRow, error: CallError): RowResult {
  return { id, origin, verdict: 'errored', evaluators: [], error, cost: 0, cached: false };
}

export function scoredRow(
  { id, origin }: EvalRow,
  { response, latencyMs, spent }: ChatAnswer,
  evaluators: readonly EvaluatorResult[],
): RowResult {
  const scores = evaluators.flatMap(({ score }) => score ?? []);
  return {
    id,
    origin,
    verdict: verdictOf(evaluators),
    evaluators,
    output: response.text,
    error: evaluators.find(({ error }) => error !== undefined)?.error,
    score: scores.length === 0 ? undefined : scores.reduce((sum, score) => sum + score, 0) / scores.length,
    latencyMs,
    usage: response.usage,
    cost: sum([spent.cost, ...evaluators.map(({ cost }) => cost)]),
    cached: spent.cached,
    respondingModel: response.model,
  };
}

/**
 * A row passes iff all its evaluators do. One that failed settles it, whatever could not be judged besides;
 * without one, an errored evaluator leaves the row errored. Skipped ones do not count.
 */
export function verdictOf(evaluators: readonly EvaluatorResult[]): Verdict {
  const has = (verdict: Verdict): boolean => evaluators.some(result => result.verdict === verdict);
  if (has('failed')) return 'failed';
  if (has('errored')) return 'errored';
  return has('passed') ? 'passed' : 'skipped';
}

export function tally(
  rows: readonly RowResult[],
  unreadable: number,
  usage: Usage,
): Pick<Report, 'counts' | 'usage' | 'cost'> {
  const counts: Record<Verdict, number> = { passed: 0, failed: 0, errored: unreadable, skipped: 0 };
  for (const { verdict } of rows) counts[verdict]++;
  return { counts: counts satisfies Counts, usage, cost: sum(rows.map(({ cost }) => cost)) };
}

/** Undefined as soon as one part is unknown: a sum must not look smaller than it is. */
function sum(costs: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const cost of costs) {
    if (cost === undefined) return undefined;
    total += cost;
  }
  return total;
}
