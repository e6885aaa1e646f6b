import * as vscode from 'vscode';
import { messageOf } from '../errors.ts';
import type { EvaluatorResult, RowResult } from '../evals/report.ts';
import type { EvalRow } from '../evals/rows.ts';
import { causeText, erroredText, formatScore, reportSummary, rowSummary } from '../evals/summary.ts';
import { render } from '../prompt/render.ts';
import type { EvalRun, RunOutcome } from './evalRun.ts';
import { failurePlace } from './rowPlaces.ts';
import { rowItemId, type TestTree } from './testTree.ts';

/** Where a run is recorded, and whether it is the recorder's to end. */
interface Target {
  readonly testRun: vscode.TestRun;
  readonly own: boolean;
}

/** Writes one eval run into a test run: states, messages, and the output that a person reads. */
export class TestRecorder {
  readonly #run: EvalRun;
  readonly #target: () => Target;
  readonly #rows: ReadonlyMap<string, EvalRow>;
  /** What happened before the items were there. */
  #waiting: (() => void)[] | undefined = [];
  #prompt: vscode.TestItem | undefined;
  #open: Target | undefined;

  constructor(run: EvalRun, target: () => Target) {
    this.#run = run;
    this.#target = target;
    this.#rows = new Map(run.copy.rows.map(row => [row.id, row]));
  }

  async begin(tree: TestTree): Promise<void> {
    this.#prompt = (await tree.readRows(this.#run.uri))?.item;
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    if (!this.#prompt) return;
    tree.showRows(this.#prompt, this.#run.copy);
    this.#open = this.#target();
    const { only } = this.#run.request;
    for (const { id } of this.#run.copy.rows) {
      const item = this.#item(id);
      if (item && (!only || only.has(id))) this.#open.testRun.enqueued(item);
    }
    for (const happen of waiting) happen();
  }

  rowStarted(id: string): void {
    this.#when(testRun => {
      const item = this.#item(id);
      if (item) testRun.started(item);
    });
  }

  rowFinished(result: RowResult): void {
    this.#when(testRun => {
      const item = this.#item(result.id);
      if (!item) return;
      this.#write(testRun, this.#describe(result), item);
      const duration = result.cached ? undefined : result.latencyMs;
      if (result.verdict === 'passed') testRun.passed(item, duration);
      else if (result.verdict === 'skipped') testRun.skipped(item);
      else if (result.verdict === 'failed') testRun.failed(item, this.#failures(result, item), duration);
      else
        testRun.errored(
          item,
          this.#at(item, result.id, new vscode.TestMessage(erroredText(result))),
          duration,
        );
    });
  }

  end(outcome: RunOutcome | undefined): void {
    this.#when((testRun, own) => {
      if (outcome && 'report' in outcome && outcome.report) {
        const stopped = outcome.kind === 'stopped' ? ` (${outcome.reason})` : '';
        this.#write(testRun, `${this.#run.copy.id}: ${reportSummary(outcome.report)}${stopped}\n`);
      }
      if (this.#prompt && outcome?.kind === 'finished' && outcome.report.unreadable.length > 0) {
        const lines = outcome.report.unreadable.map(
          ({ file, line, message }) => `${file}:${line}: ${message}`,
        );
        testRun.errored(this.#prompt, new vscode.TestMessage(lines.join('\n')));
      }
      if (!outcome && this.#prompt) {
        testRun.errored(this.#prompt, new vscode.TestMessage(`${this.#run.copy.id} could not be evaluated.`));
      }
      if (own) testRun.end();
    });
  }

  #when(happen: (testRun: vscode.TestRun, own: boolean) => void): void {
    const act = (): void => {
      if (this.#open) happen(this.#open.testRun, this.#open.own);
    };
    if (this.#waiting) this.#waiting.push(act);
    else act();
  }

  #item(row: string): vscode.TestItem | undefined {
    return this.#prompt?.children.get(rowItemId(this.#run.uri, row));
  }

  /** The output is a terminal: it wants carriage returns. */
  #write(testRun: vscode.TestRun, text: string, item?: vscode.TestItem): void {
    testRun.appendOutput(text.replace(/\r?\n/g, '\r\n'), undefined, item);
  }

  /** What was asked, what came, and what each evaluator made of it. */
  #describe(result: RowResult): string {
    const lines = [`▸ ${this.#run.copy.id} · ${result.id}: ${result.verdict} · ${rowSummary(result)}`];
    for (const { role, content } of this.#messages(result.id)) {
      lines.push(indent(`${role}: ${typeof content === 'string' ? content : JSON.stringify(content)}`));
    }
    if (result.output !== undefined) lines.push(indent(`→ ${result.output}`));
    if (result.error) lines.push(indent(`! ${causeText(result.error)}`));
    for (const evaluator of result.evaluators) lines.push(indent(evaluatorLine(evaluator)));
    return `${lines.join('\n')}\n\n`;
  }

  #failures(result: RowResult, item: vscode.TestItem): readonly vscode.TestMessage[] {
    return result.evaluators
      .filter(({ verdict }) => verdict === 'failed')
      .map(({ name, uses, message, expected, actual, index }) => {
        const text = `${name}: ${message} (${uses})`;
        // Only an evaluator's own two texts: VS Code shows them in place of the message.
        const both = expected !== undefined && actual !== undefined;
        const told = both ? vscode.TestMessage.diff(text, expected, actual) : new vscode.TestMessage(text);
        return this.#at(item, result.id, told, index);
      });
  }

  #at(
    item: vscode.TestItem,
    id: string,
    message: vscode.TestMessage,
    evaluator?: number | 'row',
  ): vscode.TestMessage {
    const row = this.#rows.get(id);
    if (!row || !item.uri || !item.range) return message;
    const anchor = new vscode.Location(item.uri, item.range);
    message.location = failurePlace(this.#run.copy, row, {
      anchor,
      ...(evaluator === undefined ? {} : { evaluator }),
    });
    return message;
  }

  #messages(id: string): readonly { readonly role: string; readonly content: unknown }[] {
    const row = this.#rows.get(id);
    if (!row) return [];
    try {
      return render(this.#run.copy.parsed.prompt, row.values);
    } catch (error) {
      return [{ role: 'cannot be rendered', content: messageOf(error) }];
    }
  }
}

const marks: Readonly<Record<EvaluatorResult['verdict'], string>> = {
  passed: '✓',
  failed: '✗',
  errored: '!',
  skipped: '-',
};

function evaluatorLine({ verdict, name, uses, score, threshold, message, error }: EvaluatorResult): string {
  const measured =
    score === undefined
      ? ''
      : ` ${formatScore(score)}${threshold === undefined ? '' : ` of ${formatScore(threshold)}`}`;
  return `${marks[verdict]} ${name} (${uses})${measured}: ${error ? causeText(error) : message}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}
