import { randomUUID } from 'node:crypto';
import { dirname, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { configFileName } from '../project/config.ts';
import { gitAuthor } from '../project/git.ts';
import { findRoot, openProject, type Project, type ProjectHost } from '../project/project.ts';
import type { SwitchableDialogs } from './dialogs.ts';
import { detailOf, type Log } from './log.ts';
import { reportFailure } from './commands.ts';
import { onDidChangeSetting, readSetting } from './settings.ts';

export interface ProjectChange {
  readonly project: Project;
  /** A file of the project that changed on disk; absent when the project itself was opened anew. */
  readonly file?: vscode.Uri;
}

export interface RegistryChange {
  readonly project: Project;
  /** Absent: any prompt of it. */
  readonly id?: string;
}

interface OpenedProject extends vscode.Disposable {
  readonly project: Project;
}

/** The secret under which an API key for an endpoint's origin is kept. */
export function apiKeySecret(origin: string): string {
  return `promptgate.apiKey:${origin}`;
}

/** The projects of the window's folders and of loose files: opened when first asked for, opened anew when their configuration changes. */
export class Projects implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #log: Log;
  readonly #dialogs: SwitchableDialogs;
  readonly #roots = new Map<string, Promise<string>>();
  readonly #opened = new Map<string, Promise<OpenedProject>>();
  readonly #onDidChangeProject = new vscode.EventEmitter<ProjectChange>();
  readonly #onDidChangeRegistry = new vscode.EventEmitter<RegistryChange>();
  readonly #onDidOpenProject = new vscode.EventEmitter<Project>();
  readonly #onDidChangeFolders = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;

  readonly onDidChangeProject = this.#onDidChangeProject.event;
  readonly onDidChangeRegistry = this.#onDidChangeRegistry.event;
  readonly onDidOpenProject = this.#onDidOpenProject.event;
  readonly onDidChangeFolders = this.#onDidChangeFolders.event;

  constructor(context: vscode.ExtensionContext, log: Log, dialogs: SwitchableDialogs) {
    this.#context = context;
    this.#log = log;
    this.#dialogs = dialogs;
    this.#subscriptions = vscode.Disposable.from(
      this.#onDidChangeProject,
      this.#onDidChangeRegistry,
      this.#onDidChangeFolders,
      this.#onDidOpenProject,
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.#roots.clear();
        this.#onDidChangeFolders.fire();
      }),
      onDidChangeSetting('promptgate.lint.severities', () => void this.reopenAll()),
    );
  }

  /** One per workspace folder; folders of one repository share theirs. A folder that cannot be opened is reported and left out. */
  async all(): Promise<readonly Project[]> {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(folder => folder.uri.scheme === 'file');
    const found = await Promise.all(
      folders.map(folder =>
        this.#of(folder.uri.fsPath).catch((error: unknown) => {
          reportFailure({ log: this.#log, dialogs: this.#dialogs }, `open ${folder.name}`, error);
          return undefined;
        }),
      ),
    );
    return [...new Set(found.filter(project => project !== undefined))];
  }

  /** The project that a file belongs to. Files outside of the disk have one without files and registry. */
  async of(uri: vscode.Uri): Promise<Project> {
    if (uri.scheme === 'file') {
      const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? dirname(uri.fsPath);
      return this.#of(folder);
    }
    const first = vscode.workspace.workspaceFolders?.find(folder => folder.uri.scheme === 'file');
    return first ? this.#of(first.uri.fsPath) : this.#open(this.#context.globalStorageUri.fsPath);
  }

  at(root: string): Promise<Project> {
    return this.#open(root);
  }

  /** Finds the roots anew as well: a folder may have become one. */
  async reopenAll(): Promise<void> {
    const before = Array.from(this.#opened.values());
    this.#opened.clear();
    this.#roots.clear();
    for (const opened of before) this.#close(opened);
    this.#onDidChangeFolders.fire();
    for (const project of await this.all()) this.#onDidChangeProject.fire({ project });
  }

  async #of(folder: string): Promise<Project> {
    let root = this.#roots.get(folder);
    if (!root) this.#roots.set(folder, (root = findRoot(folder)));
    return this.#open(await root);
  }

  async #open(root: string): Promise<Project> {
    let opened = this.#opened.get(root);
    if (!opened) {
      this.#opened.set(root, (opened = this.#start(root)));
      // Asked for again, it is tried again.
      opened.catch(() => this.#opened.delete(root));
    }
    return (await opened).project;
  }

  async #reopen(root: string): Promise<void> {
    const before = this.#opened.get(root);
    this.#opened.delete(root);
    try {
      (await before)?.dispose();
      this.#onDidChangeProject.fire({ project: await this.#open(root) });
    } catch (error) {
      reportFailure({ log: this.#log, dialogs: this.#dialogs }, `open ${root}`, error);
    }
  }

  async #start(root: string): Promise<OpenedProject> {
    const project = await openProject(root, this.#host());
    this.#log.info(`opened ${root}`);
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(root), '**/*.{yml,yaml,jsonl,csv}'),
    );
    // The store watches releases; this sees what nobody should do: a version file changed by hand.
    const versions = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(root), '.promptgate/prompts/*/*/versions/*'),
    );
    // Watchers miss files that are written into a folder at once after it was made: then its own event must do.
    const folders = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(root), '**'),
      false,
      true,
      true,
    );
    const versionChanged = ({ fsPath }: vscode.Uri): void => {
      const id = relative(root, fsPath).split(sep).slice(2, 4).join('/');
      this.#onDidChangeRegistry.fire({ project, id });
    };
    const changed = (file: vscode.Uri): void => this.#fileChanged(project, file);
    const registry = project.store.watch(id => this.#onDidChangeRegistry.fire({ project, id }));
    const all = vscode.Disposable.from(
      watcher,
      watcher.onDidChange(changed),
      watcher.onDidCreate(changed),
      watcher.onDidDelete(changed),
      folders,
      folders.onDidCreate(uri => {
        if (mayBeFolder(relative(root, uri.fsPath))) changed(uri);
      }),
      versions,
      versions.onDidChange(versionChanged),
      versions.onDidDelete(versionChanged),
      registry,
      project,
    );
    this.#onDidOpenProject.fire(project);
    return { project, dispose: () => all.dispose() };
  }

  #fileChanged(project: Project, file: vscode.Uri): void {
    const path = relative(project.root, file.fsPath).split(sep).join('/');
    if (path === configFileName) {
      void this.#reopen(project.root);
    } else if (path.endsWith(`/${configFileName}`) && !path.includes('node_modules/')) {
      void this.reopenAll();
    } else if (path === '.promptgate/policy.yml') {
      this.#onDidChangeRegistry.fire({ project });
    } else if (!path.startsWith('.promptgate/') && !path.includes('node_modules/')) {
      this.#onDidChangeProject.fire({ project, file });
    }
  }

  #host(): ProjectHost {
    return {
      env: process.env,
      now: () => Date.now(),
      randomId: () => randomUUID(),
      author: root => gitAuthor(root, process.env),
      apiKey: async origin => this.#context.secrets.get(apiKeySecret(origin)),
      severities: readSetting('promptgate.lint.severities'),
    };
  }

  #close(opened: Promise<OpenedProject>): void {
    opened.then(
      project => project.dispose(),
      (error: unknown) => this.#log.debug(`was not opened: ${detailOf(error)}`),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
    for (const opened of this.#opened.values()) this.#close(opened);
    this.#opened.clear();
  }
}

/** By its name, without asking the disk: `prompts/billing`, not `README.md`, nothing of git or npm. */
function mayBeFolder(path: string): boolean {
  return !path.split(sep).some(part => part.includes('.') || part === 'node_modules');
}
