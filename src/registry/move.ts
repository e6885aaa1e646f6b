import type { GateDecision } from '../evals/gate.ts';
import { sameDigests } from '../evals/latest.ts';
import type { Digests, Evidence } from '../evals/report.ts';
import { proposeBump, type BumpProposal } from '../prompt/bump.ts';
import { diffPrompts, type PromptChange } from '../prompt/diff.ts';
import type { Target } from '../prompt/digest.ts';
import type { ModelParameters } from '../prompt/prompt.ts';
import { applyPlan, eventBase } from './apply.ts';
import { encodeEvidence } from './companion.ts';
import { labelOf, targetOnLabel, type Override } from './label.ts';
import { isLabelName } from './labelName.ts';
import type { Policy } from './policy.ts';
import type { Refusal } from './refusal.ts';
import type { Change, Head, Label, PromptState, ReleaseEvent, Store, Version } from './store.ts';

export interface MoveRequest {
  readonly state: PromptState;
  readonly log: readonly ReleaseEvent[];
  readonly label: string;
  readonly to: Version;
  /** What the label serves now, if anything. */
  readonly from?: Version;
  /** Evidence that covers `to` as this label would serve it, and that of what it serves now. */
  readonly evidence?: Evidence;
  readonly baseline?: Evidence;
  /** What evidence must be about: the version's digests after the label's override and the policy's suite. */
  readonly digests: Digests;
  readonly evaluators: Readonly<Record<string, number>>;
  /** For `promote --model`: swaps the model on the label. See `overrideAfter`. */
  readonly model?: string;
  readonly parameters?: ModelParameters;
  readonly policy: Policy;
  /** The prompt's id, typed by a person: what a protected label asks for. */
  readonly confirm?: string;
  readonly message: string;
  readonly author: string;
  readonly now: number;
  readonly eventId: string;
}

export interface PolicyCheck {
  readonly rule: string;
  readonly ok: boolean;
  readonly text: string;
}

export interface MovePlan {
  readonly id: string;
  readonly type: 'promote' | 'rollback';
  readonly label: string;
  readonly from?: string;
  readonly to: string;
  readonly changes: readonly PromptChange[];
  readonly contract: BumpProposal;
  /** Absent where the label's policy says `gate: off`, and for a rollback. */
  readonly gate?: GateDecision;
  /** Each rule of the policy that was looked at: `after staging ✓`. */
  readonly checks: readonly PolicyCheck[];
  readonly refusals: readonly Refusal[];
  readonly protected: boolean;
  /** What the label is now; undefined: nothing yet. */
  readonly before?: Label;
  /** What it will be. */
  readonly pointer: Label;
  readonly expectedHead: Head;
  readonly change: Change;
}

/** @throws PromptgateError `refused`, `conflict`, or what the store throws */
export function applyMove(store: Store, plan: MovePlan): Promise<PromptState> {
  return applyPlan(store, plan);
}

/** What promoting and rolling back have in common, once it is decided where the label will point. */
export function movePlan(
  request: MoveRequest,
  decided: Pick<MovePlan, 'type' | 'gate' | 'checks' | 'refusals' | 'protected'> & {
    readonly pointer: Label;
    readonly target: Target;
  },
): MovePlan {
  const { state, label, to, from, evidence } = request;
  const { pointer, target, ...plan } = decided;
  const now = labelOf(state.labels, label);
  const kept = decided.gate?.outcome === 'pass' ? evidence : undefined;
  return {
    ...plan,
    id: state.id,
    label,
    ...(now ? { before: now } : {}),
    pointer,
    from: now?.version,
    to: to.version,
    changes: from ? diffPrompts(from.prompt, to.prompt) : [],
    contract: from
      ? proposeBump(
          { prompt: from.prompt, target: targetOnLabel(from, now ?? {}) },
          { prompt: to.prompt, target },
        )
      : { changes: [] },
    expectedHead: state.head,
    change: {
      event: {
        ...eventBase(request),
        type: decided.type,
        label,
        from: now?.version,
        to: to.version,
        evidence: kept && encodeEvidence(kept).digest,
      },
      labels: { ...state.labels, [label]: pointer },
      evidence: kept ? [kept] : [],
    },
  };
}

export function pointerTo(request: MoveRequest, version: string, override: Override): Label {
  return {
    version,
    ...(override.model === undefined ? {} : { model: override.model }),
    ...(override.parameters === undefined ? {} : { parameters: override.parameters }),
    since: new Date(request.now).toISOString(),
    revision: request.state.head.revision + 1,
  };
}

/** What is wrong with the label or the version, whichever way it moves. */
export function badMove(request: MoveRequest): readonly Refusal[] {
  return [...badLabel(request.label), ...unknownVersion(request)];
}

function badLabel(label: string): readonly Refusal[] {
  if (isLabelName(label)) return [];
  return [
    {
      rule: 'bad-label',
      message: `"${label}" is no label name. Expected up to 36 of a-z, 0-9, _ and -, a letter first, and not "latest": e.g. production.`,
    },
  ];
}

function unknownVersion({ state, to }: MoveRequest): readonly Refusal[] {
  const summary = state.versions.find(({ version }) => version === to.version);
  if (to.id === state.id && summary && sameDigests(summary.digests, to.digests)) return [];
  return [
    {
      rule: 'unknown-version',
      message: `${state.id} has no version ${to.version}. The newest is ${state.latest ?? 'none: nothing is published yet'}.`,
      nextStep: `promptgate list ${state.id}`,
    },
  ];
}
