import * as vscode from 'vscode';
import { currentRows, sameDigests } from '../evals/latest.ts';
import { failureText, erroredText, formatMoney, reportSummary } from '../evals/summary.ts';
import { registerCommand } from './commands.ts';
import { setContext } from './contextKeys.ts';
import type { Deps } from './deps.ts';
import type { EvalRun } from './evalRun.ts';
import type { Evaluations } from './evaluations.ts';
import { runAsked } from './runEvals.ts';

interface StatusText {
  readonly text: string;
  readonly warning?: boolean;
}

/** How the evals of the active prompt stand, at the right of the status bar; progress of every run in the window. */
export function registerStatusBar(deps: Deps): vscode.Disposable {
  const { workspace, evaluations } = deps;
  const item = vscode.window.createStatusBarItem('promptgate.evals', vscode.StatusBarAlignment.Right, 90);
  item.name = 'Promptgate Evals';
  item.command = 'promptgate.showResults';

  let wasRunning = false;
  const subject = (): vscode.Uri | undefined => {
    const active = vscode.window.activeTextEditor?.document.uri;
    if (active && workspace.get(active)) return active;
    // Elsewhere only what is going on right now.
    for (const run of evaluations.runs) return run.uri;
    return undefined;
  };

  let timer: NodeJS.Timeout | undefined;
  /** Rows come in faster than anybody reads. */
  const refresh = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      draw();
    }, 60);
  };

  const draw = (): void => {
    const running = [...evaluations.runs].length > 0;
    if (running !== wasRunning) setContext('promptgate.evalsRunning', (wasRunning = running));
    const uri = subject();
    const status = uri && statusOf(evaluations, uri);
    if (!uri || !status) return item.hide();
    item.text = status.text;
    item.backgroundColor = status.warning
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    item.tooltip = tooltipOf(deps, uri);
    item.accessibilityInformation = {
      label: `Promptgate evals: ${status.text.replace(/\$\([^)]*\) ?/g, '')}`,
      role: 'button',
    };
    item.show();
  };

  const showProgress = (run: EvalRun): void => {
    const title = `Evaluating ${run.copy.id}`;
    void vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, async () => {
      await run.outcome?.then(nothing, nothing);
    });
    refresh();
  };

  refresh();
  return vscode.Disposable.from(
    item,
    new vscode.Disposable(() => clearTimeout(timer)),
    vscode.window.onDidChangeActiveTextEditor(refresh),
    workspace.onDidChangePrompt(refresh),
    evaluations.onDidStartRun(run => queueMicrotask(() => showProgress(run))),
    evaluations.onDidChangeResults(refresh),
    evaluations.onDidFinishRun(refresh),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh),
    registerCommand(deps, 'promptgate.showResults', () => showResults(deps, subject())),
    registerCommand(deps, 'promptgate.cancelEvals', () => evaluations.cancel()),
  );
}

/** Whoever asked for the run hears of its failure. */
function nothing(): void {}

function statusOf(evaluations: Evaluations, uri: vscode.Uri): StatusText | undefined {
  if (!vscode.workspace.isTrusted) return { text: '$(shield) evals off' };
  const run = evaluations.running(uri);
  if (run) return { text: `$(beaker) ${run.done}/${run.total} …` };
  const status = evaluations.status(uri);
  if (status?.kind === 'over-budget') return { text: '$(beaker) not run: over budget', warning: true };
  if (status?.kind === 'cancelled') return { text: `$(beaker) ${status.why}` };
  if (status) return { text: `$(beaker) not run: ${short(status.why)}` };
  const results = evaluations.results(uri);
  if (!results || results.rows.size === 0) return undefined;
  const current = currentRows(results.rows, results.now);
  if (current.length === 0) {
    const before = [...results.rows.values()].filter(({ result }) => result.verdict === 'passed').length;
    return { text: `$(beaker) ${before}/${results.rows.size} · outdated` };
  }
  const { report } = results;
  if (!report || report.partial || !sameDigests(report.digests, results.now)) {
    const passed = current.filter(({ verdict }) => verdict === 'passed').length;
    return { text: `$(beaker) ${passed}/${current.length}` };
  }
  return { text: `$(beaker) ${reportSummary(report)}` };
}

function tooltipOf({ evaluations }: Deps, uri: vscode.Uri): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.isTrusted = {
    enabledCommands: ['promptgate.runEvals', 'promptgate.cancelEvals', 'promptgate.retryErrored'],
  };
  if (!vscode.workspace.isTrusted) {
    return text.appendMarkdown(
      'Evals call model endpoints that this folder names: they need a trusted workspace.',
    );
  }
  const status = evaluations.status(uri);
  if (status?.kind === 'cancelled') text.appendMarkdown('The run was cancelled\n\n');
  else if (status) text.appendMarkdown('Not run: ').appendText(status.why).appendMarkdown('\n\n');
  const results = evaluations.results(uri);
  const current = results ? currentRows(results.rows, results.now) : [];
  const bad = current.filter(({ verdict }) => verdict === 'failed' || verdict === 'errored');
  for (const row of bad.slice(0, 8)) {
    const failed = row.evaluators.find(({ verdict }) => verdict === 'failed');
    const line = row.verdict === 'failed' && failed ? failureText(row, failed) : erroredText(row);
    text
      .appendMarkdown(row.verdict === 'failed' ? '$(error) ' : '$(warning) ')
      .appendText(line)
      .appendMarkdown('\n\n');
  }
  if (bad.length > 8) text.appendMarkdown(`… and ${bad.length - 8} more\n\n`);
  const { session, today } = evaluations.spending;
  if (today > 0) {
    text.appendMarkdown(`Spent: ${formatMoney(session)} in this window, ${formatMoney(today)} today\n\n`);
  }
  const links = evaluations.running(uri)
    ? ['[Cancel](command:promptgate.cancelEvals)']
    : ['[Run Evals](command:promptgate.runEvals)'];
  if (bad.some(({ verdict }) => verdict === 'errored')) {
    const prompt = encodeURIComponent(JSON.stringify([uri.toString()]));
    links.push(`[Retry Errored Rows](command:promptgate.retryErrored?${prompt})`);
  }
  return text.appendMarkdown(links.join(' · '));
}

async function showResults(deps: Deps, uri: vscode.Uri | undefined): Promise<void> {
  const { evaluations } = deps;
  if (!vscode.workspace.isTrusted) {
    await vscode.commands.executeCommand('workbench.trust.manage');
    return;
  }
  if (uri && evaluations.status(uri)?.kind === 'over-budget') {
    await runAsked(deps, uri);
    return;
  }
  const results = uri && evaluations.results(uri);
  const bad = results && currentRows(results.rows, results.now).some(({ verdict }) => verdict !== 'passed');
  await vscode.commands.executeCommand(
    bad ? 'workbench.actions.view.problems' : 'workbench.panel.testResults.view.focus',
  );
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
