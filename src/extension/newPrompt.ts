import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { PromptgateError, messageOf, systemCode } from '../errors.ts';
import { isPromptId } from '../prompt/id.ts';
import { newPromptPath, newPromptText, servicePrefix } from '../project/newPrompt.ts';
import type { Project } from '../project/project.ts';
import { registerCommand } from './commands.ts';
import type { Deps } from './deps.ts';
import { pickProject } from './subject.ts';

/** Asks for an id, writes a small whole prompt and opens it. */
export function registerNewPrompt(deps: Deps): vscode.Disposable {
  return registerCommand(deps, 'promptgate.newPrompt', async argument => {
    const folder = argument instanceof vscode.Uri ? argument : undefined;
    const project = folder ? await deps.workspace.projectOf(folder) : await pickProject(deps, 'New Prompt');
    if (!project) return;
    const taken = new Set((await deps.workspace.entries(project)).map(({ id }) => id));
    const prefix = folder ? servicePrefix(project, folder.fsPath) : '';
    const id = await deps.dialogs.input({
      title: 'New Prompt',
      prompt: 'Its id: the service that owns it, and a name.',
      placeHolder: 'support/refund',
      ignoreFocusOut: true,
      value: prefix,
      valueSelection: [prefix.length, prefix.length],
      validateInput: text => idProblem(text.trim(), taken),
    });
    if (id === undefined) return;
    const problem = idProblem(id.trim(), taken);
    if (problem) throw new PromptgateError('bad-id', problem);
    const uri = vscode.Uri.file(await writePrompt(project, id.trim()));
    await vscode.window.showTextDocument(uri);
  });
}

function idProblem(id: string, taken: ReadonlySet<string>): string | undefined {
  if (!isPromptId(id)) {
    return 'An id is service/name, in lower-case letters, digits, - and _: support/refund';
  }
  return taken.has(id) ? `There is a prompt ${id} already.` : undefined;
}

async function writePrompt(project: Project, id: string): Promise<string> {
  const path = newPromptPath(project, id);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, newPromptText(project, id), { flag: 'wx' });
    return path;
  } catch (error) {
    const why = systemCode(error) === 'EEXIST' ? 'there is such a file already' : messageOf(error);
    throw new PromptgateError('cannot-write', `Cannot create ${path}: ${why}.`, { cause: error });
  }
}
