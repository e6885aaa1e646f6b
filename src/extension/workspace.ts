import { relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { createParser, type ParsedPrompt } from '../prompt/parse.ts';
import type { Project } from '../project/project.ts';
import { loadWorkingCopy, type WorkingCopy } from '../project/workingCopy.ts';
import { setContext } from './contextKeys.ts';
import { detailOf, type Log } from './log.ts';
import { mergeEntries, WorkingCopyIndex, type PromptEntry } from './promptEntries.ts';
import type { ProjectChange, Projects, RegistryChange } from './projects.ts';
import { readSetting } from './settings.ts';

/** An open document that is a prompt. */
export interface OpenPrompt {
  readonly document: vscode.TextDocument;
  readonly project: Project;
  /** Absolute; for documents that are on no disk, as their address has it. */
  readonly path: string;
  readonly id: string;
  readonly parsed: ParsedPrompt;
}

interface Held extends OpenPrompt {
  readonly parse: (text: string) => ParsedPrompt;
  readonly version: number;
}

interface LoadedCopy {
  readonly key: string;
  readonly copy: Promise<WorkingCopy>;
}

/** The pattern that providers select by: every scheme, so that hover and colours work in diffs as well. */
export const promptSelector: vscode.DocumentSelector = { language: 'yaml' };

/** The only owner of editor state: which open documents are prompts, what they say, which projects there are. */
export class PromptWorkspace implements vscode.Disposable {
  readonly #projects: Projects;
  readonly #log: Log;
  readonly #open = new Map<string, Held>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #indexes = new WeakMap<Project, WorkingCopyIndex>();
  readonly #copies = new Map<string, LoadedCopy>();
  readonly #onDidChangePrompt = new vscode.EventEmitter<OpenPrompt>();
  readonly #onDidClosePrompt = new vscode.EventEmitter<vscode.Uri>();
  readonly #onDidChangeProject = new vscode.EventEmitter<Project>();
  readonly #subscriptions: vscode.Disposable;

  /** At once on open and save, after a pause while typing. */
  readonly onDidChangePrompt = this.#onDidChangePrompt.event;
  readonly onDidClosePrompt = this.#onDidClosePrompt.event;
  readonly onDidChangeRegistry: vscode.Event<RegistryChange>;
  /** Files were added, changed or removed, or promptgate.yml changed. */
  readonly onDidChangeProject = this.#onDidChangeProject.event;
  readonly onDidChangeFolders: vscode.Event<void>;
  readonly onDidOpenProject: vscode.Event<Project>;
  readonly onDidCloseProject: vscode.Event<Project>;

  constructor(projects: Projects, log: Log) {
    this.#projects = projects;
    this.#log = log;
    this.onDidChangeRegistry = projects.onDidChangeRegistry;
    this.onDidChangeFolders = projects.onDidChangeFolders;
    this.onDidOpenProject = projects.onDidOpenProject;
    this.onDidCloseProject = projects.onDidCloseProject;
    this.#subscriptions = vscode.Disposable.from(
      this.#onDidChangePrompt,
      this.#onDidClosePrompt,
      this.#onDidChangeProject,
      vscode.workspace.onDidOpenTextDocument(document => void this.#consider(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#schedule(document)),
      vscode.workspace.onDidSaveTextDocument(document => this.#flush(document)),
      vscode.workspace.onDidCloseTextDocument(document => this.#close(document.uri)),
      projects.onDidChangeProject(change => this.#projectChanged(change)),
      projects.onDidChangeFolders(() => void this.#considerAll()),
    );
    void this.#considerAll();
  }

  /** Open documents that are prompts. */
  get prompts(): Iterable<OpenPrompt> {
    return Array.from(this.#open.values(), held => this.#fresh(held));
  }

  /** The prompt of an open document, as its text is now. */
  get(uri: vscode.Uri): OpenPrompt | undefined {
    const held = this.#open.get(uri.toString());
    return held && this.#fresh(held);
  }

  /** One per workspace folder. */
  projects(): Promise<readonly Project[]> {
    return this.#projects.all();
  }

  projectOf(uri: vscode.Uri): Promise<Project> {
    return this.#projects.of(uri);
  }

  /** The project with this root. */
  projectAt(root: string): Promise<Project> {
    return this.#projects.at(root);
  }

  /** Of the document's present text if it is open, else of the file. @throws PromptgateError `cannot-read` */
  async workingCopy(uri: vscode.Uri): Promise<WorkingCopy> {
    const open = this.get(uri);
    const project = open?.project ?? (await this.projectOf(uri));
    const path = pathOf(uri);
    const sameId = open ? this.sameId(open) : [];
    const stamp = open ? `open ${open.document.version}` : `file ${await stampOf(uri)}`;
    const key = [project.root, stamp, ...sameId].join('\n');
    const loaded = this.#copies.get(uri.toString());
    if (loaded?.key === key) return loaded.copy;
    const options = open ? { text: open.document.getText(), parsed: open.parsed, sameId } : {};
    // The names are a large table: whoever only looks at the tree does not wait for it.
    const copy = project.loadModelNames().then(() => loadWorkingCopy(project, path, options));
    this.#copies.set(uri.toString(), { key, copy });
    copy.catch(() => this.#copies.delete(uri.toString()));
    return copy;
  }

  /** Ids with their working copies and what the registry says of them: for trees and pickers. */
  async entries(project: Project): Promise<readonly PromptEntry[]> {
    const [files, summaries] = await Promise.all([
      this.#index(project).files(project, this.#openIds(project)),
      project.store.list(),
    ]);
    return mergeEntries(files, summaries);
  }

  /** The working copy of an id; asks the folder only, not the registry. */
  async pathOf(project: Project, id: string): Promise<string | undefined> {
    const files = await this.#index(project).files(project, this.#openIds(project));
    return files.get(id)?.[0];
  }

  async entry(project: Project, id: string): Promise<PromptEntry | undefined> {
    return (await this.entries(project)).find(entry => entry.id === id);
  }

  /** Paths, relative to the root, of other files with the id of this prompt, as far as is known by now. */
  sameId(open: OpenPrompt): readonly string[] {
    const { project, path, id } = open;
    return this.#index(project)
      .others(path, id, this.#openIds(project))
      .map(other => relative(project.root, other).split(sep).join('/'));
  }

  /** Reads everything anew, as after a change that no watcher saw. */
  async refresh(): Promise<void> {
    this.#copies.clear();
    await this.#projects.reopenAll();
  }

  #index(project: Project): WorkingCopyIndex {
    let index = this.#indexes.get(project);
    if (!index) this.#indexes.set(project, (index = new WorkingCopyIndex()));
    return index;
  }

  #openIds(project: Project): ReadonlyMap<string, string> {
    const ids = new Map<string, string>();
    for (const open of this.prompts) {
      if (open.project === project && open.document.uri.scheme === 'file') ids.set(open.path, open.id);
    }
    return ids;
  }

  async #considerAll(): Promise<void> {
    await Promise.all(vscode.workspace.textDocuments.map(document => this.#consider(document)));
  }

  async #consider(document: vscode.TextDocument): Promise<void> {
    if (document.languageId !== 'yaml' || !isEditable(document.uri)) return;
    try {
      if (!(await this.#mayBePrompt(document.uri))) return;
      const project = await this.projectOf(document.uri);
      if (document.isClosed) return;
      const path = pathOf(document.uri);
      // A file on no disk has no place below the root: its name decides.
      if (!(document.uri.scheme === 'file' ? project.isPromptFile(path) : promptName.test(path))) {
        this.#close(document.uri);
        return;
      }
      const isNew = !this.#open.has(document.uri.toString());
      const held = this.#hold(document, project, path);
      if (isNew) this.#publishPaths();
      this.#onDidChangePrompt.fire(held);
      if (isNew) await this.#ensureListed(held);
      await this.#lookForSameId(held);
    } catch (error) {
      this.#log.error(`${document.uri.toString()}: ${detailOf(error)}`);
    }
  }

  /** Whether a YAML file is worth opening its project for: most are somebody else's. */
  async #mayBePrompt(uri: vscode.Uri): Promise<boolean> {
    if (promptName.test(uri.path)) return true;
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    if (!folder || uri.scheme !== 'file') return false;
    return exists(vscode.Uri.joinPath(folder.uri, 'promptgate.yml'));
  }

  #hold(document: vscode.TextDocument, project: Project, path: string): Held {
    const before = this.#open.get(document.uri.toString());
    // Read once per version: what others keep of it must stay the same object.
    const isSame = before?.document === document && before.version === document.version;
    // A parser of its own per document: a keystroke costs the section it is in, not the file.
    const parse = before?.document === document ? before.parse : createParser();
    const parsed = isSame ? before.parsed : parse(document.getText());
    const id = project.idOf(path, parsed.prompt.id);
    const held: Held = { document, project, path, id, parsed, parse, version: document.version };
    this.#open.set(document.uri.toString(), held);
    return held;
  }

  #fresh(held: Held): Held {
    if (held.version === held.document.version || held.document.isClosed) return held;
    return this.#hold(held.document, held.project, held.path);
  }

  #schedule(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    if (!this.#open.has(key)) return;
    clearTimeout(this.#timers.get(key));
    const delay = Math.max(0, readSetting('promptgate.lint.delay', document.uri));
    this.#timers.set(
      key,
      setTimeout(() => this.#flush(document), delay),
    );
  }

  #flush(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    const before = this.#open.get(key);
    if (!before) return;
    const now = this.#fresh(before);
    this.#onDidChangePrompt.fire(now);
    if (now.id !== before.id) this.#onDidChangeProject.fire(now.project);
  }

  #close(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#copies.delete(key);
    if (!this.#open.delete(key)) return;
    this.#publishPaths();
    this.#onDidClosePrompt.fire(uri);
  }

  #projectChanged({ project, isNew }: ProjectChange): void {
    this.#copies.clear();
    this.#index(project).forget();
    if (!isNew) {
      this.#onDidChangeProject.fire(project);
      for (const open of this.prompts) if (open.project === project) void this.#lookForSameId(open);
    } else {
      // Opened anew: which documents are prompts may have changed with it.
      void this.#considerAll().then(() => this.#onDidChangeProject.fire(project));
    }
  }

  /** What is open is there, though a watcher may have missed it: in a folder just made, say. */
  async #ensureListed({ document, project, path }: OpenPrompt): Promise<void> {
    if (document.uri.scheme !== 'file') return;
    const files = await this.#index(project).files(project, this.#openIds(project));
    if (Array.from(files.values()).some(paths => paths.includes(path))) return;
    this.#index(project).forget();
    this.#onDidChangeProject.fire(project);
  }

  /** `duplicate-id` needs the other files' ids; says so when they are known and matter. */
  async #lookForSameId(open: OpenPrompt): Promise<void> {
    const before = this.sameId(open).join('\n');
    await this.#index(open.project).files(open.project, this.#openIds(open.project));
    const now = this.get(open.document.uri);
    if (now && this.sameId(now).join('\n') !== before) this.#onDidChangePrompt.fire(now);
  }

  #publishPaths(): void {
    setContext(
      'promptgate.promptFiles',
      Array.from(this.#open.values(), ({ document }) => pathOf(document.uri)),
    );
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#subscriptions.dispose();
  }
}

const promptName = /\.prompt\.ya?ml$/i;

/** Whether a document is a prompt by its name, editable or not: a version, the old side of a git diff. */
export function isPromptDocument({ languageId, uri }: vscode.TextDocument): boolean {
  return languageId === 'yaml' && promptName.test(uri.path);
}

function pathOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.path;
}

/** Whether a document can be edited at all: the old side of a git diff has no problems of its own. */
function isEditable(uri: vscode.Uri): boolean {
  return uri.scheme === 'untitled' || vscode.workspace.fs.isWritableFileSystem(uri.scheme) === true;
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

async function stampOf(uri: vscode.Uri): Promise<string> {
  try {
    const { mtime, size } = await vscode.workspace.fs.stat(uri);
    return `${mtime}:${size}`;
  } catch {
    // Not there: loading it will say so.
    return 'missing';
  }
}
