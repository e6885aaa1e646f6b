import * as vscode from 'vscode';
import { isProblemCode } from '../prompt/problem.ts';
import { registerCommand } from './commands.ts';
import type { Deps } from './deps.ts';

/** What the code of a problem links to: its section of the documentation, which is on this machine. */
export function docsOf(code: string): vscode.Uri {
  return vscode.Uri.parse(`command:promptgate.explainProblem?${encodeURIComponent(JSON.stringify([code]))}`);
}

/** Opens the section of a problem code as a rendered page. */
export function registerProblemDocs(deps: Deps): vscode.Disposable {
  return registerCommand(deps, 'promptgate.explainProblem', async code => {
    // The link may be anybody's: only codes that there are go into the address.
    const fragment = typeof code === 'string' && isProblemCode(code) ? code : '';
    const page = vscode.Uri.joinPath(deps.context.extensionUri, 'media', 'docs', 'problems.md');
    await vscode.commands.executeCommand('markdown.showPreview', page.with({ fragment }));
  });
}
