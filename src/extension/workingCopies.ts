import * as vscode from 'vscode';
import type { ParsedPrompt } from '../prompt/parse.ts';
import type { Project } from '../project/project.ts';
import { loadWorkingCopy, type WorkingCopy } from '../project/workingCopy.ts';
import { filePathOf } from './promptDocuments.ts';

/** What an editor holds of a prompt file. */
export interface EditorText {
  readonly document: vscode.TextDocument;
  readonly parsed: ParsedPrompt;
  /** Paths, relative to the root, of other files with its id. */
  readonly sameId: readonly string[];
}

interface LoadedCopy {
  readonly key: string;
  readonly copy: Promise<WorkingCopy>;
}

/** Working copies, each loaded once until its text, its project or the files with its id are others. */
export class WorkingCopies {
  readonly #loaded = new Map<string, LoadedCopy>();

  /** Of an editor's text, else of the file. @throws PromptgateError `cannot-read` */
  async load(project: Project, uri: vscode.Uri, text?: EditorText): Promise<WorkingCopy> {
    const stamp = text ? `open ${text.document.version}` : `file ${await stampOf(uri)}`;
    const key = [project.root, stamp, ...(text?.sameId ?? [])].join('\n');
    const loaded = this.#loaded.get(uri.toString());
    if (loaded?.key === key) return loaded.copy;
    const options = text ? { ...text, text: text.document.getText() } : {};
    // The names are a large table: whoever only looks at the tree does not wait for it.
    const copy = project.loadModelNames().then(() => loadWorkingCopy(project, filePathOf(uri), options));
    this.#loaded.set(uri.toString(), { key, copy });
    copy.catch(() => this.#loaded.delete(uri.toString()));
    return copy;
  }

  forget(uri: vscode.Uri): void {
    this.#loaded.delete(uri.toString());
  }

  /** Datasets, settings or other files may have changed. */
  forgetAll(): void {
    this.#loaded.clear();
  }
}

async function stampOf(uri: vscode.Uri): Promise<string> {
  try {
    const { mtime, size } = await vscode.workspace.fs.stat(uri);
    return `${mtime}:${size}`;
  } catch {
    // Not there: loading it will say so.
    return 'missing';
  }
}
