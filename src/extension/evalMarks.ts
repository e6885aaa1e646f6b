import * as vscode from 'vscode';
import { comparisonOf } from '../evals/comparison.ts';
import { sameDigests } from '../evals/latest.ts';
import type { CallError, EvaluatorResult, RowResult } from '../evals/report.ts';
import type { EvalRow } from '../evals/rows.ts';
import { causeOf, causeText, erroredText, failureText, plural, rowSummary } from '../evals/summary.ts';
import type { WorkingCopy } from '../project/workingCopy.ts';
import { rangeIn } from './convert.ts';
import { EvalDiagnostic } from './evalDiagnostic.ts';
import type { PromptResults } from './evaluations.ts';
import { evaluatorPlace, failurePlace, rowPlaces } from './rowPlaces.ts';

/** What the files of a prompt show: several prompts may share a dataset. */
export interface Marks {
  readonly diagnostics: readonly [vscode.Uri, vscode.Diagnostic][];
  readonly inline: readonly [vscode.Uri, InlineText][];
}

export interface InlineText {
  readonly line: number;
  readonly text: string;
  readonly tone: 'quiet' | 'failed' | 'errored';
  readonly hover: string;
  /** VS Code lays the test's message over the same place. */
  readonly covered: boolean;
}

/** What results look like at the rows of a text. */
export function marksOf(
  results: PromptResults,
  copy: WorkingCopy,
  document: vscode.TextDocument | undefined,
): Marks {
  const places = rowPlaces(copy, results.uri, document);
  const diagnostics: [vscode.Uri, vscode.Diagnostic][] = [];
  const inline: [vscode.Uri, InlineText][] = [];
  const common = commonCause(results, copy);
  if (common !== undefined) diagnostics.push([results.uri, common]);
  for (const row of copy.rows) {
    const latest = results.rows.get(row.id);
    const place = places.get(row.id);
    if (!latest || !place) continue;
    const outdated = !sameDigests(latest.digests, copy.digests);
    const covered = isCovered(copy, row, latest.result, place);
    inline.push([place.uri, { ...inlineOf(latest.result, place, outdated), covered }]);
    for (const diagnostic of diagnosticsOf(latest.result, place, {
      copy,
      uri: results.uri,
      row,
      toldOnce: common !== undefined,
    })) {
      // No longer a problem, perhaps: faded at its row, and gone from the Problems panel.
      if (outdated) diagnostic.severity = vscode.DiagnosticSeverity.Hint;
      diagnostics.push([place.uri, diagnostic]);
    }
  }
  return { diagnostics, inline };
}

/** Whether the test's message has no other place than behind the row's first line. */
function isCovered(copy: WorkingCopy, row: EvalRow, result: RowResult, anchor: vscode.Location): boolean {
  const told = result.verdict === 'errored' ? [undefined] : result.evaluators.filter(isFailed);
  return told.some(evaluator => {
    const place = failurePlace(copy, row, { anchor, ...(evaluator && { evaluator: evaluator.index }) });
    return place.uri === anchor.uri && place.range.start.line === anchor.range.end.line;
  });
}

function isFailed({ verdict }: EvaluatorResult): boolean {
  return verdict === 'failed';
}

function inlineOf(result: RowResult, place: vscode.Location, outdated: boolean): Omit<InlineText, 'covered'> {
  const summary = rowSummary(result);
  const tone = result.verdict === 'failed' || result.verdict === 'errored' ? result.verdict : 'quiet';
  return {
    line: place.range.end.line,
    text: outdated ? `outdated · ${summary}` : summary,
    tone: outdated ? 'quiet' : tone,
    hover: outdated
      ? 'This result is of an older text. Save or run the evals to see a new one.'
      : result.verdict,
  };
}

interface About {
  readonly copy: WorkingCopy;
  readonly uri: vscode.Uri;
  readonly row: EvalRow;
  /** What struck every row alike is told once. */
  readonly toldOnce: boolean;
}

function diagnosticsOf(
  result: RowResult,
  place: vscode.Location,
  about: About,
): readonly vscode.Diagnostic[] {
  if (result.verdict === 'errored') {
    if (about.toldOnce) return [];
    const errored = result.evaluators.find(({ error }) => error !== undefined);
    const diagnostic = new EvalDiagnostic(place.range, erroredText(result), {
      prompt: about.uri,
      isErrored: true,
    });
    diagnostic.code = errored?.uses ?? causeOf(result)?.kind;
    return [diagnostic];
  }
  if (result.verdict !== 'failed') return [];
  return result.evaluators.filter(isFailed).map(evaluator => {
    const { name, uses, index } = evaluator;
    const comparison = comparisonOf(about.row, result, evaluator);
    const { expected, actual } = comparison ?? {};
    const measured = {
      prompt: about.uri.toString(),
      row: result.id,
      evaluator: name,
      index,
      hasExpected: expected !== undefined,
    };
    const diagnostic = new EvalDiagnostic(place.range, failureText(result, evaluator), {
      prompt: about.uri,
      ...(comparison ? { measured } : {}),
    });
    diagnostic.code = uses;
    const written = evaluatorPlace(about.copy, about.uri, index);
    diagnostic.relatedInformation = [
      ...(expected === undefined ? [] : [related(place, `expected: ${short(expected)}`)]),
      ...(actual === undefined ? [] : [related(place, `actual: ${short(actual)}`)]),
      ...(written ? [related(written, `evaluator "${name}"`)] : []),
    ];
    return diagnostic;
  });
}

/** One problem for what struck every row alike, such as a missing API key: eighteen equal ones would say no more. */
function commonCause(results: PromptResults, copy: WorkingCopy): vscode.Diagnostic | undefined {
  let first: CallError | undefined;
  let count = 0;
  for (const { id } of copy.rows) {
    const latest = results.rows.get(id);
    if (!latest || !sameDigests(latest.digests, copy.digests)) continue;
    const cause = causeOf(latest.result);
    if (latest.result.verdict !== 'errored' || !cause) return undefined;
    if (first && causeText(first) !== causeText(cause)) return undefined;
    first = cause;
    count++;
  }
  if (!first || count < 2) return undefined;
  const place = rangeIn(copy.parsed.text, copy.parsed.field('model')?.value ?? { start: 0, end: 0 });
  const text = `${plural(count, 'row')} could not be evaluated: ${causeText(first)}`;
  const diagnostic = new EvalDiagnostic(place, text, { prompt: results.uri, isErrored: true });
  diagnostic.code = first.kind;
  return diagnostic;
}

function related(place: vscode.Location, message: string): vscode.DiagnosticRelatedInformation {
  return new vscode.DiagnosticRelatedInformation(place, message);
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
