import assert from 'node:assert/strict';
import { PromptgateError } from '../../src/errors.ts';
import { sha256 } from '../../src/prompt/digest.ts';
import { encodeEvidence } from '../../src/registry/companion.ts';
import { emptyHead, emptyState, type PromptState, type Store } from '../../src/registry/store.ts';
import { evidenceFor, id, moving, newEventId, promptSaying, publishing, versionSaying } from './fixtures.ts';

/** What every store does. `open` gives an empty one, and `reopen` the same data through another instance. */
export function describeStore(
  name: string,
  open: () => Promise<{
    readonly store: Store;
    readonly reopen: () => Store;
    readonly close: () => Promise<void>;
  }>,
): void {
  describe(`store: ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    const publish = async (version: string, text = version): Promise<PromptState> => {
      const state = await store.readState(id);
      return store.commit(id, state.head, publishing(state, versionSaying(version, text)));
    };

    it('starts empty, and an unknown id is an empty state', async () => {
      assert.deepEqual(await store.list(), []);
      assert.deepEqual(await store.readState(id), emptyState(id));
      assert.equal(await store.readVersion(id, '1.0.0'), undefined);
      assert.equal(await store.readEvidence(sha256('none')), undefined);
      assert.equal(await store.readDataset(sha256('none')), undefined);
      assert.deepEqual(await Array.fromAsync(store.readLog(id)), []);
    });

    it('gives back a version as it was published, for another reader too', async () => {
      const version = versionSaying('1.0.0', 'Grüße 👋 {{x}}\u2028 \u0007', {
        prompt: promptSaying('Grüße 👋 \u2028', {
          testData: [JSON.parse('{"__proto__": 1, "constructor": "x", "10": "b", "2": "a", "id": "r"}')],
          metadata: { owner: 'support', nothing: null },
        }),
      });
      await store.commit(id, emptyHead, publishing(emptyState(id), version));
      assert.deepEqual(await store.readVersion(id, '1.0.0'), version);
      assert.deepEqual(await opened.reopen().readVersion(id, '1.0.0'), version);
    });

    it('keeps a prompt of a megabyte', async () => {
      const text = 'long '.repeat(200_000);
      const version = versionSaying('1.0.0', text);
      await store.commit(id, emptyHead, publishing(emptyState(id), version));
      assert.equal((await opened.reopen().readVersion(id, '1.0.0'))?.source, version.source);
    });

    it('answers a commit with the state that it then reads', async () => {
      const after = await publish('1.0.0');
      assert.equal(after.head.revision, 1);
      assert.equal(after.latest, '1.0.0');
      assert.equal(after.publishes, 1);
      assert.deepEqual(await store.readState(id), after);
      assert.deepEqual(await opened.reopen().readState(id), after);
      const { versions, ...summary } = after;
      assert.equal(versions.length, 1);
      assert.deepEqual(await store.list(), [summary]);
      assert.deepEqual(await opened.reopen().list(), [summary]);
    });

    it('lists versions highest first by semver, and the highest as latest', async () => {
      for (const version of ['1.2.0', '1.10.0', '1.9.0', '2.0.0', '1.10.1']) await publish(version);
      const expected = ['2.0.0', '1.10.1', '1.10.0', '1.9.0', '1.2.0'];
      for (const reader of [store, opened.reopen()]) {
        const state = await reader.readState(id);
        assert.deepEqual(
          state.versions.map(({ version }) => version),
          expected,
        );
        assert.equal(state.latest, '2.0.0');
        assert.equal(state.publishes, 5);
      }
    });

    it('lists prompts by id', async () => {
      for (const other of ['support/refund', 'billing/invoice', 'support/a-b', 'support/a']) {
        const version = versionSaying('1.0.0', other, { id: other });
        await store.commit(other, emptyHead, publishing(emptyState(other), version));
      }
      const ids = (await store.list()).map(summary => summary.id);
      assert.deepEqual(ids, ['billing/invoice', 'support/a', 'support/a-b', 'support/refund']);
    });

    it('chains its log: numbered from 1, each event with the hash of the one before', async () => {
      await publish('1.0.0');
      const state = await publish('1.1.0');
      await store.commit(id, state.head, moving(state, 'staging', '1.1.0'));
      const log = await Array.fromAsync(store.readLog(id));
      assert.deepEqual(
        log.map(event => [event.revision, event.type, event.prev]),
        [
          [1, 'publish', ''],
          [2, 'publish', log[0]?.hash],
          [3, 'promote', log[1]?.hash],
        ],
      );
      assert.deepEqual((await store.readState(id)).head, { revision: 3, hash: log[2]?.hash });
      assert.equal(log[2]?.labels['staging']?.version, '1.1.0');
      assert.deepEqual(await Array.fromAsync(opened.reopen().readLog(id)), log);
    });

    it('refuses a change planned on another head, says who was faster, and writes nothing', async () => {
      const planned = await publish('1.0.0');
      const winner = await store.commit(
        id,
        planned.head,
        moving(planned, 'staging', '1.0.0', { author: 'Ben Ode <ben@example.com>' }),
      );
      const late = store.commit(id, planned.head, publishing(planned, versionSaying('1.1.0', 'late')));
      await assert.rejects(late, (error: unknown) => {
        assert.ok(error instanceof PromptgateError);
        assert.equal(error.code, 'conflict');
        assert.match(error.message, /Ben Ode/);
        assert.match(error.message, /promoted 1\.0\.0 → staging/);
        return true;
      });
      assert.deepEqual(await opened.reopen().readState(id), winner);
      assert.equal(await opened.reopen().readVersion(id, '1.1.0'), undefined);
    });

    it('refuses a head with the right number and another hash', async () => {
      const state = await publish('1.0.0');
      const head = { ...state.head, hash: sha256('another history') };
      await assert.rejects(store.commit(id, head, moving(state, 'staging', '1.0.0')), { code: 'conflict' });
    });

    it('lets exactly one of many simultaneous changes win', async () => {
      const state = await publish('1.0.0');
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) =>
          (index % 2 === 0 ? store : opened.reopen()).commit(
            id,
            state.head,
            publishing(state, versionSaying('1.1.0', `text ${index}`)),
          ),
        ),
      );
      const won = results.filter(result => result.status === 'fulfilled');
      assert.equal(won.length, 1);
      for (const result of results)
        if (result.status === 'rejected') assert.equal((result.reason as PromptgateError).code, 'conflict');
      assert.equal((await opened.reopen().readState(id)).head.revision, 2);
      assert.deepEqual(await opened.reopen().readState(id), won[0]?.value);
    });

    it('recognises a change whose answer got lost, right away and after others went on', async () => {
      const eventId = newEventId();
      const change = publishing(emptyState(id), versionSaying('1.0.0', 'once'), { eventId });
      const first = await store.commit(id, emptyHead, change);
      assert.deepEqual(await opened.reopen().commit(id, emptyHead, change), first);
      const later = await store.commit(id, first.head, moving(first, 'staging', '1.0.0'));
      assert.deepEqual(await opened.reopen().commit(id, emptyHead, change), later);
      assert.equal((await Array.fromAsync(store.readLog(id))).length, 2);
    });

    it('holds that an event id stands for one change only', async () => {
      const state = await publish('1.0.0');
      const eventId = newEventId();
      await store.commit(id, state.head, moving(state, 'staging', '1.0.0', { eventId }));
      await assert.rejects(
        store.commit(id, state.head, moving(state, 'production', '1.0.0', { eventId })),
        /used for another change/,
      );
    });

    it('keeps evidence and datasets by their digests', async () => {
      const text = '{"question":"Where?"}\n';
      const dataset = { path: 'golden.jsonl', text, digest: sha256(text) };
      const version = versionSaying('1.0.0', 'x', {
        datasets: [{ path: dataset.path, digest: dataset.digest }],
      });
      const evidence = evidenceFor(version);
      await store.commit(
        id,
        emptyHead,
        publishing(emptyState(id), version, { evidence, datasets: [dataset] }),
      );
      const { digest } = encodeEvidence(evidence);
      const reader = opened.reopen();
      assert.equal((await reader.readState(id)).versions[0]?.evidence, digest);
      assert.deepEqual(await reader.readEvidence(digest), evidence);
      assert.equal(await reader.readDataset(dataset.digest), text);
    });

    it('refuses changes that contradict themselves, as a bug of the caller', async () => {
      const state = await publish('1.0.0');
      const commit = (change: Parameters<Store['commit']>[2]) => store.commit(id, state.head, change);
      await assert.rejects(commit(publishing(state, versionSaying('1.0.0', 'again'))), /1\.0\.0 is taken/);
      await assert.rejects(commit(moving(state, 'staging', '9.9.9')), /9\.9\.9, which does not exist/);
      await assert.rejects(commit(moving(state, 'latest', '1.0.0')), /not a label name/);
      const version = versionSaying('1.1.0', 'x');
      await assert.rejects(
        commit(publishing(state, { ...version, digests: { ...version.digests, content: sha256('lie') } })),
        /contentDigest/,
      );
      await assert.rejects(
        commit(publishing(state, { ...version, id: 'support/other' })),
        /is of support\/other/,
      );
      await assert.rejects(store.commit('../evil', emptyHead, publishing(state, version)), /not a prompt id/);
      assert.deepEqual(await opened.reopen().readState(id), state);
    });

    it('tells watchers which prompt changed, until they are disposed of', async () => {
      const seen: string[] = [];
      const arrived = new Promise<void>(resolve => {
        const watching = store.watch(changed => {
          seen.push(changed);
          watching.dispose();
          resolve();
        });
      });
      await publish('1.0.0');
      await arrived;
      await publish('1.1.0');
      assert.deepEqual(seen, [id]);
    });
  });
}
