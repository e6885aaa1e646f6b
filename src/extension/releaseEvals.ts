import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import { formatEstimate, keyErrorOf, plural } from '../evals/summary.ts';
import { estimate, estimateVersion, evaluateVersion, type AsServed } from '../project/evaluate.ts';
import type { Project } from '../project/project.ts';
import type { WorkingCopy } from '../project/workingCopy.ts';
import type { Version } from '../registry/store.ts';
import type { Deps } from './deps.ts';
import type { RunOutcome } from './evalRun.ts';

/** What running the evals of a working copy takes: `18 rows, ≈ $0.004`. */
export async function costOf(
  project: Project,
  copy: WorkingCopy,
): Promise<{ readonly text: string; readonly free: boolean }> {
  const expected = await estimate(project, copy);
  return {
    text: `${plural(expected.rows, 'row')}, ${formatEstimate(expected)}`,
    free: expected.scripted || expected.cost === 0,
  };
}

/** Evaluates a working copy while the user waits. @returns whether it came to an end */
export async function evaluateWhileWaiting(deps: Deps, uri: vscode.Uri, title: string): Promise<boolean> {
  const { evaluations } = deps;
  let ignoreBudget = false;
  for (;;) {
    const outcome = await withCancel(title, async (signal, report) => {
      const rows = evaluations.onDidFinishRow(({ run }) => {
        if (run.uri.toString() === uri.toString()) report(run.done, run.total);
      });
      try {
        return await evaluations.run({ uri, reason: 'command', signal, ignoreBudget });
      } finally {
        rows.dispose();
      }
    });
    const why = overBudgetOf(outcome);
    // A save in between runs the newer text: what comes next looks at that.
    if (why === undefined) return outcome.kind !== 'stopped' || outcome.reason === 'superseded';
    ignoreBudget = await confirmOverBudget(deps, why);
    if (!ignoreBudget) return false;
  }
}

function overBudgetOf(outcome: RunOutcome): string | undefined {
  if (outcome.kind === 'over-budget') return outcome.why;
  if (outcome.kind !== 'stopped' || outcome.reason !== 'budget') return undefined;
  const done = outcome.report ? ` after ${plural(outcome.report.rows.length, 'row')}` : '';
  return `the budget was spent${done}; what was answered is kept and not asked again`;
}

/** What running the evals of a published version takes. */
export async function costOfVersion(project: Project, version: Version, served: AsServed): Promise<string> {
  const expected = await estimateVersion(project, version, served);
  return `${plural(expected.rows, 'row')}, ${formatEstimate(expected)}`;
}

/**
 * Evaluates a published version, as a label would serve it.
 * @returns whether it came to an end
 * @throws PromptgateError `no-api-key`, also when one was refused
 */
export async function evaluateVersionWhileWaiting(
  deps: Deps,
  project: Project,
  version: Version,
  served: AsServed,
): Promise<boolean> {
  const { spending } = deps.evaluations;
  let why = spending.overBudget(project, await estimateVersion(project, version, served));
  let ignoreBudget = false;
  for (;;) {
    if (why !== undefined && !(ignoreBudget = await confirmOverBudget(deps, why))) return false;
    why = undefined;
    const budget = new AbortController();
    let dollars = 0;
    const report = await withCancel(`Evaluating ${version.id} ${version.version}`, (signal, progress) =>
      evaluateVersion(project, version, {
        ...served,
        signal: AbortSignal.any([signal, budget.signal]),
        onRow: ({ cost }, done, total) => {
          progress(done, total);
          dollars += cost ?? 0;
          if (ignoreBudget || budget.signal.aborted) return;
          why = spending.exceeded(project, dollars, dollars);
          if (why !== undefined) budget.abort();
        },
      }),
    );
    await spending.pay(dollars);
    const keyError = keyErrorOf(report);
    if (keyError) throw new PromptgateError('no-api-key', keyError.message);
    if (!report.cancelled) return true;
    if (why === undefined) return false;
  }
}

/** Over budget it is the user's to decide. */
export function confirmOverBudget({ dialogs }: Pick<Deps, 'dialogs'>, why: string): Promise<boolean> {
  return dialogs.confirm({
    message: 'Run these evals over budget?',
    detail: `Over budget: ${why}. The budget is evals.budget in promptgate.yml.`,
    action: 'Run Anyway',
  });
}

/** A notification, because the user waits for it and may want to stop it. */
function withCancel<T>(
  title: string,
  work: (signal: AbortSignal, report: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
  return Promise.resolve(
    vscode.window.withProgress(options, async (progress, token) => {
      const controller = new AbortController();
      const cancelling = token.onCancellationRequested(() => controller.abort());
      let shown = 0;
      try {
        return await work(controller.signal, (done, total) => {
          progress.report({ message: `${done}/${total}`, increment: ((done - shown) / total) * 100 });
          shown = done;
        });
      } finally {
        cancelling.dispose();
      }
    }),
  );
}
