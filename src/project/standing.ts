import { PromptgateError } from '../errors.ts';
import { implementationVersions } from '../evals/evaluators/index.ts';
import { decideGate, type GateDecision } from '../evals/gate.ts';
import { sameDigests } from '../evals/latest.ts';
import type { Digests, Evidence } from '../evals/report.ts';
import { diffPrompts, type PromptChange } from '../prompt/diff.ts';
import { labelOf } from '../registry/label.ts';
import { publishPassRate, type Policy } from '../registry/policy.ts';
import type { PromptState, Version } from '../registry/store.ts';
import type { Project } from './project.ts';
import { evidenceFor } from './proof.ts';
import type { WorkingCopy } from './workingCopy.ts';

/** How a prompt stands: what trees, CodeLenses and `list` show. */
export interface Standing {
  readonly id: string;
  readonly state: PromptState;
  /** Of the working copy against the label; undefined: no working copy, or nothing on that label. */
  readonly notLive?: readonly PromptChange[];
  /** Whether the working copy is the highest version: there is nothing to publish, perhaps something to promote. */
  readonly isPublished: boolean;
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
    isPublished: isLatest(state, copy?.digests),
    gate: copy?.digests && (await gateOf(project, state, copy, copy.digests)),
  };
}

async function latestEvidence(
  { store }: Project,
  { versions, latest }: PromptState,
): Promise<Evidence | undefined> {
  const digest = versions.find(({ version }) => version === latest)?.evidence;
  return digest === undefined ? undefined : store.readEvidence(digest);
}

function isLatest({ versions, latest }: PromptState, digests: Digests | undefined): boolean {
  const highest = versions.find(({ version }) => version === latest);
  return highest !== undefined && sameDigests(highest.digests, digests);
}

/** The gate that publishing has. */
async function gateOf(
  project: Project,
  state: PromptState,
  copy: WorkingCopy,
  digests: Digests,
): Promise<GateDecision> {
  let policy: Policy;
  try {
    policy = await project.policy();
  } catch (error) {
    if (!(error instanceof PromptgateError)) throw error;
    // Looking goes on; whoever releases is told the same.
    return { outcome: 'undecided', text: error.message, broken: [], fixed: [] };
  }
  const passRate = publishPassRate(policy, copy.parsed.prompt);
  return decideGate({
    evidence: await evidenceFor(project, copy.id, digests, copy.target.model, () =>
      project.latestEvidence(copy.id),
    ),
    digests,
    evaluators: implementationVersions(copy.parsed.prompt, copy.rows),
    passRate,
    // Where every row must pass, none may be broken anyway.
    baseline: passRate < 1 ? await latestEvidence(project, state) : undefined,
    now: project.host.now(),
  });
}

async function liveVersion(
  project: Project,
  state: PromptState,
  label: string,
): Promise<Version | undefined> {
  const version = labelOf(state.labels, label)?.version ?? state.latest;
  return version === undefined ? undefined : project.store.readVersion(state.id, version);
}
