import assert from 'node:assert/strict';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../src/prompt/digest.ts';
import { decodeEvidence, encodeEvidence } from '../../src/registry/companion.ts';
import { decodeEvent } from '../../src/registry/event.ts';
import { filesStore } from '../../src/registry/filesStore.ts';
import { parsePolicy } from '../../src/registry/policy.ts';
import { emptyState } from '../../src/registry/store.ts';
import { toStoredJson } from '../../src/registry/storedJson.ts';
import { verify } from '../../src/registry/verify.ts';
import { decodeVersion, encodeVersion } from '../../src/registry/version.ts';
import { placeChange } from '../../src/registry/change.ts';
import { evidenceFor, id, moving, publishing, time, versionSaying, withFolder } from './fixtures.ts';

// A registry is read for years, by older and newer releases at once. What an older one does not know it must say
// so of: it neither calls it damage nor leaves it out in silence nor writes behind what it did not understand.

const pinned = fileURLToPath(new URL('pinned/.promptgate', import.meta.url));
const log = 'prompts/support/refund/log';

type Json = Record<string, unknown>;

const where = '000008.json';
const promoted: Json = {
  schema: 'promptgate/event/1',
  id,
  revision: 8,
  prev: 'a'.repeat(64),
  eventId: 'e-8',
  type: 'promote',
  author: 'Ana',
  time: time(40),
  message: '',
  label: 'staging',
  from: '1.0.0',
  to: '1.1.0',
  policy: '',
  latest: '1.1.0',
  publishes: 2,
  labels: { staging: { version: '1.1.0', since: time(40), revision: 8 } },
};
const pointer = (more: Json): Json => ({
  labels: { staging: { version: '1.1.0', since: time(40), revision: 8, ...more } },
});

/** Events that a release after this one may write. */
const newer: Readonly<Record<string, Json>> = {
  'another schema': { ...promoted, schema: 'promptgate/event/2' },
  'another schema that keeps nothing': { schema: 'promptgate/event/7', what: 'ever' },
  'a rollout on a label': {
    ...promoted,
    ...pointer({ rollout: { id: 'r-1', candidate: '1.1.0', weight: 0.05 } }),
  },
  'segments on a label': { ...promoted, ...pointer({ segments: [{ name: 'beta', version: '1.1.0' }] }) },
  'a model parameter of a label': { ...promoted, ...pointer({ parameters: { verbosity: 'low' } }) },
  'a step of a rollout': { ...promoted, type: 'rollout-step', weight: 0.5 },
  'an approval': { ...promoted, type: 'approve', label: 'production', to: undefined, from: undefined },
  'a change of policy': { ...promoted, type: 'policy', label: undefined, to: undefined, from: undefined },
  'a field of the event': { ...promoted, guardrails: [] },
};

const isNewer = {
  code: 'newer-format',
  message: /was written by a newer Promptgate \(.+\)\. Update Promptgate\.$/,
};

/** A copy of the pinned registry with one more event, chained as it should be. */
const withEvents = (events: readonly Json[], use: (root: string) => Promise<void>) =>
  withFolder(async folder => {
    const root = join(folder, '.promptgate');
    await cp(pinned, root, { recursive: true });
    let prev = sha256(await readFile(join(root, log, '000007.json')));
    for (const [index, event] of events.entries()) {
      const text = toStoredJson({ ...event, prev, revision: 8 + index });
      await writeFile(join(root, log, `00000${8 + index}.json`), text);
      prev = sha256(text);
    }
    await use(root);
  });

async function contents(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const wanted = files.filter(file => file.isFile() && !file.parentPath.includes('cache'));
  return new Map(
    await Promise.all(
      wanted.map(async ({ parentPath, name }) => {
        const path = join(parentPath, name);
        return [path, await readFile(path, 'utf8')] as const;
      }),
    ),
  );
}

describe('what a newer Promptgate wrote', () => {
  it('is an event as this one writes it, but for what is new', () => {
    assert.equal(decodeEvent(toStoredJson(promoted), where).event.revision, 8);
  });

  for (const [what, event] of Object.entries(newer))
    it(`is recognised: ${what}`, () => {
      assert.throws(() => decodeEvent(toStoredJson(event), where), isNewer);
    });

  it('is not what lacks or breaks something that every release writes', () => {
    for (const wrong of [
      { ...promoted, to: undefined },
      { ...promoted, to: undefined, too: '1.1.0' },
      { ...promoted, revision: '8' },
      { ...promoted, type: undefined },
      { ...promoted, type: 3 },
      { ...promoted, guardrails: [], time: 'yesterday' },
      { ...promoted, ...pointer({ since: undefined }) },
      { ...promoted, schema: 'something else' },
      [],
    ])
      assert.throws(
        () => decodeEvent(toStoredJson(wrong), where),
        { code: 'damaged' },
        JSON.stringify(wrong),
      );
  });

  it('is neither listed as damage nor released behind nor written over', async () => {
    for (const [what, event] of Object.entries(newer))
      await withEvents([event], async root => {
        const before = await contents(root);
        const store = filesStore(root);
        const [listed] = await store.list();
        assert.equal(listed?.problem?.code, 'newer-format', what);
        await assert.rejects(store.readState(id), isNewer);
        await assert.rejects(Array.fromAsync(store.readLog(id)), isNewer);
        const guess = {
          ...emptyState(id),
          head: { revision: 8, hash: sha256(await readFile(join(root, log, where))) },
        };
        await assert.rejects(store.commit(id, guess.head, moving(guess, 'staging', '1.0.0')), isNewer);
        assert.deepEqual(await contents(root), before);
        const { damage, unchecked, orphans } = await verify(filesStore(root));
        assert.deepEqual([damage, orphans], [[], []], what);
        assert.deepEqual(
          unchecked.map(({ id: of, file }) => [of, file]),
          [[id, `${log}/${where}`]],
        );
        assert.match(unchecked[0]?.message ?? '', isNewer.message);
      });
  });

  it('does not make what follows it look damaged, and does not hide what is', () =>
    withEvents(
      [
        { ...promoted, type: 'adopt', version: { version: '2.0.0' }, latest: '2.0.0', publishes: 3 },
        {
          ...promoted,
          from: '1.0.0',
          to: '2.0.0',
          latest: '2.0.0',
          publishes: 3,
          labels: { staging: { version: '2.0.0', since: time(40), revision: 9 } },
        },
      ],
      async root => {
        const { damage, unchecked } = await verify(filesStore(root));
        assert.deepEqual([damage, unchecked.length], [[], 1]);
        const path = join(root, log, '000008.json');
        await writeFile(path, (await readFile(path, 'utf8')).replace('adopt', 'adapt'));
        const changed = await verify(filesStore(root));
        assert.deepEqual(
          changed.damage.map(({ code, file }) => [code, file]),
          [['event-changed', `${log}/000008.json`]],
        );
      },
    ));

  it('may be a version: its bytes are as the log says, so that nothing in them is damage', () => {
    const version = versionSaying('1.0.0', 'hello');
    const { json, source } = encodeVersion(version);
    const { stored } = placeChange(id, emptyState(id), publishing(emptyState(id), version));
    const summary = stored.event.version;
    assert.ok(summary);
    const files = { json: '1.0.0.json', source: '1.0.0.yml' };
    const changes: readonly ((value: Json & { prompt: Json }) => unknown)[] = [
      value => ({ ...value, schema: 'promptgate/version/2' }),
      value => ({ ...value, signature: 'abc' }),
      value => ({ ...value, prompt: { ...value.prompt, includes: ['support/tone'] } }),
      value => ({ ...value, prompt: { ...value.prompt, template: 'jinja' } }),
      value => ({ ...value, prompt: { ...value.prompt, messages: [{ role: 'critic', content: 'x' }] } }),
      value => ({
        ...value,
        prompt: { ...value.prompt, messages: [{ role: 'user', content: 'x', cache: true }] },
      }),
      value => ({ ...value, prompt: { ...value.prompt, modelParameters: { verbosity: 'low' } } }),
      value => ({
        ...value,
        prompt: { ...value.prompt, variables: { x: { type: 'image', required: true } } },
      }),
    ];
    for (const change of changes) {
      const text = toStoredJson(change(JSON.parse(json)));
      assert.throws(
        () =>
          decodeVersion({ json: text, source }, { id, summary: { ...summary, hash: sha256(text) } }, files),
        isNewer,
        text,
      );
      assert.throws(() => decodeVersion({ json: text, source }, { id, summary }, files), { code: 'damaged' });
    }
  });

  it('may be evidence: a verdict or a field that is not known', () => {
    const { json } = encodeEvidence(evidenceFor(versionSaying('1.0.0', 'hello')));
    for (const text of [
      json.replace('"passed"\n', '"flaky"\n'),
      json.replace('"rows"', '"tries": 3,\n  "rows"'),
      json.replace('evidence/1', 'evidence/2'),
    ]) {
      assert.notEqual(text, json);
      assert.throws(() => decodeEvidence(text, sha256(text), 'evidence.json'), isNewer);
    }
  });

  it('may be a policy', () => {
    assert.throws(() => parsePolicy('version: 2\nlabels: { production: { quorum: 2 } }\nregions: [eu]\n'), {
      code: 'newer-format',
      message: /policy\.yml is for a newer Promptgate \(version: 2;.*Update/,
    });
  });
});
