import type { PromptChange } from '../prompt/diff.ts';
import type { BumpProposal } from '../prompt/bump.ts';
import type { ModelParameters } from '../prompt/prompt.ts';
import type { GateDecision } from '../evals/gate.ts';
import type { Digests, Evidence } from '../evals/report.ts';
import type { Policy } from './policy.ts';
import type { Refusal } from './publish.ts';
import type { Change, Head, PromptState, ReleaseEvent, Store, Version } from './store.ts';

export function isLabelName(name: string): boolean {
  return /^[a-z][a-z0-9_-]{0,35}$/.test(name) && name !== 'latest';
}

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
  /** For `promote --model`: swaps the model on the label. */
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
  readonly checks: readonly { readonly rule: string; readonly ok: boolean; readonly text: string }[];
  readonly refusals: readonly Refusal[];
  readonly protected: boolean;
  readonly expectedHead: Head;
  readonly change: Change;
}

export function planPromote(_request: MoveRequest): MovePlan {
  throw new Error('not built yet');
}

/** The version the label served before the present one, from the log. */
export function previousVersion(_log: readonly ReleaseEvent[], _label: string): string | undefined {
  throw new Error('not built yet');
}

/** Moves the pointer back to a version that the label has served before: needs no new evidence, is never protected. */
export function planRollback(_request: MoveRequest): MovePlan {
  throw new Error('not built yet');
}

/** @throws PromptgateError `refused`, `conflict`, or what the store throws */
export function applyMove(_store: Store, _plan: MovePlan): Promise<PromptState> {
  throw new Error('not built yet');
}
