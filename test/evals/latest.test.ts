import assert from 'node:assert/strict';
import { currentRows, isUpToDate, sameDigests, withReport, type LatestRows } from '../../src/evals/latest.ts';
import type { Digests, Report, RowResult, Verdict } from '../../src/evals/report.ts';

const before: Digests = { content: 'a', target: 't', suite: 's' };
const after: Digests = { ...before, content: 'b' };

function row(id: string, verdict: Verdict): RowResult {
  return { id, verdict, origin: { index: 0 }, evaluators: [], cached: false };
}

function report(digests: Digests, rows: readonly RowResult[], part: Partial<Report> = {}): Report {
  return {
    schema: 'promptgate/report/1',
    prompt: 'support/refund',
    target: { parameters: {} },
    digests,
    rows,
    counts: { passed: 0, failed: 0, errored: 0, skipped: 0 },
    time: '2026-11-20T09:00:00.000Z',
    durationMs: 1,
    usage: { inputTokens: 0, outputTokens: 0 },
    scripted: false,
    cancelled: false,
    partial: false,
    unreadable: [],
    evaluators: {},
    ...part,
  };
}

const none: LatestRows = new Map();
const first = withReport(none, report(before, [row('one', 'passed'), row('two', 'errored')]));
const suite = (digests: Digests | undefined) => ({ digests, rows: [{ id: 'one' }, { id: 'two' }] });

describe('latest results', () => {
  it('are up to date for the digests they were made with, and for no others', () => {
    assert.equal(isUpToDate(first, suite(before)), true);
    assert.equal(isUpToDate(first, suite(after)), false);
    assert.equal(isUpToDate(first, suite(undefined)), false);
    assert.equal(sameDigests(undefined, undefined), false);
  });

  it('keep the other rows when a part is run again', () => {
    const next = withReport(first, report(before, [row('two', 'passed')], { partial: true }));
    assert.deepEqual(
      currentRows(next, before).map(({ id, verdict }) => [id, verdict]),
      [
        ['one', 'passed'],
        ['two', 'passed'],
      ],
    );
  });

  it('keep older rows as outdated when a run was cancelled', () => {
    const next = withReport(first, report(after, [row('one', 'failed')], { cancelled: true }));
    assert.deepEqual(
      currentRows(next, after).map(({ id }) => id),
      ['one'],
    );
    assert.equal(next.size, 2);
    assert.equal(isUpToDate(next, suite(after)), false);
  });

  it('forget rows that the suite no longer has', () => {
    const next = withReport(first, report(after, [row('one', 'passed')]));
    assert.deepEqual([...next.keys()], ['one']);
  });
});
