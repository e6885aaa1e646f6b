import { evaluatorPlaces } from '../evaluatorPlaces.ts';
import { fixOf } from '../fileEdits.ts';
import type { Rule } from '../lint.ts';

/** A threshold above the best score there is, or not above the worst: no row could ever pass, or none could fail. */
export const unreachableThreshold: Rule = {
  code: 'unreachable-threshold',
  check(file, _context, report) {
    for (const { path, spec } of evaluatorPlaces(file)) {
      const { threshold, llm } = spec;
      const place = file.field(`${path}.threshold`);
      if (threshold === undefined || !place) continue;
      const scores = llm && llm.choices.length > 0 ? llm.choices.map(({ score }) => score) : [0, 1];
      const best = Math.max(...scores);
      if (threshold <= Math.min(...scores)) {
        report({ ...place.value, message: `Every row reaches ${threshold}: this evaluator cannot fail.` });
        continue;
      }
      if (threshold <= best) continue;
      // 80 was meant as a percentage, 0.8.
      const share = best === 1 && threshold <= 100 ? threshold / 100 : undefined;
      const meant = share !== undefined && threshold > 1 && Number.isInteger(threshold) ? share : best;
      report({
        ...place.value,
        message: `No row can reach ${threshold}: the highest score is ${best}.`,
        fixes: fixOf(`Change to ${meant}`, {
          start: place.value.start,
          end: place.value.end,
          text: String(meant),
        }),
      });
    }
  },
};
