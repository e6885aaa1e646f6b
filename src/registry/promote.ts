import { decideGate, type GateDecision } from '../evals/gate.ts';
import { targetDigest, type Target } from '../prompt/digest.ts';
import { isSlip } from '../prompt/nearName.ts';
import { confirmation } from './confirmation.ts';
import { hasServed, labelOf, overrideAfter, samePointer, targetOnLabel } from './label.ts';
import { badMove, movePlan, pointerTo, type MovePlan, type MoveRequest, type PolicyCheck } from './move.ts';
import { labelPolicy } from './policy.ts';
import type { Refusal } from './refusal.ts';

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
  const refusals: Refusal[] = [...badMove(request), ...misspelt(request)];
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
        nextStep: `promptgate eval ${state.id}@${to.version}${override.model === undefined ? '' : ` --model ${override.model}`}${rules.suite === 'current' ? ' --suite current' : ''}`,
      });
  }
  if (override.model !== undefined && request.model === undefined)
    checks.push({ rule: 'model', ok: true, text: `${label} keeps its own model, ${override.model}` });
  if (rules.protected) {
    const model = request.model === undefined ? '' : ` --model ${request.model}`;
    const again = `promptgate promote ${state.id}@${to.version} ${label}${model}`;
    const { ok, refusal } = confirmation(request, again);
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

/** A new label a slip away from one that the policy names: it would go past the rules of the one that was meant. */
function misspelt({ state, label, to, policy }: MoveRequest): readonly Refusal[] {
  const isNew = !Object.hasOwn(policy.labels, label) && labelOf(state.labels, label) === undefined;
  const near = isNew ? Object.keys(policy.labels).find(name => isSlip(label, name)) : undefined;
  if (near === undefined) return [];
  return [
    {
      rule: 'bad-label',
      message: `There is no label "${label}" yet. Did you mean "${near}"? For a new one beside it, name it under "labels:" in .promptgate/policy.yml.`,
      nextStep: `promptgate promote ${state.id}@${to.version} ${near}`,
    },
  ];
}
