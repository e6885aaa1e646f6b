import type { PromptgateError } from '../../errors.ts';
import type { GateDecision } from '../../evals/gate.ts';
import type { Counts, Evidence, Report } from '../../evals/report.ts';
import type { ExitCode } from '../outcome.ts';
import type { Target } from '../target.ts';
import type { Proposal } from './proposal.ts';

/** What a prompt is compared with. */
export interface Baseline {
  readonly version: string;
  /** The label it was asked for by, or serves it. */
  readonly label?: string;
  readonly evidence: Evidence;
}

export interface PromptResult {
  readonly id: string;
  readonly target: Target;
  /** Absent when the prompt could not be run at all; then `failure` says why. */
  readonly report?: Report;
  readonly gate?: GateDecision;
  readonly baseline?: Baseline;
  readonly proposal?: Proposal;
  readonly failure?: PromptgateError;
}

export interface Totals {
  /** Asked for; fewer were run after Ctrl-C. */
  readonly prompts: number;
  readonly counts: Counts;
  /** US dollars; null: some price is unknown. */
  readonly cost: number | null;
  readonly scripted: boolean;
  readonly durationMs: number;
}

export function totalsOf(results: readonly PromptResult[], prompts: number, durationMs: number): Totals {
  const counts = { passed: 0, failed: 0, errored: 0, skipped: 0 };
  let cost: number | undefined = 0;
  const reports = results.flatMap(({ report }) => report ?? []);
  for (const report of reports) {
    counts.passed += report.counts.passed;
    counts.failed += report.counts.failed;
    counts.errored += report.counts.errored;
    counts.skipped += report.counts.skipped;
    cost = cost === undefined || report.cost === undefined ? undefined : cost + report.cost;
  }
  const scripted = reports.length > 0 && reports.every(report => report.scripted);
  return { prompts, counts, cost: cost ?? null, scripted, durationMs };
}

/** Rows that passed in what is compared with and fail here. What had no answer is not known to be worse. */
export function worseRows({ gate, report }: PromptResult): readonly string[] {
  const errored = new Set(report?.rows.filter(({ verdict }) => verdict === 'errored').map(({ id }) => id));
  return gate?.broken.filter(id => !errored.has(id)) ?? [];
}

/** An outage (2) is told apart from a failure (1), and wins: nobody knows how those rows would have done. */
export function exitCodeOf(results: readonly PromptResult[], gated: boolean): ExitCode {
  if (results.some(({ report, failure }) => failure || (report && isErrored(report)))) return 2;
  const failed = results.some(({ report, gate }) =>
    gated ? gate?.outcome !== 'pass' : (report?.counts.failed ?? 0) > 0,
  );
  return failed ? 1 : 0;
}

function isErrored(report: Report): boolean {
  return report.counts.errored > 0 || report.unreadable.length > 0;
}

/** For `--json`. */
export function toData({ id, target, report, gate, baseline, proposal, failure }: PromptResult) {
  return {
    id,
    version: target.kind === 'version' ? target.version.version : null,
    failure: failure ? { code: failure.code, message: failure.message } : null,
    gate: gate ?? null,
    against: baseline ? { version: baseline.version, label: baseline.label ?? null } : null,
    base: proposal?.base ?? null,
    bump: proposal?.bump ?? null,
    counts: report?.counts ?? null,
    cost: report?.cost ?? null,
    scripted: report?.scripted ?? false,
    durationMs: report?.durationMs ?? 0,
    partial: report ? report.partial || report.cancelled : true,
    unreadable: report?.unreadable ?? [],
    rows: (report?.rows ?? []).map(row => ({
      id: row.id,
      verdict: row.verdict,
      score: row.score ?? null,
      output: row.output ?? null,
      error: row.error ?? null,
      latencyMs: row.latencyMs ?? null,
      cost: row.cost ?? null,
      cached: row.cached,
      evaluators: row.evaluators.map(evaluator => ({
        name: evaluator.name,
        uses: evaluator.uses,
        verdict: evaluator.verdict,
        score: evaluator.score ?? null,
        threshold: evaluator.threshold ?? null,
        message: evaluator.message,
      })),
    })),
  };
}
