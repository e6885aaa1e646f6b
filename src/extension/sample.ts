import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { messageOf, PromptgateError, systemCode } from '../errors.ts';
import { registerCommand } from './commands.ts';
import type { Deps } from './deps.ts';

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
    const isBusy = (vscode.workspace.workspaceFolders ?? []).length > 0;
    await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(copy), {
      forceNewWindow: isBusy,
    });
  });
}

/** @returns the new folder: the first free of `promptgate-sample`, `promptgate-sample-2`, … */
export async function copySample(sample: string, parent: string): Promise<string> {
  for (let number = 1; ; number++) {
    const folder = path.join(parent, number === 1 ? 'promptgate-sample' : `promptgate-sample-${number}`);
    try {
      await mkdir(folder);
      await cp(sample, folder, { recursive: true });
      return folder;
    } catch (error) {
      if (systemCode(error) === 'EEXIST' && number < 100) continue;
      throw new PromptgateError(
        'cannot-write',
        `The sample cannot be copied to ${parent}: ${messageOf(error)}`,
        {
          cause: error,
        },
      );
    }
  }
}
