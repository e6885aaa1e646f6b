import * as vscode from 'vscode';
import { lintText } from '../project/workingCopy.ts';
import { parsePrompt, type ParsedPrompt } from '../prompt/parse.ts';
import type { Span } from '../prompt/problem.ts';
import { walkTemplate } from '../prompt/template.ts';
import { toRange } from './convert.ts';
import type { Deps } from './deps.ts';
import { isPromptDocument } from './promptDocuments.ts';
import { promptSelector, type OpenPrompt } from './workspace.ts';

const legend = new vscode.SemanticTokensLegend(['undefinedVariable', 'promptTag'], []);

/** Colours only what the grammar cannot know: variables that nobody declares, tags after changed delimiters. */
export function registerSemanticTokens({ workspace }: Deps): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  return vscode.Disposable.from(
    changed,
    workspace.onDidChangePrompt(() => changed.fire()),
    vscode.languages.registerDocumentSemanticTokensProvider(
      promptSelector,
      {
        onDidChangeSemanticTokens: changed.event,
        provideDocumentSemanticTokens(document) {
          const open = workspace.get(document.uri);
          // No answer leaves the tokens of a YAML extension in place.
          if (!open && !isPromptDocument(document)) return undefined;
          const parsed = open?.parsed ?? parsePrompt(document.getText());
          const builder = new vscode.SemanticTokensBuilder(legend);
          for (const { type, ...span } of [...undefinedNames(open), ...movedTags(parsed)].sort(byPlace)) {
            const range = toRange(document, span);
            // A token is on one line; a folded name is not worth more.
            if (range.isSingleLine && !range.isEmpty) builder.push(range, type);
          }
          return builder.build();
        },
      },
      legend,
    ),
  );
}

type Token = Span & { readonly type: 'undefinedVariable' | 'promptTag' };

/** The linter knows scopes; its word holds here as well. Old versions have no contract to break. */
function undefinedNames(open: OpenPrompt | undefined): readonly Token[] {
  if (!open) return [];
  return lintText(open.project, open.path, open.parsed)
    .filter(({ code }) => code === 'undefined-variable')
    .map(({ start, end }) => ({ start, end, type: 'undefinedVariable' }));
}

/** Tags in other delimiters than the braces that the grammar looks for. */
function* movedTags(parsed: ParsedPrompt): Iterable<Token> {
  for (const placed of parsed.templates) {
    const { source, nodes } = placed.template;
    for (const { node } of walkTemplate(nodes)) {
      if (node.kind !== 'variable' || source.startsWith('{{', node.start)) continue;
      yield { ...placed.toFile(node.nameSpan), type: 'promptTag' };
    }
  }
}

function byPlace(a: Span, b: Span): number {
  return a.start - b.start;
}
