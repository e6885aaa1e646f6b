import { applyPlan, eventBase, type Plan } from './apply.ts';
import { confirmation } from './confirmation.ts';
import { labelOf } from './label.ts';
import { labelPolicy, type Policy } from './policy.ts';
import type { Refusal } from './refusal.ts';
import type { PromptState, Store } from './store.ts';

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
