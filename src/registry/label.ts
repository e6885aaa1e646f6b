import { decideGate, type GateDecision } from '../evals/gate.ts';
import type { Digests, Evidence } from '../evals/report.ts';
import { proposeBump, type BumpProposal } from '../prompt/bump.ts';
import { diffPrompts, type PromptChange } from '../prompt/diff.ts';
import { canonicalJson, targetDigest, type Target } from '../prompt/digest.ts';
import type { ModelParameters } from '../prompt/prompt.ts';
import { applyPlan, type Plan } from './apply.ts';
import { encodeEvidence } from './companion.ts';
import { isLabelName } from './labelName.ts';
import { labelPolicy, type Policy } from './policy.ts';
import { sameDigests } from './publish.ts';
import type { Refusal } from './refusal.ts';
import type { Change, Head, Label, Labels, PromptState, ReleaseEvent, Store, Version } from './store.ts';

export { isLabelName } from './labelName.ts';

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
  readonly expectedHead: Head;
  readonly change: Change;
}

/** What a label swaps on the version it serves. */
export interface Override {
  readonly model?: string;
  readonly parameters?: ModelParameters;
}

/** What answers when a label with this override serves a version: its parameters go over the version's, one by one. */
export function targetOnLabel(version: Pick<Version, 'target'>, override: Override): Target {
  const { target } = version;
  return {
    ...target,
    ...(override.model === undefined ? {} : { model: override.model }),
    parameters: { ...target.parameters, ...override.parameters },
  };
}

/**
 * The override that a label has after a promotion. The model of a label is its configuration: it stays when the
 * version moves on, until another one is asked for; asking for the version's own model ends the swap.
 */
export function overrideAfter(
  label: Label | undefined,
  asked: Override,
  to: Pick<Version, 'target'>,
): Override {
  const override = asked.model === undefined && asked.parameters === undefined ? (label ?? {}) : asked;
  const own = override.model === to.target.model;
  return {
    ...(override.model === undefined || own ? {} : { model: override.model }),
    ...(override.parameters === undefined || Object.keys(override.parameters).length === 0
      ? {}
      : { parameters: override.parameters }),
  };
}

/**
 * @throws Error when `digests` are not those of the version with `overrideAfter`: evidence would be about
 * something else than what the label serves
 */
export function planPromote(request: MoveRequest): MovePlan {
  const { state, label, to, policy } = request;
  const rules = labelPolicy(policy, label);
  const now = labelOf(state.labels, label);
  const override = overrideAfter(now, request, to);
  const target = targetOnLabel(to, override);
  checkDigests(request, target, rules.suite);

  const gate = rules.gate === 'off' ? undefined : gateOf(request);
  const checks: PolicyCheck[] = [];
  const refusals: Refusal[] = [...badLabel(label), ...unknownVersion(request)];
  const pointer = pointerTo(request, to.version, override);
  if (now && samePointer(now, pointer))
    refusals.push({ rule: 'already-there', message: `${label} serves ${to.version} already.` });

  if (rules.after !== undefined) {
    const ok = hasServed(request.log, rules.after, to.version);
    checks.push({ rule: 'after', ok, text: `after ${rules.after}` });
    if (!ok)
      refusals.push({
        rule: 'after',
        message: `${label} takes only what was on ${rules.after} before, and ${to.version} was not.`,
        nextStep: `promptgate promote ${state.id}@${to.version} ${rules.after}`,
      });
  }
  if (gate) {
    const ok = gate.outcome === 'pass';
    checks.push({ rule: 'gate', ok, text: gate.text });
    if (!ok)
      refusals.push({
        rule: 'gate',
        message: `${label} takes only what has passed its gate: ${gate.text}.`,
        nextStep: `promptgate eval ${state.id}@${to.version}${override.model === undefined ? '' : ` --model ${override.model}`}`,
      });
  }
  if (override.model !== undefined && request.model === undefined)
    checks.push({ rule: 'model', ok: true, text: `${label} keeps its own model, ${override.model}` });
  if (rules.protected) {
    const { ok, refusal } = confirmation(request, `promptgate promote ${state.id}@${to.version} ${label}`);
    checks.push({ rule: 'protected', ok, text: 'confirmed with the prompt’s id' });
    refusals.push(...refusal);
  }
  return movePlan(request, {
    type: 'promote',
    pointer,
    target,
    gate,
    checks,
    refusals,
    protected: rules.protected,
  });
}

/** Moves the pointer back to a version that the label has served before: needs no new evidence, is never protected. */
export function planRollback(request: MoveRequest): MovePlan {
  const { state, label, to, log } = request;
  const now = labelOf(state.labels, label);
  const refusals: Refusal[] = [...badLabel(label), ...unknownVersion(request)];
  const served = pointersOf(log, label).filter(pointer => pointer.version === to.version);
  // The newest that differs: after a swap of the model alone, rolling back to the same version undoes the swap.
  const before = served.findLast(pointer => !now || !samePointer(now, pointer));
  if (!before)
    refusals.push(
      served.length > 0
        ? { rule: 'already-there', message: `${label} serves ${to.version} already.` }
        : {
            rule: 'never-served',
            message: `${to.version} has never been on ${label}, so this would be no rollback.`,
            nextStep: `promptgate promote ${state.id}@${to.version} ${label}`,
          },
    );
  const override: Override = before ?? {};
  return movePlan(request, {
    type: 'rollback',
    pointer: pointerTo(request, to.version, override),
    target: targetOnLabel(to, override),
    checks: [],
    refusals,
    protected: false,
  });
}

/**
 * The version to go back to. Promotions pile up and rollbacks take down what is above: rolling back twice goes
 * back two steps, not to the version that was just rolled back.
 */
export function previousVersion(log: readonly ReleaseEvent[], label: string): string | undefined {
  const pile: string[] = [];
  for (const event of log) {
    if (event.label !== label || event.to === undefined) continue;
    if (event.type === 'rollback' && pile.includes(event.to)) pile.length = pile.lastIndexOf(event.to) + 1;
    else if (pile.at(-1) !== event.to) pile.push(event.to);
  }
  const now = labelOf(log.at(-1)?.labels ?? {}, label)?.version;
  return pile.findLast(version => version !== now);
}

/** @throws PromptgateError `refused`, `conflict`, or what the store throws */
export function applyMove(store: Store, plan: MovePlan): Promise<PromptState> {
  return applyPlan(store, plan);
}

export interface RemoveLabelRequest {
  readonly state: PromptState;
  readonly label: string;
  readonly policy: Policy;
  readonly confirm?: string;
  readonly message: string;
  readonly author: string;
  readonly now: number;
  readonly eventId: string;
}

export interface RemoveLabelPlan extends Plan {
  readonly type: 'remove-label';
  readonly label: string;
  readonly from?: string;
  readonly protected: boolean;
}

/** Whoever asks for the label gets nothing afterwards. A protected one asks for confirmation. */
export function planRemoveLabel(request: RemoveLabelRequest): RemoveLabelPlan {
  const { state, label, policy } = request;
  const from = labelOf(state.labels, label)?.version;
  const rules = labelPolicy(policy, label);
  const refusals: Refusal[] =
    from === undefined ? [{ rule: 'bad-label', message: `${state.id} has no label "${label}".` }] : [];
  if (rules.protected) refusals.push(...confirmation(request, undefined).refusal);
  const { [label]: _removed, ...labels } = state.labels;
  return {
    id: state.id,
    type: 'remove-label',
    label,
    from,
    protected: rules.protected,
    refusals,
    expectedHead: state.head,
    change: { event: { ...eventBase(request), type: 'remove-label', label, from }, labels },
  };
}

export function applyRemoveLabel(store: Store, plan: RemoveLabelPlan): Promise<PromptState> {
  return applyPlan(store, plan);
}

export function labelOf(labels: Labels, name: string): Label | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}

/** Whether a version, with whatever model, was ever on a label. */
export function hasServed(log: readonly ReleaseEvent[], label: string, version: string): boolean {
  return pointersOf(log, label).some(pointer => pointer.version === version);
}

/** Everything a label pointed to, oldest first. */
function pointersOf(log: readonly ReleaseEvent[], label: string): readonly Label[] {
  return log.flatMap(event => {
    const pointer = event.label === label ? labelOf(event.labels, label) : undefined;
    return pointer ? [pointer] : [];
  });
}

function samePointer(a: Label, b: Label): boolean {
  return (
    a.version === b.version &&
    a.model === b.model &&
    canonicalJson({ ...a.parameters }) === canonicalJson({ ...b.parameters })
  );
}

function pointerTo(request: MoveRequest, version: string, override: Override): Label {
  return {
    version,
    ...(override.model === undefined ? {} : { model: override.model }),
    ...(override.parameters === undefined ? {} : { parameters: override.parameters }),
    since: new Date(request.now).toISOString(),
    revision: request.state.head.revision + 1,
  };
}

function checkDigests({ digests, to }: MoveRequest, target: Target, suite: 'frozen' | 'current'): void {
  const wrong = [
    ...(digests.content === to.digests.content ? [] : ['content']),
    ...(digests.target === targetDigest(target) ? [] : ['target']),
    ...(suite === 'current' || digests.suite === to.digests.suite ? [] : ['suite']),
  ];
  if (wrong.length > 0) throw new Error(`the digests to promote by have another ${wrong.join(' and ')}`);
}

function gateOf(request: MoveRequest): GateDecision {
  const { policy, label, to, state, evidence } = request;
  const rules = labelPolicy(policy, label);
  const summary = state.versions.find(({ version }) => version === to.version);
  if (summary?.override !== undefined && evidence && Date.parse(evidence.time) <= Date.parse(summary.time))
    return {
      outcome: 'missing',
      text: `${to.version} was published without passing evidence and has not been evaluated since`,
      broken: [],
      fixed: [],
    };
  return decideGate({
    evidence,
    digests: request.digests,
    evaluators: request.evaluators,
    passRate: Math.max(rules.passRate, to.prompt.gate?.passRate ?? 0),
    baseline: request.baseline,
    maxAgeMs: rules.maxEvidenceAgeMs,
    now: request.now,
  });
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

function confirmation(
  { state, label, confirm }: Pick<MoveRequest, 'state' | 'label' | 'confirm'>,
  command: string | undefined,
): { readonly ok: boolean; readonly refusal: readonly Refusal[] } {
  if (confirm === state.id) return { ok: true, refusal: [] };
  const wrong = confirm === undefined || confirm === '' ? '' : `, not "${confirm}"`;
  return {
    ok: false,
    refusal: [
      {
        rule: 'protected',
        message: `${label} is protected: confirm with the prompt's id, ${state.id}${wrong}.`,
        ...(command === undefined ? {} : { nextStep: `${command} --confirm ${state.id}` }),
      },
    ],
  };
}

function eventBase(request: RemoveLabelRequest | MoveRequest) {
  return {
    eventId: request.eventId,
    author: request.author,
    time: new Date(request.now).toISOString(),
    message: request.message.trim(),
    policy: request.policy.digest,
  };
}

function movePlan(
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
