import * as vscode from 'vscode';
import { registerCommand } from './commands.ts';
import type { Deps } from './deps.ts';

/** The folder whose window shows the walkthrough next. */
const expectedIn = 'promptgate.walkthroughIn';
const wasShown = 'promptgate.walkthroughShown';

/** Five steps from the first prompt to a rollback; their texts and pictures are in package.json and media. */
export function registerWalkthrough(deps: Deps): vscode.Disposable {
  void showOnce(deps);
  return registerCommand(deps, 'promptgate.getStarted', () => open(deps, false));
}

/** The next window on this folder shows the walkthrough beside what is open. */
export function expectWalkthrough({ context }: Pick<Deps, 'context'>, folder: string): Thenable<void> {
  return context.globalState.update(expectedIn, folder);
}

/** In the sample that was just opened, and in the first folder with prompts after an install. */
async function showOnce(deps: Deps): Promise<void> {
  const { context } = deps;
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const isExpected = folders.includes(context.globalState.get<string>(expectedIn, ''));
  const isFirst =
    context.extensionMode === vscode.ExtensionMode.Production &&
    folders.length > 0 &&
    !context.globalState.get<boolean>(wasShown, false);
  if (!isExpected && !isFirst) return;
  await context.globalState.update(expectedIn, undefined);
  await context.globalState.update(wasShown, true);
  const isEmpty = vscode.window.tabGroups.all.every(({ tabs }) => tabs.length === 0);
  await open(deps, !isEmpty);
}

function open({ context }: Pick<Deps, 'context'>, beside: boolean): Thenable<unknown> {
  const id = `${context.extension.id}#promptgate.start`;
  return vscode.commands.executeCommand('workbench.action.openWalkthrough', id, beside);
}
