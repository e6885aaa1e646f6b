import { causeOf, causeText, formatDuration, formatMoney, formatScore, plural } from '../../evals/summary.ts';
import type { Report, RowResult } from '../../evals/report.ts';
import { table, type Style } from '../style.ts';
import { worseRows, type PromptResult, type Totals } from './result.ts';

/** What a person reads in ten seconds: a line for each prompt, then only the rows that need them. */
export function resultsTable(
  style: Style,
  results: readonly PromptResult[],
  totals: Totals,
  { gate, cancelled }: { readonly gate: boolean; readonly cancelled: boolean },
): string {
  if (totals.prompts === 0) return 'No prompt to evaluate.';
  const compared = results.some(({ baseline }) => baseline);
  const head = [
    '',
    'prompt',
    'rows',
    ...(compared ? ['against'] : []),
    ...(gate ? ['gate'] : []),
    'cost',
    'time',
  ];
  const rows = results.map(result => [
    mark(style, result, gate),
    style.bold(nameOf(result)),
    rowsOf(style, result),
    ...(compared ? [comparison(style, result)] : []),
    ...(gate ? [result.gate?.text ?? ''] : []),
    result.report ? costOf(result.report) : '',
    result.report ? formatDuration(result.report.durationMs) : '',
  ]);
  const details = results.map(result => detailsOf(style, result)).filter(text => text !== '');
  return [
    ...(results.length > 0 ? [table([head.map(style.dim), ...rows]), ''] : []),
    ...details.flatMap(text => [text, '']),
    totalLine(style, totals, cancelled),
  ].join('\n');
}

export function nameOf({ id, target }: PromptResult): string {
  return target.kind === 'version' ? `${id}@${target.version.version}` : id;
}

export function costOf({ scripted, cost }: Pick<Report, 'scripted' | 'cost'>): string {
  return scripted ? 'scripted' : cost === undefined ? 'unknown' : formatMoney(cost);
}

function mark(
  { green, red, yellow }: Style,
  { report, gate, failure }: PromptResult,
  gated: boolean,
): string {
  if (failure || !report || report.counts.errored > 0 || report.unreadable.length > 0) return yellow('!');
  if (report.counts.failed > 0 || (gated && gate?.outcome !== 'pass')) return red('✗');
  return report.rows.length === 0 || report.cancelled ? yellow('–') : green('✓');
}

function rowsOf({ red, yellow, dim }: Style, { report, failure }: PromptResult): string {
  if (failure || !report) return yellow('not run');
  const { passed, failed, errored, skipped } = report.counts;
  const total = passed + failed + errored + skipped;
  if (total === 0) return dim('no rows');
  return [
    `${passed}/${total} passed`,
    ...(failed > 0 ? [red(`${failed} failed`)] : []),
    ...(errored > 0 ? [yellow(`${errored} errored`)] : []),
    ...(skipped > 0 ? [dim(`${skipped} skipped`)] : []),
  ].join(', ');
}

function comparison({ red, green, dim }: Style, result: PromptResult): string {
  const { baseline, gate, report } = result;
  if (!baseline || !gate || !report) return dim('–');
  const worse = worseRows(result).length;
  const parts = [
    ...(worse > 0 ? [red(`${worse} worse`)] : []),
    ...(gate.fixed.length > 0 ? [green(`${gate.fixed.length} fixed`)] : []),
  ];
  if (parts.length === 0 && report.counts.errored > 0) return dim('–');
  return `${parts.join(', ') || 'same'} ${dim(`(${baseline.label ? `${baseline.label} ` : ''}${baseline.version})`)}`;
}

function detailsOf(style: Style, result: PromptResult): string {
  const { id, report, failure } = result;
  if (failure) return `${style.bold(id)}\n  ${style.yellow('!')} ${failure.message}`;
  const worse = new Set(worseRows(result));
  const findings = (report?.rows ?? []).flatMap(row => findingsOf(style, row));
  // Eighteen rows with one cause are one thing to read.
  const rowsOfText = Map.groupBy(findings, ({ text }) => text);
  const lines = [
    ...Array.from(rowsOfText, ([text, same]) => `  ${rowNames(style, same, worse)}  ${text}`),
    ...(report?.unreadable ?? []).map(
      ({ file, line, message }) => `  ${style.yellow('!')} ${file}:${line}  ${message}`,
    ),
  ];
  return lines.length === 0 ? '' : [style.bold(id), ...lines].join('\n');
}

interface Finding {
  readonly row: string;
  readonly mark: string;
  readonly text: string;
}

const namedRows = 3;

function rowNames({ bold, red }: Style, findings: readonly Finding[], worse: ReadonlySet<string>): string {
  const names = findings
    .slice(0, namedRows)
    .map(({ row }) => `${bold(row)}${worse.has(row) ? red(' (passed before)') : ''}`);
  const more = findings.length - names.length;
  return `${findings[0]?.mark ?? ''} ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function findingsOf({ red, yellow, dim }: Style, row: RowResult): readonly Finding[] {
  if (row.verdict === 'errored') return [{ row: row.id, mark: yellow('!'), text: causeText(causeOf(row)) }];
  if (row.verdict !== 'failed') return [];
  return row.evaluators
    .filter(({ verdict }) => verdict === 'failed')
    .map(({ name, uses, message, score, threshold }) => {
      const scored = score !== undefined && threshold !== undefined && threshold < 1;
      const how = `(${uses}${scored ? ` ${formatScore(score)} < ${formatScore(threshold)}` : ''})`;
      return { row: row.id, mark: red('✗'), text: `"${name}": ${message} ${dim(how)}` };
    });
}

function totalLine(
  { bold }: Style,
  { prompts, counts, cost, scripted, durationMs }: Totals,
  cancelled: boolean,
): string {
  const rows = counts.passed + counts.failed + counts.errored + counts.skipped;
  return [
    bold(`${counts.passed} of ${plural(rows, 'row')} passed`),
    ...(counts.errored > 0 ? [`${counts.errored} without an answer`] : []),
    plural(prompts, 'prompt'),
    scripted ? 'scripted, no cost' : cost === null ? 'cost unknown' : formatMoney(cost),
    formatDuration(durationMs),
    ...(cancelled ? ['stopped'] : []),
  ].join(' · ');
}
