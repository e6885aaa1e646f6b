import * as vscode from 'vscode';
import { lintText } from '../project/workingCopy.ts';
import { toDiagnostic, toRange } from './convert.ts';
import type { Deps } from './deps.ts';
import type { OpenPrompt } from './workspace.ts';

/** Shows lint problems of every open prompt in the Problems panel. */
export function registerDiagnostics({ workspace }: Deps): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('promptgate');

  const refresh = (open: OpenPrompt): void => {
    const { document, project, path, parsed } = open;
    const problems = lintText(project, path, parsed, workspace.sameId(open));
    collection.set(
      document.uri,
      problems.map(problem => toDiagnostic(problem, document.uri, span => toRange(document, span))),
    );
  };

  for (const open of workspace.prompts) refresh(open);
  return vscode.Disposable.from(
    collection,
    workspace.onDidChangePrompt(refresh),
    workspace.onDidClosePrompt(uri => collection.delete(uri)),
  );
}
