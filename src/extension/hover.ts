import * as vscode from 'vscode';
import { variableAt, variableFacts, type VariableFacts } from '../prompt/variableUses.ts';
import { parsePrompt } from '../prompt/parse.ts';
import { toOffset, toRange } from './convert.ts';
import type { Deps } from './deps.ts';
import { escapeMarkdown } from './markdown.ts';
import { isPromptDocument } from './promptDocuments.ts';
import { promptSelector } from './workspace.ts';

/** What a variable is, where it is used and which rows give it. Works in diffs and old versions as well. */
export function registerHover({ workspace }: Deps): vscode.Disposable {
  return vscode.languages.registerHoverProvider(promptSelector, {
    provideHover(document, position) {
      const open = workspace.get(document.uri);
      if (!open && !isPromptDocument(document)) return undefined;
      const parsed = open?.parsed ?? parsePrompt(document.getText());
      const found = variableAt(parsed, toOffset(document, position));
      if (!found) return undefined;
      const facts = variableFacts(parsed, found.name);
      return new vscode.Hover(describeVariable(facts), toRange(document, found));
    },
  });
}

/** `string, required`, `string, default "warm"`. */
export function typeOf({ variable, isDeclared }: VariableFacts): string {
  if (!variable) return 'not declared';
  const items = variable.type === 'array' && variable.items ? ` of ${variable.items}` : '';
  const need =
    variable.default !== undefined
      ? `default ${JSON.stringify(variable.default)}`
      : variable.required
        ? 'required'
        : 'optional';
  return `${variable.type}${items}, ${need}${isDeclared ? '' : ', inferred'}`;
}

export function describeVariable(facts: VariableFacts): vscode.MarkdownString {
  const { name, variable, uses, rows, rowCount } = facts;
  const text = new vscode.MarkdownString();
  text.appendMarkdown(`**${escapeMarkdown(name)}** · ${escapeMarkdown(typeOf(facts))}\n\n`);
  if (variable?.description) text.appendMarkdown(`${escapeMarkdown(variable.description)}\n\n`);
  const lines = [
    variable?.enum && `One of ${variable.enum.map(value => code(value)).join(', ')}`,
    variable?.example !== undefined && `Example: ${code(variable.example)}`,
    variable?.untrusted && 'Untrusted: written by someone outside',
    variable?.volatile && 'Volatile: changes from call to call',
    usedIn(uses),
    givenBy(rows.length, rowCount),
  ].filter(line => typeof line === 'string');
  text.appendMarkdown(lines.map(line => `- ${line}`).join('\n'));
  return text;
}

function usedIn(uses: VariableFacts['uses']): string {
  const places = new Set(uses.map(({ at }) => placeName(at)));
  return places.size === 0 ? 'Used nowhere' : `Used in ${[...places].join(', ')}`;
}

/** `messages.1.content` → `message 2`. */
function placeName(at: string): string {
  const [section, index] = at.split('.');
  const number = Number(index) + 1;
  return section === 'messages' ? `message ${number}` : section === 'evaluators' ? `evaluator ${number}` : at;
}

function givenBy(rows: number, of: number): string {
  if (of === 0) return 'No rows in this file';
  return rows === of ? `Given by all ${of} rows of this file` : `Given by ${rows} of ${of} rows of this file`;
}

function code(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return `\`${short.replaceAll('`', "'").replaceAll('\n', ' ')}\``;
}
