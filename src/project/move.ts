import { PromptgateError } from '../errors.ts';
import { implementationVersions } from '../evals/evaluators/index.ts';
import type { Digests, Evidence } from '../evals/report.ts';
import { targetDigest, type Target } from '../prompt/digest.ts';
import type { ModelParameters } from '../prompt/prompt.ts';
import {
  labelOf,
  overrideAfter,
  pointersOf,
  samePointer,
  targetOnLabel,
  type Override,
} from '../registry/label.ts';
import type { MovePlan, MoveRequest } from '../registry/move.ts';
import { planPromote } from '../registry/promote.ts';
import { planRemoveLabel, type RemoveLabelPlan } from '../registry/removeLabel.ts';
import { planRollback, previousPointer } from '../registry/rollback.ts';
import { labelPolicy, type LabelPolicy } from '../registry/policy.ts';
import type { Label, ReleaseEvent, Version } from '../registry/store.ts';
import type { AsServed } from './evaluate.ts';
import type { Project } from './project.ts';
import { evidenceFor } from './proof.ts';
import { readLog, requireVersion } from './versions.ts';
import { unknownPrompt } from './promptIndex.ts';
import { findWorkingCopy, requireWholeSuite } from './workingCopy.ts';

export interface MoveOptions {
  readonly message?: string;
  readonly model?: string;
  readonly parameters?: ModelParameters;
  readonly confirm?: string;
}

/**
 * What promoting would do. Refusals are in the plan.
 * @throws PromptgateError `unknown-prompt`, `unknown-version`; `not-evaluable` where the policy asks for the rows of
 * today and they cannot be read
 */
export async function planPromoteOf(
  project: Project,
  id: string,
  version: string,
  label: string,
  options: MoveOptions = {},
): Promise<MovePlan> {
  const request = await moveRequest(project, id, label, version, options);
  return planPromote({ ...request, ...(await proofFor(project, request)) });
}

/** To `version`, else to what the label served before. @throws PromptgateError `unknown-version`, `nothing-before` */
export async function planRollbackOf(
  project: Project,
  id: string,
  label: string,
  options: MoveOptions & { readonly version?: string } = {},
): Promise<MovePlan> {
  const target = await rollbackTarget(project, id, label, options.version);
  return planRollback(await moveRequest(project, id, label, target, options));
}

/** Whoever asks for the label gets nothing afterwards. Refusals are in the plan. */
export async function planRemoveLabelOf(
  project: Project,
  id: string,
  label: string,
  options: Pick<MoveOptions, 'message' | 'confirm'> = {},
): Promise<RemoveLabelPlan> {
  return planRemoveLabel({
    state: await project.store.readState(id),
    label,
    policy: await project.policy(),
    confirm: options.confirm,
    message: options.message ?? '',
    author: await project.host.author(project.root),
    now: project.host.now(),
    eventId: project.host.randomId(),
  });
}

/** Where a rollback goes: the version given, else what the label served before. @throws PromptgateError `nothing-before` */
export async function rollbackTarget(
  project: Project,
  id: string,
  label: string,
  version: string | undefined,
): Promise<string> {
  if (version !== undefined) return version;
  const log = await readLog(project, id);
  if (log.length === 0)
    throw unknownPrompt(
      id,
      (await project.store.list()).map(summary => summary.id),
    );
  const target = previousPointer(log, label);
  if (!target) throw nothingBefore(log, id, label);
  return target.version;
}

function nothingBefore(log: readonly ReleaseEvent[], id: string, label: string): PromptgateError {
  const now = labelOf(log.at(-1)?.labels ?? {}, label);
  if (!now) return new PromptgateError('nothing-before', `${id} has no label "${label}".`);
  const { version } = now;
  const before = pointersOf(log, label).every(pointer => samePointer(pointer, now))
    ? `has only ever served ${version}`
    : `is on ${version}, before which it served nothing`;
  return new PromptgateError(
    'nothing-before',
    `${label} of ${id} ${before}: there is nothing to roll back to.`,
  );
}

async function moveRequest(
  project: Project,
  id: string,
  label: string,
  to: string,
  options: MoveOptions,
): Promise<MoveRequest> {
  const [author, state, log, policy] = await Promise.all([
    // First: git answers in a process of its own, while the log is read here.
    project.host.author(project.root),
    project.store.readState(id),
    readLog(project, id),
    project.policy(),
  ]);
  if (log.length === 0)
    throw unknownPrompt(
      id,
      (await project.store.list()).map(summary => summary.id),
    );
  const version = await requireVersion(project, id, to);
  const live = labelOf(state.labels, label);
  const from = live && (await project.store.readVersion(id, live.version));
  const asked: Override = { model: project.resolveRef(options.model), parameters: options.parameters };
  return {
    state,
    log,
    label,
    to: version,
    from,
    digests: version.digests,
    evaluators: implementationVersions(version.prompt),
    ...asked,
    policy,
    confirm: options.confirm,
    message: options.message ?? '',
    author,
    now: project.host.now(),
    eventId: project.host.randomId(),
  };
}

/** What a promotion must show. A rollback needs none of it, not even a working copy that can be read. */
async function proofFor(
  project: Project,
  { state, label, to, from, policy, ...asked }: MoveRequest,
): Promise<Pick<MoveRequest, 'digests' | 'evidence' | 'baseline'>> {
  const live = labelOf(state.labels, label);
  const target = targetOnLabel(to, overrideAfter(live, asked, to));
  const digests = await demandedDigests(project, to, target, labelPolicy(policy, label));
  return {
    digests,
    evidence: await evidenceFor(project, to.id, digests, target.model, () => evidenceOf(project, to)),
    baseline: from && live && (await baselineOf(project, from, live)),
  };
}

/** How a label would serve a version once it is promoted: evidence for the promotion comes from evaluating just that. */
export async function asServedOn(project: Project, version: Version, label: string): Promise<AsServed> {
  const [state, policy] = await Promise.all([project.store.readState(version.id), project.policy()]);
  const override = overrideAfter(labelOf(state.labels, label), {}, version);
  if (labelPolicy(policy, label).suite === 'frozen') return override;
  const suiteOf = await findWorkingCopy(project, version.id);
  requireWholeSuite(suiteOf);
  return { ...override, suiteOf };
}

/** Evidence must be about the version as the label would serve it, on the suite that the label's policy names. */
async function demandedDigests(
  project: Project,
  version: Version,
  target: Target,
  policy: LabelPolicy,
): Promise<Digests> {
  const digests: Digests = { ...version.digests, target: targetDigest(target) };
  if (policy.suite === 'frozen') return digests;
  const { suite } = requireWholeSuite(await findWorkingCopy(project, version.id));
  return { ...digests, suite };
}

/** Evidence of what a label serves now: a row that passed there must pass with the next version as well. */
async function baselineOf(project: Project, version: Version, live: Label): Promise<Evidence | undefined> {
  const target = targetOnLabel(version, live);
  const digests = { ...version.digests, target: targetDigest(target) };
  return evidenceFor(project, version.id, digests, target.model);
}

/** What the version was published with: not about these digests perhaps, but it tells what is stale. */
async function evidenceOf(project: Project, version: Version): Promise<Evidence | undefined> {
  const summary = (await project.store.readState(version.id)).versions.find(
    other => other.version === version.version,
  );
  return summary?.evidence === undefined ? undefined : project.store.readEvidence(summary.evidence);
}
