import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import type { EvaluatorResult } from '../evals/report.ts';
import { registerCommand } from './commands.ts';
import type { CommandId } from './commandTable.ts';
import type { Deps } from './deps.ts';
import { EvalDiagnostic, type Measured } from './evalDiagnostic.ts';

/** Read-only documents that hold what a row expected and what the model answered. */
const scheme = 'promptgate-answer';

/** What a failed or errored row offers: expected against actual, another try, an API key. */
export function registerAnswers(deps: Deps): vscode.Disposable {
  const { evaluations } = deps;

  const find = ({ prompt, row, evaluator }: Measured): EvaluatorResult | undefined =>
    evaluations
      .results(vscode.Uri.parse(prompt))
      ?.rows.get(row)
      ?.result.evaluators.find(({ name }) => name === evaluator);

  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent(uri) {
        const { side, ...measured } = JSON.parse(uri.query) as Measured & {
          readonly side: 'expected' | 'actual';
        };
        return find(measured)?.[side] ?? '';
      },
    }),
    registerCommand(deps, 'promptgate.compareAnswer', async argument => {
      const measured = argument as Measured;
      const result = find(measured);
      if (result?.expected === undefined || result.actual === undefined) {
        throw new PromptgateError('no-answer', 'There is nothing to compare any more: run the evals again.');
      }
      const [expected, actual] = (['expected', 'actual'] as const).map(side =>
        vscode.Uri.from({
          scheme,
          path: `/${measured.row} ${side}.txt`,
          query: JSON.stringify({ ...measured, side }),
        }),
      );
      await vscode.commands.executeCommand(
        'vscode.diff',
        expected,
        actual,
        `${measured.row}: expected ↔ actual (${measured.evaluator})`,
      );
    }),
    vscode.languages.registerCodeActionsProvider(
      [{ pattern: '**/*.{yml,yaml,jsonl,csv}' }],
      { provideCodeActions: (_document, _range, { diagnostics }) => diagnostics.flatMap(actionsOf) },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
  );
}

function actionsOf(diagnostic: vscode.Diagnostic): readonly vscode.CodeAction[] {
  if (!(diagnostic instanceof EvalDiagnostic)) return [];
  const { measured, isErrored, prompt } = diagnostic;
  return [
    ...(measured
      ? [action(diagnostic, 'Compare expected with actual', 'promptgate.compareAnswer', measured)]
      : []),
    ...(isErrored ? [action(diagnostic, 'Retry errored rows', 'promptgate.retryErrored', prompt)] : []),
    ...(isErrored && diagnostic.code === 'no-api-key'
      ? [action(diagnostic, 'Set API Key…', 'promptgate.setApiKey')]
      : []),
  ];
}

function action(
  diagnostic: vscode.Diagnostic,
  title: string,
  command: CommandId,
  ...args: readonly unknown[]
): vscode.CodeAction {
  const made = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  made.command = { title, command, arguments: [...args] };
  made.diagnostics = [diagnostic];
  return made;
}
