import type { CallError, EvaluatorResult, Report, RowResult, Usage } from './report.ts';

// What results say in one line: the same words in the editor, in the terminal and in a test's output.

/** US dollars with as many digits as matter: `$0.0002`, `$0.42`, `$12.50`. */
export function formatMoney(dollars: number): string {
  if (dollars === 0) return '$0';
  if (dollars >= 1) return `$${dollars.toFixed(2)}`;
  const digits = Math.min(8, 1 - Math.floor(Math.log10(dollars)));
  return `$${dollars.toFixed(digits).replace(/(\.\d\d+?)0+$/, '$1')}`;
}

/** `412 ms`, `3.1 s`, `2 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
}

/** `0.75`, `1.0`. */
export function formatScore(score: number): string {
  return score.toFixed(2).replace(/0$/, '');
}

/** What a run would cost: `scripted, no cost`, `≈ $0.004`, `cost unknown`. */
export function formatEstimate(estimate: { readonly cost?: number; readonly scripted: boolean }): string {
  if (estimate.scripted) return 'scripted, no cost';
  if (estimate.cost === undefined) return 'cost unknown';
  return estimate.cost === 0 ? 'no cost' : `≈ ${formatMoney(estimate.cost)}`;
}

/** Behind a row: `0.75 · 3 of 4 evaluators · $0.0002 · 412 ms`. */
export function rowSummary(row: RowResult): string {
  if (row.verdict === 'errored') return `not evaluated · ${shortCause(causeOf(row))}`;
  if (row.verdict === 'skipped') return 'skipped';
  const counted = row.evaluators.filter(({ verdict }) => verdict !== 'skipped');
  const passed = counted.filter(({ verdict }) => verdict === 'passed').length;
  return [
    row.score === undefined ? undefined : formatScore(row.score),
    `${passed} of ${plural(counted.length, 'evaluator')}`,
    row.cached ? 'cached' : row.cost ? formatMoney(row.cost) : undefined,
    row.latencyMs === undefined || row.cached || row.latencyMs < 1
      ? undefined
      : formatDuration(row.latencyMs),
  ]
    .filter(part => part !== undefined)
    .join(' · ');
}

/** Of a whole run: `17/18 · $0.004 · 3.1 s`, `15/18, 2 errored · scripted, no cost · 20 ms`. */
export function reportSummary(report: Report): string {
  const { counts } = report;
  const total = counts.passed + counts.failed + counts.errored + counts.skipped;
  const also = [
    counts.errored > 0 ? `${counts.errored} errored${sharedCause(report)}` : undefined,
    counts.skipped > 0 ? `${counts.skipped} skipped` : undefined,
    report.cancelled ? 'cancelled' : undefined,
  ].filter(part => part !== undefined);
  // Nobody answered, nobody is paid.
  const isUnanswered = counts.errored === total && usedTokens(report.usage) === 0;
  const cost = report.cost === undefined ? 'cost unknown' : formatMoney(report.cost);
  return [
    [`${counts.passed}/${total}`, ...also].join(', '),
    isUnanswered ? undefined : report.scripted ? 'scripted, no cost' : cost,
    formatDuration(report.durationMs),
  ]
    .filter(part => part !== undefined)
    .join(' · ');
}

function usedTokens({ inputTokens, outputTokens }: Usage): number {
  return inputTokens + outputTokens;
}

/** ` (429 rate limit)`, if all errored rows have that one cause. */
function sharedCause({ rows }: Report): string {
  const causes = new Set<string>();
  for (const row of rows) if (row.verdict === 'errored') causes.add(shortCause(causeOf(row)));
  const [only] = causes;
  return causes.size === 1 && only !== 'errored' ? ` (${only})` : '';
}

/** `late-delivery: "no promise": output contains "we will refund"`. */
export function failureText(row: RowResult, evaluator: EvaluatorResult): string {
  const { name, message, score, threshold = 1 } = evaluator;
  const graded = score !== undefined && threshold < 1;
  return `${row.id}: "${name}": ${message}${graded ? ` (${below(score, threshold)})` : ''}`;
}

/** `0.71 < 0.75`, with as many digits as it takes to see it. */
function below(score: number, threshold: number): string {
  const sign = score < threshold ? '<' : '≤';
  const digits = [2, 3, 4, 5, 6].find(count => score.toFixed(count) !== threshold.toFixed(count)) ?? 2;
  const shown = digits === 2 ? formatScore(score) : score.toFixed(digits);
  return `${shown} ${sign} ${formatScore(threshold)}`;
}

/** `late-delivery could not be evaluated: 429 Rate limit reached`: the provider's own words and status. */
export function erroredText(row: RowResult): string {
  return `${row.id} could not be evaluated: ${causeText(causeOf(row))}`;
}

/** `429 Rate limit reached`. */
export function causeText(error: CallError | undefined): string {
  if (!error) return 'no reason given';
  const status = error.status === undefined ? '' : String(error.status);
  return error.message.includes(status) ? error.message : `${status} ${error.message}`;
}

/** The first row that has no answer for want of an API key that is accepted. */
export function keyErrorOf(report: Report): CallError | undefined {
  return report.rows
    .filter(({ verdict }) => verdict === 'errored')
    .map(causeOf)
    .find(cause => cause?.kind === 'no-api-key' || cause?.kind === 'unauthorized');
}

/** Why a row is errored: its own call, else that of the first evaluator without an answer. */
export function causeOf(row: RowResult): CallError | undefined {
  return row.error ?? row.evaluators.find(({ error }) => error !== undefined)?.error;
}

const shortCauses: Readonly<Record<CallError['kind'], string>> = {
  'no-api-key': 'no API key',
  unauthorized: 'API key refused',
  'rate-limited': 'rate limit',
  server: 'provider failed',
  'bad-request': 'request refused',
  network: 'no connection',
  timeout: 'no answer in time',
  empty: 'empty answer',
  malformed: 'unreadable answer',
  'no-script': 'no scripted answer',
  render: 'prompt cannot be rendered',
  evaluator: 'evaluator failed',
};

function shortCause(error: CallError | undefined): string {
  if (!error) return 'errored';
  return [error.status, shortCauses[error.kind]].filter(part => part !== undefined).join(' ');
}

/** `1 row`, `3 rows`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
