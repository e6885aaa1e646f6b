import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../src/prompt/digest.ts';
import { decodeEvent, encodeEvent } from '../../src/registry/event.ts';
import { filesStore } from '../../src/registry/filesStore.ts';
import { nodeFileSystem } from '../../src/registry/fileSystem.ts';
import { memoryStore } from '../../src/registry/memoryStore.ts';
import type { ReleaseEvent } from '../../src/registry/store.ts';
import { verify } from '../../src/registry/verify.ts';
import { id, publishing, versionSaying, withFolder } from './fixtures.ts';
import { writePinnedHistory } from './pinned.ts';
import { counted, systemError } from './troubledFileSystem.ts';

const pinned = fileURLToPath(new URL('pinned/.promptgate', import.meta.url));
const prompt = 'prompts/support/refund';

/** A copy of the pinned registry: seven events, two versions, one evidence, one dataset. */
const withCopy = (use: (root: string) => Promise<void>) =>
  withFolder(async folder => {
    const root = join(folder, '.promptgate');
    await cp(pinned, root, { recursive: true });
    await use(root);
  });

async function damageOf(root: string): Promise<readonly (readonly [string, string | undefined])[]> {
  const { damage } = await verify(filesStore(root));
  for (const { message } of damage) assert.match(message, /Bring|Check|Run|Update|publish a new/, message);
  return damage.map(({ code, file }) => [code, file]);
}

async function nameOf(root: string, folder: string, suffix: string): Promise<string> {
  const name = (await readdir(join(root, folder))).sort().find(file => file.endsWith(suffix));
  assert.ok(name);
  return `${folder}/${name}`;
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const changed = change(text);
  assert.notEqual(changed, text);
  await writeFile(path, changed);
}

describe('verify', () => {
  it('finds nothing wrong with a sound registry, in files and in memory', async () => {
    await withCopy(async root => assert.deepEqual(await damageOf(root), []));
    const store = memoryStore();
    await writePinnedHistory(store);
    assert.deepEqual(await verify(store), {
      prompts: 1,
      events: 7,
      versions: 2,
      damage: [],
      unchecked: [],
      orphans: [],
    });
  });

  it('finds any single changed byte, wherever it is', () =>
    withCopy(async root => {
      const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter(entry =>
        entry.isFile(),
      );
      assert.equal(files.length, 13);
      for (const file of files) {
        const path = join(file.parentPath, file.name);
        const bytes = await readFile(path);
        // The last event has nothing behind it that would tell: what is a free text there can be changed unseen.
        const last = file.name === '000007.json';
        for (const at of [
          0,
          1,
          Math.floor(bytes.length / 3),
          Math.floor(bytes.length / 2),
          bytes.length - 1,
        ]) {
          const changed = Buffer.from(bytes);
          changed[at] = (bytes[at] ?? 0) ^ 1;
          await writeFile(path, changed);
          const { damage } = await verify(filesStore(root));
          if (!last || at < 2 || at === bytes.length - 1)
            assert.notDeepEqual(damage, [], `${file.name} at ${at}`);
        }
        await writeFile(path, bytes);
      }
      assert.deepEqual(await damageOf(root), []);
    }));

  it('finds bytes in the last event that only decoding would pass over', () =>
    withCopy(async root => {
      const path = join(root, prompt, 'log/000007.json');
      const bytes = await readFile(path);
      const noText = Buffer.from(bytes);
      noText[bytes.indexOf('"message": "') + '"message": "'.length] = 0xff;
      for (const changed of [Buffer.concat([Buffer.from('\uFEFF'), bytes]), noText]) {
        await writeFile(path, changed);
        assert.deepEqual(await damageOf(root), [['event-changed', `${prompt}/log/000007.json`]]);
      }
    }));

  it('still proves what it can where a folder cannot be listed', () =>
    withCopy(async root => {
      const fs = counted(nodeFileSystem, (_call, name, [path]) => {
        if (name === 'names' && String(path).endsWith('versions')) throw systemError('EACCES');
      });
      const { versions, damage, orphans } = await verify(filesStore(root, { fs }));
      assert.deepEqual([versions, damage, orphans], [2, [], []]);
    }));

  it('names a version file that was edited by hand, and says what to do', () =>
    withCopy(async root => {
      const file = await nameOf(root, `${prompt}/versions`, '.yml');
      await edit(join(root, file), text => text.replace('You answer', 'You never answer'));
      const { damage } = await verify(filesStore(root));
      assert.deepEqual(
        damage.map(({ code, file: found }) => [code, found]),
        [['version-changed', file]],
      );
      assert.match(damage[0]?.message ?? '', /git checkout/);
    }));

  it('finds what is missing', () =>
    withCopy(async root => {
      const json = await nameOf(root, `${prompt}/versions`, '.json');
      const evidence = await nameOf(root, 'evidence', '.json');
      const dataset = await nameOf(root, 'datasets', '.jsonl');
      for (const [file, code] of [
        [json, 'version-missing'],
        [json.replace(/json$/, 'yml'), 'version-missing'],
        [evidence, 'evidence-missing'],
        [dataset, 'dataset-missing'],
        [`${prompt}/log/000003.json`, 'event-missing'],
        [`${prompt}/log/000001.json`, 'event-missing'],
      ] as const) {
        const bytes = await readFile(join(root, file));
        await rm(join(root, file));
        assert.deepEqual(
          (await damageOf(root)).filter(([found]) => found === code),
          [[code, file]],
        );
        await writeFile(join(root, file), bytes);
      }
    }));

  it('finds an event that was rewritten together with all that follow, by a known head', () =>
    withCopy(async root => {
      const head = (await filesStore(root).readState(id)).head.hash;
      let prev = '';
      for (let revision = 1; revision <= 7; revision++) {
        const path = join(root, prompt, 'log', `00000${revision}.json`);
        const { event } = decodeEvent(await readFile(path), path);
        const { text, hash } = encodeEvent({ ...event, prev, author: 'Someone Else' });
        await writeFile(path, text);
        prev = hash;
      }
      const result = await verify(filesStore(root), { heads: { [id]: head } });
      assert.ok(result.damage.some(({ code }) => code === 'head-mismatch'));
    }));

  it('finds a tail that was cut off only by a known head', () =>
    withCopy(async root => {
      const head = (await filesStore(root).readState(id)).head.hash;
      await rm(join(root, prompt, 'log', '000007.json'));
      assert.deepEqual(await damageOf(root), []);
      const { damage } = await verify(filesStore(root), { heads: { [id]: head } });
      assert.deepEqual(
        damage.map(({ code }) => code),
        ['head-mismatch'],
      );
    }));

  it('takes an earlier head as known: the log may have grown since', () =>
    withCopy(async root => {
      const [, second] = await Array.fromAsync(filesStore(root).readLog(id));
      const { damage } = await verify(filesStore(root), { heads: { [id]: second?.hash ?? '' } });
      assert.deepEqual(damage, []);
    }));

  it('misses a prompt that is gone whole, by its known head', () =>
    withCopy(async root => {
      await rm(join(root, prompt), { recursive: true });
      const { damage } = await verify(filesStore(root), { heads: { [id]: sha256('x') } });
      assert.deepEqual(
        damage.map(({ code }) => code),
        ['head-mismatch'],
      );
    }));

  for (const [what, change] of [
    [
      'moves a label that it does not name',
      event => ({ ...event, labels: { ...event.labels, beta: labelOn('1.0.0') } }),
    ],
    [
      'points a label to a version that does not exist',
      event => ({ ...event, labels: { staging: labelOn('7.0.0') } }),
    ],
    ['counts another number of publishes', event => ({ ...event, publishes: 3 })],
    ['names another highest version', event => ({ ...event, latest: '1.0.0' })],
    ['says that the label served something else before', event => ({ ...event, from: '1.1.0' })],
    ['has the number of another', event => ({ ...event, revision: 8 })],
    ['is of another prompt', event => ({ ...event, id: 'support/other' })],
  ] as readonly [string, (event: ReleaseEvent) => ReleaseEvent][])
    it(`finds a last event, forged with care, that ${what}`, () =>
      withCopy(async root => {
        const file = `${prompt}/log/000007.json`;
        const path = join(root, file);
        const { event } = decodeEvent(await readFile(path), path);
        await writeFile(path, encodeEvent(change(event)).text);
        const damage = await damageOf(root);
        assert.ok(damage.length > 0);
        for (const [, found] of damage) assert.equal(found, file);
      }));

  it('finds an event that says the same in another layout', () =>
    withCopy(async root => {
      const file = `${prompt}/log/000007.json`;
      await edit(join(root, file), text => `${JSON.stringify(JSON.parse(text))}\n`);
      assert.deepEqual(await damageOf(root), [['event-changed', file]]);
    }));

  it('calls git’s conflict markers by their name', () =>
    withCopy(async root => {
      const file = `${prompt}/log/000007.json`;
      await edit(join(root, file), text => `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> other\n`);
      assert.deepEqual(await damageOf(root), [['log-conflict', file]]);
    }));

  it('finds a version that was published with a digest that is not its content’s', () =>
    withCopy(async root => {
      const file = await nameOf(root, `${prompt}/versions`, '.json');
      const before = sha256(await readFile(join(root, file)));
      const json = (await readFile(join(root, file), 'utf8')).replace(
        '"content": "You',
        '"content": "Now you',
      );
      const renamed = `${prompt}/versions/1.0.0-${sha256(json).slice(0, 12)}`;
      await writeFile(join(root, `${renamed}.json`), json);
      await cp(join(root, file.replace(/json$/, 'yml')), join(root, `${renamed}.yml`));
      let prev = '';
      for (let revision = 1; revision <= 7; revision++) {
        const path = join(root, prompt, 'log', `00000${revision}.json`);
        const { event } = decodeEvent((await readFile(path, 'utf8')).replaceAll(before, sha256(json)), path);
        const { text, hash } = encodeEvent({ ...event, prev });
        await writeFile(path, text);
        prev = hash;
      }
      assert.deepEqual(await damageOf(root), [['version-changed', `${renamed}.json`]]);
    }));

  it('finds evidence that is about something else than what it is named for', () =>
    withCopy(async root => {
      const evidence = await nameOf(root, 'evidence', '.json');
      const { digests } = JSON.parse(await readFile(join(root, evidence), 'utf8')) as {
        digests: { content: string };
      };
      const other = (await readFile(join(root, evidence), 'utf8')).replace(digests.content, sha256('other'));
      await writeFile(join(root, 'evidence', `${sha256(other)}.json`), other);
      let prev = '';
      for (let revision = 1; revision <= 7; revision++) {
        const path = join(root, prompt, 'log', `00000${revision}.json`);
        const named = evidence.slice('evidence/'.length, -'.json'.length);
        const { event } = decodeEvent((await readFile(path, 'utf8')).replaceAll(named, sha256(other)), path);
        const { text, hash } = encodeEvent({ ...event, prev });
        await writeFile(path, text);
        prev = hash;
      }
      assert.deepEqual(await damageOf(root), [['evidence-changed', `evidence/${sha256(other)}.json`]]);
    }));

  it('lists what nothing names as orphans, and calls it no damage', () =>
    withCopy(async root => {
      await writeFile(join(root, prompt, 'versions', '9.9.9-000000000000.json'), '{}');
      await writeFile(join(root, 'evidence', `${sha256('x')}.json`), '{}');
      await writeFile(join(root, 'datasets', `${sha256('x')}.csv`), 'x');
      const { damage, orphans } = await verify(filesStore(root));
      assert.deepEqual(damage, []);
      assert.deepEqual(orphans, [
        `datasets/${sha256('x')}.csv`,
        `evidence/${sha256('x')}.json`,
        `${prompt}/versions/9.9.9-000000000000.json`,
      ]);
      assert.deepEqual((await verify(filesStore(root), { ids: [id] })).orphans, [
        `${prompt}/versions/9.9.9-000000000000.json`,
      ]);
    }));

  it('looks at some prompts only, when asked', () =>
    withCopy(async root => {
      const store = filesStore(root);
      const other = 'billing/invoice';
      const state = await store.readState(other);
      await store.commit(other, state.head, publishing(state, versionSaying('1.0.0', 'x', { id: other })));
      await rm(join(root, prompt, 'log', '000002.json'));
      assert.deepEqual((await verify(store, { ids: [other] })).damage, []);
      assert.equal((await verify(store)).prompts, 2);
    }));
});

function labelOn(version: string) {
  return { version, since: '2026-11-20T09:30:00.000Z', revision: 6 };
}
