import * as vscode from 'vscode';
import { standingOf, type Standing } from '../project/standing.ts';
import type { Project } from '../project/project.ts';
import { detailOf, type Log } from './log.ts';
import { liveLabel } from './settings.ts';
import type { PromptWorkspace } from './workspace.ts';

/** A standing, and what else a glance at a prompt should tell. */
export interface KnownStanding extends Standing {
  /** Problems of severity error in the working copy. */
  readonly errors: number;
  /** When the provider stops serving the working copy's model, YYYY-MM-DD, if that is known. */
  readonly retires?: string;
}

export interface StandingChange {
  readonly project: Project;
  readonly id: string;
}

/**
 * How prompts stand against what is live, worked out in the background and only for those that somebody looks at:
 * one at a time, so that a tree of 500 prompts never keeps the extension host busy.
 */
export class Standings implements vscode.Disposable {
  readonly #workspace: PromptWorkspace;
  readonly #log: Log;
  readonly #known = new Map<string, KnownStanding>();
  readonly #wanted = new Map<string, StandingChange>();
  readonly #onDidChange = new vscode.EventEmitter<StandingChange>();
  readonly #subscriptions: vscode.Disposable;
  #isWorking = false;
  #isDisposed = false;

  readonly onDidChange = this.#onDidChange.event;

  constructor(workspace: PromptWorkspace, log: Log) {
    this.#workspace = workspace;
    this.#log = log;
    this.#subscriptions = vscode.Disposable.from(
      this.#onDidChange,
      workspace.onDidChangePrompt(({ project, id }) => this.update(project, id)),
      workspace.onDidChangeRegistry(({ project, id }) => this.updateAll(project, id)),
      workspace.onDidChangeProject(project => this.updateAll(project)),
    );
  }

  /** What is known by now; asks for it otherwise, and `onDidChange` tells when it is there. */
  get(project: Project, id: string): KnownStanding | undefined {
    const known = this.#known.get(keyOf(project, id));
    if (!known) this.#want(project, id);
    return known;
  }

  /**
   * Worked out now, for whoever can wait.
   * @throws PromptgateError what makes its file or its log unreadable; then nothing is known of it any more
   */
  async compute(project: Project, id: string): Promise<KnownStanding> {
    try {
      return await this.#compute(project, id);
    } catch (error) {
      if (this.#known.delete(keyOf(project, id))) this.#onDidChange.fire({ project, id });
      throw error;
    }
  }

  async #compute(project: Project, id: string): Promise<KnownStanding> {
    const path = await this.#workspace.pathOf(project, id);
    const copy = path === undefined ? undefined : await this.#workspace.workingCopy(vscode.Uri.file(path));
    const root = vscode.Uri.file(path ?? project.root);
    const standing: KnownStanding = {
      ...(await standingOf(project, id, copy, liveLabel(root))),
      errors: copy?.problems.filter(({ severity }) => severity === 'error').length ?? 0,
      retires: copy && project.lintModel(copy.parsed.prompt.model)?.retires,
    };
    const before = this.#known.get(keyOf(project, id));
    this.#known.set(keyOf(project, id), standing);
    if (JSON.stringify(standing) !== JSON.stringify(before)) this.#onDidChange.fire({ project, id });
    return standing;
  }

  /** Evals were run, or the prompt changed: what was known before stays until the new is there. */
  update(project: Project, id: string): void {
    if (this.#known.has(keyOf(project, id))) this.#want(project, id);
  }

  updateAll(project: Project, id?: string): void {
    if (id !== undefined) this.update(project, id);
    else {
      for (const [key, { id: known }] of this.#known) {
        // Other projects of the window may have prompts of the same id.
        if (key === keyOf(project, known)) this.update(project, known);
      }
    }
  }

  #want(project: Project, id: string): void {
    this.#wanted.set(keyOf(project, id), { project, id });
    if (!this.#isWorking) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (;;) {
      const [next] = this.#wanted;
      if (!next || this.#isDisposed) break;
      const [key, { project, id }] = next;
      this.#wanted.delete(key);
      try {
        await this.compute(project, id);
      } catch (error) {
        this.#log.warn(`standing of ${id}: ${detailOf(error)}`);
      }
      // Typing and other features come first.
      await new Promise<void>(done => setImmediate(done));
    }
    this.#isWorking = false;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#subscriptions.dispose();
  }
}

function keyOf(project: Project, id: string): string {
  return `${project.root}\n${id}`;
}
