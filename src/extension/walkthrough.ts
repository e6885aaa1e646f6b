import * as vscode from 'vscode';
import { registerCommand } from './commands.ts';
import type { Deps } from './deps.ts';

/** Five steps from the first prompt to a rollback; their texts and pictures are in package.json and media. */
export function registerWalkthrough(deps: Deps): vscode.Disposable {
  return registerCommand(deps, 'promptgate.getStarted', () =>
    vscode.commands.executeCommand(
      'workbench.action.openWalkthrough',
      `${deps.context.extension.id}#promptgate.start`,
      false,
    ),
  );
}
