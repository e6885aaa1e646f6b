import assert from 'node:assert/strict';
import { parsePolicy, type Policy } from '../../src/registry/policy.ts';
import { applyRemoveLabel, planRemoveLabel } from '../../src/registry/removeLabel.ts';
import type { Store } from '../../src/registry/store.ts';
import { verify } from '../../src/registry/verify.ts';
import { at, id, newEventId } from './fixtures.ts';
import { open, promote, rollback, rulesOf, withVersions } from './moves.ts';

describe('removing a label', () => {
  const planned = async (store: Store, label: string, policy: Policy, confirm?: string) =>
    planRemoveLabel({
      state: await store.readState(id),
      label,
      policy,
      confirm,
      message: 'over',
      author: 'Ana',
      now: at(90),
      eventId: newEventId(),
    });

  it('takes it away, keeps the others, and can be rolled back', async () => {
    const store = await withVersions('1.0.0', '1.1.0');
    await promote(store, 'beta', '1.0.0');
    await promote(store, 'beta', '1.1.0');
    await promote(store, 'staging', '1.0.0');
    const state = await applyRemoveLabel(store, await planned(store, 'beta', open));
    assert.deepEqual(Object.keys(state.labels), ['staging']);
    assert.deepEqual((await verify(store)).damage, []);
    assert.equal((await rollback(store, 'beta')).labels['beta']?.version, '1.1.0');
    assert.deepEqual((await verify(store)).damage, []);
  });

  it('refuses one that is not there, and a protected one without confirmation', async () => {
    const policy = parsePolicy('version: 1\nlabels: { production: { gate: off, protected: true } }\n');
    const store = await withVersions('1.0.0');
    assert.deepEqual(rulesOf(await planned(store, 'beta', policy)), ['bad-label']);
    await promote(store, 'production', '1.0.0');
    assert.deepEqual(rulesOf(await planned(store, 'production', policy)), ['protected']);
    assert.deepEqual(rulesOf(await planned(store, 'production', policy, id)), []);
  });
});
