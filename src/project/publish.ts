import { PromptgateError } from '../errors.ts';
import { implementationVersions } from '../evals/evaluators/index.ts';
import type { Bump } from '../prompt/bump.ts';
import { candidateFromVersion, planPublish, type Candidate, type PublishPlan } from '../registry/publish.ts';
import { frozenDatasets } from './evaluate.ts';
import { rollbackTarget } from './move.ts';
import type { Project } from './project.ts';
import { evidenceFor } from './proof.ts';
import { requireVersion } from './versions.ts';
import { firstError, type WorkingCopy } from './workingCopy.ts';

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
    throw new PromptgateError(
      'not-evaluable',
      `${copy.id} cannot be published: ${firstError(copy) ?? 'the file cannot be read whole'}.`,
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
    evidence: await evidenceFor(project, copy.id, copy.digests, copy.target.model, () =>
      project.latestEvidence(copy.id),
    ),
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
    base: base && {
      version: base,
      evidence: await evidenceFor(project, candidate.id, base.digests, base.target.model),
    },
    policy: await project.policy(),
    bump: options.bump,
    message: options.message,
    override: options.override,
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
  const evidence = await evidenceFor(project, id, version.digests, version.target.model);
  return planPublishCandidate(
    project,
    options,
    candidateFromVersion(version, { datasets, evidence, evaluators: implementationVersions(version.prompt) }),
  );
}
