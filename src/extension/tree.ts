import * as vscode from 'vscode';
import { messageOf } from '../errors.ts';
import { configFileName } from '../project/config.ts';
import { configError, type Project } from '../project/project.ts';
import { labelPolicy, type Policy } from '../registry/policy.ts';
import type { Evidence } from '../evals/report.ts';
import type { Damage } from '../registry/damage.ts';
import { verify } from '../registry/verify.ts';
import { setContext } from './contextKeys.ts';
import type { Deps } from './deps.ts';
import { detailOf } from './log.ts';
import type { PromptEntry } from './promptEntries.ts';
import { onDidChangeSetting } from './settings.ts';
import { promptItem } from './promptItem.ts';
import { labelItem, serviceItem, troubleItem, versionItem, versionsItem } from './treeItems.ts';
import type { LabelNode, ProjectNode, PromptNode, TreeNode, VersionNode, VersionsNode } from './treeNodes.ts';

/** Milliseconds for which the bytes of a prompt's versions are trusted after they were verified. */
const verifyInterval = 3000;

/** The prompts of the workspace: services → prompts → labels and versions. Reads only what is opened. */
export class PromptTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #deps: Deps;
  readonly #onDidChange = new vscode.EventEmitter<TreeNode | undefined>();
  readonly #prompts = new Map<string, PromptNode>();
  readonly #damage = new Map<string, { readonly at: number; readonly damage: readonly Damage[] }>();
  readonly #subscriptions: vscode.Disposable;
  #pending: NodeJS.Timeout | undefined;
  #changed = new Set<TreeNode | undefined>();

  readonly onDidChangeTreeData = this.#onDidChange.event;

  constructor(deps: Deps) {
    this.#deps = deps;
    const { workspace, standings } = deps;
    this.#subscriptions = vscode.Disposable.from(
      this.#onDidChange,
      workspace.onDidChangeFolders(() => this.#refresh(undefined)),
      workspace.onDidChangeProject(() => this.#refresh(undefined)),
      workspace.onDidChangeRegistry(({ project, id }) => {
        this.#damage.delete(keyOf(project, id ?? ''));
        // A prompt that the tree does not have yet changes the list, and so does its first version, and a mended log.
        const node = id === undefined ? undefined : this.#prompts.get(keyOf(project, id));
        this.#refresh(node?.entry.summary?.latest ? node : undefined);
      }),
      standings.onDidChange(({ project, id }) => {
        const node = this.#prompts.get(keyOf(project, id));
        // Without a standing its log cannot be read any more: the list knows why.
        if (node) this.#refresh(standings.get(project, id) ? node : undefined);
      }),
      onDidChangeSetting('promptgate.gutter', () => this.#refresh(undefined)),
    );
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    switch (node?.kind) {
      case undefined:
        return this.#roots();
      case 'project':
        return this.#services(node.project);
      case 'service':
        return node.entries.map(entry => this.#promptNode(node.project, entry));
      case 'prompt':
        return this.#releases(node);
      case 'versions':
        return this.#versions(node);
      default:
        return [];
    }
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    switch (node.kind) {
      case 'project':
        return projectItem(node);
      case 'service':
        return serviceItem(node);
      case 'prompt':
        return this.#promptItem(node);
      case 'label':
        return labelItem(node);
      case 'versions':
        return versionsItem(node);
      case 'version':
        return versionItem(node, this.#damage.get(keyOf(node.project, node.id))?.damage ?? []);
      case 'trouble':
        return troubleItem(node);
    }
  }

  async #roots(): Promise<TreeNode[]> {
    const began = performance.now();
    const projects = await this.#deps.workspace.projects();
    this.#prompts.clear();
    const perProject = await Promise.all(projects.map(project => this.#services(project)));
    setContext(
      'promptgate.hasPrompts',
      perProject.some(nodes => nodes.length > 0),
    );
    this.#deps.log.debug(`listed prompts in ${Math.round(performance.now() - began)} ms`);
    const [only] = perProject;
    if (perProject.length === 1 && only) return only;
    return projects
      .filter((_, index) => perProject[index]?.length)
      .map(project => ({ kind: 'project', project }));
  }

  async #services(project: Project): Promise<TreeNode[]> {
    let entries: readonly PromptEntry[];
    try {
      entries = await this.#deps.workspace.entries(project);
    } catch (error) {
      this.#deps.log.error(`list ${project.root}: ${detailOf(error)}`);
      return [{ kind: 'trouble', message: messageOf(error) }];
    }
    const byService = Map.groupBy(entries, ({ service }) => service);
    const isSmall = entries.length <= 40;
    const services = Array.from(byService, ([service, ofService]): TreeNode => ({
      kind: 'service',
      project,
      service,
      entries: ofService,
      isOpen: isSmall,
    }));
    const broken = configError(project);
    // Ids and folders may all be others than meant.
    return broken
      ? [
          {
            kind: 'trouble',
            message: `${configFileName} is broken, defaults hold: ${broken.message}`,
            file: broken.file,
          },
          ...services,
        ]
      : services;
  }

  #promptNode(project: Project, entry: PromptEntry): PromptNode {
    const node: PromptNode = { kind: 'prompt', project, id: entry.id, entry };
    this.#prompts.set(keyOf(project, entry.id), node);
    return node;
  }

  #promptItem(node: PromptNode): vscode.TreeItem {
    const { project, id, entry } = node;
    // What cannot be read has no standing, however often it is asked for.
    const standing = entry.summary?.problem ? undefined : this.#deps.standings.get(project, id);
    if (!standing) return promptItem(node, undefined, entry);
    // The registry moves on while a node stays: its item says what holds now.
    const { state } = standing;
    return promptItem(node, standing, { ...entry, summary: state.latest ? state : undefined });
  }

  async #releases(node: PromptNode): Promise<TreeNode[]> {
    const { project, id, entry } = node;
    try {
      const [state, policy] = await Promise.all([project.store.readState(id), this.#policy(project)]);
      const labels = await Promise.all(
        Object.entries(state.labels).map(async ([name, label]): Promise<LabelNode> => {
          const summary = state.versions.find(({ version }) => version === label.version);
          return {
            kind: 'label',
            project,
            id,
            label: name,
            version: label.version,
            entry,
            at: label,
            summary,
            isProtected: policy ? labelPolicy(policy, name).protected : false,
            evidence: await this.#evidence(project, summary?.evidence),
          };
        }),
      );
      const versions: VersionsNode[] =
        state.versions.length > 0 ? [{ kind: 'versions', project, id, entry, state }] : [];
      return [...labels.sort(byImportance), ...versions];
    } catch (error) {
      this.#deps.log.error(`read ${id}: ${detailOf(error)}`);
      return [{ kind: 'trouble', message: messageOf(error) }];
    }
  }

  #versions({ project, id, entry, state }: VersionsNode): VersionNode[] {
    void this.#lookForDamage(project, id);
    return state.versions.map(summary => ({
      kind: 'version',
      project,
      id,
      version: summary.version,
      summary,
      entry,
      labels: Object.entries(state.labels)
        .filter(([, { version }]) => version === summary.version)
        .map(([label]) => label),
    }));
  }

  /** Versions are never changed: one that was edited by hand is shown as what it is. */
  async #lookForDamage(project: Project, id: string): Promise<void> {
    const key = keyOf(project, id);
    const before = this.#damage.get(key);
    if (before && project.host.now() - before.at < verifyInterval) return;
    this.#damage.set(key, { at: project.host.now(), damage: before?.damage ?? [] });
    try {
      const { damage } = await verify(project.store, { ids: [id] });
      if (damage.length === (before?.damage.length ?? 0)) return;
      for (const { message } of damage) this.#deps.log.error(`${id}: ${message}`);
      this.#damage.set(key, { at: project.host.now(), damage });
      this.#refresh(this.#prompts.get(key));
    } catch (error) {
      this.#deps.log.error(`verify ${id}: ${detailOf(error)}`);
    }
  }

  async #policy(project: Project): Promise<Policy | undefined> {
    try {
      return await project.policy();
    } catch (error) {
      this.#deps.log.warn(`policy of ${project.root}: ${detailOf(error)}`);
      return undefined;
    }
  }

  async #evidence(project: Project, digest: string | undefined): Promise<Evidence | undefined> {
    return digest === undefined ? undefined : project.store.readEvidence(digest);
  }

  /** Many changes come at once: one repaint for all of them. */
  #refresh(node: TreeNode | undefined): void {
    this.#changed.add(node);
    this.#pending ??= setTimeout(() => {
      this.#pending = undefined;
      const changed = this.#changed;
      this.#changed = new Set();
      if (changed.has(undefined)) this.#onDidChange.fire(undefined);
      else for (const each of changed) this.#onDidChange.fire(each);
    }, 50);
  }

  dispose(): void {
    clearTimeout(this.#pending);
    this.#subscriptions.dispose();
  }
}

function projectItem({ project }: ProjectNode): vscode.TreeItem {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(project.root));
  const name = folder?.name ?? project.root.split(/[\\/]/).at(-1) ?? project.root;
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = project.root;
  item.tooltip = project.root;
  item.iconPath = new vscode.ThemeIcon('root-folder');
  item.accessibilityInformation = { label: `folder ${name}` };
  return item;
}

/** Production first, then the others by name. */
function byImportance(a: LabelNode, b: LabelNode): number {
  const weight = ({ label }: LabelNode): number => (label === 'production' ? 0 : 1);
  return weight(a) - weight(b) || a.label.localeCompare(b.label);
}

function keyOf(project: Project, id: string): string {
  return `${project.root}\n${id}`;
}
