import { parsePrompt } from '../../src/prompt/parse.ts';
import { lint, type LintContext } from '../../src/prompt/lint.ts';
import { evaluatorLintInfo } from '../../src/evals/evaluators/index.ts';
import { promptText } from './library.ts';
import { leastTime, type Figure } from './measure.ts';

const context: LintContext = { severities: {}, evaluators: evaluatorLintInfo(), datasetRows: 0 };

/** Parse and lint as a pause in typing does. Each run sees a text of its own: nothing is answered from a cache. */
export function measurePrompts(): readonly Figure[] {
  let edit = 0;
  const time = (times: number, text: (edit: number) => string): number =>
    leastTime(times, () => void lint(parsePrompt(text(edit++)), context));
  const size = (promptText(0).length / 1024).toFixed(1);
  return [
    {
      what: 'parse + lint a 2 KB prompt',
      measured: time(200, promptText),
      budget: 1,
      unit: 'ms',
      note: `${size} KB`,
    },
    { what: 'parse + lint 2,000 lines of block rows', measured: time(12, blockRows), budget: 30, unit: 'ms' },
    { what: 'parse + lint 2,000 lines of flow rows', measured: time(8, flowRows), budget: 120, unit: 'ms' },
  ];
}

function withRows(edit: number, rows: readonly string[]): string {
  return promptText(edit).replace(
    /testData:\n[\s\S]*?\nevaluators:/,
    `testData:\n${rows.join('\n')}\nevaluators:`,
  );
}

function blockRows(edit: number): string {
  const row = (index: number): string =>
    `  - id: row-${index}-${edit}\n    company: Acme\n    question: Where is order ${index}?\n    expected: We look into it today.`;
  return withRows(
    edit,
    Array.from({ length: 500 }, (_, index) => row(index)),
  );
}

function flowRows(edit: number): string {
  const row = (index: number): string =>
    `  - { id: row-${index}-${edit}, company: Acme, question: "Where is order ${index}?", expected: "We look into it today." }`;
  return withRows(
    edit,
    Array.from({ length: 2000 }, (_, index) => row(index)),
  );
}
