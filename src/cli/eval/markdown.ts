import { causeOf, causeText, formatDuration } from '../../evals/summary.ts';
import type { RowResult } from '../../evals/report.ts';
import { proposalText } from './proposal.ts';
import { worseRows, type PromptResult } from './result.ts';
import { costOf, nameOf } from './table.ts';

/** A comment for a pull request: the table, then what failed, folded away when it is long. */
export function toMarkdown(results: readonly PromptResult[]): string {
  const lines = [
    '| | prompt | bump | rows passed | worse | fixed | gate | cost | time |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...results.map(rowOf),
  ];
  const details = results.flatMap(({ id, report, failure }) => [
    ...(failure ? [`- **${cell(id)}**: ${cell(failure.message)}`] : []),
    ...describe(id, report?.rows ?? []),
  ]);
  return [
    '### Promptgate',
    '',
    ...lines,
    '',
    ...(details.length > 10
      ? [
          `<details><summary>${details.length} results to look at</summary>`,
          '',
          ...details,
          '',
          '</details>',
          '',
        ]
      : [...details, '']),
  ].join('\n');
}

function rowOf(result: PromptResult): string {
  const { report, gate, baseline, proposal, failure } = result;
  if (failure || !report)
    return `| ⚠️ | ${cell(nameOf(result))} | ${cell(proposalText(proposal))} | not run | | | | | |`;
  const { passed, failed, errored, skipped } = report.counts;
  const mark = errored > 0 ? '⚠️' : gate?.outcome === 'pass' ? '✅' : '❌';
  const compared = baseline !== undefined && gate !== undefined;
  return `| ${[
    mark,
    cell(nameOf(result)),
    cell(proposalText(proposal)),
    `${passed} of ${passed + failed + errored + skipped}`,
    compared ? String(worseRows(result).length) : '–',
    compared ? String(gate.fixed.length) : '–',
    cell(gate?.text ?? ''),
    costOf(report),
    formatDuration(report.durationMs),
  ].join(' | ')} |`;
}

/** What needs a look; rows with one cause are one line, as in the terminal. */
function describe(id: string, rows: readonly RowResult[]): readonly string[] {
  const findings = rows.flatMap(findingsOf);
  return Array.from(
    Map.groupBy(findings, ({ text }) => text),
    ([text, same]) => {
      const names = same.slice(0, namedRows).map(({ row }) => cell(row));
      const more = same.length - names.length;
      const [{ mark = '' } = {}] = same;
      return `- ${mark} **${cell(id)}** ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}: ${text}`;
    },
  );
}

const namedRows = 3;

function findingsOf(
  row: RowResult,
): readonly { readonly row: string; readonly mark: string; readonly text: string }[] {
  if (row.verdict === 'errored') return [{ row: row.id, mark: '⚠️', text: cell(causeText(causeOf(row))) }];
  if (row.verdict !== 'failed') return [];
  return row.evaluators
    .filter(({ verdict }) => verdict === 'failed')
    .map(({ name, message }) => ({ row: row.id, mark: '❌', text: `"${cell(name)}": ${cell(message)}` }));
}

/** Model output and names are text, never markup. */
function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>|#@]/g, mark => `\\${mark}`);
}
