import assert from 'node:assert/strict';
import { contentDigest, sha256, targetDigest } from '../../src/prompt/digest.ts';
import { encodeEvidence } from '../../src/registry/companion.ts';
import { memoryStore } from '../../src/registry/memoryStore.ts';
import { parsePolicy } from '../../src/registry/policy.ts';
import {
  applyPublish,
  candidateFromVersion,
  planPublish,
  type Candidate,
  type PublishRequest,
} from '../../src/registry/publish.ts';
import { defaultPolicy } from '../../src/registry/policy.ts';
import type { Prompt } from '../../src/prompt/prompt.ts';
import { emptyState, type Store } from '../../src/registry/store.ts';
import { verify } from '../../src/registry/verify.ts';
import type { Evidence } from '../../src/evals/report.ts';
import { at, id, newEventId, promptSaying, withFolder } from './fixtures.ts';
import { filesStore } from '../../src/registry/filesStore.ts';

const strict = parsePolicy('version: 1\npublish: gate-required\n');
const evaluators = { 'promptgate/contains': 1 };

function candidate(text: string, prompt: Partial<Prompt> = {}, more: Partial<Candidate> = {}): Candidate {
  const frozen = promptSaying(text, prompt);
  const target = { model: frozen.model, parameters: frozen.modelParameters };
  const digests = {
    content: contentDigest(frozen),
    target: targetDigest(target),
    suite: sha256(JSON.stringify(frozen.testData)),
  };
  return {
    id,
    source: `# ${text}\n`,
    prompt: frozen,
    target,
    digests,
    datasets: [],
    evaluators,
    blockers: [],
    evidence: passing(digests),
    ...more,
  };
}

function passing(digests: Candidate['digests'], verdict: 'passed' | 'failed' = 'passed'): Evidence {
  const passed = verdict === 'passed' ? 1 : 0;
  return {
    schema: 'promptgate/evidence/1',
    prompt: id,
    digests,
    evaluators,
    counts: { passed, failed: 1 - passed, errored: 0, skipped: 0 },
    rows: [{ id: 'late', verdict }],
    time: new Date(at(0)).toISOString(),
    scripted: true,
  };
}

async function request(
  store: Store,
  of: Candidate,
  more: Partial<PublishRequest> = {},
): Promise<PublishRequest> {
  const state = await store.readState(id);
  const base = state.latest === undefined ? undefined : await store.readVersion(id, state.latest);
  return {
    candidate: of,
    state,
    base: base && { version: base },
    policy: defaultPolicy,
    message: 'why',
    author: 'Ana <ana@example.com>',
    now: at(5),
    eventId: newEventId(),
    ...more,
  };
}

const rulesOf = (plan: { readonly refusals: readonly { readonly rule: string }[] }) =>
  plan.refusals.map(({ rule }) => rule);

async function published(...texts: readonly string[]): Promise<Store> {
  const store = memoryStore();
  for (const text of texts) await applyPublish(store, planPublish(await request(store, candidate(text))));
  return store;
}

describe('planning a publish', () => {
  it('gives the first version 1.0.0, whatever bump is asked for', async () => {
    const plan = planPublish(await request(memoryStore(), candidate('a'), { bump: 'minor' }));
    assert.equal(plan.version, '1.0.0');
    assert.deepEqual(plan.refusals, []);
    assert.equal(plan.gate.outcome, 'pass');
  });

  it('proposes the bump that the changes demand, over the highest version', async () => {
    const store = await published('a', 'b');
    const patch = planPublish(await request(store, candidate('c')));
    assert.deepEqual([patch.base, patch.version, patch.bump], ['1.0.1', '1.0.2', 'patch']);
    const needsMore = {
      variables: { question: { type: 'string', required: true }, tone: { type: 'string', required: true } },
    } as const;
    const major = planPublish(await request(store, candidate('c', needsMore)));
    assert.deepEqual([major.version, major.bump], ['2.0.0', 'major']);
    assert.ok(major.changes.length > 0);
  });

  it('takes a bigger bump and refuses a smaller one, naming the change', async () => {
    const store = await published('a');
    assert.equal(planPublish(await request(store, candidate('b'), { bump: 'minor' })).version, '1.1.0');
    const needsMore = {
      variables: { question: { type: 'string', required: true }, tone: { type: 'string', required: true } },
    } as const;
    const plan = planPublish(await request(store, candidate('b', needsMore), { bump: 'patch' }));
    assert.deepEqual(rulesOf(plan), ['bump-too-small']);
    assert.match(plan.refusals[0]?.message ?? '', /tone/);
    assert.equal(plan.refusals[0]?.nextStep, `promptgate publish ${id} --bump major`);
    assert.equal(plan.version, '2.0.0');
  });

  it('finds nothing to publish in equal digests, and names the version that has them', async () => {
    const store = await published('a', 'b');
    const plan = planPublish(
      await request(store, candidate('b', { description: 'another one' }, { source: '# b, said better\n' })),
    );
    assert.deepEqual(rulesOf(plan), ['nothing-to-publish']);
    assert.match(
      plan.refusals[0]?.message ?? '',
      /nothing to publish: 1\.0\.1 says the same to the model, only what stands around/,
    );
  });

  it('publishes what an older version had as a new one', async () => {
    const store = await published('a', 'b');
    const plan = planPublish(await request(store, candidate('a')));
    assert.deepEqual(plan.refusals, []);
    assert.equal(plan.version, '1.0.2');
  });

  it('publishes a change of the suite alone', async () => {
    const store = await published('a');
    const plan = planPublish(
      await request(store, candidate('a', { testData: [{ id: 'late', question: 'When?' }] })),
    );
    assert.deepEqual(plan.refusals, []);
    assert.equal(plan.version, '1.0.1');
  });

  it('asks for a message', async () => {
    const plan = planPublish(await request(memoryStore(), candidate('a'), { message: ' \n' }));
    assert.deepEqual(rulesOf(plan), ['no-message']);
    assert.match(plan.refusals[0]?.nextStep ?? '', / -m "/);
  });

  it('refuses what lint calls an error, and includes', async () => {
    const of = candidate('a {{> footer}}', {}, { blockers: ["Undefined variable 'x'."] });
    const plan = planPublish(await request(memoryStore(), of));
    assert.deepEqual(rulesOf(plan), ['lint', 'include']);
    assert.match(plan.refusals[1]?.message ?? '', /"footer"/);
    const literal = planPublish(
      await request(memoryStore(), candidate('a {{> footer}}', { template: 'literal', variables: {} })),
    );
    assert.deepEqual(rulesOf(literal), []);
  });

  for (const [what, evidence] of [
    ['no evidence', () => undefined],
    ['failing evidence', (digests: Candidate['digests']) => passing(digests, 'failed')],
    [
      'evidence of other content',
      (digests: Candidate['digests']) => passing({ ...digests, content: sha256('x') }),
    ],
  ] as const) {
    it(`refuses ${what}, takes it with a reason, and then says so for good`, async () => {
      const of = candidate('a');
      const unproven = { ...of, evidence: evidence(of.digests) };
      const store = memoryStore();
      const refused = planPublish(await request(store, unproven));
      assert.deepEqual(rulesOf(refused), ['gate']);
      assert.match(refused.refusals[0]?.message ?? '', /--override/);
      assert.equal(refused.refusals[0]?.nextStep, `promptgate eval ${id}`);
      await assert.rejects(applyPublish(store, refused), { code: 'refused' });
      assert.deepEqual(rulesOf(planPublish(await request(store, unproven, { override: ' ' }))), ['gate']);

      const plan = planPublish(await request(store, unproven, { override: 'the provider is down' }));
      assert.deepEqual(plan.refusals, []);
      const state = await applyPublish(store, plan);
      assert.equal(state.versions[0]?.override, 'the provider is down');
      const [event] = await Array.fromAsync(store.readLog(id));
      assert.equal(event?.override, 'the provider is down');
    });

    it(`refuses ${what} without exception where the policy says so`, async () => {
      const of = candidate('a');
      const unproven = { ...of, evidence: evidence(of.digests) };
      const plan = planPublish(
        await request(memoryStore(), unproven, { override: 'please', policy: strict }),
      );
      assert.deepEqual(rulesOf(plan), ['gate']);
      assert.match(plan.refusals[0]?.message ?? '', /allows no override/);
    });
  }

  it('does not mark a version as overridden that passed its gate', async () => {
    const plan = planPublish(await request(memoryStore(), candidate('a'), { override: 'in case' }));
    assert.equal(plan.change.version?.override, undefined);
    assert.equal(plan.change.event.override, undefined);
  });

  it('holds a prompt to its own stricter gate', async () => {
    const lenient = parsePolicy('version: 1\notherLabels: { passRate: 0.5 }\n');
    const half = (digests: Candidate['digests']): Evidence => ({
      ...passing(digests),
      counts: { passed: 1, failed: 1, errored: 0, skipped: 0 },
      rows: [
        { id: 'late', verdict: 'passed' },
        { id: 'twice', verdict: 'failed' },
      ],
    });
    const loose = candidate('a');
    assert.deepEqual(
      rulesOf(
        planPublish(
          await request(memoryStore(), { ...loose, evidence: half(loose.digests) }, { policy: lenient }),
        ),
      ),
      [],
    );
    const own = candidate('a', { gate: { passRate: 0.9 } });
    assert.deepEqual(
      rulesOf(
        planPublish(
          await request(memoryStore(), { ...own, evidence: half(own.digests) }, { policy: lenient }),
        ),
      ),
      ['gate'],
    );
  });

  it('freezes what it publishes: source without BOM and CRLF, datasets by digest, evidence beside it', async () =>
    withFolder(async folder => {
      const store = filesStore(folder);
      const text = '{"question":"Where?"}\n';
      const of = candidate(
        'a',
        { datasets: ['g.jsonl'] },
        { source: '\uFEFFa\r\nb\r\n', datasets: [{ path: 'g.jsonl', text }] },
      );
      const plan = planPublish(await request(store, of, { policy: strict }));
      await applyPublish(store, plan);
      const version = await store.readVersion(id, '1.0.0');
      assert.equal(version?.source, 'a\nb\n');
      assert.deepEqual(version?.datasets, [{ path: 'g.jsonl', digest: sha256(text) }]);
      assert.equal(await store.readDataset(sha256(text)), text);
      const [event] = await Array.fromAsync(store.readLog(id));
      assert.equal(event?.policy, strict.digest);
      assert.ok(of.evidence && event?.evidence === encodeEvidence(of.evidence).digest);
      assert.deepEqual((await verify(store)).damage, []);
    }));

  it('publishes an old version’s content as a new version, through the same gate', async () => {
    const store = await published('a', 'b');
    const old = await store.readVersion(id, '1.0.0');
    assert.ok(old);
    const again = candidateFromVersion(old, { datasets: [], evaluators });
    assert.deepEqual(rulesOf(planPublish(await request(store, again))), ['gate']);
    const plan = planPublish(await request(store, { ...again, evidence: passing(old.digests) }));
    assert.equal((await applyPublish(store, plan)).latest, '1.0.2');
    assert.equal((await store.readVersion(id, '1.0.2'))?.source, old.source);
  });

  it('is a bug with a base that is not the highest version', async () => {
    const store = await published('a', 'b');
    const state = await store.readState(id);
    const old = await store.readVersion(id, '1.0.0');
    assert.ok(old);
    const wrong = { ...(await request(store, candidate('c'))), state, base: { version: old } };
    assert.throws(() => planPublish(wrong), /the base of a publish is the highest version, 1\.0\.1/);
    assert.throws(() => planPublish({ ...wrong, base: undefined }), /highest version/);
    assert.doesNotThrow(() => planPublish({ ...wrong, state: emptyState(id), base: undefined }));
  });
});

describe('applying a plan when someone else was faster', () => {
  it('is refused as a conflict, and succeeds when planned again', async () => {
    const store = await published('a');
    const mine = planPublish(await request(store, candidate('mine')));
    await applyPublish(store, planPublish(await request(store, candidate('theirs'))));
    await assert.rejects(applyPublish(store, mine), {
      code: 'conflict',
      message: /published 1\.0\.1.*by Ana/,
    });

    const again = await applyPublish(store, planPublish(await request(store, candidate('mine'))));
    assert.equal(again.latest, '1.0.2');
  });
});
