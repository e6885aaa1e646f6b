import type { EvalOptions } from '../evals/run.ts';
import type { Report } from '../evals/report.ts';
import type { ModelParameters } from '../prompt/prompt.ts';
import type { Version } from '../registry/store.ts';
import type { Project } from './project.ts';
import type { WorkingCopy } from './workingCopy.ts';

export type EvaluateOptions = Omit<EvalOptions, 'cache' | 'now' | 'price'>;

/** What a run would cost, before it starts. */
export interface Estimate {
  readonly rows: number;
  /** US dollars; undefined = unknown; 0 = nothing to pay. */
  readonly cost?: number;
  readonly scripted: boolean;
}

export function estimate(_project: Project, _copy: WorkingCopy): Promise<Estimate> {
  throw new Error('not built yet');
}

/** Runs the suite and keeps the report; a whole run becomes evidence. @throws PromptgateError `not-evaluable`, `no-model` */
export function evaluateWorkingCopy(
  _project: Project,
  _copy: WorkingCopy,
  _options?: EvaluateOptions,
): Promise<Report> {
  throw new Error('not built yet');
}

/** The same for a published version on its own frozen suite, as a label with this override would serve it. */
export function evaluateVersion(
  _project: Project,
  _version: Version,
  _options?: EvaluateOptions & { readonly model?: string; readonly parameters?: ModelParameters },
): Promise<Report> {
  throw new Error('not built yet');
}
