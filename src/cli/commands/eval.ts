import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PromptgateError, isAbort, messageOf } from '../../errors.ts';
import { decideGate, toEvidence } from '../../evals/gate.ts';
import { erroredText, failureText } from '../../evals/summary.ts';
import { evaluateVersion, evaluateWorkingCopy, rowsFor } from '../../project/evaluate.ts';
import { findWorkingCopy, requireWholeSuite } from '../../project/workingCopy.ts';
import type { Project } from '../../project/project.ts';
import { labelPolicy } from '../../registry/policy.ts';
import type { CommandContext } from '../context.ts';
import { apiKeyNotes } from '../eval/apiKeyNotes.ts';
import { findBaseline } from '../eval/baseline.ts';
import { resultsTable } from '../eval/table.ts';
import { toJUnit } from '../eval/junit.ts';
import { toMarkdown } from '../eval/markdown.ts';
import { exitCodeOf, toData, totalsOf, type PromptResult } from '../eval/result.ts';
import { findProposal } from '../eval/proposal.ts';
import { selectTargets } from '../eval/select.ts';
import { toPlainProblem, type Outcome, type ProblemJson } from '../outcome.ts';
import { progressLine } from '../progress.ts';
import type { Target } from '../target.ts';

export interface EvalFlags {
  readonly all?: boolean;
  readonly changed?: string;
  readonly against?: string;
  readonly gate?: boolean;
  readonly model?: string;
  readonly suite?: 'frozen' | 'current';
  readonly fresh?: boolean;
  readonly concurrency?: number;
  readonly row?: readonly string[];
  readonly timeout?: number;
  readonly markdown?: string;
  readonly junit?: string;
}

export async function evaluate(
  context: CommandContext,
  args: readonly string[],
  flags: EvalFlags,
): Promise<Outcome> {
  const { io } = context;
  requireOneDocument(context, flags);
  const project = await context.soundProject();
  const targets = await selectTargets(context, args, flags);
  await requireRows(project, targets, flags);
  requireVersions(targets, flags.model);
  const progress = progressLine(io);
  const results: PromptResult[] = [];
  const began = io.now();
  for (const [index, target] of targets.entries()) {
    if (io.signal.aborted) break;
    const counter = targets.length > 1 ? `${index + 1}/${targets.length} ` : '';
    try {
      results.push(
        await evaluateOne(context, project, target, flags, (done, total) =>
          progress.show(`${counter}${target.id} ${done}/${total} …`),
        ),
      );
    } catch (error) {
      if (isAbort(error)) break;
      // One prompt that cannot be run does not stop the others.
      if (!(error instanceof PromptgateError) || targets.length === 1) throw error;
      results.push({ id: target.id, target, failure: error });
    }
  }
  progress.clear();
  const cancelled = io.signal.aborted;
  const totals = totalsOf(results, targets.length, io.now() - began);
  const unwritten = await writeSummaries(context, results, flags);
  const table = resultsTable(context.style, results, totals, { gate: flags.gate ?? false, cancelled });
  const exitCode = unwritten.length > 0 ? 2 : exitCodeOf(results, flags.gate ?? false);
  return {
    exitCode: cancelled ? 130 : exitCode,
    data: { cancelled, totals, prompts: results.map(toData) },
    problems: [...results.flatMap(result => problemsOf(context, result)), ...unwritten],
    // stdout is the summary's alone where that was asked for.
    text: takesStdout(flags) ? '' : table,
    notes: [
      ...(takesStdout(flags) ? [table] : []),
      ...unwritten.map(({ message }) => `promptgate: ${message}`),
      ...apiKeyNotes(project.config, results),
      ...(cancelled ? ['Stopped: the results above are partial.'] : []),
    ],
  };
}

async function evaluateOne(
  { io }: CommandContext,
  project: Project,
  target: Target,
  flags: EvalFlags,
  onProgress: (done: number, total: number) => void,
): Promise<PromptResult> {
  const options = {
    signal: io.signal,
    fresh: flags.fresh,
    concurrency: flags.concurrency,
    timeoutMs: flags.timeout === undefined ? undefined : flags.timeout * 1000,
    only: flags.row ? new Set(flags.row) : undefined,
    onRow: (_result: unknown, done: number, total: number) => onProgress(done, total),
  };
  if (target.kind === 'working-copy') requireWholeSuite(target.copy);
  const report =
    target.kind === 'working-copy'
      ? await evaluateWorkingCopy(project, target.copy, options)
      : await evaluateVersion(project, target.version, {
          ...options,
          model: flags.model ?? target.label?.model,
          parameters: target.label?.parameters,
          suiteOf: await suiteOf(project, target, flags),
        });
  const baseline = await findBaseline(project, target, flags.against, options);
  const prompt = target.kind === 'version' ? target.version.prompt : target.copy.parsed.prompt;
  const policy = labelPolicy(await project.policy(), flags.against ?? 'production');
  const gate = decideGate({
    evidence: toEvidence(report),
    digests: report.digests,
    evaluators: report.evaluators,
    passRate: Math.max(policy.passRate, prompt.gate?.passRate ?? 0),
    baseline: baseline?.evidence,
    now: io.now(),
  });
  return { id: target.id, target, report, gate, baseline, proposal: await findProposal(project, target) };
}

/** Two documents on stdout would be none that a machine can read. */
function requireOneDocument({ json }: CommandContext, { markdown, junit }: EvalFlags): void {
  if ([json ? '-' : undefined, markdown, junit].filter(file => file === '-').length < 2) return;
  throw new PromptgateError(
    'bad-arguments',
    json
      ? '--json has stdout for itself: give --markdown and --junit the name of a file.'
      : '--markdown and --junit cannot both be "-": give one of them the name of a file.',
  );
}

function takesStdout({ markdown, junit }: EvalFlags): boolean {
  return markdown === '-' || junit === '-';
}

/** The working copy whose rows a published version is to run; undefined: its own. */
async function suiteOf(project: Project, { id }: Target, { suite }: EvalFlags) {
  return suite === 'current' ? findWorkingCopy(project, id) : undefined;
}

/** A misspelt `--row` would run nothing and look fine. */
async function requireRows(project: Project, targets: readonly Target[], flags: EvalFlags): Promise<void> {
  if (flags.row === undefined) return;
  const known: string[] = [];
  for (const target of targets) {
    const rows =
      target.kind === 'working-copy'
        ? target.copy.rows
        : await rowsFor(project, target.version, await suiteOf(project, target, flags));
    known.push(...rows.map(({ id }) => id));
  }
  const unknown = flags.row.find(row => !known.includes(row));
  if (unknown === undefined) return;
  const names = [...new Set(known)].slice(0, 8);
  throw new PromptgateError(
    'unknown-row',
    `There is no row "${unknown}". Rows: ${names.join(', ') || 'none'}.`,
  );
}

/** A working copy says itself which model it runs on. */
function requireVersions(targets: readonly Target[], model: string | undefined): void {
  const copy = model === undefined ? undefined : targets.find(({ kind }) => kind === 'working-copy');
  if (!copy) return;
  throw new PromptgateError(
    'bad-arguments',
    `--model is for published versions, like ${copy.id}@1.0.0. For the working copy change "model:" in its file.`,
  );
}

/** Failing and errored rows as problems, for tools that annotate files. */
function problemsOf(
  context: CommandContext,
  { target, report, failure }: PromptResult,
): readonly ProblemJson[] {
  if (failure) return [toPlainProblem(failure.code, failure.message)];
  const file = target.kind === 'working-copy' ? context.display(target.copy.path) : null;
  return (report?.rows ?? []).flatMap(row => {
    if (row.verdict === 'errored') return [{ ...toPlainProblem('row-errored', erroredText(row)), file }];
    if (row.verdict !== 'failed') return [];
    return row.evaluators
      .filter(({ verdict }) => verdict === 'failed')
      .map(evaluator => ({ ...toPlainProblem('row-failed', failureText(row, evaluator)), file }));
  });
}

/** What cannot be written is a problem beside the results: they were paid for. */
async function writeSummaries(
  { cwd, io }: CommandContext,
  results: readonly PromptResult[],
  { markdown, junit }: EvalFlags,
): Promise<readonly ProblemJson[]> {
  const problems: ProblemJson[] = [];
  const write = async (file: string, text: string): Promise<void> => {
    if (file === '-') return io.stdout.write(`${text}\n`);
    try {
      await writeFile(resolve(cwd, file), text);
    } catch (error) {
      problems.push(toPlainProblem('cannot-write', `Cannot write ${file}: ${messageOf(error)}`));
    }
  };
  if (markdown !== undefined) await write(markdown, toMarkdown(results));
  if (junit !== undefined) await write(junit, toJUnit(results));
  return problems;
}
