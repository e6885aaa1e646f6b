import type * as vscode from 'vscode';
import { registerAnswers } from './answers.ts';
import { registerApiKeys } from './apiKeys.ts';
import { registerCodeActions } from './codeActions.ts';
import { registerCodeLens } from './codeLens.ts';
import { registerCommand } from './commands.ts';
import { registerCompare } from './compare.ts';
import { registerCompletion } from './completion.ts';
import { registerDefinition } from './definition.ts';
import type { Deps } from './deps.ts';
import { registerDiagnostics } from './diagnostics.ts';
import { registerProblemDocs } from './problemDocs.ts';
import { createDialogs } from './dialogs.ts';
import { Evaluations } from './evaluations.ts';
import { Gutter } from './gutter.ts';
import { registerHistory } from './history.ts';
import { registerHover } from './hover.ts';
import { registerInitialize } from './initialize.ts';
import { registerNewPrompt } from './newPrompt.ts';
import { Problems } from './problems.ts';
import { Projects } from './projects.ts';
import { registerPromote } from './promote.ts';
import { registerPublish } from './publish.ts';
import { registerRemoveLabel } from './removeLabel.ts';
import { registerRestore } from './restore.ts';
import { registerResults } from './results.ts';
import { registerRollBack } from './rollBack.ts';
import { registerRunEvals } from './runEvals.ts';
import { registerSample } from './sample.ts';
import { registerEvalOnSave } from './save.ts';
import { registerSemanticTokens } from './semanticTokens.ts';
import { Standings } from './standings.ts';
import { registerStatusBar } from './statusBar.ts';
import { registerTesting, type Testing } from './testing.ts';
import { PromptTree } from './tree.ts';
import { registerVersions } from './versions.ts';
import { registerWalkthrough } from './walkthrough.ts';
import { PromptWorkspace } from './workspace.ts';
import type { Log } from './log.ts';

/** The running extension, as in-host tests see it. */
export interface Features extends Deps {
  readonly tree: PromptTree;
  readonly gutter: Gutter;
  readonly testing: Testing;
}

/**
 * Builds what features are made of, then the features, one line each.
 * @param letGo of the names of the commands, called once everything they need is there
 */
export function startFeatures(context: vscode.ExtensionContext, log: Log, letGo: () => void): Features {
  const dialogs = createDialogs();
  const projects = new Projects(context, log, dialogs);
  const workspace = new PromptWorkspace(projects, log);
  const problems = new Problems();
  const standings = new Standings(workspace, log);
  const evaluations = new Evaluations(workspace, context.workspaceState, log);
  const deps: Deps = { context, log, dialogs, workspace, problems, standings, evaluations };
  const tree = new PromptTree(deps);
  const gutter = new Gutter(deps);
  const testing = registerTesting(deps);
  letGo();
  context.subscriptions.push(
    projects,
    workspace,
    problems,
    standings,
    evaluations,
    // A run that ends may open or shut the gate.
    evaluations.onDidFinishRun(({ run }) => standings.update(run.project, run.copy.id)),
    tree,
    gutter,
    registerCommand(deps, 'promptgate.showLog', () => log.show()),
    registerCommand(deps, 'promptgate.refresh', () => workspace.refresh()),
    registerDiagnostics(deps),
    registerProblemDocs(deps),
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
    registerWalkthrough(deps),
    registerEvalOnSave(deps),
    registerResults(deps),
    registerAnswers(deps),
    testing,
    registerStatusBar(deps),
    registerRunEvals(deps),
    registerPublish(deps),
    registerPromote(deps),
    registerRollBack(deps),
    registerRemoveLabel(deps),
    registerApiKeys(deps),
    registerSample(deps),
  );
  return { ...deps, tree, gutter, testing };
}
