import { causeOf, causeText, failureText } from '../../evals/summary.ts';
import type { RowResult } from '../../evals/report.ts';
import type { PromptResult } from './result.ts';
import { nameOf } from './table.ts';

/** JUnit XML as CI systems read it: a suite for each prompt, a case for each row. */
export function toJUnit(results: readonly PromptResult[]): string {
  const suites = results.map(result => {
    const { report, failure } = result;
    const name = attribute(nameOf(result));
    if (failure || !report) {
      const reason = attribute(failure?.message ?? 'not run');
      return `  <testsuite name="${name}" tests="1" errors="1" failures="0"><testcase name="${name}" classname="${name}"><error message="${reason}"/></testcase></testsuite>`;
    }
    const { failed, errored, skipped } = report.counts;
    return [
      `  <testsuite name="${name}" tests="${report.rows.length}" failures="${failed}" errors="${errored}" skipped="${skipped}" time="${seconds(report.durationMs)}" timestamp="${report.time}">`,
      ...report.rows.map(row => `    ${caseOf(name, row)}`),
      '  </testsuite>',
    ].join('\n');
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="promptgate">',
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function caseOf(classname: string, row: RowResult): string {
  const open = `<testcase name="${attribute(row.id)}" classname="${classname}" time="${seconds(row.latencyMs ?? 0)}">`;
  switch (row.verdict) {
    case 'passed':
      return `${open}</testcase>`;
    case 'skipped':
      return `${open}<skipped/></testcase>`;
    case 'errored':
      return `${open}<error message="${attribute(causeText(causeOf(row)))}"/></testcase>`;
    case 'failed': {
      const reasons = row.evaluators.filter(({ verdict }) => verdict === 'failed');
      const text = reasons.map(evaluator => failureText(row, evaluator)).join('\n');
      return `${open}<failure message="${attribute(text.split('\n', 1)[0] ?? '')}">${attribute(text)}</failure></testcase>`;
    }
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Control characters have no place in XML 1.0, not even escaped. */
function attribute(text: string): string {
  return Array.from(text, char => ((char.codePointAt(0) ?? 0) < 32 && !'\t\n\r'.includes(char) ? ' ' : char))
    .join('')
    .replaceAll(/[&<>"]/g, mark => entities[mark] ?? mark);
}
