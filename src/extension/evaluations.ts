import * as vscode from 'vscode';
import { isAbort, PromptgateError } from '../errors.ts';
import { isUpToDate, sameDigests, withReport, type LatestRow, type LatestRows } from '../evals/latest.ts';
import type { Digests, Report, RowResult } from '../evals/report.ts';
import type { EvalRow } from '../evals/rows.ts';
import { plural } from '../evals/summary.ts';
import { estimate, evaluateWorkingCopy } from '../project/evaluate.ts';
import type { Project } from '../project/project.ts';
import type { WorkingCopy } from '../project/workingCopy.ts';
import { EvalRun, type RowEvent, type RunOutcome, type RunRequest } from './evalRun.ts';
import { detailOf, type Log } from './log.ts';
import { Spending } from './spending.ts';
import { requireSoundConfig } from './subject.ts';
import type { OpenPrompt, PromptWorkspace } from './workspace.ts';

/** What is known of a prompt's rows, and of which text. */
export interface PromptResults {
  readonly uri: vscode.Uri;
  readonly id: string;
  readonly project: Project;
  readonly rows: LatestRows;
  /** Digests of the text as it is now; rows with others are outdated. Undefined: it cannot be read. */
  readonly now: Digests | undefined;
  /** Of the last run that came to an end. */
  readonly report?: Report;
}

/** What the status bar says of a prompt besides its results. */
export interface RunStatus {
  readonly kind: 'over-budget' | 'cancelled' | 'not-run';
  readonly why: string;
}

/** Rows come in one by one, thousands of them: they are added, not copied. */
interface HeldResults extends PromptResults {
  readonly rows: Map<string, LatestRow>;
}

/** The one owner of eval runs and their results: one run per prompt at a time, the newest result per row. */
export class Evaluations implements vscode.Disposable {
  readonly #workspace: PromptWorkspace;
  /** Money spent in this window and today. */
  readonly spending: Spending;
  readonly #log: Log;
  readonly #runs = new Map<string, EvalRun>();
  readonly #results = new Map<string, HeldResults>();
  readonly #statuses = new Map<string, RunStatus>();
  /** Prompts whose last report was looked for on the disk. */
  readonly #restored = new Set<string>();

  readonly #onDidStartRun = new vscode.EventEmitter<EvalRun>();
  readonly #onDidStartRow = new vscode.EventEmitter<{ readonly run: EvalRun; readonly row: EvalRow }>();
  readonly #onDidFinishRow = new vscode.EventEmitter<RowEvent>();
  readonly #onDidFinishRun = new vscode.EventEmitter<{
    readonly run: EvalRun;
    readonly outcome?: RunOutcome;
  }>();
  readonly #onDidChangeResults = new vscode.EventEmitter<vscode.Uri>();
  readonly #onDidOutdate = new vscode.EventEmitter<vscode.Uri>();
  readonly #subscriptions: vscode.Disposable;

  readonly onDidStartRun = this.#onDidStartRun.event;
  readonly onDidStartRow = this.#onDidStartRow.event;
  readonly onDidFinishRow = this.#onDidFinishRow.event;
  /** Without an outcome: it failed, and whoever asked was told. */
  readonly onDidFinishRun = this.#onDidFinishRun.event;
  /** Results, their being outdated, or the status of this prompt. */
  readonly onDidChangeResults = this.#onDidChangeResults.event;
  /** An edit made the results of this prompt outdated. */
  readonly onDidOutdate = this.#onDidOutdate.event;

  constructor(workspace: PromptWorkspace, memory: vscode.Memento, log: Log) {
    this.#workspace = workspace;
    this.spending = new Spending(memory);
    this.#log = log;
    this.#subscriptions = vscode.Disposable.from(
      this.#onDidStartRun,
      this.#onDidStartRow,
      this.#onDidFinishRow,
      this.#onDidFinishRun,
      this.#onDidChangeResults,
      this.#onDidOutdate,
      workspace.onDidChangePrompt(open => void this.#promptChanged(open)),
      workspace.onDidChangeProject(project => void this.#projectChanged(project)),
    );
    for (const open of workspace.prompts) void this.#promptChanged(open);
  }

  /** Runs under way. */
  get runs(): Iterable<EvalRun> {
    return this.#runs.values();
  }

  running(uri: vscode.Uri): EvalRun | undefined {
    return this.#runs.get(uri.toString());
  }

  results(uri: vscode.Uri): PromptResults | undefined {
    return this.#results.get(uri.toString());
  }

  allResults(): Iterable<PromptResults> {
    return this.#results.values();
  }

  status(uri: vscode.Uri): RunStatus | undefined {
    return this.#statuses.get(uri.toString());
  }

  /** Whether every row has a result of just this text. */
  isUpToDate(uri: vscode.Uri, copy: WorkingCopy): boolean {
    const results = this.results(uri);
    return results !== undefined && isUpToDate(results.rows, copy);
  }

  /**
   * Evaluates a prompt's text as it is now. Stops a run of an older text, joins one of the same.
   * @throws PromptgateError `untrusted`, `bad-config`, or what makes the prompt not evaluable
   */
  async run(request: RunRequest): Promise<RunOutcome> {
    requireTrust('Evals');
    const project = await this.#workspace.projectOf(request.uri);
    requireSoundConfig(project);
    const copy = await this.#workspace.workingCopy(request.uri);
    const key = request.uri.toString();
    if (copy.rows.length === 0 && copy.unreadable.length === 0 && copy.parsed.complete) {
      this.#setStatus(request.uri, { kind: 'not-run', why: 'no rows to run' });
      return { kind: 'no-rows' };
    }
    const why = request.ignoreBudget ? undefined : await this.#overBudget(project, copy, request);
    if (why !== undefined) {
      this.#setStatus(request.uri, { kind: 'over-budget', why });
      return { kind: 'over-budget', why };
    }
    // No await from here to the new entry: of two callers the second meets the first.
    const active = this.#runs.get(key);
    if (active?.outcome && active.covers(request, copy)) {
      request.signal?.addEventListener('abort', () => active.stop('cancelled'), { once: true });
      return active.outcome;
    }
    active?.stop('superseded');
    const run = new EvalRun(request, project, copy);
    this.#runs.set(key, run);
    this.#statuses.delete(key);
    this.#results.set(key, {
      uri: request.uri,
      id: copy.id,
      project,
      rows: this.#results.get(key)?.rows ?? new Map(),
      now: copy.digests,
      report: this.#results.get(key)?.report,
    });
    run.outcome = this.#carryOut(run);
    return run.outcome;
  }

  cancel(uri?: vscode.Uri): void {
    for (const run of this.#runs.values()) {
      if (!uri || run.uri.toString() === uri.toString()) run.stop('cancelled');
    }
  }

  async #carryOut(run: EvalRun): Promise<RunOutcome> {
    const key = run.uri.toString();
    let outcome: RunOutcome | undefined;
    this.#onDidStartRun.fire(run);
    try {
      const report = await evaluateWorkingCopy(run.project, run.copy, {
        signal: run.signal,
        ...(run.request.only ? { only: run.request.only } : {}),
        ...(run.request.fresh ? { fresh: true } : {}),
        onRowStart: row => this.#onDidStartRow.fire({ run, row }),
        onRow: (result, done) => this.#rowDone(run, result, done),
      });
      outcome =
        run.stopped && report.cancelled
          ? { kind: 'stopped', reason: run.stopped, report }
          : { kind: 'finished', report };
      if (run.stopped !== 'superseded') this.#keep(run, report);
      return outcome;
    } catch (error) {
      if (isAbort(error) && run.stopped) return (outcome = { kind: 'stopped', reason: run.stopped });
      const why = error instanceof PromptgateError ? error.message : 'it failed unexpectedly: see the log';
      this.#statuses.set(key, { kind: 'not-run', why });
      throw error;
    } finally {
      if (this.#runs.get(key) === run) this.#runs.delete(key);
      const why = `stopped after ${run.done} of ${plural(run.total, 'row')}`;
      const reason = outcome?.kind === 'stopped' ? outcome.reason : undefined;
      if (reason === 'budget') this.#statuses.set(key, { kind: 'over-budget', why });
      if (reason === 'cancelled') this.#statuses.set(key, { kind: 'cancelled', why });
      await this.spending.pay(run.dollars).catch((error: unknown) => {
        this.#log.warn(`spending could not be kept: ${detailOf(error)}`);
      });
      this.#onDidFinishRun.fire({ run, outcome });
      this.#onDidChangeResults.fire(run.uri);
    }
  }

  #rowDone(run: EvalRun, result: RowResult, done: number): void {
    run.dollars += result.cost ?? 0;
    if (run.stopped === 'superseded') return;
    run.done = done;
    const underWay = [...this.#runs.values()].reduce((sum, { dollars }) => sum + dollars, 0);
    if (!run.request.ignoreBudget && this.spending.exceeded(run.project, run.dollars, underWay))
      run.stop('budget');
    const { digests } = run.copy;
    if (digests) this.#results.get(run.uri.toString())?.rows.set(result.id, { result, digests });
    this.#onDidFinishRow.fire({ run, result });
    this.#onDidChangeResults.fire(run.uri);
  }

  #keep(run: EvalRun, report: Report): void {
    const key = run.uri.toString();
    const before = this.#results.get(key);
    if (!before) return;
    const rows = new Map(withReport(before.rows, report));
    this.#results.set(key, { ...before, rows, report: report.cancelled ? before.report : report });
  }

  async #overBudget(
    project: Project,
    copy: WorkingCopy,
    { uri, only }: RunRequest,
  ): Promise<string | undefined> {
    const { budget } = project.config.evals;
    if (budget.run === undefined && budget.day === undefined) return undefined;
    const whole = await estimate(project, copy).catch((error: unknown) => {
      const why = error instanceof PromptgateError ? error.message : 'its cost cannot be estimated';
      this.#statuses.set(uri.toString(), { kind: 'not-run', why });
      throw error;
    });
    const share = only ? only.size / Math.max(1, copy.rows.length) : 1;
    return this.spending.overBudget(project, { ...whole, cost: whole.cost && whole.cost * share });
  }

  #setStatus(uri: vscode.Uri, status: RunStatus): void {
    this.#statuses.set(uri.toString(), status);
    this.#onDidChangeResults.fire(uri);
  }

  async #promptChanged(open: OpenPrompt): Promise<void> {
    const { uri } = open.document;
    try {
      await this.#restore(open);
      await this.#compare(uri);
    } catch (error) {
      this.#log.debug(`${uri.toString()}: ${detailOf(error)}`);
    }
  }

  #forget(uri: vscode.Uri): void {
    this.#runs.get(uri.toString())?.stop('cancelled');
    this.#results.delete(uri.toString());
    this.#statuses.delete(uri.toString());
    this.#restored.delete(uri.toString());
    this.#onDidChangeResults.fire(uri);
  }

  async #projectChanged(project: Project): Promise<void> {
    for (const results of this.#results.values()) {
      if (results.project.root !== project.root) continue;
      await this.#compare(results.uri).catch((error: unknown) => {
        this.#log.debug(`${results.uri.toString()}: ${detailOf(error)}`);
        // Gone, and nobody else could take back what is said of it.
        if (error instanceof PromptgateError && error.code === 'cannot-read') this.#forget(results.uri);
      });
    }
  }

  /** Shows the results of an earlier session again if they are of just this text. */
  async #restore({ document, project, id }: OpenPrompt): Promise<void> {
    const key = document.uri.toString();
    if (this.#restored.has(key) || this.#results.has(key)) return;
    this.#restored.add(key);
    const report = await project.latestReport(id);
    const { digests } = await this.#workspace.workingCopy(document.uri);
    if (!report || this.#results.has(key) || !sameDigests(report.digests, digests)) return;
    this.#results.set(key, {
      uri: document.uri,
      id,
      project,
      rows: new Map(withReport(new Map(), report)),
      now: digests,
      report: report.cancelled ? undefined : report,
    });
    this.#onDidChangeResults.fire(document.uri);
  }

  /** Sees whether the results are still of the text as it is now. */
  async #compare(uri: vscode.Uri): Promise<void> {
    if (!this.#results.has(uri.toString())) return;
    const copy = await this.#workspace.workingCopy(uri);
    const results = this.#results.get(uri.toString());
    if (!results) return;
    const wasCurrent = hasCurrent(results);
    const next: HeldResults = { ...results, id: copy.id, now: copy.digests };
    this.#results.set(uri.toString(), next);
    this.#onDidChangeResults.fire(uri);
    if (wasCurrent && !hasCurrent(next)) this.#onDidOutdate.fire(uri);
  }

  dispose(): void {
    this.cancel();
    this.#subscriptions.dispose();
  }
}

function hasCurrent({ rows, now }: PromptResults): boolean {
  for (const { digests } of rows.values()) if (sameDigests(digests, now)) return true;
  return false;
}

/** @throws PromptgateError `untrusted` */
export function requireTrust(what: string): void {
  if (vscode.workspace.isTrusted) return;
  throw new PromptgateError(
    'untrusted',
    `${what} need a trusted workspace: they call model endpoints and read files that this folder names. Lint, preview and diff work without.`,
  );
}
