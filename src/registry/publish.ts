import { decideGate, type GateDecision } from '../evals/gate.ts';
import { sameDigests } from '../evals/latest.ts';
import type { Digests, Evidence } from '../evals/report.ts';
import type { DatasetFile } from '../evals/rows.ts';
import { proposeBump, type Bump, type BumpProposal } from '../prompt/bump.ts';
import { diffPrompts, type PromptChange } from '../prompt/diff.ts';
import { normalizeText, sha256, type Target } from '../prompt/digest.ts';
import { isPlaceholder, type Prompt } from '../prompt/prompt.ts';
import { parseTemplate, walkTemplate } from '../prompt/template.ts';
import { applyPlan, eventBase } from './apply.ts';
import { encodeEvidence } from './companion.ts';
import { publishPassRate, type Policy } from './policy.ts';
import type { Refusal } from './refusal.ts';
import type { Change, Head, PromptState, Store, Version } from './store.ts';
import { isSmaller, nextVersion } from './versionNumber.ts';

/** Everything about the working copy that publishing needs. */
export interface Candidate {
  readonly id: string;
  readonly source: string;
  readonly prompt: Prompt;
  readonly target: Target;
  readonly digests: Digests;
  readonly datasets: readonly DatasetFile[];
  /** Evidence for exactly these digests, if there is any; else the newest for this content, to say what is stale. */
  readonly evidence?: Evidence;
  /** Implementation versions of the evaluators in use. */
  readonly evaluators: Readonly<Record<string, number>>;
  /** Why it may not be published at all: errors of lint, by message. */
  readonly blockers: readonly string[];
}

export interface PublishRequest {
  readonly candidate: Candidate;
  readonly state: PromptState;
  /** Highest published version, with its evidence. */
  readonly base?: { readonly version: Version; readonly evidence?: Evidence };
  readonly policy: Policy;
  readonly bump?: Bump;
  readonly message: string;
  readonly override?: string;
  readonly author: string;
  /** Milliseconds. */
  readonly now: number;
  readonly eventId: string;
}

/** A value that the editor shows and `--dry-run` prints; applying it does just this. */
export interface PublishPlan {
  readonly id: string;
  readonly version: string;
  readonly base?: string;
  readonly bump: Bump;
  readonly proposal: BumpProposal;
  readonly changes: readonly PromptChange[];
  readonly gate: GateDecision;
  /** Why it would be refused; empty: it can be applied. */
  readonly refusals: readonly Refusal[];
  readonly expectedHead: Head;
  readonly change: Change;
}

/** Reads the registry, not the disk; decides, changes nothing. */
export function planPublish(request: PublishRequest): PublishPlan {
  const { candidate, state, policy } = request;
  const { id, digests } = candidate;
  const base = baseOf(request);
  const proposal = base ? proposeBump(base.version, candidate) : { changes: [] };
  const least = proposal.bump ?? 'patch';
  const bump = request.bump === undefined || isSmaller(request.bump, least) ? least : request.bump;
  const version = nextVersion(base?.version.version, bump);
  const gate = decideGate({
    evidence: candidate.evidence,
    digests,
    evaluators: candidate.evaluators,
    passRate: publishPassRate(policy, candidate.prompt),
    baseline: base?.evidence,
    now: request.now,
  });
  const override = gate.outcome === 'pass' ? undefined : request.override?.trim() || undefined;

  const refusals: Refusal[] = [
    ...candidate.blockers.map((blocker): Refusal => ({
      rule: 'lint',
      message: `The prompt has an error: ${blocker}`,
      nextStep: `promptgate lint ${id}`,
    })),
    ...includesOf(candidate.prompt).map((name): Refusal => ({
      rule: 'include',
      message: `The template includes "${name}" with {{> }}, which is reserved and does nothing yet. Write the text out.`,
    })),
    ...nothingNew(request, base?.version),
    ...bumpTooSmall(request, base?.version, proposal),
    ...noMessage(request),
    ...gateRefusal(request, gate, override),
  ];

  const source = normalizeText(candidate.source);
  const event = eventBase(request);
  const datasets = candidate.datasets.map(({ path, text }) => ({ path, text, digest: sha256(text) }));
  // Evidence about these very digests is kept even if it did not pass: it is what was known at the time.
  const evidence =
    candidate.evidence && sameDigests(candidate.evidence.digests, digests) ? candidate.evidence : undefined;
  return {
    id,
    version,
    base: base?.version.version,
    bump,
    proposal,
    changes: base ? diffPrompts(base.version.prompt, candidate.prompt) : [],
    gate,
    refusals,
    expectedHead: state.head,
    change: {
      event: {
        ...event,
        type: 'publish',
        evidence: evidence && encodeEvidence(evidence).digest,
        override,
      },
      version: {
        schema: 'promptgate/version/1',
        id,
        version,
        prompt: candidate.prompt,
        target: candidate.target,
        digests,
        datasets: datasets.map(({ path, digest }) => ({ path, digest })),
        sourceDigest: sha256(source),
        source,
        author: event.author,
        time: event.time,
        message: event.message,
        override,
      },
      labels: state.labels,
      evidence: evidence ? [evidence] : [],
      datasets,
    },
  };
}

/** @throws PromptgateError `refused` (with the refusals in `data`), `conflict`, or what the store throws */
export function applyPublish(store: Store, plan: PublishPlan): Promise<PromptState> {
  return applyPlan(store, plan);
}

/** An old version's content, to be published again: a rollback that goes through the same gate as any release. */
export function candidateFromVersion(
  version: Version,
  options: {
    /** Read from the registry by the digests that the version names. */
    readonly datasets: readonly DatasetFile[];
    readonly evidence?: Evidence;
    readonly evaluators: Readonly<Record<string, number>>;
  },
): Candidate {
  const { id, source, prompt, target, digests } = version;
  return { id, source, prompt, target, digests, blockers: [], ...options };
}

function baseOf({ state, base }: PublishRequest): PublishRequest['base'] {
  if (state.latest !== base?.version.version)
    throw new Error(
      `the base of a publish is the highest version, ${state.latest ?? 'none'}, not ${base?.version.version ?? 'none'}`,
    );
  return base;
}

/** Names included by `{{> name}}`: publishing must not freeze what will mean something else once it is built. */
function includesOf(prompt: Prompt): readonly string[] {
  const names = new Set<string>();
  for (const message of prompt.messages) {
    if (isPlaceholder(message)) continue;
    for (const { node } of walkTemplate(parseTemplate(message.content, prompt.template).nodes))
      if (node.kind === 'include') names.add(node.name);
  }
  return [...names];
}

function nothingNew({ candidate }: PublishRequest, base: Version | undefined): readonly Refusal[] {
  if (!base || !sameDigests(candidate.digests, base.digests)) return [];
  const touched = normalizeText(candidate.source) !== base.source;
  return [
    {
      rule: 'nothing-to-publish',
      message: `There is nothing to publish: ${base.version} says the same${touched ? ' to the model, only what stands around it differs (name, description, comments or order)' : ''}.`,
      nextStep: `promptgate promote ${base.id}@${base.version} <label>`,
    },
  ];
}

function bumpTooSmall(
  { bump, candidate }: PublishRequest,
  base: Version | undefined,
  proposal: BumpProposal,
): readonly Refusal[] {
  if (!base || bump === undefined || proposal.bump === undefined || !isSmaller(bump, proposal.bump))
    return [];
  const reasons = proposal.changes
    .filter(change => !isSmaller(change.bump, proposal.bump ?? change.bump))
    .map(change => change.text);
  return [
    {
      rule: 'bump-too-small',
      message: `This is a ${proposal.bump} change, not a ${bump} one: ${reasons.join('; ')}.`,
      nextStep: `promptgate publish ${candidate.id} --bump ${proposal.bump}`,
    },
  ];
}

function noMessage({ message, candidate }: PublishRequest): readonly Refusal[] {
  if (message.trim() !== '') return [];
  return [
    {
      rule: 'no-message',
      message: 'A version needs a message: what changed, and why.',
      nextStep: `promptgate publish ${candidate.id} -m "what changed and why"`,
    },
  ];
}

function gateRefusal(
  { policy, candidate, override: asked }: PublishRequest,
  gate: GateDecision,
  override: string | undefined,
): readonly Refusal[] {
  if (gate.outcome === 'pass') return [];
  if (policy.publish === 'gate-required') {
    const message = `${asked === undefined ? '' : 'The policy allows no override. '}Publishing needs passing evidence: ${gate.text}.`;
    return [{ rule: 'gate', message, nextStep: `promptgate eval ${candidate.id}` }];
  }
  if (override !== undefined) return [];
  const message = `Publishing needs passing evidence, or --override with a reason: ${gate.text}.`;
  return [{ rule: 'gate', message, nextStep: `promptgate eval ${candidate.id}` }];
}
