import assert from 'node:assert/strict';
import type { Report, RowResult } from '../../src/evals/report.ts';
import {
  erroredText,
  failureText,
  formatDuration,
  formatEstimate,
  formatMoney,
  reportSummary,
  rowSummary,
} from '../../src/evals/summary.ts';

const passing = {
  name: 'a',
  uses: 'string',
  verdict: 'passed',
  score: 1,
  message: 'fine',
  index: 0,
} as const;
const failing = {
  name: 'no promise',
  uses: 'promptgate/not-contains',
  verdict: 'failed',
  score: 0,
  message: 'output contains "we will refund"',
  index: 1,
} as const;

const row: RowResult = {
  id: 'late-delivery',
  origin: { index: 0 },
  verdict: 'failed',
  evaluators: [passing, failing, passing, passing],
  score: 0.75,
  latencyMs: 412,
  cost: 0.0002,
  cached: false,
};

const report: Report = {
  schema: 'promptgate/report/1',
  prompt: 'support/refund',
  target: { parameters: {} },
  digests: { content: '', target: '', suite: '' },
  rows: [row],
  counts: { passed: 17, failed: 1, errored: 0, skipped: 0 },
  time: '2026-11-20T09:00:00.000Z',
  durationMs: 3100,
  usage: { inputTokens: 0, outputTokens: 0 },
  cost: 0.004,
  scripted: false,
  cancelled: false,
  partial: false,
  unreadable: [],
  evaluators: {},
};

const errored = {
  ...row,
  verdict: 'errored',
  evaluators: [],
  error: { kind: 'rate-limited', status: 429, message: 'Rate limit reached' },
} as const satisfies RowResult;

describe('summary', () => {
  it('shows money with the digits that matter', () => {
    const seen = [0, 0.0002, 0.004, 0.00417, 0.0996, 0.5, 0.42, 0.999, 12.5, 1234.567].map(formatMoney);
    assert.equal(seen.join(' '), '$0 $0.0002 $0.004 $0.0042 $0.10 $0.50 $0.42 $1.00 $12.50 $1234.57');
  });

  it('shows durations in the unit that a person would say', () => {
    const seen = [0, 412.4, 999.6, 3140, 59_960, 125_000].map(formatDuration);
    assert.equal(seen.join(', '), '0 ms, 412 ms, 1.0 s, 3.1 s, 1 min, 2 min 5 s');
  });

  it('never shows an unknown cost as nothing', () => {
    assert.equal(formatEstimate({ scripted: false }), 'cost unknown');
    assert.equal(formatEstimate({ scripted: true, cost: 0 }), 'scripted, no cost');
    assert.equal(formatEstimate({ scripted: false, cost: 0.004 }), '≈ $0.004');
    assert.equal(reportSummary({ ...report, cost: undefined }), '17/18 · cost unknown · 3.1 s');
  });

  it('sums a row up with score, evaluators, cost and time', () => {
    assert.equal(rowSummary(row), '0.75 · 3 of 4 evaluators · $0.0002 · 412 ms');
    assert.equal(rowSummary({ ...row, cached: true, cost: 0 }), '0.75 · 3 of 4 evaluators · cached');
  });

  it('does not count skipped evaluators', () => {
    const skipped = { ...passing, verdict: 'skipped' } as const;
    assert.match(
      rowSummary({ ...row, evaluators: [passing, skipped], score: 1 }),
      /^1\.0 · 1 of 1 evaluator ·/,
    );
  });

  it('tells an errored row from a failed one, in the words of the provider', () => {
    assert.equal(erroredText(errored), 'late-delivery could not be evaluated: 429 Rate limit reached');
    const named = {
      ...errored,
      error: { ...errored.error, message: 'api.example answered 429: slow down' },
    } as const;
    assert.equal(
      erroredText(named as RowResult),
      'late-delivery could not be evaluated: api.example answered 429: slow down',
    );
    assert.equal(rowSummary(errored), 'not evaluated · 429 rate limit');
    assert.equal(failureText(row, failing), 'late-delivery: "no promise": output contains "we will refund"');
    const graded = {
      ...failing,
      name: 'meaning',
      message: 'similarity 0.71 to "x"',
      score: 0.71,
      threshold: 0.75,
    };
    assert.equal(failureText(row, graded), 'late-delivery: "meaning": similarity 0.71 to "x" (0.71 < 0.75)');
    const below = (score: number) => failureText(row, { ...graded, score }).replace(/.*\((.*)\)$/, '$1');
    assert.equal(below(0.7482), '0.748 < 0.75');
    assert.equal(below(0.749999), '0.749999 < 0.75');
    // `not-` fails what reaches its threshold exactly.
    assert.equal(below(0.75), '0.75 ≤ 0.75');
  });

  it('sums a run up, and names what is neither passed nor failed', () => {
    assert.equal(reportSummary(report), '17/18 · $0.004 · 3.1 s');
    const counts = { passed: 15, failed: 1, errored: 2, skipped: 0 };
    assert.equal(
      reportSummary({ ...report, counts, scripted: true }),
      '15/18, 2 errored · scripted, no cost · 3.1 s',
    );
  });

  it('says why rows are errored if all are for one reason, and of no cost where nobody answered', () => {
    const rows = [errored, { ...errored, id: 'b' }];
    const counts = { passed: 0, failed: 0, errored: 2, skipped: 0 };
    const usage = { inputTokens: 0, outputTokens: 0 };
    const down = { ...report, rows, counts, usage, cost: undefined };
    assert.equal(reportSummary(down), '0/2, 2 errored (429 rate limit) · 3.1 s');
    const other = { ...errored, error: { ...errored.error, kind: 'timeout' } } as const;
    assert.equal(reportSummary({ ...down, rows: [errored, other] }), '0/2, 2 errored · 3.1 s');
    const paid = { ...down, usage: { inputTokens: 9, outputTokens: 9 } };
    assert.equal(reportSummary(paid), '0/2, 2 errored (429 rate limit) · cost unknown · 3.1 s');
  });
});
