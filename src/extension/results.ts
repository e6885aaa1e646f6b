import * as vscode from 'vscode';
import { sameDigests } from '../evals/latest.ts';
import type { EvaluatorResult, RowResult } from '../evals/report.ts';
import type { EvalRow } from '../evals/rows.ts';
import { causeOf, causeText, erroredText, failureText, plural, rowSummary } from '../evals/summary.ts';
import type { WorkingCopy } from '../project/workingCopy.ts';
import { rangeIn } from './convert.ts';
import type { Deps } from './deps.ts';
import type { PromptResults } from './evaluations.ts';
import { detailOf } from './log.ts';
import { evaluatorPlace, failurePlace, rowPlaces } from './rowPlaces.ts';
import { onDidChangeSetting, readSetting } from './settings.ts';

/** What a file shows: several prompts may share a dataset. */
interface Shown {
  readonly diagnostics: readonly [vscode.Uri, vscode.Diagnostic][];
  readonly inline: readonly [vscode.Uri, InlineText][];
}

interface InlineText {
  readonly line: number;
  readonly text: string;
  readonly tone: 'quiet' | 'failed' | 'errored';
  readonly hover: string;
  /** VS Code lays the test's message over the same place. */
  readonly covered: boolean;
}

const colors: Readonly<Record<InlineText['tone'], vscode.ThemeColor>> = {
  quiet: new vscode.ThemeColor('editorCodeLens.foreground'),
  failed: new vscode.ThemeColor('editorError.foreground'),
  errored: new vscode.ThemeColor('editorWarning.foreground'),
};

/** Rows come in faster than anybody reads. */
const pauseMs = 100;

/** Shows results where they belong: failures in the Problems panel, score, cost and time behind each row. */
export function registerResults({ workspace, evaluations, log }: Deps): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('promptgate evals');
  const behindLine = vscode.window.createTextEditorDecorationType({
    after: { margin: '0 0 0 3ch' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  const shown = new Map<string, Shown>();
  const timers = new Map<string, NodeJS.Timeout>();

  const draw = async (uri: vscode.Uri): Promise<void> => {
    const results = evaluations.results(uri);
    if (!results) return;
    try {
      const copy = await workspace.workingCopy(uri);
      const document = workspace.get(uri)?.document;
      if (document && document.getText() !== copy.text) return schedule(uri);
      const before = shown.get(uri.toString());
      const next = showResults(results, copy, document);
      shown.set(uri.toString(), next);
      publish([...(before?.diagnostics ?? []), ...next.diagnostics].map(([file]) => file));
      drawInline();
    } catch (error) {
      log.debug(`results of ${uri.toString()}: ${detailOf(error)}`);
    }
  };

  const schedule = (uri: vscode.Uri): void => {
    const key = uri.toString();
    if (timers.has(key)) return;
    const timer = setTimeout(() => {
      timers.delete(key);
      void draw(uri);
    }, pauseMs);
    timers.set(key, timer);
  };

  const publish = (files: readonly vscode.Uri[]): void => {
    for (const key of new Set(files.map(String))) {
      const all = [...shown.values()].flatMap(({ diagnostics }) => diagnostics);
      collection.set(
        vscode.Uri.parse(key),
        all.filter(([file]) => file.toString() === key).map(([, diagnostic]) => diagnostic),
      );
    }
  };

  const drawInline = (): void => {
    const all = [...shown.values()].flatMap(({ inline }) => inline);
    for (const editor of vscode.window.visibleTextEditors) {
      const own = all.filter(([file]) => file.toString() === editor.document.uri.toString());
      const setting = readSetting('promptgate.inlineResults', editor.document.uri);
      const wanted = own.filter(([, text]) => isWanted(setting, text)).map(([, text]) => text);
      editor.setDecorations(
        behindLine,
        wanted
          .filter(({ line }) => line < editor.document.lineCount)
          .map(text => toDecoration(editor.document, text)),
      );
    }
  };

  return vscode.Disposable.from(
    collection,
    behindLine,
    evaluations.onDidChangeResults(schedule),
    workspace.onDidChangePrompt(({ document }) => schedule(document.uri)),
    vscode.window.onDidChangeVisibleTextEditors(drawInline),
    onDidChangeSetting('promptgate.inlineResults', drawInline),
    new vscode.Disposable(() => {
      for (const timer of timers.values()) clearTimeout(timer);
    }),
  );
}

/** Error Lens shows a problem behind its line already: then ours would say it twice. */
function isWanted(setting: 'auto' | 'on' | 'off', { tone, covered }: InlineText): boolean {
  if (setting !== 'auto' || covered) return setting === 'on';
  return tone === 'quiet' || vscode.extensions.getExtension('usernamehw.errorlens') === undefined;
}

function toDecoration(
  document: vscode.TextDocument,
  { line, text, tone, hover }: InlineText,
): vscode.DecorationOptions {
  const { end } = document.lineAt(line).range;
  return {
    range: new vscode.Range(end, end),
    hoverMessage: hover,
    renderOptions: { after: { contentText: text, color: colors[tone], fontStyle: 'normal' } },
  };
}

function showResults(
  results: PromptResults,
  copy: WorkingCopy,
  document: vscode.TextDocument | undefined,
): Shown {
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
      common: common !== undefined,
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

function diagnosticsOf(
  result: RowResult,
  place: vscode.Location,
  about: { readonly copy: WorkingCopy; readonly uri: vscode.Uri; readonly common: boolean },
): readonly vscode.Diagnostic[] {
  if (result.verdict === 'errored') {
    if (about.common) return [];
    const errored = result.evaluators.find(({ error }) => error !== undefined);
    const diagnostic = toDiagnostic(place.range, erroredText(result), vscode.DiagnosticSeverity.Warning);
    diagnostic.source = 'promptgate: could not be evaluated';
    diagnostic.code = errored?.uses ?? causeOf(result)?.kind;
    return [diagnostic];
  }
  if (result.verdict !== 'failed') return [];
  return result.evaluators.filter(isFailed).map(evaluator => {
    const diagnostic = toDiagnostic(
      place.range,
      failureText(result, evaluator),
      vscode.DiagnosticSeverity.Error,
    );
    diagnostic.code = evaluator.uses;
    const measured = evaluatorPlace(about.copy, about.uri, evaluator.index);
    diagnostic.relatedInformation = [
      ...(evaluator.expected === undefined ? [] : [related(place, `expected: ${short(evaluator.expected)}`)]),
      ...(evaluator.actual === undefined ? [] : [related(place, `actual: ${short(evaluator.actual)}`)]),
      ...(measured ? [related(measured, `evaluator "${evaluator.name}"`)] : []),
    ];
    return diagnostic;
  });
}

/** One problem for what struck every row alike, such as a missing API key: eighteen equal ones would say no more. */
function commonCause(results: PromptResults, copy: WorkingCopy): vscode.Diagnostic | undefined {
  const causes = new Set<string>();
  let count = 0;
  for (const { id } of copy.rows) {
    const latest = results.rows.get(id);
    if (!latest || !sameDigests(latest.digests, copy.digests)) continue;
    if (latest.result.verdict !== 'errored' || causes.size > 1) return undefined;
    causes.add(causeText(causeOf(latest.result)));
    count++;
  }
  const [cause] = causes;
  if (cause === undefined || causes.size > 1 || count < 2) return undefined;
  const field = copy.parsed.field('model');
  const place = rangeIn(copy.parsed.text, field?.value ?? { start: 0, end: 0 });
  const diagnostic = toDiagnostic(
    place,
    `${plural(count, 'row')} could not be evaluated: ${cause}`,
    vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = 'promptgate: could not be evaluated';
  return diagnostic;
}

function toDiagnostic(
  range: vscode.Range,
  message: string,
  severity: vscode.DiagnosticSeverity,
): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(range, message, severity);
  diagnostic.source = 'promptgate';
  return diagnostic;
}

function related(place: vscode.Location, message: string): vscode.DiagnosticRelatedInformation {
  return new vscode.DiagnosticRelatedInformation(place, message);
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
