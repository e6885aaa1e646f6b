import assert from 'node:assert/strict';
import { targetDigest } from '../../src/prompt/digest.ts';
import { overrideAfter, targetOnLabel } from '../../src/registry/label.ts';
import { memoryStore } from '../../src/registry/memoryStore.ts';
import { applyMove, type MoveRequest } from '../../src/registry/move.ts';
import { defaultPolicy, type Policy } from '../../src/registry/policy.ts';
import { planPromote } from '../../src/registry/promote.ts';
import { planRollback, previousPointer } from '../../src/registry/rollback.ts';
import type { Store } from '../../src/registry/store.ts';
import { at, evidenceFor, id, newEventId, publishing, time, versionSaying } from './fixtures.ts';

/** Nothing is gated. */
export const open: Policy = { ...defaultPolicy, otherLabels: { ...defaultPolicy.otherLabels, gate: 'off' } };

/** A registry with these versions, published a minute apart. */
export async function withVersions(...numbers: readonly string[]): Promise<Store> {
  const store = memoryStore();
  for (const [index, number] of numbers.entries()) {
    const state = await store.readState(id);
    const version = versionSaying(number, `text of ${number}`, { time: time(index) });
    await store.commit(id, state.head, publishing(state, version));
  }
  return store;
}

/** What `planPromote` and `planRollback` are asked, with evidence that passes. */
export async function request(
  store: Store,
  label: string,
  to: string,
  more: Partial<MoveRequest> = {},
): Promise<MoveRequest> {
  const state = await store.readState(id);
  const version = await store.readVersion(id, to);
  assert.ok(version);
  const live = Object.hasOwn(state.labels, label) ? state.labels[label] : undefined;
  const target = targetOnLabel(version, overrideAfter(live, more, version));
  const digests = { ...version.digests, target: targetDigest(target) };
  return {
    state,
    log: await Array.fromAsync(store.readLog(id)),
    label,
    to: version,
    from: live && (await store.readVersion(id, live.version)),
    digests,
    evidence: evidenceFor(version, { digests, time: time(30) }),
    evaluators: { 'promptgate/contains': 1 },
    policy: open,
    message: '',
    author: 'Ana Ruiz <ana@example.com>',
    now: at(60 + state.head.revision),
    eventId: newEventId(),
    ...more,
  };
}

export async function promote(store: Store, label: string, to: string, more: Partial<MoveRequest> = {}) {
  return applyMove(store, planPromote(await request(store, label, to, more)));
}
export async function rollback(store: Store, label: string, to?: string) {
  const log = await Array.fromAsync(store.readLog(id));
  const target = to ?? previousPointer(log, label)?.version ?? 'nothing';
  return applyMove(store, planRollback(await request(store, label, target)));
}
export const rulesOf = (plan: { readonly refusals: readonly { readonly rule: string }[] }) =>
  plan.refusals.map(({ rule }) => rule);
