import * as vscode from 'vscode';
import { ignoreComment } from '../prompt/ignoreComment.ts';
import { isProblemCode } from '../prompt/problem.ts';
import { lintText } from '../project/workingCopy.ts';
import { toRange, toTextEdit } from './convert.ts';
import type { Deps } from './deps.ts';
import { promptSelector } from './workspace.ts';

/** Quick fixes: what a machine knows to be right first, then the comment that silences the problem here. */
export function registerCodeActions({ workspace }: Deps): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    promptSelector,
    {
      provideCodeActions(document, _range, context) {
        const ours = context.diagnostics.filter(({ source }) => source === 'promptgate');
        const open = ours.length > 0 ? workspace.get(document.uri) : undefined;
        if (!open) return [];
        const problems = lintText(open.project, open.path, open.parsed, workspace.sameId(open));
        return ours.flatMap(diagnostic => {
          const code = codeOf(diagnostic);
          const problem = problems.find(
            candidate => candidate.code === code && toRange(document, candidate).isEqual(diagnostic.range),
          );
          const fixes = (problem?.fixes ?? []).map((fix, index) => {
            const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
            action.edit = new vscode.WorkspaceEdit();
            action.edit.set(
              document.uri,
              fix.edits.map(edit => toTextEdit(document, edit)),
            );
            action.diagnostics = [diagnostic];
            action.isPreferred = index === 0;
            return action;
          });
          const ignore =
            isProblemCode(code) && problem ? ignoreComment(open.parsed, code, problem.start) : undefined;
          if (!ignore) return fixes;
          const action = new vscode.CodeAction(ignore.title, vscode.CodeActionKind.QuickFix);
          action.edit = new vscode.WorkspaceEdit();
          action.edit.set(
            document.uri,
            ignore.edits.map(edit => toTextEdit(document, edit)),
          );
          action.diagnostics = [diagnostic];
          return [...fixes, action];
        });
      },
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}

function codeOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}
