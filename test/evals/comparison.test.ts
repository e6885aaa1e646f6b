import assert from 'node:assert/strict';
import { comparisonOf } from '../../src/evals/comparison.ts';
import type { EvaluatorResult, RowResult } from '../../src/evals/report.ts';
import type { EvalRow } from '../../src/evals/rows.ts';

describe('what to compare when an evaluator failed', () => {
  const row: EvalRow = {
    id: 'late',
    origin: { index: 0 },
    values: {},
    expected: 'We ask the carrier',
    tags: [],
    extra: [],
  };
  const result: RowResult = {
    id: 'late',
    origin: { index: 0 },
    verdict: 'failed',
    evaluators: [],
    output: 'We will refund you',
    cached: false,
  };
  const failed: EvaluatorResult = {
    name: 'no promise',
    uses: 'promptgate/not-contains',
    verdict: 'failed',
    message: 'output contains "refund"',
    index: 0,
  };

  it('is the evaluator’s own two texts', () => {
    const own = { ...failed, expected: 'Sorry', actual: 'We will' };
    assert.deepEqual(comparisonOf(row, result, own), { expected: 'Sorry', actual: 'We will' });
  });

  it('is what the row expected and the answer where the evaluator has no text of its own', () => {
    assert.deepEqual(comparisonOf(row, result, failed), {
      expected: 'We ask the carrier',
      actual: 'We will refund you',
    });
  });

  it('is the answer alone where the row expects nothing, or is gone', () => {
    assert.deepEqual(comparisonOf({ ...row, expected: undefined }, result, failed), {
      actual: 'We will refund you',
    });
    assert.deepEqual(comparisonOf(undefined, result, failed), { actual: 'We will refund you' });
  });

  it('is nothing where there was no answer', () => {
    assert.equal(comparisonOf(row, { ...result, output: undefined }, failed), undefined);
  });
});
