import * as vscode from 'vscode';
import { configFileName } from '../project/config.ts';
import { applyInitialize, planInitialize } from '../project/initialize.ts';
import { registerCommand } from './commands.ts';
import type { Deps } from './deps.ts';
import { pickProject } from './subject.ts';

/** Starts a registry in a folder: promptgate.yml, a policy, and what git must know. Nothing that exists is changed. */
export function registerInitialize(deps: Deps): vscode.Disposable {
  return registerCommand(deps, 'promptgate.initializeRegistry', async () => {
    const project = await pickProject(deps, 'Initialize Registry');
    if (!project) return;
    const plan = await planInitialize(project.root);
    const written = plan.files.filter(({ action }) => action !== 'keep');
    const config = vscode.Uri.joinPath(vscode.Uri.file(project.root), configFileName);
    const open = {
      title: `Open ${configFileName}`,
      run: () => vscode.commands.executeCommand('vscode.open', config),
    };
    if (written.length === 0) {
      deps.dialogs.tell('info', `The registry in ${project.root} is there already: nothing was changed.`, [
        open,
      ]);
      return;
    }
    await applyInitialize(plan);
    await deps.workspace.refresh();
    const names = written.map(({ path }) => path).join(', ');
    deps.dialogs.tell('info', `Registry initialized: ${names}. Publish a prompt to fill it.`, [open]);
  });
}
