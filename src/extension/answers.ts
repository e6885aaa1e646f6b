import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import { comparisonOf, type Comparison } from '../evals/comparison.ts';
import { registerCommand } from './commands.ts';
import type { CommandId } from './commandTable.ts';
import type { Deps } from './deps.ts';
import { EvalDiagnostic, type Measured } from './evalDiagnostic.ts';

/** Read-only documents that hold what a row expected and what the model answered. */
const scheme = 'promptgate-answer';

/** What a failed or errored row offers: expected against actual, another try, an API key. */
export function registerAnswers(deps: Deps): vscode.Disposable {
  const { evaluations, workspace } = deps;

  const changed = new vscode.EventEmitter<vscode.Uri>();

  const find = async ({ prompt, row, evaluator, index }: Measured): Promise<Comparison | undefined> => {
    const uri = vscode.Uri.parse(prompt);
    const result = evaluations.results(uri)?.rows.get(row)?.result;
    const measured = result?.evaluators.find(each => each.index === index && each.name === evaluator);
    if (!result || !measured) return undefined;
    const { rows } = await workspace.workingCopy(uri);
    return comparisonOf(
      rows.find(({ id }) => id === row),
      result,
      measured,
    );
  };

  return vscode.Disposable.from(
    changed,
    // A comparison that is open tells of the newest answer.
    evaluations.onDidChangeResults(prompt => {
      for (const { uri } of vscode.workspace.textDocuments)
        if (readAnswerUri(uri)?.prompt === prompt.toString()) changed.fire(uri);
    }),
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      async provideTextDocumentContent(uri) {
        const answer = readAnswerUri(uri);
        return (answer && (await find(answer))?.[answer.side]) ?? '';
      },
    }),
    registerCommand(deps, 'promptgate.compareAnswer', async argument => {
      const measured = argument as Measured;
      const comparison = await find(measured);
      if (!comparison) {
        throw new PromptgateError('no-answer', 'There is nothing to compare any more: run the evals again.');
      }
      const actual = answerUri(measured, 'actual');
      if (comparison.expected === undefined) {
        await vscode.commands.executeCommand('vscode.open', actual);
        return;
      }
      await vscode.commands.executeCommand(
        'vscode.diff',
        answerUri(measured, 'expected'),
        actual,
        `${measured.row}: expected ↔ actual (${measured.evaluator})`,
      );
    }),
    vscode.languages.registerCodeActionsProvider(
      [{ pattern: '**/*.{yml,yaml,jsonl,ndjson,csv}' }],
      { provideCodeActions: (_document, _range, { diagnostics }) => diagnostics.flatMap(actionsOf) },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
  );
}

type Side = 'expected' | 'actual';

function answerUri(measured: Measured, side: Side): vscode.Uri {
  const query = JSON.stringify({ ...measured, side });
  // A language of its own, whose lines wrap: answers are prose, often one line.
  return vscode.Uri.from({ scheme, path: `/${measured.row} ${side}.answer`, query });
}

function readAnswerUri(uri: vscode.Uri): (Measured & { readonly side: Side }) | undefined {
  return uri.scheme === scheme ? (JSON.parse(uri.query) as Measured & { readonly side: Side }) : undefined;
}

function actionsOf(diagnostic: vscode.Diagnostic): readonly vscode.CodeAction[] {
  if (!(diagnostic instanceof EvalDiagnostic)) return [];
  const { measured, isErrored, prompt } = diagnostic;
  const read = measured?.hasExpected ? 'Compare expected with actual' : 'Show the answer';
  return [
    ...(measured ? [action(diagnostic, read, 'promptgate.compareAnswer', measured)] : []),
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
