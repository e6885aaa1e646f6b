import * as vscode from 'vscode';
import { configFileName } from '../project/config.ts';

// Which documents may be prompts, and where they are.

const promptName = /\.prompt\.ya?ml$/i;

/** Whether the name says so; in a project promptgate.yml may name files of other names. */
export function hasPromptName(uri: vscode.Uri): boolean {
  return promptName.test(uri.path);
}

/** Whether a document is a prompt by its name, editable or not: a version, the old side of a git diff. */
export function isPromptDocument({ languageId, uri }: vscode.TextDocument): boolean {
  return languageId === 'yaml' && hasPromptName(uri);
}

/** Whether a YAML file is worth opening its project for: most are somebody else's. */
export async function mayBePrompt({ languageId, uri }: vscode.TextDocument): Promise<boolean> {
  if (languageId !== 'yaml' || !isEditable(uri)) return false;
  if (hasPromptName(uri)) return true;
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  if (!folder || uri.scheme !== 'file') return false;
  return exists(vscode.Uri.joinPath(folder.uri, configFileName));
}

/** Whether a document can be edited at all: the old side of a git diff has no problems of its own. */
function isEditable({ scheme }: vscode.Uri): boolean {
  return scheme === 'untitled' || vscode.workspace.fs.isWritableFileSystem(scheme) === true;
}

/** Absolute; for documents that are on no disk, as their address has it. */
export function filePathOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.path;
}

/** The text of a file as an editor would show it: its open document's, else the disk's without BOM. */
export async function textOf(uri: vscode.Uri): Promise<string> {
  const open = vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString());
  if (open) return open.getText();
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
