import type { Target } from './digest.ts';
import type { Prompt } from './prompt.ts';

export type Bump = 'major' | 'minor' | 'patch';

export interface ContractChange {
  readonly bump: Bump;
  /** For people: `variable "tone" removed`. */
  readonly text: string;
}

export interface BumpProposal {
  /** Undefined: nothing that a caller could notice differs. */
  readonly bump?: Bump;
  /** Biggest first. */
  readonly changes: readonly ContractChange[];
}

/** The least bump that design.md 5 demands for going from one prompt to another. */
export function proposeBump(
  _from: { readonly prompt: Prompt; readonly target: Target },
  _to: { readonly prompt: Prompt; readonly target: Target },
): BumpProposal {
  throw new Error('not built yet');
}
