import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { dirname, sep } from 'node:path';
import * as vscode from 'vscode';
import { defaultConfig, type Config } from '../project/config.ts';
import { findGitRoot, gitAuthor } from '../project/git.ts';
import { findMarkedRoot, findRoot, openProject, type Project, type ProjectHost } from '../project/project.ts';
import type { SwitchableDialogs } from './dialogs.ts';
import { detailOf, type Log } from './log.ts';
import { reportFailure } from './commands.ts';
import { watchProject } from './projectWatch.ts';
import { onDidChangeSetting, readSetting } from './settings.ts';

export interface ProjectChange {
  readonly project: Project;
  /** Opened anew, as its configuration changed; else files of it changed on the disk. */
  readonly isNew: boolean;
}

export interface RegistryChange {
  readonly project: Project;
  /** Absent: any prompt of it. */
  readonly id?: string;
}

interface OpenedProject extends vscode.Disposable {
  readonly project: Project;
  readonly isAlone: boolean;
}

/**
 * Of a prompt that lies somewhere, in the home folder perhaps: its own folder is all that is looked at, as below it
 * may be everything that somebody has.
 */
const configOfLoneFiles: Config = {
  ...defaultConfig,
  prompts: [{ root: '.', include: '*.prompt.{yml,yaml}' }],
};

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
  readonly #onDidCloseProject = new vscode.EventEmitter<Project>();
  readonly #onDidChangeFolders = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;

  readonly onDidChangeProject = this.#onDidChangeProject.event;
  readonly onDidChangeRegistry = this.#onDidChangeRegistry.event;
  readonly onDidOpenProject = this.#onDidOpenProject.event;
  /** Nothing needs it any more, or it is about to be opened anew. */
  readonly onDidCloseProject = this.#onDidCloseProject.event;
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
      this.#onDidCloseProject,
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.#foldersChanged()),
      onDidChangeSetting('promptgate.lint.severities', () => void this.reopenAll()),
    );
  }

  /** One per workspace folder; folders of one repository share theirs. A folder that cannot be opened is reported and left out. */
  async all(): Promise<readonly Project[]> {
    const found = await Promise.all(
      fileFolders().map(folder =>
        this.#ofFolder(folder).catch((error: unknown) => {
          reportFailure({ log: this.#log, dialogs: this.#dialogs }, `open ${folder.name}`, error);
          return undefined;
        }),
      ),
    );
    return [...new Set(found.filter(project => project !== undefined))];
  }

  /** The project that a file belongs to. Files outside of the disk have one without files and registry. */
  async of(uri: vscode.Uri): Promise<Project> {
    return this.#open(await this.#rootFor(uri));
  }

  at(root: string): Promise<Project> {
    return this.#open(root);
  }

  /** Roots of other projects of the window's folders that lie within this one: their files are not its. */
  async within({ root }: Project): Promise<readonly string[]> {
    return (await this.#folderRoots()).filter(other => other !== root && isBelow(root, other));
  }

  /** Finds the roots anew as well: a folder may have become one. */
  async reopenAll(): Promise<void> {
    const before = Array.from(this.#opened.values());
    this.#opened.clear();
    this.#roots.clear();
    for (const opened of before) this.#close(opened);
    this.#onDidChangeFolders.fire();
    for (const project of await this.all()) this.#onDidChangeProject.fire({ project, isNew: true });
  }

  async #ofFolder(folder: vscode.WorkspaceFolder): Promise<Project> {
    return this.#open(await this.#rootOf(folder));
  }

  async #rootFor(uri: vscode.Uri): Promise<string> {
    const roots = await this.#folderRoots();
    if (uri.scheme !== 'file') return roots[0] ?? this.#context.globalStorageUri.fsPath;
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    const around = roots.filter(root => isBelow(root, uri.fsPath));
    if (folder) around.push(await this.#rootOf(folder));
    // Folders may lie in one another.
    const [nearest] = around.sort((a, b) => b.length - a.length);
    if (nearest !== undefined) return nearest;
    const own = dirname(uri.fsPath);
    const root = await findRoot(own);
    return isWholeHome(root) ? own : root;
  }

  #folderRoots(): Promise<readonly string[]> {
    return Promise.all(fileFolders().map(folder => this.#rootOf(folder)));
  }

  #rootOf({ uri: { fsPath } }: vscode.WorkspaceFolder): Promise<string> {
    let root = this.#roots.get(fsPath);
    if (!root) this.#roots.set(fsPath, (root = findRoot(fsPath)));
    return root;
  }

  /** What neither a folder nor an open document needs any more is neither watched nor told of. */
  async #foldersChanged(): Promise<void> {
    this.#roots.clear();
    const ours = vscode.workspace.textDocuments.filter(({ languageId }) => languageId === 'yaml');
    const needed = new Set([
      ...(await this.#folderRoots()),
      ...(await Promise.all(ours.map(({ uri }) => this.#rootFor(uri)))),
    ]);
    for (const [root, opened] of this.#opened) {
      const isAlone = (await opened.catch(() => undefined))?.isAlone;
      if (needed.has(root) && isAlone === (await this.#isAlone(root))) continue;
      // Somebody may have been faster.
      if (this.#opened.get(root) !== opened) continue;
      this.#opened.delete(root);
      this.#close(opened);
    }
    this.#onDidChangeFolders.fire();
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
      this.#onDidChangeProject.fire({ project: await this.#open(root), isNew: true });
    } catch (error) {
      reportFailure({ log: this.#log, dialogs: this.#dialogs }, `open ${root}`, error);
    }
  }

  async #start(root: string): Promise<OpenedProject> {
    const isAlone = await this.#isAlone(root);
    const project = await openProject(root, this.#host(), isAlone ? configOfLoneFiles : undefined);
    this.#log.info(`opened ${root}`);
    const watching = watchProject(project, isAlone, {
      onConfig: () => void this.#reopen(root),
      onInnerConfig: () => void this.reopenAll(),
      onFiles: () => this.#onDidChangeProject.fire({ project, isNew: false }),
      onRegistry: id => this.#onDidChangeRegistry.fire({ project, id }),
    });
    this.#onDidOpenProject.fire(project);
    return { project, isAlone, dispose: () => vscode.Disposable.from(watching, project).dispose() };
  }

  /** Whether a root is no more than the folder of a file that belongs to no project and no folder of the window. */
  async #isAlone(root: string): Promise<boolean> {
    if (findMarkedRoot(root) === root || (findGitRoot(root) === root && !isWholeHome(root))) return false;
    return !(await this.#folderRoots()).includes(root);
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
      before => {
        before.dispose();
        this.#onDidCloseProject.fire(before.project);
      },
      (error: unknown) => this.#log.debug(`was not opened: ${detailOf(error)}`),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
    for (const opened of this.#opened.values()) this.#close(opened);
    this.#opened.clear();
  }
}

/** Some keep their home folder in git: still nobody wants all that is in it looked through for one prompt. */
function isWholeHome(root: string): boolean {
  return root === homedir() && findMarkedRoot(root) !== root;
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The window's folders that are on a disk. */
function fileFolders(): readonly vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
}
