import * as vscode from 'vscode';
import { messageOf } from '../errors.ts';
import { commandTable } from './commandTable.ts';
import type { Features } from './features.ts';
import { registerTree } from './treeView.ts';
import { createLog, detailOf } from './log.ts';

/** What the extension gives to in-host tests. */
export interface ExtensionApi {
  /** Loads the features, as the first prompt file, command or look at the view does. */
  start(): Promise<Features>;
  /** What activate() took, for the bench. */
  readonly activationMs: number;
}

/**
 * Waits for somebody to need the extension: it wakes up on every YAML file, and most have nothing to do with it.
 * Until then a few kilobytes are loaded, and nothing of the workspace is read but two names in its root.
 */
export function activate(context: vscode.ExtensionContext): ExtensionApi {
  const began = performance.now();
  const log = createLog();
  const waiting: vscode.Disposable[] = [];
  let started: Promise<Features> | undefined;

  const start = (): Promise<Features> => {
    started ??= import('./features.ts')
      .then(({ startFeatures }) =>
        // The features register the commands themselves.
        startFeatures(context, log, () => vscode.Disposable.from(...waiting).dispose()),
      )
      .catch((error: unknown) => {
        // VS Code shows nothing when an extension fails to start.
        log.error(`could not start: ${detailOf(error)}`);
        void vscode.window.showErrorMessage(`Promptgate could not start: ${messageOf(error)}`);
        throw error;
      });
    return started;
  };
  const startIf = (isNeeded: boolean): void => {
    if (isNeeded) start().catch(() => undefined); // has been reported
  };

  for (const command of Object.keys(commandTable)) {
    const run = async (...args: unknown[]): Promise<unknown> => {
      await start();
      return vscode.commands.executeCommand(command, ...args);
    };
    waiting.push(vscode.commands.registerCommand(command, run));
  }
  waiting.push(vscode.workspace.onDidOpenTextDocument(document => startIf(isPrompt(document))));
  context.subscriptions.push(
    log,
    registerTree(start),
    new vscode.Disposable(() => waiting.forEach(each => each.dispose())),
  );
  startIf(vscode.workspace.textDocuments.some(isPrompt));
  void hasOurFiles().then(startIf);
  return { start, activationMs: performance.now() - began };
}

function isPrompt({ uri }: vscode.TextDocument): boolean {
  return /\.prompt\.ya?ml$/i.test(uri.path);
}

async function hasOurFiles(): Promise<boolean> {
  const roots = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri);
  const places = roots.flatMap(root =>
    ['promptgate.yml', '.promptgate'].map(name => vscode.Uri.joinPath(root, name)),
  );
  const found = await Promise.allSettled(places.map(place => vscode.workspace.fs.stat(place)));
  return found.some(({ status }) => status === 'fulfilled');
}
