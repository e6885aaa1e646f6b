import * as vscode from 'vscode';
import type { Project } from '../project/project.ts';
import type { Deps } from './deps.ts';
import { onDidChangeSetting, readSetting } from './settings.ts';
import { versionUri } from './versions.ts';
import type { OpenPrompt } from './workspace.ts';

/**
 * Marks in the gutter what differs from the label of `promptgate.gutter`. A quick diff belongs to a source control,
 * so each project with an open, published prompt has one; it lists those prompts whose changes are not live.
 */
export function registerGutter({ workspace, standings }: Deps): vscode.Disposable {
  const controls = new Map<string, ProjectControl>();

  const update = async ({ project, id, document }: OpenPrompt): Promise<void> => {
    const label = readSetting('promptgate.gutter', document.uri).trim();
    if (label === 'off' || label === '') return;
    const state = await project.store.readState(id);
    if (!state.labels[label] || document.isClosed) return;
    let control = controls.get(project.root);
    if (!control) controls.set(project.root, (control = new ProjectControl(project, label, workspace)));
    control.show(workspace.prompts, standings);
  };

  const updateAll = (): void => {
    for (const open of workspace.prompts) void update(open);
  };

  const restart = (): void => {
    for (const control of controls.values()) control.dispose();
    controls.clear();
    updateAll();
  };

  updateAll();
  return vscode.Disposable.from(
    workspace.onDidChangePrompt(open => void update(open)),
    workspace.onDidClosePrompt(() => {
      const open = new Set(Array.from(workspace.prompts, ({ project }) => project.root));
      for (const [root, control] of controls) {
        if (open.has(root)) control.show(workspace.prompts, standings);
        else {
          control.dispose();
          controls.delete(root);
        }
      }
    }),
    standings.onDidChange(updateAll),
    // VS Code asks for the original of a document only once: a new provider makes it ask again.
    workspace.onDidChangeRegistry(restart),
    onDidChangeSetting('promptgate.gutter', restart),
    new vscode.Disposable(() => controls.forEach(control => control.dispose())),
  );
}

class ProjectControl implements vscode.Disposable {
  readonly #project: Project;
  readonly #label: string;
  readonly #control: vscode.SourceControl;
  readonly #group: vscode.SourceControlResourceGroup;

  constructor(project: Project, label: string, workspace: Deps['workspace']) {
    this.#project = project;
    this.#label = label;
    const root = vscode.Uri.file(project.root);
    this.#control = vscode.scm.createSourceControl('promptgate', `Prompts against ${label}`, root);
    this.#control.inputBox.visible = false;
    // What is not live is no work to commit: it does not add to the badge.
    this.#control.count = 0;
    this.#control.quickDiffProvider = {
      async provideOriginalResource(uri) {
        const open = workspace.get(uri);
        if (open?.project.root !== project.root) return undefined;
        const state = await project.store.readState(open.id);
        return state.labels[label] ? versionUri(project, open.id, label) : undefined;
      },
    };
    this.#group = this.#control.createResourceGroup('notLive', `Changes not on ${label}`);
    this.#group.hideWhenEmpty = true;
  }

  /** Lists the open prompts that differ. */
  show(prompts: Iterable<OpenPrompt>, standings: Deps['standings']): void {
    const project = this.#project;
    const label = this.#label;
    this.#group.resourceStates = Array.from(prompts)
      .filter(({ project: { root } }) => root === project.root)
      .flatMap(({ id, document }) => {
        const changes = standings.get(project, id)?.notLive?.length ?? 0;
        if (changes === 0) return [];
        const original = versionUri(project, id, label);
        const title = `${id}: ${label} ↔ working copy`;
        return [
          {
            resourceUri: document.uri,
            command: {
              command: 'vscode.diff',
              title: 'Compare',
              arguments: [original, document.uri, title],
            },
            decorations: { tooltip: `${changes} changes not on ${label}` },
          },
        ];
      });
  }

  dispose(): void {
    this.#control.dispose();
  }
}
