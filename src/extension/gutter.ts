import * as vscode from 'vscode';
import type { Project } from '../project/project.ts';
import { plural } from '../evals/summary.ts';
import type { Deps } from './deps.ts';
import { detailOf } from './log.ts';
import { onDidChangeSetting, readSetting } from './settings.ts';
import { versionUri } from './versions.ts';

/**
 * Marks in the gutter what differs from the label of `promptgate.gutter`. A quick diff belongs to a source control,
 * so each project with an open prompt on that label has one; it lists those whose changes are not live.
 */
export class Gutter implements vscode.Disposable {
  readonly #workspace: Deps['workspace'];
  readonly #standings: Deps['standings'];
  readonly #log: Deps['log'];
  readonly #controls = new Map<string, LabelControl>();
  readonly #subscriptions: vscode.Disposable;
  #round = 0;
  #mustRestart = false;

  constructor({ workspace, standings, log }: Deps) {
    this.#workspace = workspace;
    this.#standings = standings;
    this.#log = log;
    const update = (): void => void this.#update();
    // VS Code asks for the original of a document only once: a new provider makes it ask again.
    const restart = (): void => {
      this.#mustRestart = true;
      update();
    };
    this.#subscriptions = vscode.Disposable.from(
      workspace.onDidChangePrompt(update),
      workspace.onDidClosePrompt(update),
      standings.onDidChange(update),
      workspace.onDidChangeRegistry(restart),
      onDidChangeSetting('promptgate.gutter', restart),
    );
    update();
  }

  /** What an open prompt is compared with: nothing if its log cannot be read, and the others keep their marks. */
  async originalOf(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
    const open = this.#workspace.get(uri);
    const label = gutterLabel(uri);
    if (!open || label === undefined || uri.scheme !== 'file') return undefined;
    try {
      const { labels } = await open.project.store.readState(open.id);
      return labels[label] ? versionUri(open.project, open.id, label) : undefined;
    } catch (error) {
      this.#log.warn(`gutter of ${open.id}: ${detailOf(error)}`);
      return undefined;
    }
  }

  async #update(): Promise<void> {
    const round = ++this.#round;
    const marked = await Promise.all(
      Array.from(this.#workspace.prompts, async prompt => ({
        ...prompt,
        original: await this.originalOf(prompt.document.uri),
      })),
    );
    // A newer round, or the end, has come in between.
    if (round !== this.#round) return;
    if (this.#mustRestart) this.#clear();
    this.#mustRestart = false;
    const byRoot = Map.groupBy(
      marked.filter(({ original }) => original !== undefined),
      ({ project }) => project.root,
    );
    for (const [root, control] of this.#controls) {
      if (byRoot.has(root)) continue;
      control.dispose();
      this.#controls.delete(root);
    }
    for (const [root, prompts] of byRoot) {
      const [{ project, document } = {}] = prompts;
      const label = document && gutterLabel(document.uri);
      if (!project || label === undefined) continue;
      let control = this.#controls.get(root);
      if (!control) {
        control = new LabelControl(project, label, uri => this.originalOf(uri));
        this.#controls.set(root, control);
      }
      control.show(
        prompts.flatMap(({ id, document: { uri }, original }) => {
          const changes = this.#standings.get(project, id)?.notLive?.length ?? 0;
          return changes > 0 && original ? [{ id, uri, original, changes }] : [];
        }),
      );
    }
  }

  #clear(): void {
    for (const control of this.#controls.values()) control.dispose();
    this.#controls.clear();
  }

  dispose(): void {
    this.#round++;
    this.#subscriptions.dispose();
    this.#clear();
  }
}

interface ChangedPrompt {
  readonly id: string;
  readonly uri: vscode.Uri;
  readonly original: vscode.Uri;
  readonly changes: number;
}

class LabelControl implements vscode.Disposable {
  readonly #label: string;
  readonly #control: vscode.SourceControl;
  readonly #group: vscode.SourceControlResourceGroup;

  constructor(
    project: Project,
    label: string,
    originalOf: (uri: vscode.Uri) => Promise<vscode.Uri | undefined>,
  ) {
    this.#label = label;
    this.#control = vscode.scm.createSourceControl(
      'promptgate',
      `Prompts on ${label}`,
      vscode.Uri.file(project.root),
    );
    this.#control.inputBox.visible = false;
    // What is not live is no work to commit: it does not add to the badge.
    this.#control.count = 0;
    this.#control.quickDiffProvider = {
      async provideOriginalResource(uri) {
        const original = await originalOf(uri);
        // Of another project: its own control answers.
        return original && new URLSearchParams(original.query).get('root') === project.root
          ? original
          : undefined;
      },
    };
    this.#group = this.#control.createResourceGroup('notLive', `Changes not on ${label}`);
    this.#group.hideWhenEmpty = true;
  }

  show(prompts: readonly ChangedPrompt[]): void {
    this.#group.resourceStates = prompts.map(({ id, uri, original, changes }) => ({
      resourceUri: uri,
      command: {
        command: 'vscode.diff',
        title: 'Compare',
        arguments: [original, uri, `${id}: ${this.#label} ↔ working copy`],
      },
      decorations: { tooltip: `${plural(changes, 'change')} not on ${this.#label}` },
    }));
  }

  dispose(): void {
    this.#control.dispose();
  }
}

function gutterLabel(uri: vscode.Uri): string | undefined {
  const label = readSetting('promptgate.gutter', uri).trim();
  return label === 'off' || label === '' ? undefined : label;
}
