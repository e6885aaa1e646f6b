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
    ...(report?.rows ?? []).flatMap(row => describe(id, row)),
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

function describe(id: string, row: RowResult): readonly string[] {
  if (row.verdict === 'errored')
    return [`- ⚠️ **${cell(id)}** ${cell(row.id)}: ${cell(causeText(causeOf(row)))}`];
  if (row.verdict !== 'failed') return [];
  return row.evaluators
    .filter(({ verdict }) => verdict === 'failed')
    .map(({ name, message }) => `- ❌ **${cell(id)}** ${cell(row.id)}: "${cell(name)}": ${cell(message)}`);
}

/** Model output and names are text, never markup. */
function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>|#@]/g, mark => `\\${mark}`);
}
