import type { Digests, Evidence, Report } from './report.ts';

export type GateOutcome = 'pass' | 'fail' | 'undecided' | 'stale' | 'missing' | 'errored';

export interface GateDecision {
  readonly outcome: GateOutcome;
  /** For people: `gate passed 18/18`, `2 of 18 rows fail: late-delivery, refund-twice`. */
  readonly text: string;
  /** Rows that passed before and do not now; and the other way round. */
  readonly broken: readonly string[];
  readonly fixed: readonly string[];
}

export interface GateInput {
  readonly evidence: Evidence | undefined;
  /** What the evidence must be about. */
  readonly digests: Digests;
  /** Current implementation versions of the evaluators in use, by `uses`. */
  readonly evaluators: Readonly<Record<string, number>>;
  /** Share of rows that must pass; the strictest of policy and prompt. */
  readonly passRate: number;
  /** Evidence of what the label serves now: a row that passed there must pass here. */
  readonly baseline?: Evidence;
  /** Milliseconds; older evidence is stale. */
  readonly maxAgeMs?: number;
  readonly now: number;
}

/** Per row first, then in sum, then against what is served now. Only `pass` passes. */
export function decideGate(_input: GateInput): GateDecision {
  throw new Error('not built yet');
}

/** @returns undefined for a report that proves nothing: cancelled or partial. */
export function toEvidence(_report: Report): Evidence | undefined {
  throw new Error('not built yet');
}
