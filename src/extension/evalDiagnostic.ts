import * as vscode from 'vscode';

/** Names one evaluator of one row of a prompt. */
export interface Measured {
  readonly prompt: string;
  readonly row: string;
  readonly evaluator: string;
  /** Two evaluators may have one name. */
  readonly index: number | 'row';
  /** Whether there is something to compare the answer with. */
  readonly hasExpected: boolean;
}

/** A failed or errored row in the Problems panel. VS Code hands the very object back to those who offer actions. */
export class EvalDiagnostic extends vscode.Diagnostic {
  readonly prompt: vscode.Uri;
  /** Of the failed evaluator, when there is an answer to read. */
  readonly measured: Measured | undefined;
  readonly isErrored: boolean;

  constructor(
    range: vscode.Range,
    message: string,
    about: { readonly prompt: vscode.Uri; readonly measured?: Measured; readonly isErrored?: boolean },
  ) {
    super(
      range,
      message,
      about.isErrored ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Error,
    );
    this.source = about.isErrored ? 'promptgate errored' : 'promptgate';
    this.prompt = about.prompt;
    this.measured = about.measured;
    this.isErrored = about.isErrored ?? false;
  }
}
