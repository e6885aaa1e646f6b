import assert from 'node:assert/strict';
import type { Evidence } from '../../src/evals/report.ts';
import { overrideAfter } from '../../src/registry/label.ts';
import { memoryStore } from '../../src/registry/memoryStore.ts';
import { applyMove } from '../../src/registry/move.ts';
import { defaultPolicy, parsePolicy } from '../../src/registry/policy.ts';
import { planPromote } from '../../src/registry/promote.ts';
import type { Label } from '../../src/registry/store.ts';
import { verify } from '../../src/registry/verify.ts';
import { at, evidenceFor, id, publishing, time, versionSaying } from './fixtures.ts';
import { promote, request, rulesOf, withVersions } from './moves.ts';

describe('planning a promotion', () => {
  it('points the label at the version and records the evidence that let it pass', async () => {
    const store = await withVersions('1.0.0', '1.1.0');
    await promote(store, 'staging', '1.0.0');
    const plan = planPromote(
      await request(store, 'staging', '1.1.0', { policy: defaultPolicy, message: ' go ' }),
    );
    assert.deepEqual([plan.from, plan.to, plan.refusals, plan.gate?.outcome], ['1.0.0', '1.1.0', [], 'pass']);
    assert.ok(plan.changes.length > 0);
    assert.equal(plan.contract.bump, 'patch');
    const state = await applyMove(store, plan);
    assert.deepEqual(state.labels, { staging: { version: '1.1.0', since: time(63), revision: 4 } });
    const event = (await Array.fromAsync(store.readLog(id))).at(-1);
    assert.deepEqual([event?.from, event?.to, event?.message], ['1.0.0', '1.1.0', 'go']);
    assert.ok(event?.evidence !== undefined && (await store.readEvidence(event.evidence)));
    assert.deepEqual((await verify(store)).damage, []);
  });

  it('refuses a name that is none, a version that is not there, and a move to where the label is', async () => {
    const store = await withVersions('1.0.0');
    await promote(store, 'staging', '1.0.0');
    const bad = planPromote(await request(store, 'Production', '1.0.0'));
    assert.deepEqual(rulesOf(bad), ['bad-label']);
    const unknown = planPromote(
      await request(store, 'staging', '1.0.0', { to: versionSaying('9.9.9', 'text of 1.0.0') }),
    );
    assert.deepEqual(rulesOf(unknown), ['unknown-version']);
    assert.match(unknown.refusals[0]?.message ?? '', /no version 9\.9\.9.*1\.0\.0/);
    assert.deepEqual(rulesOf(planPromote(await request(store, 'staging', '1.0.0'))), ['already-there']);
  });

  it('demands passing evidence, unless the policy does not', async () => {
    const store = await withVersions('1.0.0');
    const none = planPromote(
      await request(store, 'staging', '1.0.0', { evidence: undefined, policy: defaultPolicy }),
    );
    assert.deepEqual(rulesOf(none), ['gate']);
    assert.equal(none.refusals[0]?.nextStep, `promptgate eval ${id}@1.0.0`);
    assert.deepEqual(none.checks, [{ rule: 'gate', ok: false, text: 'not evaluated' }]);
    await assert.rejects(applyMove(store, none), { code: 'refused', message: /Next: promptgate eval/ });
    const off = planPromote(await request(store, 'staging', '1.0.0', { evidence: undefined }));
    assert.deepEqual([off.refusals, off.gate], [[], undefined]);
  });

  it('refuses a version with a row that passes in what the label serves now', async () => {
    const store = await withVersions('1.0.0', '1.1.0');
    await promote(store, 'production', '1.0.0');
    const lenient = parsePolicy('version: 1\notherLabels: { passRate: 0.5 }\n');
    const rows = (late: 'passed' | 'failed'): Pick<Evidence, 'rows' | 'counts'> => ({
      counts: {
        passed: late === 'passed' ? 2 : 1,
        failed: late === 'passed' ? 0 : 1,
        errored: 0,
        skipped: 0,
      },
      rows: [
        { id: 'late', verdict: late },
        { id: 'twice', verdict: 'passed' },
      ],
    });
    const asked = await request(store, 'production', '1.1.0', { policy: lenient });
    const [before, now] = [asked.from, asked.to];
    assert.ok(before);
    const evidence = evidenceFor(now, rows('failed'));
    assert.deepEqual(rulesOf(planPromote({ ...asked, evidence })), []);
    const plan = planPromote({ ...asked, evidence, baseline: evidenceFor(before, rows('passed')) });
    assert.deepEqual(rulesOf(plan), ['gate']);
    assert.deepEqual(plan.gate?.broken, ['late']);
  });

  it('refuses evidence that is older than the policy allows', async () => {
    const store = await withVersions('1.0.0');
    const policy = parsePolicy('version: 1\notherLabels: { maxEvidenceAge: 1d }\n');
    const now = at(30) + 86_400_001;
    assert.deepEqual(rulesOf(planPromote(await request(store, 'staging', '1.0.0', { policy, now }))), [
      'gate',
    ]);
    assert.deepEqual(
      rulesOf(planPromote(await request(store, 'staging', '1.0.0', { policy, now: now - 2 }))),
      [],
    );
  });

  it('takes a version that was published by override only with evidence from after that', async () => {
    const store = memoryStore();
    const empty = await store.readState(id);
    const version = { ...versionSaying('1.0.0', 'x', { time: time(10) }), override: 'the provider is down' };
    const change = publishing(empty, version);
    await store.commit(id, empty.head, { ...change, event: { ...change.event, override: version.override } });
    const plan = (evidence: Evidence) =>
      request(store, 'staging', '1.0.0', { policy: defaultPolicy, evidence }).then(planPromote);
    const old = await plan(evidenceFor(version, { time: time(9) }));
    assert.deepEqual(rulesOf(old), ['gate']);
    assert.match(old.refusals[0]?.message ?? '', /not been evaluated since/);
    assert.deepEqual(rulesOf(await plan(evidenceFor(version, { time: time(11) }))), []);
  });

  it('takes a version on a label only after the one that the policy names', async () => {
    const policy = parsePolicy(
      'version: 1\nlabels: { staging: { gate: off }, production: { gate: off, after: staging } }\n',
    );
    const store = await withVersions('1.0.0', '1.1.0');
    const early = planPromote(await request(store, 'production', '1.0.0', { policy }));
    assert.deepEqual(rulesOf(early), ['after']);
    assert.equal(early.refusals[0]?.nextStep, `promptgate promote ${id}@1.0.0 staging`);
    await promote(store, 'staging', '1.0.0');
    await promote(store, 'staging', '1.1.0');
    const later = planPromote(await request(store, 'production', '1.0.0', { policy }));
    assert.deepEqual(later.refusals, []);
    assert.deepEqual(later.checks, [{ rule: 'after', ok: true, text: 'after staging' }]);
  });

  it('asks for the prompt’s id where the label is protected', async () => {
    const policy = parsePolicy('version: 1\nlabels: { production: { gate: off, protected: true } }\n');
    const store = await withVersions('1.0.0');
    for (const confirm of [undefined, '', 'support', 'yes']) {
      const plan = planPromote(await request(store, 'production', '1.0.0', { policy, confirm }));
      assert.deepEqual(rulesOf(plan), ['protected']);
      assert.ok(plan.protected);
    }
    assert.deepEqual(
      rulesOf(planPromote(await request(store, 'production', '1.0.0', { policy, confirm: id }))),
      [],
    );
    assert.deepEqual(rulesOf(planPromote(await request(store, 'staging', '1.0.0', { policy }))), []);
  });

  it('swaps the model on the label, behind the gate for that model', async () => {
    const store = await withVersions('1.0.0');
    await promote(store, 'production', '1.0.0');
    const asked = await request(store, 'production', '1.0.0', {
      model: 'openai/gpt-5',
      policy: defaultPolicy,
    });
    assert.notEqual(asked.digests.target, asked.to.digests.target);
    const old = planPromote({ ...asked, evidence: evidenceFor(asked.to, { time: time(30) }) });
    assert.deepEqual(rulesOf(old), ['gate']);
    assert.match(old.refusals[0]?.nextStep ?? '', /--model openai\/gpt-5/);
    const plan = planPromote(asked);
    assert.deepEqual(plan.refusals, []);
    assert.equal(plan.contract.bump, 'minor');
    const state = await applyMove(store, plan);
    assert.equal(state.labels['production']?.model, 'openai/gpt-5');
  });

  it('keeps the model of a label when the version moves on, and gives it back on demand', async () => {
    const store = await withVersions('1.0.0', '1.1.0', '1.2.0');
    await promote(store, 'production', '1.0.0', { model: 'openai/gpt-5', parameters: { temperature: 0 } });
    const plan = planPromote(await request(store, 'production', '1.1.0'));
    assert.ok(plan.checks.some(({ text }) => text.includes('keeps its own model, openai/gpt-5')));
    const kept = await applyMove(store, plan);
    assert.deepEqual(
      [kept.labels['production']?.model, kept.labels['production']?.parameters],
      ['openai/gpt-5', { temperature: 0 }],
    );
    const back = await promote(store, 'production', '1.2.0', { model: 'openai/gpt-4o-mini' });
    assert.deepEqual(back.labels['production'], { version: '1.2.0', since: time(65), revision: 6 });
  });

  it('makes no new label that is nearly one that there is', async () => {
    const store = await withVersions('1.0.0');
    const policy = parsePolicy('version: 1\nlabels: { staging: {}, production: {}, prod-eu: {} }\n');
    for (const [label, meant] of [
      ['stagin', 'staging'],
      ['prodcution', 'production'],
    ] as const) {
      const { refusals } = planPromote(await request(store, label, '1.0.0', { policy }));
      assert.equal(refusals[0]?.rule, 'bad-label');
      assert.match(
        refusals[0]?.message ?? '',
        new RegExp(`no label "${label}" yet. Did you mean "${meant}"`),
      );
    }
    for (const label of ['canary', 'prod-us', 'staging'])
      assert.deepEqual(rulesOf(planPromote(await request(store, label, '1.0.0', { policy }))), [], label);
    // One that serves already is no slip.
    await promote(store, 'stagin', '1.0.0');
    assert.deepEqual(rulesOf(planPromote(await request(store, 'stagin', '1.0.0', { policy }))), [
      'already-there',
    ]);
  });

  it('keeps it through a version that has the same model of its own, unless it is asked for', () => {
    const label: Label = { version: '1.0.0', model: 'openai/gpt-5', since: time(1), revision: 1 };
    const target = { model: 'openai/gpt-5', parameters: {} };
    assert.deepEqual(overrideAfter(label, {}, { target }), { model: 'openai/gpt-5' });
    assert.deepEqual(overrideAfter(label, { model: 'openai/gpt-5' }, { target }), {});
  });

  it('is a bug with digests that are not what the label would serve', async () => {
    const store = await withVersions('1.0.0');
    const asked = await request(store, 'production', '1.0.0');
    assert.throws(() => planPromote({ ...asked, model: 'openai/gpt-5' }), /another target/);
    assert.throws(
      () => planPromote({ ...asked, digests: { ...asked.digests, suite: '0' } }),
      /another suite/,
    );
    const current = parsePolicy('version: 1\notherLabels: { gate: off, suite: current }\n');
    assert.doesNotThrow(() =>
      planPromote({ ...asked, policy: current, digests: { ...asked.digests, suite: '0' } }),
    );
  });

  it('meets someone faster as a conflict that says who, when and what', async () => {
    const store = await withVersions('1.0.0', '1.1.0');
    const mine = planPromote(await request(store, 'production', '1.0.0'));
    await promote(store, 'production', '1.1.0', { author: 'Ben Ode <ben@example.com>' });
    await assert.rejects(applyMove(store, mine), {
      code: 'conflict',
      message:
        /promoted 1\.1\.0 → production by Ben Ode \(2026-11-20T10:02:00\.000Z, revision 3\).*do it again/,
    });
  });
});
