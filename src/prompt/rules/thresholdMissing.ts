import { addEntry, fixOf } from '../fileEdits.ts';
import type { Rule } from '../lint.ts';

/** A judge with several scores above zero, and no word on which of them is good enough. */
export const thresholdMissing: Rule = {
  code: 'threshold-missing',
  check(file, context, report) {
    for (const [index, spec] of file.prompt.evaluators.entries()) {
      if (spec.threshold !== undefined) continue;
      const path = `evaluators.${index}`;
      if (file.field(`${path}.threshold`)) continue;
      const lowest = spec.llm ? lowestOfSeveral(spec.llm.choices.map(({ score }) => score)) : undefined;
      const info = spec.uses === undefined ? undefined : context.evaluators.get(spec.uses);
      const isGradedJudge = info?.judge !== undefined && info.scale === 'graded';
      const place = file.field(spec.llm ? `${path}.llm` : `${path}.uses`);
      if (!place || (lowest === undefined && !isGradedJudge)) continue;
      const passes = lowest === undefined ? 'any score above 0 passes' : `any score from ${lowest} up passes`;
      report({
        ...(spec.llm && place.key ? place.key : place.value),
        message: `Without a 'threshold' ${passes}.`,
        fixes: fixOf(
          'Add a threshold of 0.75',
          highest(spec) < 0.75 ? undefined : addEntry(file, path, 'threshold: 0.75'),
        ),
      });
    }
  },
};

function highest(spec: {
  readonly llm?: { readonly choices: readonly { readonly score: number }[] };
}): number {
  return spec.llm ? Math.max(...spec.llm.choices.map(({ score }) => score)) : 1;
}

function lowestOfSeveral(scores: readonly number[]): number | undefined {
  const positive = new Set(scores.filter(score => score > 0));
  return positive.size > 1 ? Math.min(...positive) : undefined;
}
