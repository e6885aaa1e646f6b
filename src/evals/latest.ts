import type { Digests, Report, RowResult } from './report.ts';

/** The newest result of a row, and what it was a result of. */
export interface LatestRow {
  readonly result: RowResult;
  readonly digests: Digests;
}

/** Newest result per row. Rows of an older text stay until the suite has run as a whole. */
export type LatestRows = ReadonlyMap<string, LatestRow>;

export function sameDigests(a: Digests | undefined, b: Digests | undefined): boolean {
  if (!a || !b) return false;
  return a.content === b.content && a.target === b.target && a.suite === b.suite;
}

/** After a run: its rows, and of a part of the suite also the others as they were. */
export function withReport(rows: LatestRows, report: Report): LatestRows {
  const whole = !report.partial && !report.cancelled;
  const next = new Map(whole ? [] : rows);
  for (const result of report.rows) next.set(result.id, { result, digests: report.digests });
  return next;
}

/** Rows whose result is of just these digests; the others are outdated. */
export function currentRows(rows: LatestRows, digests: Digests | undefined): readonly RowResult[] {
  return [...rows.values()].filter(row => sameDigests(row.digests, digests)).map(({ result }) => result);
}

/** Whether saving needs no run: every row of this suite has a current result, errored ones included. */
export function isUpToDate(
  rows: LatestRows,
  suite: { readonly digests?: Digests; readonly rows: readonly { readonly id: string }[] },
): boolean {
  return suite.rows.every(({ id }) => {
    const latest = rows.get(id);
    return latest !== undefined && sameDigests(latest.digests, suite.digests);
  });
}
