import assert from 'node:assert/strict';
import { applyMove } from '../../src/registry/move.ts';
import { parsePolicy } from '../../src/registry/policy.ts';
import { planRollback, previousPointer } from '../../src/registry/rollback.ts';
import { verify } from '../../src/registry/verify.ts';
import { id } from './fixtures.ts';
import { promote, request, rollback, rulesOf, withVersions } from './moves.ts';

describe('planning a rollback', () => {
  it('goes back to what the label served before, without evidence, even where it is protected', async () => {
    const store = await withVersions('1.0.0', '1.1.0');
    await promote(store, 'production', '1.0.0');
    await promote(store, 'production', '1.1.0');
    const policy = parsePolicy('version: 1\nlabels: { production: { protected: true } }\n');
    const plan = planRollback(await request(store, 'production', '1.0.0', { policy, evidence: undefined }));
    assert.deepEqual(
      [plan.type, plan.from, plan.to, plan.gate, plan.refusals, plan.protected],
      ['rollback', '1.1.0', '1.0.0', undefined, [], false],
    );
    assert.equal((await applyMove(store, plan)).labels['production']?.version, '1.0.0');
    assert.deepEqual((await verify(store)).damage, []);
  });

  it('goes back a step each time, and never to what was just rolled back', async () => {
    const store = await withVersions('1.0.0', '1.1.0', '1.2.0', '1.3.0');
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) await promote(store, 'production', version);
    assert.equal((await rollback(store, 'production')).labels['production']?.version, '1.1.0');
    assert.equal((await rollback(store, 'production')).labels['production']?.version, '1.0.0');
    const log = await Array.fromAsync(store.readLog(id));
    assert.equal(previousPointer(log, 'production'), undefined);
    await promote(store, 'production', '1.3.0');
    assert.equal((await rollback(store, 'production')).labels['production']?.version, '1.0.0');
  });

  it('undoes a swap of the model before it goes to another version, a swap at a time', async () => {
    const store = await withVersions('1.0.0', '1.1.0');
    await promote(store, 'production', '1.0.0');
    await promote(store, 'production', '1.1.0');
    await promote(store, 'production', '1.1.0', { model: 'openai/gpt-5' });
    await promote(store, 'production', '1.1.0', { model: 'openai/gpt-6' });
    const seen: unknown[] = [];
    for (let step = 0; step < 3; step++) {
      const { labels } = await rollback(store, 'production');
      seen.push([labels['production']?.version, labels['production']?.model]);
    }
    assert.deepEqual(seen, [
      ['1.1.0', 'openai/gpt-5'],
      ['1.1.0', undefined],
      ['1.0.0', undefined],
    ]);
    assert.equal(previousPointer(await Array.fromAsync(store.readLog(id)), 'production'), undefined);
  });

  it('takes a promotion of what is served already for no step', async () => {
    const store = await withVersions('1.0.0', '1.1.0');
    await promote(store, 'production', '1.0.0');
    await promote(store, 'production', '1.1.0');
    await promote(store, 'staging', '1.1.0');
    assert.equal(previousPointer(await Array.fromAsync(store.readLog(id)), 'production')?.version, '1.0.0');
  });

  it('looks at its own label only', async () => {
    const store = await withVersions('1.0.0', '1.1.0');
    await promote(store, 'staging', '1.0.0');
    await promote(store, 'production', '1.1.0');
    const log = await Array.fromAsync(store.readLog(id));
    assert.equal(previousPointer(log, 'production'), undefined);
    assert.equal(previousPointer(log, 'nowhere'), undefined);
    const plan = planRollback(await request(store, 'production', '1.0.0'));
    assert.deepEqual(rulesOf(plan), ['never-served']);
    assert.match(plan.refusals[0]?.message ?? '', /has never been on production/);
    assert.equal(plan.refusals[0]?.nextStep, `promptgate promote ${id}@1.0.0 production`);
  });

  it('brings back the model that the label had with that version', async () => {
    const store = await withVersions('1.0.0', '1.1.0');
    await promote(store, 'production', '1.0.0', { model: 'openai/gpt-5', parameters: { temperature: 0 } });
    await promote(store, 'production', '1.1.0', { model: 'openai/gpt-6' });
    const { labels } = await rollback(store, 'production');
    assert.deepEqual(
      [labels['production']?.version, labels['production']?.model, labels['production']?.parameters],
      ['1.0.0', 'openai/gpt-5', { temperature: 0 }],
    );
  });

  it('undoes a swap of the model alone when asked for the same version', async () => {
    const store = await withVersions('1.0.0');
    await promote(store, 'production', '1.0.0');
    assert.deepEqual(rulesOf(planRollback(await request(store, 'production', '1.0.0'))), ['already-there']);
    await promote(store, 'production', '1.0.0', { model: 'openai/gpt-5' });
    const { labels } = await rollback(store, 'production', '1.0.0');
    assert.equal(labels['production']?.model, undefined);
    // Two people at once: who comes second does not make the swap again.
    assert.deepEqual(rulesOf(planRollback(await request(store, 'production', '1.0.0'))), ['already-there']);
  });
});
