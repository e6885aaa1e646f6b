import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { PromptgateError } from '../errors.ts';
import { newPromptPath } from '../project/newPrompt.ts';
import { registerCommand } from './commands.ts';
import type { Deps } from './deps.ts';
import { subjectOf } from './subject.ts';
import { requireVersion, subjectOfVersion } from './versions.ts';

/** Puts a published version into the working copy: not saved, one undo away from what was there. */
export function registerRestore(deps: Deps): vscode.Disposable {
  return registerCommand(deps, 'promptgate.restoreVersion', async argument => {
    const fromDocument = argument instanceof vscode.Uri ? await subjectOfVersion(deps, argument) : undefined;
    const subject = fromDocument ?? (await subjectOf(deps, argument, 'Restore Version'));
    if (!subject) return;
    const { project, id } = subject;
    const ref = subject.version ?? subject.label;
    if (ref === undefined) throw new PromptgateError('no-version', `Choose a version of ${id} to restore.`);
    const { source, version } = await requireVersion(project, id, ref);
    const entry = await deps.workspace.entry(project, id);
    const path = entry?.path ?? newPromptPath(project, id);
    const uri = vscode.Uri.file(path);
    const edit = new vscode.WorkspaceEdit();
    if (entry?.path === undefined) {
      await mkdir(dirname(path), { recursive: true });
      edit.createFile(uri, { ignoreIfExists: false, contents: new TextEncoder().encode(source) });
      if (!(await vscode.workspace.applyEdit(edit))) {
        throw new PromptgateError(
          'cannot-write',
          `${vscode.workspace.asRelativePath(uri)} could not be written: is there another file of that name?`,
        );
      }
      await vscode.window.showTextDocument(uri);
      return;
    }
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document);
    if (document.getText().replaceAll('\r\n', '\n') === source) {
      vscode.window.setStatusBarMessage(`$(check) The working copy of ${id} is ${version} already`, 5000);
      return;
    }
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    if (!(await editor.edit(builder => builder.replace(whole, source)))) {
      throw new PromptgateError('cannot-write', `The text of ${id} could not be replaced. Try it again.`);
    }
    vscode.window.setStatusBarMessage(`$(discard) Restored ${version}: save it, or undo`, 8000);
  });
}
