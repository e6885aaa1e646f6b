import { PromptgateError } from '../errors.ts';
import { estimateRun, priceOf } from '../evals/price.ts';
import { collectRows, type DatasetFile, type EvalRow } from '../evals/rows.ts';
import { runEvals, type EvalOptions } from '../evals/run.ts';
import type { Report } from '../evals/report.ts';
import { targetDigest } from '../prompt/digest.ts';
import type { ModelParameters, Prompt } from '../prompt/prompt.ts';
import { targetOnLabel } from '../registry/label.ts';
import type { Version } from '../registry/store.ts';
import type { Project } from './project.ts';
import { requireDigests, requireWholeSuite, type WorkingCopy } from './workingCopy.ts';

export type EvaluateOptions = Omit<EvalOptions, 'cache' | 'now' | 'price'>;

/** What a run would cost, before it starts. */
export interface Estimate {
  readonly rows: number;
  /** US dollars; undefined = unknown; 0 = nothing to pay. */
  readonly cost?: number;
  readonly scripted: boolean;
}

export function estimate(project: Project, copy: WorkingCopy): Promise<Estimate> {
  const { id, parsed, rows, target } = copy;
  return estimateOf(project, { id, prompt: parsed.prompt, rows, model: target.model });
}

/** The same for a published version, as a label would serve it. */
export async function estimateVersion(
  project: Project,
  version: Version,
  served: AsServed = {},
): Promise<Estimate> {
  const { prompt, rows } = await suiteFor(project, version, served.suiteOf);
  return estimateOf(project, { id: version.id, prompt, rows, model: targetOnLabel(version, served).model });
}

async function estimateOf(
  project: Project,
  run: {
    readonly id: string;
    readonly prompt: Prompt;
    readonly rows: readonly EvalRow[];
    readonly model: string | undefined;
  },
): Promise<Estimate> {
  const { id, prompt, model } = run;
  const rows = run.rows.length;
  if (model === undefined) return { rows, scripted: false };
  const { ref } = project.resolveModel(model);
  const { cost, scripted } = await estimateRun({
    prompt,
    rows: run.rows,
    ref,
    history: await project.latestReport(id),
    resolveRef: reference => project.resolveRef(reference),
    isScripted: reference => project.isScripted(reference),
  });
  return { rows, cost, scripted };
}

/** Runs the suite and keeps the report; a whole run becomes evidence. @throws PromptgateError `not-evaluable`, `no-model` */
export async function evaluateWorkingCopy(
  project: Project,
  copy: WorkingCopy,
  options: EvaluateOptions = {},
): Promise<Report> {
  const digests = requireDigests(copy);
  const report = await runEvals(
    {
      id: copy.id,
      prompt: copy.parsed.prompt,
      target: copy.target,
      digests,
      rows: copy.rows,
      unreadable: copy.unreadable,
      resolveModel: reference => project.resolveModel(reference),
    },
    await withProject(project, options),
  );
  await project.saveReport(report, true);
  return report;
}

/** How a label would serve a version, and on which suite its policy wants it tried. */
export interface AsServed {
  readonly model?: string;
  readonly parameters?: ModelParameters;
  /** The working copy whose rows and evaluators to use; default: the version's own, frozen ones. */
  readonly suiteOf?: WorkingCopy;
}

/** The same for a published version, as a label with this override would serve it. */
export async function evaluateVersion(
  project: Project,
  version: Version,
  options: EvaluateOptions & AsServed = {},
): Promise<Report> {
  const { model, parameters, suiteOf, ...run } = options;
  const target = targetOnLabel(version, { model: project.resolveRef(model), parameters });
  const { prompt, rows, unreadable, suite } = await suiteFor(project, version, suiteOf);
  const report = await runEvals(
    {
      id: version.id,
      prompt,
      target,
      digests: { content: version.digests.content, target: targetDigest(target), suite },
      rows,
      unreadable,
      resolveModel: reference => project.resolveModel(reference),
    },
    await withProject(project, run),
  );
  await project.saveReport(report, false);
  return report;
}

/** The rows of a version's own suite, or of a working copy's. */
export async function rowsFor(
  project: Project,
  version: Version,
  suiteOf: WorkingCopy | undefined,
): Promise<readonly EvalRow[]> {
  return (await suiteFor(project, version, suiteOf)).rows;
}

/** What a version is tried on: its own rows and evaluators, or those of a working copy. */
async function suiteFor(project: Project, version: Version, suiteOf: WorkingCopy | undefined) {
  if (!suiteOf) {
    const collected = await collectRows(version.prompt, await frozenDatasets(project, version));
    return { prompt: version.prompt, suite: version.digests.suite, ...collected };
  }
  const { suite } = requireWholeSuite(suiteOf);
  const { testData, datasets, evaluators } = suiteOf.parsed.prompt;
  const prompt: Prompt = { ...version.prompt, testData, datasets, evaluators };
  return { prompt, suite, ...(await collectRows(prompt, suiteOf.datasets)) };
}

/** @throws PromptgateError `damaged` when the registry lost one */
export async function frozenDatasets(project: Project, version: Version): Promise<readonly DatasetFile[]> {
  return Promise.all(
    version.datasets.map(async ({ path, digest }) => {
      const text = await project.store.readDataset(digest);
      if (text === undefined)
        throw new PromptgateError(
          'damaged',
          `Dataset ${path} of ${version.id} ${version.version} is missing from the registry (${digest.slice(0, 12)}). "promptgate verify" tells more.`,
        );
      return { path, text };
    }),
  );
}

async function withProject(project: Project, options: EvaluateOptions): Promise<EvalOptions> {
  return { ...options, cache: project.cache, now: () => project.host.now(), price: await priceOf() };
}
