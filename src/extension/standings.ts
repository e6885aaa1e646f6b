import * as vscode from 'vscode';
import { standingOf, type Standing } from '../project/standing.ts';
import type { Project } from '../project/project.ts';
import { detailOf, type Log } from './log.ts';
import { liveLabel, onDidChangeSetting } from './settings.ts';
import type { PromptWorkspace } from './workspace.ts';

/** A standing, and what else a glance at a prompt should tell. */
export interface KnownStanding extends Standing {
  /** Whether there is a working copy on the disk. */
  readonly hasFile: boolean;
  /** Problems of severity error in the working copy. */
  readonly errors: number;
  /** When the provider stops serving the working copy's model, YYYY-MM-DD, if that is known. */
  readonly retires?: string;
}

export interface StandingChange {
  readonly project: Project;
  readonly id: string;
}

interface Known extends StandingChange {
  readonly standing: KnownStanding;
}

/**
 * How prompts stand against what is live, worked out in the background and only for those that somebody looks at:
 * one at a time, so that a tree of 500 prompts never keeps the extension host busy.
 */
export class Standings implements vscode.Disposable {
  readonly #workspace: PromptWorkspace;
  readonly #log: Log;
  readonly #known = new Map<string, Known>();
  /** The newest computation of each prompt, while it is under way. */
  readonly #computing = new Map<string, symbol>();
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
      onDidChangeSetting('promptgate.gutter', () => {
        for (const { project, id } of this.#known.values()) this.#want(project, id);
      }),
    );
  }

  /** What is known by now; asks for it otherwise, and `onDidChange` tells when it is there. */
  get(project: Project, id: string): KnownStanding | undefined {
    const known = this.#known.get(keyOf(project, id));
    if (!known) this.#want(project, id);
    return known?.standing;
  }

  /**
   * Worked out now, for whoever can wait.
   * @throws PromptgateError what makes its file or its log unreadable; then nothing is known of it any more
   */
  async compute(project: Project, id: string): Promise<KnownStanding> {
    const key = keyOf(project, id);
    const turn = Symbol(key);
    this.#computing.set(key, turn);
    // Who began later knows more.
    const isNewest = (): boolean => this.#computing.get(key) === turn && this.#computing.delete(key);
    try {
      const standing = await this.#workOut(project, id);
      if (isNewest()) this.#learn({ project, id }, standing);
      return standing;
    } catch (error) {
      if (isNewest()) this.#learn({ project, id }, undefined);
      throw error;
    }
  }

  async #workOut(project: Project, id: string): Promise<KnownStanding> {
    const path = await this.#workspace.pathOf(project, id);
    const copy = path === undefined ? undefined : await this.#workspace.workingCopy(vscode.Uri.file(path));
    const root = vscode.Uri.file(path ?? project.root);
    return {
      ...(await standingOf(project, id, copy, liveLabel(root))),
      hasFile: copy !== undefined,
      errors: copy?.problems.filter(({ severity }) => severity === 'error').length ?? 0,
      retires: copy && project.lintModel(copy.parsed.prompt.model)?.retires,
    };
  }

  #learn(change: StandingChange, standing: KnownStanding | undefined): void {
    const key = keyOf(change.project, change.id);
    const before = this.#known.get(key)?.standing;
    if (standing) this.#known.set(key, { ...change, standing });
    else this.#known.delete(key);
    if (JSON.stringify(standing) !== JSON.stringify(before)) this.#onDidChange.fire(change);
  }

  /** Evals were run, or the prompt changed: what was known before stays until the new is there. */
  update(project: Project, id: string): void {
    const key = keyOf(project, id);
    // What is being worked out may have begun too early to know.
    if (this.#known.has(key) || this.#computing.has(key)) this.#want(project, id);
  }

  updateAll(project: Project, id?: string): void {
    if (id !== undefined) this.update(project, id);
    else {
      // Other projects of the window may have prompts of the same id.
      for (const known of this.#known.values()) {
        if (known.project.root === project.root) this.update(project, known.id);
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
