import { relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { createParser, type ParsedPrompt } from '../prompt/parse.ts';
import type { Project } from '../project/project.ts';
import type { WorkingCopy } from '../project/workingCopy.ts';
import { setContext } from './contextKeys.ts';
import { detailOf, type Log } from './log.ts';
import { mergeEntries, WorkingCopyIndex, type PromptEntry } from './promptEntries.ts';
import type { ProjectChange, Projects, RegistryChange } from './projects.ts';
import { filePathOf, hasPromptName, mayBePrompt } from './promptDocuments.ts';
import { readSetting } from './settings.ts';
import { WorkingCopies } from './workingCopies.ts';

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

/** What the rest of the extension was last told of an open prompt. */
interface Told {
  readonly id: string;
  readonly version: number;
  readonly sameId: string;
}

/** The pattern that providers select by: every scheme, so that hover and colours work in diffs as well. */
export const promptSelector: vscode.DocumentSelector = { language: 'yaml' };

/** The only owner of editor state: which open documents are prompts, what they say, which projects there are. */
export class PromptWorkspace implements vscode.Disposable {
  readonly #projects: Projects;
  readonly #log: Log;
  readonly #open = new Map<string, Held>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #indexes = new WeakMap<Project, WorkingCopyIndex>();
  readonly #told = new Map<string, Told>();
  readonly #copies = new WorkingCopies();
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
      projects.onDidChangeFolders(() => {
        // A folder may lie in another, whose files are its from now on, or not any more.
        this.#indexes = new WeakMap();
        void this.#considerAll();
      }),
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
    if (!open) return this.#copies.load(await this.projectOf(uri), uri);
    return this.#copies.load(open.project, uri, { ...open, sameId: this.sameId(open) });
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
    this.#copies.forgetAll();
    await this.#projects.reopenAll();
  }

  #index(project: Project): WorkingCopyIndex {
    let index = this.#indexes.get(project);
    if (!index) this.#indexes.set(project, (index = new WorkingCopyIndex(at => this.#projects.within(at))));
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
    try {
      if (!(await mayBePrompt(document))) return;
      const project = await this.projectOf(document.uri);
      if (document.isClosed) return;
      const path = filePathOf(document.uri);
      // A file on no disk has no place below the root: its name decides.
      if (!(document.uri.scheme === 'file' ? project.isPromptFile(path) : hasPromptName(document.uri))) {
        this.#close(document.uri);
        return;
      }
      const isNew = !this.#open.has(document.uri.toString());
      const held = this.#hold(document, project, path);
      if (isNew) this.#publishPaths();
      this.#tell(held);
      if (isNew) await this.#ensureListed(held);
      await this.#lookForSameId(held);
    } catch (error) {
      this.#log.error(`${document.uri.toString()}: ${detailOf(error)}`);
    }
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
    this.#tell(this.#fresh(before));
  }

  #tell(open: OpenPrompt): void {
    const key = open.document.uri.toString();
    const before = this.#told.get(key);
    const sameId = this.sameId(open).join('\n');
    this.#told.set(key, { id: open.id, version: open.document.version, sameId });
    this.#onDidChangePrompt.fire(open);
    if (before && before.id !== open.id) this.#onDidChangeProject.fire(open.project);
  }

  #close(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#copies.forget(uri);
    const closed = this.#open.get(key);
    const told = this.#told.get(key);
    this.#told.delete(key);
    if (!closed) return;
    this.#open.delete(key);
    this.#publishPaths();
    this.#onDidClosePrompt.fire(uri);
    // Not saved: what the file says is not what was told.
    const { isDirty, version } = closed.document;
    if (isDirty || told?.version !== version) this.#onDidChangeProject.fire(closed.project);
  }

  #projectChanged({ project, isNew }: ProjectChange): void {
    this.#copies.forgetAll();
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
    await this.#index(open.project).files(open.project, this.#openIds(open.project));
    const now = this.get(open.document.uri);
    const told = this.#told.get(open.document.uri.toString());
    if (now && this.sameId(now).join('\n') !== told?.sameId) this.#tell(now);
  }

  #publishPaths(): void {
    setContext(
      'promptgate.promptFiles',
      Array.from(this.#open.values(), ({ document }) => filePathOf(document.uri)),
    );
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#subscriptions.dispose();
  }
}
