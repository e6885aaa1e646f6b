import * as vscode from 'vscode';
import { copySample } from '../project/copySample.ts';
import { registerCommand } from './commands.ts';
import type { Deps } from './deps.ts';
import { expectWalkthrough } from './walkthrough.ts';

/** Open Sample Workspace: a copy in a folder of the user's, so that the one we ship stays as it is. */
export function registerSample(deps: Deps): vscode.Disposable {
  const { context, dialogs } = deps;
  return registerCommand(deps, 'promptgate.openSample', async () => {
    const parent = await dialogs.pickFolder({
      title: 'Folder for a copy of the sample workspace',
      openLabel: 'Copy Sample Here',
    });
    if (!parent) return;
    const copy = await copySample(context.asAbsolutePath('media/sample'), parent.fsPath);
    await expectWalkthrough(deps, copy);
    const isBusy = (vscode.workspace.workspaceFolders ?? []).length > 0;
    await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(copy), {
      forceNewWindow: isBusy,
    });
  });
}
