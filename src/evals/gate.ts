import type { Digests, Evidence, Report, Verdict } from './report.ts';
import { plural } from './summary.ts';

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
export function decideGate(input: GateInput): GateDecision {
  const { evidence, baseline } = input;
  if (evidence === undefined) return decision('missing', 'not evaluated');
  const { broken, fixed } = compareRows(evidence, baseline);
  const decide = (outcome: GateOutcome, text: string): GateDecision => ({ outcome, text, broken, fixed });

  const changed = staleness(evidence, input);
  if (changed !== undefined) return decide('stale', changed);

  const ids = (verdict: Verdict): readonly string[] =>
    evidence.rows.filter(row => row.verdict === verdict).map(({ id }) => id);
  const passed = ids('passed').length;
  const failed = ids('failed');
  const errored = ids('errored');
  const total = evidence.rows.length;
  const judged = passed + failed.length;
  if (errored.length > 0)
    return decide('errored', `${errored.length} of ${plural(total, 'row')} errored: ${names(errored)}`);
  if (total === 0) return decide('missing', 'no evidence: there are no rows');
  if (judged === 0)
    return decide(
      'missing',
      `no evidence: ${total === 1 ? 'the only row was' : `all ${total} rows were`} skipped`,
    );

  if (passed < input.passRate * judged - 1e-9) {
    const needed = input.passRate < 1 ? `; ${percent(input.passRate)} must pass` : '';
    return decide(
      'fail',
      `${failed.length} of ${plural(judged, 'row')} ${failed.length === 1 ? 'fails' : 'fail'}: ${names(failed)}${needed}`,
    );
  }
  if (broken.length > 0) {
    return decide(
      'fail',
      `${plural(broken.length, 'row')} ${broken.length === 1 ? 'passes' : 'pass'} in what is served now and not here: ${names(broken)}`,
    );
  }
  const notes = [
    ...(failed.length > 0
      ? [`${names(failed)} ${failed.length === 1 ? 'fails' : 'fail'}, ${percent(input.passRate)} must pass`]
      : []),
    ...(judged < total ? [`${total - judged} skipped`] : []),
    ...(baseline === undefined ? [] : ['no row worse than what is served now']),
  ];
  return decide('pass', [`gate passed ${passed}/${judged}`, ...notes].join(', '));
}

/** @returns undefined for a report that proves nothing: cancelled or partial. */
export function toEvidence(report: Report): Evidence | undefined {
  if (report.cancelled || report.partial) return undefined;
  const unread = report.unreadable.map(({ file, line }) => ({
    id: `${file}:${line}`,
    verdict: 'errored' as const,
  }));
  return {
    schema: 'promptgate/evidence/1',
    prompt: report.prompt,
    digests: report.digests,
    evaluators: report.evaluators,
    counts: report.counts,
    rows: [...report.rows.map(({ id, verdict }) => ({ id, verdict })), ...unread],
    time: report.time,
    scripted: report.scripted,
  };
}

function decision(outcome: GateOutcome, text: string): GateDecision {
  return { outcome, text, broken: [], fixed: [] };
}

/** What the evidence is about and what it should be about; undefined: the same. */
function staleness(
  evidence: Evidence,
  { digests, evaluators, maxAgeMs, now }: GateInput,
): string | undefined {
  const changed = [
    ...(evidence.digests.content === digests.content ? [] : ['the prompt']),
    ...(evidence.digests.target === digests.target ? [] : ['the model or its parameters']),
    ...(evidence.digests.suite === digests.suite ? [] : ['the rows or evaluators']),
  ];
  if (changed.length > 0) return `${listed(changed)} changed since the last evaluation`;
  const moved = Object.keys(evaluators).filter(uses => evidence.evaluators[uses] !== evaluators[uses]);
  if (moved.length > 0)
    return `${listed(moved)} ${moved.length === 1 ? 'judges' : 'judge'} differently since this was evaluated`;
  const age = now - Date.parse(evidence.time);
  // A time that cannot be read is no proof of being recent.
  if (maxAgeMs !== undefined && !(age <= maxAgeMs))
    return `the evaluation is ${duration(age)} old, at most ${duration(maxAgeMs)} is allowed`;
  return undefined;
}

/** Paired by row: what passed there must pass here. A row that is gone is no witness. */
function compareRows(
  evidence: Evidence,
  baseline: Evidence | undefined,
): { readonly broken: readonly string[]; readonly fixed: readonly string[] } {
  const before = new Map(baseline?.rows.map(({ id, verdict }) => [id, verdict]));
  const broken: string[] = [];
  const fixed: string[] = [];
  for (const { id, verdict } of evidence.rows) {
    const was = before.get(id);
    if (was === 'passed' && verdict !== 'passed') broken.push(id);
    if (was === 'failed' && verdict === 'passed') fixed.push(id);
  }
  return { broken, fixed };
}

const shown = 5;

function names(ids: readonly string[]): string {
  const rest = ids.length - shown;
  return ids.slice(0, shown).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function duration(ms: number): string {
  const days = ms / 86_400_000;
  if (!Number.isFinite(ms)) return 'an unknown time';
  if (days >= 2) return `${Math.floor(days)} days`;
  const hours = ms / 3_600_000;
  return hours >= 2 ? `${Math.floor(hours)} hours` : `${Math.max(1, Math.ceil(ms / 60_000))} min`;
}
