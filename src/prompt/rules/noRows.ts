import type { Rule } from '../lint.ts';
import { isKnown } from '../tagNames.ts';

/** Nothing to evaluate the prompt with: no evidence, and so no gated release. */
export const noRows: Rule = {
  code: 'no-rows',
  check(file, context, report) {
    const { messages, datasets } = file.prompt;
    if (!file.complete || messages.length === 0 || file.rows.length > 0) return;
    if (!isKnown(file, 'testData', 'datasets')) return;
    if (datasets.length > 0 && context.datasetRows !== 0) return;
    const section = datasets.length > 0 ? 'datasets' : 'testData';
    const field = file.field(section) ?? file.field('messages');
    if (!field) return;
    report({
      ...(field.key ?? field.value),
      message:
        datasets.length > 0
          ? 'The datasets hold no row: evals have nothing to run, and a gated label takes no version without evidence.'
          : "There is no row under 'testData' and no dataset: evals have nothing to run, and a gated label takes no version without evidence.",
    });
  },
};
