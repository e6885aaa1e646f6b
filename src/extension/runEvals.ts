import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import { currentRows } from '../evals/latest.ts';
import { reportSummary } from '../evals/summary.ts';
import { registerCommand } from './commands.ts';
import type { Deps } from './deps.ts';
import type { RunOutcome } from './evalRun.ts';
import { requireTrust } from './evaluations.ts';
import { confirmOverBudget } from './releaseEvals.ts';
import { subjectOf, workingCopyUri } from './subject.ts';

/** Run Evals and Retry Errored Rows: of the active prompt, of a tree item, of whatever a link names. */
export function registerRunEvals(deps: Deps): vscode.Disposable {
  return vscode.Disposable.from(
    registerCommand(deps, 'promptgate.runEvals', async argument => {
      requireTrust('Evals');
      const subject = await subjectOf(deps, argument, 'Run Evals');
      if (!subject) return;
      const uri = await workingCopyUri(deps, subject);
      const outcome = await runAsked(deps, uri);
      if (outcome.kind === 'no-rows') {
        throw new PromptgateError(
          'no-rows',
          `${subject.id} has no rows: add test cases under "testData:" or a file under "datasets:".`,
        );
      }
      if (outcome.kind === 'finished')
        tellIfElsewhere(uri, `${subject.id}: ${reportSummary(outcome.report)}`);
    }),
    registerCommand(deps, 'promptgate.retryErrored', async argument => {
      requireTrust('Evals');
      const given = typeof argument === 'string' ? vscode.Uri.parse(argument) : argument;
      const uris = given instanceof vscode.Uri ? [given] : promptsWithErrors(deps);
      if (uris.length === 0) {
        vscode.window.setStatusBarMessage('Promptgate: no row is errored', 5000);
        return;
      }
      // As a whole: what was answered comes from the cache, and only a whole run is evidence.
      for (const uri of uris) {
        const outcome = await runAsked(deps, uri);
        if (outcome.kind === 'finished') {
          tellIfElsewhere(uri, `${outcome.report.prompt}: ${reportSummary(outcome.report)}`);
        }
        if (outcome.kind === 'stopped') return;
      }
    }),
  );
}

/** A run that a person asked for: over budget it is theirs to decide. */
export async function runAsked(deps: Deps, uri: vscode.Uri): Promise<RunOutcome> {
  const { evaluations } = deps;
  const outcome = await evaluations.run({ uri, reason: 'command' });
  if (outcome.kind !== 'over-budget' || !(await confirmOverBudget(deps, outcome.why))) return outcome;
  return evaluations.run({ uri, reason: 'command', ignoreBudget: true });
}

function promptsWithErrors({ evaluations }: Deps): readonly vscode.Uri[] {
  return Array.from(evaluations.allResults())
    .filter(({ rows, now }) => currentRows(rows, now).some(({ verdict }) => verdict === 'errored'))
    .map(({ uri }) => uri);
}

/** The status bar item speaks of the active prompt only. */
function tellIfElsewhere(uri: vscode.Uri, text: string): void {
  if (vscode.window.activeTextEditor?.document.uri.toString() === uri.toString()) return;
  vscode.window.setStatusBarMessage(`$(beaker) ${text}`, 10_000);
}
