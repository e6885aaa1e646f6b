import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Project } from '../project/project.ts';
import type { WorkingCopy } from '../project/workingCopy.ts';
import { rowPlaces } from './rowPlaces.ts';
import type { PromptWorkspace } from './workspace.ts';

/** A prompt's rows in the Test Explorer. */
export interface PromptTest {
  readonly item: vscode.TestItem;
  /** Where the rows are, as of the text they were last read from. */
  readonly copy: WorkingCopy;
}

/** The items of the Test Explorer: services → prompts → rows, each level read when it is opened. */
export class TestTree {
  readonly #controller: vscode.TestController;
  readonly #workspace: PromptWorkspace;

  constructor(controller: vscode.TestController, workspace: PromptWorkspace) {
    this.#controller = controller;
    this.#workspace = workspace;
  }

  /** Reads the children of an item; of everything without one. */
  async resolve(item: vscode.TestItem | undefined): Promise<void> {
    if (!item) return this.readPrompts();
    if (item.uri && isPromptItem(item)) await this.readRows(item.uri);
  }

  /** Services and prompts of every folder; items of what is gone go. */
  async readPrompts(): Promise<void> {
    const projects = await this.#workspace.projects();
    const wanted = new Map<string, vscode.Uri>();
    for (const project of projects) {
      for (const { id, path, service, name } of await this.#workspace.entries(project)) {
        if (path === undefined) continue;
        const uri = vscode.Uri.file(path);
        wanted.set(uri.toString(), uri);
        this.#promptItem(this.#serviceItem(project, service, projects.length > 1), { uri, label: name, id });
      }
    }
    for (const [serviceId, service] of this.#controller.items) {
      for (const [id] of service.children) if (!wanted.has(id)) service.children.delete(id);
      if (service.children.size === 0) this.#controller.items.delete(serviceId);
    }
  }

  /** The item of a prompt file, wherever its service is. */
  find(uri: vscode.Uri): vscode.TestItem | undefined {
    for (const [, service] of this.#controller.items) {
      const found = service.children.get(uri.toString());
      if (found) return found;
    }
    return undefined;
  }

  /** The rows of a prompt as its text is now. */
  async readRows(uri: vscode.Uri): Promise<PromptTest | undefined> {
    const copy = await this.#workspace.workingCopy(uri);
    let item = this.find(uri);
    if (!item) {
      await this.readPrompts();
      item = this.find(uri);
    }
    if (!item) return undefined;
    this.showRows(item, copy);
    return { item, copy };
  }

  /** Makes the rows below a prompt those of a text. Existing items stay: they carry results. */
  showRows(prompt: vscode.TestItem, copy: WorkingCopy): void {
    const uri = prompt.uri;
    // Half-typed text loses rows for a moment; their results are not to vanish with it.
    if (!uri || copy.parsed.lost.has('testData')) return;
    const places = rowPlaces(copy, uri, this.#workspace.get(uri)?.document);
    const items = copy.rows.map((row, index) => {
      const place = places.get(row.id);
      const id = rowItemId(uri, row.id);
      const known = prompt.children.get(id);
      const sameFile = known?.uri?.toString() === place?.uri.toString();
      const item = known && sameFile ? known : this.#controller.createTestItem(id, row.id, place?.uri ?? uri);
      item.range = place?.range;
      item.sortText = String(index).padStart(8, '0');
      item.description = row.origin.file === undefined ? undefined : basename(row.origin.file);
      item.tags = row.tags.map(tag => new vscode.TestTag(tag));
      return item;
    });
    prompt.children.replace(items);
  }

  #serviceItem(project: Project, service: string, several: boolean): vscode.TestItem {
    const id = `service:${project.root}:${service}`;
    let item = this.#controller.items.get(id);
    if (!item) {
      item = this.#controller.createTestItem(id, service);
      if (several) item.description = basename(project.root);
      this.#controller.items.add(item);
    }
    return item;
  }

  #promptItem(
    service: vscode.TestItem,
    { uri, label, id }: { readonly uri: vscode.Uri; readonly label: string; readonly id: string },
  ): void {
    const key = uri.toString();
    const known = service.children.get(key);
    if (known?.label === label) return;
    // Renamed: it may stand under another service as well.
    for (const [, other] of this.#controller.items) other.children.delete(key);
    const item = this.#controller.createTestItem(key, label, uri);
    item.canResolveChildren = true;
    item.description = id.endsWith(`/${label}`) ? undefined : id;
    service.children.add(item);
  }
}

/** Stable: the file and the row's own id. */
export function rowItemId(uri: vscode.Uri, row: string): string {
  return `${uri.toString()}#${row}`;
}

export function isPromptItem(item: vscode.TestItem): boolean {
  return item.canResolveChildren;
}
