import { PromptgateError } from '../errors.ts';
import type { Policy } from './policy.ts';
import type { Refusal } from './refusal.ts';
import type { Change, Head, PromptState, Store } from './store.ts';

/** What every plan has in common: what would be committed, on top of what, and why not. */
export interface Plan {
  readonly id: string;
  readonly refusals: readonly Refusal[];
  readonly expectedHead: Head;
  readonly change: Change;
}

/** Who releases, when, why and under which policy: what every request has in common. */
interface ReleaseRequest {
  readonly policy: Policy;
  readonly message: string;
  readonly author: string;
  /** Milliseconds. */
  readonly now: number;
  readonly eventId: string;
}

/** What every event says. */
export function eventBase({ eventId, author, now, message, policy }: ReleaseRequest) {
  return {
    eventId,
    author,
    time: new Date(now).toISOString(),
    message: message.trim(),
    policy: policy.digest,
  };
}

/** @throws PromptgateError `refused` (with the refusals in `data`), `conflict`, or what the store throws */
export async function applyPlan(store: Store, plan: Plan): Promise<PromptState> {
  const [first, ...others] = plan.refusals;
  if (first) {
    const more = others.map(({ message }) => ` ${message}`).join('');
    const nextStep = first.nextStep === undefined ? '' : ` Next: ${first.nextStep}`;
    throw new PromptgateError('refused', `${first.message}${more}${nextStep}`, {
      data: { id: plan.id, refusals: plan.refusals },
    });
  }
  return store.commit(plan.id, plan.expectedHead, plan.change);
}
