import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import { configFileName } from '../project/config.ts';
import type { Project } from '../project/project.ts';
import { reportFailure } from './commands.ts';
import type { Deps } from './deps.ts';
import { datasetUri } from './rowPlaces.ts';
import { readSetting } from './settings.ts';
import type { OpenPrompt } from './workspace.ts';

/** Milliseconds in which the watcher reports a saved file; what it reports later has other causes. */
const watchedWithin = 10_000;

interface Awaited {
  readonly uri: vscode.Uri;
  readonly root: string;
  readonly timer: NodeJS.Timeout;
}

/**
 * Runs the evals of what a person has just saved: never on auto-save, which would spend money every second.
 * A prompt file runs itself; a dataset or promptgate.yml runs the open prompts whose suite it changed.
 */
export function registerEvalOnSave(deps: Deps): vscode.Disposable {
  const { workspace, evaluations } = deps;
  /** Documents that are being saved by hand: only *will save* knows. */
  const byHand = new Set<string>();
  /** Prompts that read a saved file which the watcher has yet to report, so that nobody reads the old one. */
  const awaited = new Map<string, Awaited>();

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

  const forget = (uri: string): void => {
    clearTimeout(awaited.get(uri)?.timer);
    awaited.delete(uri);
  };

  const evaluateReaders = (file: vscode.Uri): void => {
    for (const { document, project } of promptsThatRead(deps, file)) {
      // Half-typed text is not what was saved: its own save runs it.
      if (document.isDirty) continue;
      const key = document.uri.toString();
      forget(key);
      const timer = setTimeout(() => forget(key), watchedWithin);
      awaited.set(key, { uri: document.uri, root: project.root, timer });
      // On a busy machine the watcher may have been faster than this.
      void evaluate(document.uri);
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
      evaluateReaders(document.uri);
    }),
    workspace.onDidChangeProject(({ root }) => {
      for (const [key, { uri, root: awaitedRoot }] of awaited) {
        if (root !== awaitedRoot) continue;
        forget(key);
        if (workspace.get(uri)?.document.isDirty === false) void evaluate(uri);
      }
    }),
    new vscode.Disposable(() => awaited.forEach(({ timer }) => clearTimeout(timer))),
  );
}

function isWanted(project: Project, uri: vscode.Uri): boolean {
  const setting = readSetting('promptgate.evalOnSave', uri);
  return (setting === 'project' ? project.config.evals.onSave : setting) === 'manual';
}

/** Open prompts whose suite or model a file decides. */
function promptsThatRead({ workspace }: Deps, file: vscode.Uri): readonly OpenPrompt[] {
  return Array.from(workspace.prompts).filter(({ document, project, parsed }) => {
    const config = vscode.Uri.joinPath(vscode.Uri.file(project.root), configFileName);
    const read = [config, ...parsed.prompt.datasets.map(dataset => datasetUri(document.uri, dataset))];
    return read.some(({ path }) => path === file.path);
  });
}
