import { evaluatorPlaces } from '../evaluatorPlaces.ts';
import { fixOf } from '../fileEdits.ts';
import type { Rule } from '../lint.ts';
import type { EvaluatorSpec } from '../prompt.ts';

/** A threshold above the best score there is, or not above the worst: no row could ever pass, or none could fail. */
export const unreachableThreshold: Rule = {
  code: 'unreachable-threshold',
  check(file, _context, report) {
    for (const { path, spec } of evaluatorPlaces(file)) {
      const { threshold, uses = '' } = spec;
      const place = file.field(`${path}.threshold`);
      const scores = scoresOf(spec);
      if (threshold === undefined || !place || !scores) continue;
      // `not-` passes what does not reach the threshold.
      const [never, always] = uses.includes('/not-') ? ['pass', 'fail'] : ['fail', 'pass'];
      const best = Math.max(...scores);
      if (threshold <= Math.min(...scores)) {
        report({
          ...place.value,
          message: `Every row reaches ${threshold}: this evaluator cannot ${never}.`,
        });
        continue;
      }
      if (threshold <= best) continue;
      // 80 was meant as a percentage, 0.8.
      const share = best === 1 && threshold <= 100 ? threshold / 100 : undefined;
      const meant = share !== undefined && threshold > 1 && Number.isInteger(threshold) ? share : best;
      report({
        ...place.value,
        message: `No row can reach ${threshold}, as the highest score is ${best}: this evaluator cannot ${always}.`,
        fixes: fixOf(`Change to ${meant}`, {
          start: place.value.start,
          end: place.value.end,
          text: String(meant),
        }),
      });
    }
  },
};

/** Every score that there is, or the ends of the scale; undefined: nobody can tell what it is. */
function scoresOf({ llm, uses, string }: Partial<EvaluatorSpec>): readonly number[] | undefined {
  if (llm && llm.choices.length > 0) return llm.choices.map(({ score }) => score);
  return uses === undefined && string === undefined ? undefined : [0, 1];
}
