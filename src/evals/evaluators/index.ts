import * as v from 'valibot';
import type { EvaluatorLintInfo } from '../../prompt/lint.ts';
import type { EvaluatorSpec, Prompt } from '../../prompt/prompt.ts';
import type { EvalRow } from '../rows.ts';
import { isBad, readEvaluator } from './spec.ts';
import { evaluators } from './table.ts';

/** What lint must know of the evaluators, by the names that `uses:` may take, without `not-`. */
export function evaluatorLintInfo(): ReadonlyMap<string, EvaluatorLintInfo> {
  return new Map(
    Array.from(evaluators, ([name, { negatable, scale, options, judge }]) => {
      const check = (given: unknown): string | undefined =>
        v.safeParse(options, given ?? {}, { abortEarly: true }).issues?.[0].message;
      return [name, { negatable, scale, check, ...(judge === undefined ? {} : { judge }) }];
    }),
  );
}

/** Implementation versions of the evaluators in use, by `uses`: what evidence is bound to. */
export function implementationVersions(
  prompt: Pick<Prompt, 'evaluators'>,
  rows: readonly Pick<EvalRow, 'extra'>[] = [],
): Readonly<Record<string, number>> {
  const versions: Record<string, number> = {};
  const add = (spec: EvaluatorSpec): void => {
    const evaluator = readEvaluator(spec);
    if (!isBad(evaluator)) versions[evaluator.uses] = evaluator.version;
  };
  prompt.evaluators.forEach(add);
  for (const { extra } of rows) extra.forEach(add);
  return versions;
}
