/** Something in a registry that is not as it was written. */
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

/** What only a newer Promptgate can read: it could not be checked, and is not called damage. */
export interface Unchecked {
  readonly id: string;
  /** Path below the registry's root. */
  readonly file: string;
  readonly message: string;
}

/** What a check finds. Each sort of file is looked at by a class of its own; all report here. */
export interface Findings {
  readonly damage: Damage[];
  readonly unchecked: Unchecked[];
  /** Every file that an event names, and the events. */
  readonly named: Set<string>;
}

export const bringBack = 'Bring back the file as it was, e.g. with "git checkout -- <file>".';
export const bringBackFrom = 'Bring it back from git or a backup.';
