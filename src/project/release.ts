import type { Bump } from '../prompt/bump.ts';
import type { PromptChange } from '../prompt/diff.ts';
import type { GateDecision } from '../evals/gate.ts';
import type { ModelParameters } from '../prompt/prompt.ts';
import type { MovePlan } from '../registry/label.ts';
import type { PublishPlan } from '../registry/publish.ts';
import type { PromptState, Version } from '../registry/store.ts';
import type { Project } from './project.ts';
import type { WorkingCopy } from './workingCopy.ts';

export interface PublishOptions {
  readonly message: string;
  readonly bump?: Bump;
  readonly override?: string;
}

/** What publishing the working copy would do. Refusals are in the plan, not thrown. */
export function planPublishOf(
  _project: Project,
  _copy: WorkingCopy,
  _options: PublishOptions,
): Promise<PublishPlan> {
  throw new Error('not built yet');
}

export interface MoveOptions {
  readonly message?: string;
  readonly model?: string;
  readonly parameters?: ModelParameters;
  readonly confirm?: string;
}

export function planPromoteOf(
  _project: Project,
  _id: string,
  _version: string,
  _label: string,
  _options?: MoveOptions,
): Promise<MovePlan> {
  throw new Error('not built yet');
}

/** To `version`, else to what the label served before. */
export function planRollbackOf(
  _project: Project,
  _id: string,
  _label: string,
  _options?: MoveOptions & { readonly version?: string },
): Promise<MovePlan> {
  throw new Error('not built yet');
}

/** Rollback as a new version: the old content through the same gate. */
export function planRollbackAsNewVersion(
  _project: Project,
  _id: string,
  _label: string,
  _options: PublishOptions & { readonly version?: string },
): Promise<PublishPlan> {
  throw new Error('not built yet');
}

/** How a prompt stands: what trees, CodeLenses and `list` show. */
export interface Standing {
  readonly id: string;
  readonly state: PromptState;
  /** Of the working copy against the label; undefined: no working copy, or nothing on that label. */
  readonly notLive?: readonly PromptChange[];
  /** Of the working copy's present digests. */
  readonly gate?: GateDecision;
}

/** @param label what "live" means: `production` by default, else the highest version if no label has that name */
export function standingOf(
  _project: Project,
  _id: string,
  _copy: WorkingCopy | undefined,
  _label?: string,
): Promise<Standing> {
  throw new Error('not built yet');
}

/** The version that a label serves, or that has this number, or the highest. */
export function findVersion(
  _project: Project,
  _id: string,
  _versionOrLabel?: string,
): Promise<Version | undefined> {
  throw new Error('not built yet');
}
