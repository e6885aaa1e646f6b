import { messageOf, PromptgateError } from '../errors.ts';
import type { EvaluatorSpec, JsonValue, Prompt } from '../prompt/prompt.ts';
import type { Calls } from './calls.ts';
import type { Check, Finding, Setting, Skipped, Subject } from './evaluators/evaluator.ts';
import { excerpt } from './evaluators/excerpt.ts';
import { isBad, readEvaluator } from './evaluators/spec.ts';
import { CallFailure } from './model.ts';
import type { CallError, EvaluatorResult } from './report.ts';
import type { EvalRow } from './rows.ts';

/** The evaluators of a run, prepared once. */
export interface Scoring {
  score(row: EvalRow, output: string): MaybePromise<readonly EvaluatorResult[]>;
}

type MaybePromise<T> = T | Promise<T>;

interface Prepared {
  readonly name: string;
  readonly uses: string;
  readonly index: number | 'row';
  readonly threshold: number;
  readonly negated: boolean;
  readonly check: Check | Promise<Check>;
}

export function createScoring(options: {
  readonly prompt: Prompt;
  /** Resolved reference of the file's own model. */
  readonly promptRef: string | undefined;
  readonly calls: Calls;
}): Scoring {
  const { prompt, promptRef, calls } = options;
  const setting: Setting = { prompt, jsonSchema: prompt.jsonSchema, model: promptRef };
  const ofFile = prompt.evaluators.map((spec, index) => prepare(spec, index, setting));

  function score(row: EvalRow, output: string): MaybePromise<readonly EvaluatorResult[]> {
    const subject: Subject = { output, expected: row.expected, values: templateValues(row), calls };
    const results = evaluatorsOf(row).map(evaluator => run(evaluator, subject));
    // Most evaluators judge at once; only those that ask a model are waited for.
    return results.some(result => result instanceof Promise)
      ? Promise.all(results)
      : (results as readonly EvaluatorResult[]);
  }

  function evaluatorsOf({ only, extra }: EvalRow): readonly Prepared[] {
    if (only === undefined && extra.length === 0) return ofFile;
    const chosen = only === undefined ? ofFile : ofFile.filter(({ name }) => only.includes(name));
    const missing = (only ?? []).filter(name => !ofFile.some(evaluator => evaluator.name === name));
    return [...chosen, ...extra.map(spec => prepare(spec, 'row', setting)), ...missing.map(unknownName)];
  }
  return { score };
}

/** What checks may name: the row's values and, unless the row uses that name itself, `expected`. */
function templateValues(row: EvalRow): Readonly<Record<string, JsonValue | undefined>> {
  return row.expected === undefined ? row.values : { expected: row.expected, ...row.values };
}

function prepare(spec: EvaluatorSpec, index: number | 'row', setting: Setting): Prepared {
  const evaluator = readEvaluator(spec);
  if (isBad(evaluator)) {
    const { name, uses, problem } = evaluator;
    return { name, uses, index, threshold: 1, negated: false, check: broken(new Error(problem)) };
  }
  const { name, uses, threshold, negated } = evaluator;
  return { name, uses, index, threshold, negated, check: prepareCheck(() => evaluator.prepare(setting)) };
}

/** An evaluator that cannot be prepared is errored at every row it would look at, and stops nothing else. */
function prepareCheck(make: () => Check | Promise<Check>): Check | Promise<Check> {
  try {
    const check = make();
    return check instanceof Promise ? check.catch((error: unknown) => broken(error)) : check;
  } catch (error) {
    return broken(error);
  }
}

function broken(error: unknown): Check {
  return () => {
    throw error;
  };
}

function run(evaluator: Prepared, subject: Subject): MaybePromise<EvaluatorResult> {
  try {
    const found =
      evaluator.check instanceof Promise
        ? evaluator.check.then(check => check(subject))
        : evaluator.check(subject);
    if (!(found instanceof Promise)) return toResult(evaluator, found);
    return found.then(
      later => toResult(evaluator, later),
      (error: unknown) => errored(evaluator, toError(error)),
    );
  } catch (error) {
    return errored(evaluator, toError(error));
  }
}

function toResult(evaluator: Prepared, found: Finding | Skipped): EvaluatorResult {
  const { name, uses, index, negated } = evaluator;
  if ('skipped' in found) return { name, uses, index, verdict: 'skipped', message: found.skipped, cost: 0 };
  // `not-` turns verdict and score: a similarity of 0.2 is a 0.8 for "not similar".
  const reached = found.score >= evaluator.threshold;
  const passed = reached !== negated;
  return {
    name,
    uses,
    index,
    verdict: passed ? 'passed' : 'failed',
    score: negated ? tidy(1 - found.score) : found.score,
    threshold: negated && evaluator.threshold < 1 ? tidy(1 - evaluator.threshold) : evaluator.threshold,
    message: passed ? found.message : failure(found),
    // Nothing to compare where the text should not be there at all.
    expected: passed || negated ? undefined : found.expected,
    actual: passed ? undefined : found.actual,
    cost: found.spent === undefined ? 0 : found.spent.cost,
  };
}

/** The fact, and the beginning of the output where that explains more. */
function failure({ message, quote, actual }: Finding): string {
  return quote === true && actual !== undefined ? `${message}: ${excerpt(actual)}` : message;
}

function errored({ name, uses, index }: Prepared, error: CallError): EvaluatorResult {
  return { name, uses, index, verdict: 'errored', message: error.message, error, cost: 0 };
}

function unknownName(name: string): Prepared {
  const problem = new Error(`the row names the evaluator "${name}", which the file does not have`);
  return { name, uses: '', index: 'row', threshold: 1, negated: false, check: broken(problem) };
}

function toError(error: unknown): CallError {
  if (error instanceof CallFailure) return error.error;
  return { kind: error instanceof PromptgateError ? 'render' : 'evaluator', message: messageOf(error) };
}

function tidy(score: number): number {
  return Math.round(score * 1e9) / 1e9;
}
