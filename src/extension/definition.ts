import * as vscode from 'vscode';
import { reservedRowKeys } from '../prompt/prompt.ts';
import { variableAt, variableFacts, type VariableFacts } from '../prompt/variableUses.ts';
import { toOffset, toRange } from './convert.ts';
import type { Deps } from './deps.ts';
import { promptSelector, type OpenPrompt } from './workspace.ts';

/** From a variable's use to where it is declared, to all its uses, and to another name for it. */
export function registerDefinition({ workspace }: Deps): vscode.Disposable {
  const factsAt = (
    document: vscode.TextDocument,
    position: vscode.Position,
  ): { open: OpenPrompt; facts: VariableFacts; range: vscode.Range } | undefined => {
    const open = workspace.get(document.uri);
    const found = open && variableAt(open.parsed, toOffset(document, position));
    if (!open || !found) return undefined;
    return { open, facts: variableFacts(open.parsed, found.name), range: toRange(document, found) };
  };
  const everywhere = ({ declaration, uses, rows }: VariableFacts) => [
    ...(declaration ? [declaration] : []),
    ...uses,
    ...rows,
  ];

  return vscode.Disposable.from(
    vscode.languages.registerDefinitionProvider(promptSelector, {
      provideDefinition(document, position) {
        const found = factsAt(document, position);
        if (!found) return undefined;
        // Where nothing is declared, the rows are the nearest thing to a declaration.
        const { declaration, rows } = found.facts;
        const targets = declaration ? [declaration] : rows;
        return targets.map(target => new vscode.Location(document.uri, toRange(document, target)));
      },
    }),
    vscode.languages.registerReferenceProvider(promptSelector, {
      provideReferences(document, position) {
        const found = factsAt(document, position);
        return (
          found &&
          everywhere(found.facts).map(span => new vscode.Location(document.uri, toRange(document, span)))
        );
      },
    }),
    vscode.languages.registerDocumentHighlightProvider(promptSelector, {
      provideDocumentHighlights(document, position) {
        const found = factsAt(document, position);
        return (
          found && everywhere(found.facts).map(span => new vscode.DocumentHighlight(toRange(document, span)))
        );
      },
    }),
    vscode.languages.registerRenameProvider(promptSelector, {
      prepareRename(document, position) {
        const found = factsAt(document, position);
        if (!found) throw new Error('Only variables of a prompt can be renamed.');
        return found.range;
      },
      provideRenameEdits(document, position, newName) {
        const found = factsAt(document, position);
        if (!found) return undefined;
        if (!/^[A-Za-z_][\w-]*$/.test(newName)) {
          throw new Error(`"${newName}" cannot be a variable: a letter first, then letters, digits, _ or -.`);
        }
        const { parsed } = found.open;
        const { declaration, uses, rows } = variableFacts(parsed, newName);
        if (declaration || uses.length > 0) {
          throw new Error(`This prompt has a variable "${newName}" already.`);
        }
        if (rows.length > 0 || reservedRowKeys.some(key => key === newName)) {
          throw new Error(`Rows say something else under "${newName}".`);
        }
        const edit = new vscode.WorkspaceEdit();
        for (const span of everywhere(found.facts))
          edit.replace(document.uri, toRange(document, span), newName);
        return edit;
      },
    }),
  );
}
