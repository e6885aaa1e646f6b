import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import type { Project } from '../project/project.ts';
import { reportFailure } from './commands.ts';
import type { Deps } from './deps.ts';
import { datasetUri } from './rowPlaces.ts';
import { readSetting } from './settings.ts';

/**
 * Runs the evals of what a person has just saved: never on auto-save, which would spend money every second.
 * A prompt file runs itself; a dataset or promptgate.yml runs the open prompts whose suite it changed.
 */
export function registerEvalOnSave(deps: Deps): vscode.Disposable {
  const { workspace, evaluations } = deps;
  /** Documents that are being saved by hand: only *will save* knows. */
  const byHand = new Set<string>();
  /** Projects with a saved file that the watcher has yet to report, so that nobody reads the old one. */
  const awaited = new Set<string>();

  const evaluate = async (uri: vscode.Uri): Promise<void> => {
    try {
      const project = await workspace.projectOf(uri);
      if (!isWanted(project, uri)) return;
      const copy = await workspace.workingCopy(uri);
      if (copy.rows.length === 0 || evaluations.isUpToDate(uri, copy)) return;
      await evaluations.run({ uri, reason: 'save' });
    } catch (error) {
      // The status bar says why a prompt could not be evaluated: saving half a prompt is no failure.
      if (!(error instanceof PromptgateError)) reportFailure(deps, 'eval on save', error);
    }
  };

  const evaluateOpen = (root: string): void => {
    for (const { project, document } of workspace.prompts) {
      if (project.root === root) void evaluate(document.uri);
    }
  };

  return vscode.Disposable.from(
    vscode.workspace.onWillSaveTextDocument(({ document, reason }) => {
      const key = document.uri.toString();
      if (reason === vscode.TextDocumentSaveReason.Manual) byHand.add(key);
      else byHand.delete(key);
    }),
    vscode.workspace.onDidSaveTextDocument(document => {
      if (!byHand.delete(document.uri.toString()) || !vscode.workspace.isTrusted) return;
      if (workspace.get(document.uri)) {
        void evaluate(document.uri);
        return;
      }
      for (const root of rootsThatRead(deps, document.uri)) {
        awaited.add(root);
        // On a busy machine the watcher may have been faster than this.
        evaluateOpen(root);
      }
    }),
    workspace.onDidChangeProject(({ root }) => {
      if (awaited.delete(root)) evaluateOpen(root);
    }),
  );
}

function isWanted(project: Project, uri: vscode.Uri): boolean {
  const setting = readSetting('promptgate.evalOnSave', uri);
  return (setting === 'project' ? project.config.evals.onSave : setting) === 'manual';
}

/** Roots of the open prompts whose suite or model a file decides. */
function rootsThatRead({ workspace }: Deps, file: vscode.Uri): ReadonlySet<string> {
  const roots = new Set<string>();
  for (const { document, project, parsed } of workspace.prompts) {
    const config = vscode.Uri.joinPath(vscode.Uri.file(project.root), 'promptgate.yml');
    const read = [config, ...parsed.prompt.datasets.map(dataset => datasetUri(document.uri, dataset))];
    if (read.some(({ path }) => path === file.path)) roots.add(project.root);
  }
  return roots;
}
