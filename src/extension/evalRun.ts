import type * as vscode from 'vscode';
import { sameDigests } from '../evals/latest.ts';
import type { Report, RowResult } from '../evals/report.ts';
import type { Project } from '../project/project.ts';
import type { WorkingCopy } from '../project/workingCopy.ts';

/** Who asked: a save never interrupts the user, a command may. */
export type RunReason = 'save' | 'command' | 'test';

export interface RunRequest {
  /** The prompt file. */
  readonly uri: vscode.Uri;
  readonly reason: RunReason;
  /** Ids of the rows to run; default all. */
  readonly only?: ReadonlySet<string>;
  /** Asks the model again where an answer is known. */
  readonly fresh?: boolean;
  readonly ignoreBudget?: boolean;
  readonly signal?: AbortSignal;
  /** The test run that shows it; without, one is made. */
  readonly testRun?: vscode.TestRun;
}

/** Why a run ended without a whole report. */
export type StopReason = 'cancelled' | 'superseded' | 'budget';

export type RunOutcome =
  | { readonly kind: 'finished'; readonly report: Report }
  | { readonly kind: 'stopped'; readonly reason: StopReason; readonly report?: Report }
  | { readonly kind: 'over-budget'; readonly why: string }
  | { readonly kind: 'no-rows' };

/** A run under way. */
export class EvalRun {
  readonly request: RunRequest;
  readonly project: Project;
  /** The text that is being evaluated. */
  readonly copy: WorkingCopy;
  /** Rows that will run. */
  readonly total: number;
  /** Rows that have a result. */
  done = 0;
  /** Known spending of this run, US dollars. */
  dollars = 0;
  /** What became of it; never rejects but for a failure that the user must see. */
  outcome: Promise<RunOutcome> | undefined;
  readonly #controller = new AbortController();
  #stopped: StopReason | undefined;

  constructor(request: RunRequest, project: Project, copy: WorkingCopy) {
    this.request = request;
    this.project = project;
    this.copy = copy;
    this.total = request.only ? copy.rows.filter(({ id }) => request.only?.has(id)).length : copy.rows.length;
    if (request.signal?.aborted) this.stop('cancelled');
    request.signal?.addEventListener('abort', () => this.stop('cancelled'), { once: true });
  }

  get uri(): vscode.Uri {
    return this.request.uri;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get stopped(): StopReason | undefined {
    return this.#stopped;
  }

  /** Whether its result will be what another request asks for. */
  covers(request: RunRequest, copy: WorkingCopy): boolean {
    const whole = !this.request.only && !request.only && !request.fresh;
    return whole && !this.#stopped && sameDigests(this.copy.digests, copy.digests);
  }

  /** The first reason counts. */
  stop(reason: StopReason): void {
    this.#stopped ??= reason;
    this.#controller.abort();
  }
}

/** A row of a run that has just got its result. */
export interface RowEvent {
  readonly run: EvalRun;
  readonly result: RowResult;
}
