import * as vscode from 'vscode';
import { PromptgateError, isAbort, messageOf } from '../errors.ts';
import type { CommandId } from './commandTable.ts';
import type { Deps } from './deps.ts';
import type { MessageAction } from './dialogs.ts';
import { detailOf } from './log.ts';

/** What else to offer beside the message of a failure, by its code. */
const nextSteps: Readonly<Record<string, readonly { readonly title: string; readonly command: string }[]>> = {
  'bad-config': [{ title: 'Show Problems', command: 'workbench.actions.view.problems' }],
  untrusted: [{ title: 'Manage Workspace Trust', command: 'workbench.trust.manage' }],
  'has-problems': [{ title: 'Show Problems', command: 'workbench.actions.view.problems' }],
  'not-evaluable': [{ title: 'Show Problems', command: 'workbench.actions.view.problems' }],
  'no-folder': [{ title: 'Open Folder…', command: 'vscode.openFolder' }],
  'no-prompts': [{ title: 'New Prompt', command: 'promptgate.newPrompt' }],
  'no-api-key': [{ title: 'Set API Key…', command: ourCommand('promptgate.setApiKey') }],
  'not-published': [{ title: 'Publish…', command: ourCommand('promptgate.publish') }],
  'not-initialized': [{ title: 'Initialize Registry', command: ourCommand('promptgate.initializeRegistry') }],
};

function ourCommand(id: CommandId): string {
  return id;
}

/** Runs a command of ours by its typed name. */
export function runCommand(id: CommandId, ...args: readonly unknown[]): Thenable<unknown> {
  return vscode.commands.executeCommand(id, ...args);
}

/**
 * Registers a command. A `PromptgateError` becomes its message with next steps, a cancellation is silence,
 * anything else is logged with its stack and called unexpected. The command itself never rejects.
 */
export function registerCommand(
  deps: Pick<Deps, 'log' | 'dialogs'>,
  id: CommandId,
  handler: (...args: readonly unknown[]) => unknown,
): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (...args: unknown[]) => {
    try {
      return await handler(...args);
    } catch (error) {
      reportFailure(deps, id, error);
      return undefined;
    }
  });
}

/** Shows what went wrong to the user, whoever the caller is. */
export function reportFailure(deps: Pick<Deps, 'log' | 'dialogs'>, what: string, error: unknown): void {
  if (error instanceof vscode.CancellationError || isAbort(error)) return;
  const showLog: MessageAction = { title: 'Show Log', run: () => deps.log.show() };
  if (error instanceof PromptgateError) {
    deps.log.error(`${what}: ${error.code}: ${detailOf(error)}`);
    const steps = nextSteps[error.code] ?? [];
    const actions: MessageAction[] = steps.map(({ title, command }) => ({
      title,
      run: () => vscode.commands.executeCommand(command),
    }));
    // Of a file that is in no editor the Problems panel says nothing.
    const { path } = error.data;
    if (typeof path === 'string' && !isOpen(path))
      actions.unshift({
        title: 'Open File',
        run: () => vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path)),
      });
    deps.dialogs.tell('error', error.message, [...actions, showLog]);
    return;
  }
  deps.log.error(`${what}: unexpected: ${detailOf(error)}`);
  deps.dialogs.tell('error', `Promptgate: unexpected failure: ${messageOf(error)}`, [showLog]);
}

function isOpen(path: string): boolean {
  return vscode.workspace.textDocuments.some(({ uri }) => uri.scheme === 'file' && uri.fsPath === path);
}
