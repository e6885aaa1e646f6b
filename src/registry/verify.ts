import { PromptgateError } from '../errors.ts';
import type { Damage, Findings, Unchecked } from './damage.ts';
import { LogCheck } from './logCheck.ts';
import type { Store } from './store.ts';

export interface VerifyResult {
  readonly prompts: number;
  readonly events: number;
  readonly versions: number;
  readonly damage: readonly Damage[];
  readonly unchecked: readonly Unchecked[];
  /** Harmless leftovers of interrupted publishes. */
  readonly orphans: readonly string[];
}

/**
 * Proves that no event before the head was altered and that every version, evidence and dataset is what its
 * event says. `heads`: known heads by id, against which a cut tail shows.
 */
export async function verify(
  store: Store,
  options: { readonly ids?: readonly string[]; readonly heads?: Readonly<Record<string, string>> } = {},
): Promise<VerifyResult> {
  const { audit } = store;
  if (!audit)
    throw new PromptgateError(
      'not-supported',
      'This kind of registry is verified where it is stored, not from here.',
    );
  const heads = options.heads ?? {};
  const ids = options.ids ?? [...new Set([...audit.ids(), ...Object.keys(heads)])].sort();
  const findings: Findings = { damage: [], unchecked: [], named: new Set() };
  const logs = new LogCheck(audit, findings);
  let prompts = 0;
  for (const id of ids) {
    if (audit.revisions(id).length > 0) prompts += 1;
    logs.check(id, Object.hasOwn(heads, id) ? heads[id] : undefined);
    // Hundreds of logs take seconds: others in this process get their turn.
    await new Promise(resolve => setImmediate(resolve));
  }
  return {
    prompts,
    events: logs.events,
    versions: logs.versions,
    damage: findings.damage,
    unchecked: findings.unchecked,
    // What a newer Promptgate wrote may name any of the files that look left over.
    orphans: findings.unchecked.length > 0 ? [] : audit.orphans(findings.named, options.ids),
  };
}
