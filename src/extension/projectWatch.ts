import { relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { configFileName } from '../project/config.ts';
import type { Project } from '../project/project.ts';

/** What becomes of a project's files on the disk. */
export interface ProjectListeners {
  /** promptgate.yml came, changed or went. */
  onConfig(): void;
  /** A folder below has a promptgate.yml of its own, or had. */
  onInnerConfig(): void;
  /** Prompts, datasets or whole folders came, changed or went; many at once are told once. */
  onFiles(): void;
  /** @param id absent: any prompt */
  onRegistry(id?: string): void;
}

/** Milliseconds in which changed files are gathered: a checkout touches hundreds, and each makes all of us look again. */
const gatherMs = 50;

/** @param isAlone whether the project is no more than the files of one folder: what is below is not looked at */
export function watchProject(
  project: Project,
  isAlone: boolean,
  listeners: ProjectListeners,
): vscode.Disposable {
  const root = vscode.Uri.file(project.root);
  const pathOf = ({ fsPath }: vscode.Uri): string => relative(project.root, fsPath).split(sep).join('/');
  let gathering: NodeJS.Timeout | undefined;

  const changed = (path: string): void => {
    if (path === configFileName) {
      listeners.onConfig();
    } else if (path.includes('node_modules/')) {
      return;
    } else if (path.endsWith(`/${configFileName}`)) {
      listeners.onInnerConfig();
    } else if (path === '.promptgate/policy.yml') {
      listeners.onRegistry();
    } else if (!path.startsWith('.promptgate/')) {
      gathering ??= setTimeout(() => {
        gathering = undefined;
        listeners.onFiles();
      }, gatherMs);
    }
  };
  const watch = (pattern: string): vscode.FileSystemWatcher =>
    vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(root, pattern));

  const files = watch(`${isAlone ? '' : '**/'}*.{yml,yaml,jsonl,ndjson,csv}`);
  const all: vscode.Disposable[] = [
    new vscode.Disposable(() => clearTimeout(gathering)),
    files,
    files.onDidChange(file => changed(pathOf(file))),
    files.onDidCreate(file => changed(pathOf(file))),
    files.onDidDelete(file => changed(pathOf(file))),
    project.store.watch(id => listeners.onRegistry(id)),
  ];
  if (!isAlone) {
    // The store watches releases; this sees what nobody should do: a version file changed by hand.
    const versions = watch('.promptgate/prompts/*/*/versions/*');
    const versionChanged = (file: vscode.Uri): void =>
      listeners.onRegistry(pathOf(file).split('/').slice(2, 4).join('/'));
    // Watchers miss files that are written into a folder at once after it was made: then its own event must do.
    const folders = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(root, '**'),
      false,
      true,
      true,
    );
    all.push(
      versions,
      versions.onDidChange(versionChanged),
      versions.onDidDelete(versionChanged),
      folders,
      folders.onDidCreate(folder => {
        const path = pathOf(folder);
        if (mayBeFolder(path)) changed(path);
      }),
    );
  }
  return vscode.Disposable.from(...all);
}

/** By its name, without asking the disk: `prompts/billing`, not `README.md`, nothing of git or npm. */
function mayBeFolder(path: string): boolean {
  return !path.split('/').some(part => part.includes('.') || part === 'node_modules');
}
