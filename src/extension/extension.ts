import * as vscode from 'vscode';
import { messageOf } from '../errors.ts';
import { registerCommand } from './commands.ts';
import type { Deps } from './deps.ts';
import { createDialogs } from './dialogs.ts';
import { registerCodeActions } from './codeActions.ts';
import { registerCompletion } from './completion.ts';
import { registerDefinition } from './definition.ts';
import { registerHover } from './hover.ts';
import { registerDiagnostics } from './diagnostics.ts';
import { Evaluations } from './evaluations.ts';
import { createLog, detailOf } from './log.ts';
import { registerEvalOnSave } from './save.ts';
import { registerResults } from './results.ts';
import { registerTesting } from './testing.ts';
import { registerStatusBar } from './statusBar.ts';
import { registerRunEvals } from './runEvals.ts';
import { Projects } from './projects.ts';
import { PromptWorkspace } from './workspace.ts';

/** What the extension shows to in-host tests. */
export type ExtensionApi = Deps;

/** Wires the features. Nothing is read or opened here: on most YAML files of the world there is nothing to do. */
export function activate(context: vscode.ExtensionContext): ExtensionApi | undefined {
  const log = createLog();
  context.subscriptions.push(log);
  try {
    const dialogs = createDialogs();
    const projects = new Projects(context, log, dialogs);
    const workspace = new PromptWorkspace(projects, log);
    const evaluations = new Evaluations(workspace, context.workspaceState, log);
    const deps: Deps = { context, log, dialogs, workspace, evaluations };
    context.subscriptions.push(
      projects,
      workspace,
      evaluations,
      registerCommand(deps, 'promptgate.showLog', () => log.show()),
      registerCommand(deps, 'promptgate.refresh', () => workspace.refresh()),
      registerDiagnostics(deps),
      registerCodeActions(deps),
      registerCompletion(deps),
      registerHover(deps),
      registerDefinition(deps),
      registerEvalOnSave(deps),
      registerResults(deps),
      registerTesting(deps),
      registerStatusBar(deps),
      registerRunEvals(deps),
    );
    return deps;
  } catch (error) {
    // VS Code shows nothing when an extension fails to start.
    log.error(`activation failed: ${detailOf(error)}`);
    void vscode.window.showErrorMessage(`Promptgate could not start: ${messageOf(error)}`);
    return undefined;
  }
}
