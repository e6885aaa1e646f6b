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
import { registerCodeLens } from './codeLens.ts';
import { registerCompare } from './compare.ts';
import { registerGutter } from './gutter.ts';
import { registerHistory } from './history.ts';
import { registerInitialize } from './initialize.ts';
import { registerNewPrompt } from './newPrompt.ts';
import { registerRestore } from './restore.ts';
import { registerSemanticTokens } from './semanticTokens.ts';
import { Standings } from './standings.ts';
import { PromptTree, registerTree } from './tree.ts';
import { registerVersions } from './versions.ts';
import { registerWalkthrough } from './walkthrough.ts';
import { createLog, detailOf } from './log.ts';
import { registerEvalOnSave } from './save.ts';
import { registerResults } from './results.ts';
import { registerTesting } from './testing.ts';
import { registerStatusBar } from './statusBar.ts';
import { registerRunEvals } from './runEvals.ts';
import { registerPublish } from './publish.ts';
import { registerPromote } from './promote.ts';
import { registerRollBack } from './rollBack.ts';
import { registerRemoveLabel } from './removeLabel.ts';
import { registerApiKeys } from './apiKeys.ts';
import { registerSample } from './sample.ts';
import { Projects } from './projects.ts';
import { PromptWorkspace } from './workspace.ts';

/** What the extension shows to in-host tests. */
export interface ExtensionApi extends Deps {
  readonly tree: PromptTree;
}

/** Wires the features. Nothing is read or opened here: on most YAML files of the world there is nothing to do. */
export function activate(context: vscode.ExtensionContext): ExtensionApi | undefined {
  const log = createLog();
  context.subscriptions.push(log);
  try {
    const dialogs = createDialogs();
    const projects = new Projects(context, log, dialogs);
    const workspace = new PromptWorkspace(projects, log);
    const standings = new Standings(workspace, log);
    const evaluations = new Evaluations(workspace, context.workspaceState, log);
    const deps: Deps = { context, log, dialogs, workspace, standings, evaluations };
    const tree = new PromptTree(deps);
    context.subscriptions.push(
      projects,
      workspace,
      standings,
      evaluations,
      tree,
      registerCommand(deps, 'promptgate.showLog', () => log.show()),
      registerCommand(deps, 'promptgate.refresh', () => workspace.refresh()),
      registerDiagnostics(deps),
      registerCodeActions(deps),
      registerCompletion(deps),
      registerHover(deps),
      registerDefinition(deps),
      registerSemanticTokens(deps),
      registerVersions(deps),
      registerCompare(deps),
      registerRestore(deps),
      registerHistory(deps),
      registerNewPrompt(deps),
      registerInitialize(deps),
      registerCodeLens(deps),
      registerGutter(deps),
      registerTree(tree),
      registerWalkthrough(deps),
      registerEvalOnSave(deps),
      registerResults(deps),
      registerTesting(deps),
      registerStatusBar(deps),
      registerRunEvals(deps),
      registerPublish(deps),
      registerPromote(deps),
      registerRollBack(deps),
      registerRemoveLabel(deps),
      registerApiKeys(deps),
      registerSample(deps),
    );
    return { ...deps, tree };
  } catch (error) {
    // VS Code shows nothing when an extension fails to start.
    log.error(`activation failed: ${detailOf(error)}`);
    void vscode.window.showErrorMessage(`Promptgate could not start: ${messageOf(error)}`);
    return undefined;
  }
}
