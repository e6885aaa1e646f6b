import type { Store } from './store.ts';

export interface Damage {
  readonly id: string;
  /** Path below the registry's root, where there is one. */
  readonly file?: string;
  readonly code:
    | 'version-changed'
    | 'version-missing'
    | 'event-changed'
    | 'chain-broken'
    | 'event-missing'
    | 'log-conflict'
    | 'evidence-changed'
    | 'evidence-missing'
    | 'dataset-changed'
    | 'dataset-missing'
    | 'head-mismatch'
    | 'unreadable';
  readonly message: string;
}

export interface VerifyResult {
  readonly prompts: number;
  readonly events: number;
  readonly versions: number;
  readonly damage: readonly Damage[];
  /** Harmless leftovers of interrupted publishes. */
  readonly orphans: readonly string[];
}

/**
 * Proves that no event before the head was altered and that every version, evidence and dataset is what its
 * event says. `heads`: known heads by id, against which a cut tail shows.
 */
export function verify(
  _store: Store,
  _options?: { readonly ids?: readonly string[]; readonly heads?: Readonly<Record<string, string>> },
): Promise<VerifyResult> {
  throw new Error('not built yet');
}
