import type { BumpProposal, Bump } from '../prompt/bump.ts';
import type { PromptChange } from '../prompt/diff.ts';
import type { Target } from '../prompt/digest.ts';
import type { Prompt } from '../prompt/prompt.ts';
import type { GateDecision } from '../evals/gate.ts';
import type { Digests, Evidence } from '../evals/report.ts';
import type { DatasetFile } from '../evals/rows.ts';
import type { Policy } from './policy.ts';
import type { Change, Head, PromptState, Store, Version } from './store.ts';

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

/** Which rule refuses, what is missing, and the command that gets it. */
export interface Refusal {
  readonly rule:
    | 'lint'
    | 'nothing-to-publish'
    | 'bump-too-small'
    | 'gate'
    | 'after'
    | 'protected'
    | 'unknown-version'
    | 'already-there'
    | 'no-message'
    | 'bad-label'
    | 'include';
  readonly message: string;
  readonly nextStep?: string;
}

/** Reads the registry, not the disk; decides, changes nothing. */
export function planPublish(_request: PublishRequest): PublishPlan {
  throw new Error('not built yet');
}

/** @throws PromptgateError `refused` (with the refusals in `data`), `conflict`, or what the store throws */
export function applyPublish(_store: Store, _plan: PublishPlan): Promise<PromptState> {
  throw new Error('not built yet');
}
