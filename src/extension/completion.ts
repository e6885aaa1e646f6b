import * as vscode from 'vscode';
import { openSections, tagAt, type TagAtCaret } from '../prompt/tagAt.ts';
import { variableFacts } from '../prompt/variableUses.ts';
import { inferContract } from '../prompt/contract.ts';
import { toOffset, toRange } from './convert.ts';
import type { Deps } from './deps.ts';
import { describeVariable, typeOf } from './hover.ts';
import { promptSelector, type OpenPrompt } from './workspace.ts';

/** What a judge's prompt may name beside the row's values. */
const judgeNames = { completion: 'What the model answered', expected: "The row's `expected`" };

/** Names of variables after `{{`. */
export function registerCompletion({ workspace }: Deps): vscode.Disposable {
  return vscode.languages.registerCompletionItemProvider(
    promptSelector,
    {
      provideCompletionItems(document, position) {
        const open = workspace.get(document.uri);
        if (!open) return undefined;
        const { text } = open.parsed;
        const caret = toOffset(document, position);
        const tag = tagAt(text, caret);
        return tag && complete(open, tag, caret);
      },
    },
    '{',
    '#',
    '^',
    '/',
  );
}

function complete(open: OpenPrompt, tag: TagAtCaret, caret: number): vscode.CompletionItem[] {
  const { parsed, document } = open;
  if (tag.sigil === '/') {
    const from = document.offsetAt(
      document.lineAt(Math.max(0, document.positionAt(caret).line - 200)).range.start,
    );
    return openSections(parsed.text, from, tag.start - 3)
      .toReversed()
      .map((name, index) => item(open, tag, name, { detail: 'close the section', sort: index }));
  }
  const contract = inferContract(parsed);
  // In a file that declares nothing, the rows say which names there are.
  const inRows = parsed.rows.flatMap(row => Object.keys(row.data)).filter(isOwnName);
  const typed = parsed.text.slice(tag.start, tag.end);
  const isHalfTyped = (name: string): boolean =>
    name === typed &&
    !Object.hasOwn(parsed.prompt.variables, name) &&
    variableFacts(parsed, name).uses.length <= 1;
  const names = [...new Set([...Object.keys(contract), ...inRows])].filter(name => !isHalfTyped(name));
  const items = names.map((name, index) => {
    const facts = variableFacts(parsed, name);
    return item(open, tag, name, {
      detail: typeOf(facts),
      documentation: describeVariable(facts),
      sort: index,
    });
  });
  if (tag.section !== 'evaluators') return items;
  const judge = Object.entries(judgeNames).filter(([name]) => !names.includes(name));
  return [
    ...items,
    ...judge.map(([name, what], index) =>
      item(open, tag, name, { detail: what, sort: names.length + index }),
    ),
  ];
}

interface ItemText {
  readonly detail: string;
  readonly documentation?: vscode.MarkdownString;
  readonly sort: number;
}

function item(
  { document }: OpenPrompt,
  tag: TagAtCaret,
  name: string,
  { detail, documentation, sort }: ItemText,
): vscode.CompletionItem {
  const label = { label: name, description: detail };
  const completion = new vscode.CompletionItem(label, vscode.CompletionItemKind.Variable);
  completion.documentation = documentation;
  completion.range = toRange(document, tag);
  completion.insertText = name + '}}'.slice(tag.closing.length);
  completion.sortText = String(sort).padStart(4, '0');
  return completion;
}

const reserved = new Set(['id', 'expected', 'tags', 'evaluators', 'metadata']);

function isOwnName(name: string): boolean {
  return !reserved.has(name);
}
