import { PromptgateError } from '../errors.ts';
import { implementationVersions } from '../evals/evaluators/index.ts';
import { decideGate, type GateDecision } from '../evals/gate.ts';
import type { Digests, Evidence } from '../evals/report.ts';
import type { Bump } from '../prompt/bump.ts';
import { diffPrompts, type PromptChange } from '../prompt/diff.ts';
import { targetDigest } from '../prompt/digest.ts';
import type { ModelParameters } from '../prompt/prompt.ts';
import {
  planPromote,
  planRemoveLabel,
  planRollback,
  previousVersion,
  overrideAfter,
  targetOnLabel,
  type MovePlan,
  type Override,
  type MoveRequest,
  type RemoveLabelPlan,
} from '../registry/label.ts';
import { labelPolicy, type Policy } from '../registry/policy.ts';
import { candidateFromVersion, planPublish, type Candidate, type PublishPlan } from '../registry/publish.ts';
import type { Label, PromptState, ReleaseEvent, Version } from '../registry/store.ts';
import { frozenDatasets } from './evaluate.ts';
import type { Project } from './project.ts';
import { findWorkingCopy, unknownPrompt, type WorkingCopy } from './workingCopy.ts';

export interface PublishOptions {
  readonly message: string;
  readonly bump?: Bump;
  readonly override?: string;
}

/** What publishing the working copy would do. Refusals are in the plan, not thrown. @throws PromptgateError `not-evaluable` */
export async function planPublishOf(
  project: Project,
  copy: WorkingCopy,
  options: PublishOptions,
): Promise<PublishPlan> {
  if (copy.digests === undefined) {
    const first = copy.problems.find(problem => problem.severity === 'error');
    throw new PromptgateError(
      'not-evaluable',
      `${copy.id} cannot be published: ${first?.message ?? 'the file cannot be read whole'}.`,
      { data: { path: copy.path } },
    );
  }
  return planPublishCandidate(project, options, {
    id: copy.id,
    source: copy.text,
    prompt: copy.parsed.prompt,
    target: copy.target,
    digests: copy.digests,
    datasets: copy.datasets,
    evidence: (await project.findEvidence(copy.id, copy.digests)) ?? (await project.latestEvidence(copy.id)),
    evaluators: implementationVersions(copy.parsed.prompt, copy.rows),
    blockers: copy.problems.filter(problem => problem.severity === 'error').map(problem => problem.message),
  });
}

async function planPublishCandidate(
  project: Project,
  options: PublishOptions,
  candidate: Candidate,
): Promise<PublishPlan> {
  const state = await project.store.readState(candidate.id);
  const base =
    state.latest === undefined ? undefined : await project.store.readVersion(candidate.id, state.latest);
  return planPublish({
    candidate,
    state,
    base: base && { version: base, evidence: await project.findEvidence(candidate.id, base.digests) },
    policy: await project.policy(),
    bump: options.bump,
    message: options.message,
    override: options.override,
    author: await project.host.author(project.root),
    now: project.host.now(),
    eventId: project.host.randomId(),
  });
}

export interface MoveOptions {
  readonly message?: string;
  readonly model?: string;
  readonly parameters?: ModelParameters;
  readonly confirm?: string;
}

/** What promoting would do. Refusals are in the plan. @throws PromptgateError `unknown-prompt`, `unknown-version` */
export async function planPromoteOf(
  project: Project,
  id: string,
  version: string,
  label: string,
  options: MoveOptions = {},
): Promise<MovePlan> {
  return planPromote(await moveRequest(project, id, label, version, options));
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

/** Rollback as a new version: the old content through the same gate. */
export async function planRollbackAsNewVersion(
  project: Project,
  id: string,
  label: string,
  options: PublishOptions & { readonly version?: string },
): Promise<PublishPlan> {
  const version = await requireVersion(
    project,
    id,
    await rollbackTarget(project, id, label, options.version),
  );
  const datasets = await frozenDatasets(project, version);
  const evidence = await project.findEvidence(id, version.digests);
  return planPublishCandidate(
    project,
    options,
    candidateFromVersion(version, { datasets, evidence, evaluators: implementationVersions(version.prompt) }),
  );
}

async function rollbackTarget(
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
  const before = previousVersion(log, label);
  if (before === undefined) {
    const now = log.at(-1)?.labels[label]?.version;
    throw new PromptgateError(
      'nothing-before',
      now === undefined
        ? `${id} has no label "${label}".`
        : `${label} of ${id} has only ever served ${now}: there is nothing to roll back to.`,
    );
  }
  return before;
}

async function moveRequest(
  project: Project,
  id: string,
  label: string,
  to: string,
  options: MoveOptions,
): Promise<MoveRequest> {
  const [state, log, policy] = await Promise.all([
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
  const live = state.labels[label];
  const from = live && (await project.store.readVersion(id, live.version));
  const asked: Override = { model: project.resolveRef(options.model), parameters: options.parameters };
  const digests = await demandedDigests(project, { version, label, live, asked, policy });
  const liveDigests = from && { ...from.digests, target: targetDigest(targetOnLabel(from, live)) };
  return {
    state,
    log,
    label,
    to: version,
    from,
    evidence: (await project.findEvidence(id, digests)) ?? (await evidenceOf(project, version)),
    baseline: liveDigests && (await project.findEvidence(id, liveDigests)),
    digests,
    evaluators: implementationVersions(version.prompt),
    ...asked,
    policy,
    confirm: options.confirm,
    message: options.message ?? '',
    author: await project.host.author(project.root),
    now: project.host.now(),
    eventId: project.host.randomId(),
  };
}

/** Evidence must be about the version as the label would serve it, on the suite that the label's policy names. */
async function demandedDigests(
  project: Project,
  request: {
    readonly version: Version;
    readonly label: string;
    readonly live?: Label;
    readonly asked: Override;
    readonly policy: Policy;
  },
): Promise<Digests> {
  const { version, live, asked } = request;
  const target = targetOnLabel(version, overrideAfter(live, asked, version));
  const digests: Digests = { ...version.digests, target: targetDigest(target) };
  if (labelPolicy(request.policy, request.label).suite === 'frozen') return digests;
  const copy = await findWorkingCopy(project, version.id);
  return copy.digests ? { ...digests, suite: copy.digests.suite } : digests;
}

/** What the version was published with: not about these digests perhaps, but it tells what is stale. */
async function evidenceOf(project: Project, version: Version): Promise<Evidence | undefined> {
  const summary = (await project.store.readState(version.id)).versions.find(
    other => other.version === version.version,
  );
  return summary?.evidence === undefined ? undefined : project.store.readEvidence(summary.evidence);
}

async function requireVersion(project: Project, id: string, version: string): Promise<Version> {
  const found = await project.store.readVersion(id, version);
  if (found) return found;
  const { versions } = await project.store.readState(id);
  const known = versions
    .slice(0, 5)
    .map(summary => summary.version)
    .join(', ');
  throw new PromptgateError(
    'unknown-version',
    `${id} has no version ${version}. ${known === '' ? 'Nothing is published yet.' : `Published: ${known}${versions.length > 5 ? ', …' : ''}.`}`,
  );
}

/** The release log of a prompt, oldest first. */
export async function readLog(
  project: Project,
  id: string,
): Promise<readonly (ReleaseEvent & { readonly hash: string })[]> {
  return Array.fromAsync(project.store.readLog(id));
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
export async function standingOf(
  project: Project,
  id: string,
  copy: WorkingCopy | undefined,
  label = 'production',
): Promise<Standing> {
  const state = await project.store.readState(id);
  const live = await liveVersion(project, state, label);
  return {
    id,
    state,
    notLive: copy && live && diffPrompts(live.prompt, copy.parsed.prompt),
    gate: copy?.digests && (await gateOf(project, copy, copy.digests)),
  };
}

async function gateOf(project: Project, copy: WorkingCopy, digests: Digests): Promise<GateDecision> {
  return decideGate({
    evidence: (await project.findEvidence(copy.id, digests)) ?? (await project.latestEvidence(copy.id)),
    digests,
    evaluators: implementationVersions(copy.parsed.prompt, copy.rows),
    passRate: copy.parsed.prompt.gate?.passRate ?? 1,
    now: project.host.now(),
  });
}

async function liveVersion(
  project: Project,
  state: PromptState,
  label: string,
): Promise<Version | undefined> {
  const version = state.labels[label]?.version ?? state.latest;
  return version === undefined ? undefined : project.store.readVersion(state.id, version);
}

/** The version that a label serves, or that has this number, or the highest. */
export async function findVersion(
  project: Project,
  id: string,
  versionOrLabel?: string,
): Promise<Version | undefined> {
  const state = await project.store.readState(id);
  const version =
    versionOrLabel === undefined ? state.latest : (state.labels[versionOrLabel]?.version ?? versionOrLabel);
  return version === undefined ? undefined : project.store.readVersion(id, version);
}
