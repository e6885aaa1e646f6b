import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import { configFileName } from '../project/config.ts';
import { applyInitialize, planInitialize } from '../project/initialize.ts';
import { registerCommand } from './commands.ts';
import type { Deps } from './deps.ts';

/** Starts a registry in a folder: promptgate.yml, a policy, and what git must know. Nothing that exists is changed. */
export function registerInitialize(deps: Deps): vscode.Disposable {
  const { dialogs, workspace } = deps;
  return registerCommand(deps, 'promptgate.initializeRegistry', async () => {
    const root = await pickRoot(deps);
    if (root === undefined) return;
    const plan = await planInitialize(root);
    const written = plan.files.filter(({ action }) => action !== 'keep');
    const config = vscode.Uri.joinPath(vscode.Uri.file(root), configFileName);
    const open = {
      title: `Open ${configFileName}`,
      run: () => vscode.commands.executeCommand('vscode.open', config),
    };
    if (written.length === 0) {
      dialogs.tell('info', `The registry in ${root} is there already: nothing was changed.`, [open]);
      return;
    }
    await applyInitialize(plan);
    await workspace.refresh();
    const names = written.map(({ path }) => path).join(', ');
    dialogs.tell('info', `Registry initialized: ${names}. Publish a prompt to fill it.`, [open]);
  });
}

/** Where the window's folder has its registry, else the folder itself: a repository around it is not asked for. */
async function pickRoot({ dialogs, workspace }: Deps): Promise<string | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  if (folders.length === 0) {
    throw new PromptgateError('no-folder', 'Open a folder first: a registry lives beside the prompts.');
  }
  const items = folders.map(({ name, uri }) => ({ label: name, description: uri.fsPath, uri }));
  const chosen =
    items.length === 1
      ? items[0]
      : await dialogs.pick(items, { title: 'Initialize Registry', placeHolder: 'Folder' });
  if (!chosen) return undefined;
  const project = await workspace.projectOf(chosen.uri);
  const hasConfig = await vscode.workspace.fs
    .stat(vscode.Uri.joinPath(vscode.Uri.file(project.root), configFileName))
    .then(
      () => true,
      () => false,
    );
  return hasConfig || (await project.isInitialized()) ? project.root : chosen.uri.fsPath;
}
