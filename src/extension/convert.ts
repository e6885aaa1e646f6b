import * as vscode from 'vscode';
import type { Problem, Severity, Span, TextEdit } from '../prompt/problem.ts';
import { docsOf } from './problemDocs.ts';

// The only place where offsets become ranges and back. A TextDocument's text has no BOM and keeps its CRLF, as
// the parser's text does, so offsets are the same in both.

export function toRange(document: vscode.TextDocument, span: Span): vscode.Range {
  return new vscode.Range(document.positionAt(span.start), document.positionAt(span.end));
}

export function toOffset(document: vscode.TextDocument, position: vscode.Position): number {
  return document.offsetAt(position);
}

/** A range in a text that no editor has open. */
export function rangeIn(text: string, span: Span): vscode.Range {
  return new vscode.Range(positionIn(text, span.start), positionIn(text, span.end));
}

function positionIn(text: string, offset: number): vscode.Position {
  let line = 0;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return new vscode.Position(line, Math.min(offset, text.length) - lineStart);
}

export function toTextEdit(document: vscode.TextDocument, edit: TextEdit): vscode.TextEdit {
  return vscode.TextEdit.replace(toRange(document, edit), edit.text);
}

const severities: Record<Severity, vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

const tags: Record<NonNullable<Problem['tag']>, vscode.DiagnosticTag> = {
  unnecessary: vscode.DiagnosticTag.Unnecessary,
  deprecated: vscode.DiagnosticTag.Deprecated,
};

/** @param rangeOf turns the problem's offsets into a range of the file that it is in */
export function toDiagnostic(
  problem: Problem,
  uri: vscode.Uri,
  rangeOf: (span: Span) => vscode.Range,
): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(rangeOf(problem), problem.message, severities[problem.severity]);
  diagnostic.source = 'promptgate';
  diagnostic.code = { value: problem.code, target: docsOf(problem.code) };
  if (problem.tag) diagnostic.tags = [tags[problem.tag]];
  if (problem.related?.length) {
    diagnostic.relatedInformation = problem.related.map(
      related =>
        new vscode.DiagnosticRelatedInformation(new vscode.Location(uri, rangeOf(related)), related.message),
    );
  }
  return diagnostic;
}
