import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../src/prompt/digest.ts';
import { nodeFileSystem } from '../../src/registry/fileSystem.ts';
import { defaultWatchOptions } from '../../src/registry/filesWatch.ts';
import { filesStore } from '../../src/registry/filesStore.ts';
import { eventFileName, revisionOf } from '../../src/registry/registryPaths.ts';
import { emptyState, type Store } from '../../src/registry/store.ts';
import { verify } from '../../src/registry/verify.ts';
import { evidenceFor, id, moving, publishing, time, versionSaying, withFolder } from './fixtures.ts';
import { writePinnedHistory } from './pinned.ts';
import { counted, systemError, withoutHardLinks } from './troubledFileSystem.ts';

const withRegistry = (use: (root: string) => Promise<void>) =>
  withFolder(folder => use(join(folder, 'some', '.promptgate')));

async function publish(store: Store, number: string, of = id) {
  const state = await store.readState(of);
  return store.commit(of, state.head, publishing(state, versionSaying(number, number, { id: of })));
}
async function promote(store: Store, label: string, to: string) {
  const state = await store.readState(id);
  return store.commit(id, state.head, moving(state, label, to));
}

const logOf = (root: string) => join(root, 'prompts', 'support', 'refund', 'log');
const pinned = fileURLToPath(new URL('pinned/.promptgate', import.meta.url));
const versionsOf = (root: string) => join(root, 'prompts', 'support', 'refund', 'versions');

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

describe('a registry in files', () => {
  it('lies where the design says, each version named by its number and its hash', () =>
    withRegistry(async root => {
      const store = filesStore(root);
      const version = versionSaying('1.0.0', 'hello');
      const empty = emptyState(id);
      const state = await store.commit(
        id,
        empty.head,
        publishing(empty, version, { evidence: evidenceFor(version) }),
      );
      const name = `1.0.0-${state.versions[0]?.hash.slice(0, 12)}`;
      assert.deepEqual((await readdir(versionsOf(root))).sort(), [`${name}.json`, `${name}.yml`]);
      assert.equal(await readFile(join(versionsOf(root), `${name}.yml`), 'utf8'), version.source);
      const json = await readFile(join(versionsOf(root), `${name}.json`), 'utf8');
      assert.equal(sha256(json), state.versions[0]?.hash);
      assert.deepEqual(await readdir(logOf(root)), ['000001.json']);
      assert.equal(sha256(await readFile(join(logOf(root), '000001.json'))), state.head.hash);
      assert.deepEqual(await readdir(join(root, 'evidence')), [`${state.versions[0]?.evidence}.json`]);
      assert.equal(await readFile(join(root, 'cache', '.gitignore'), 'utf8'), '*\n');
      assert.deepEqual(await readdir(join(root, 'cache', 'tmp')), []);
    }));

  it('writes these very bytes, which can never change', () =>
    withRegistry(async root => {
      await mkdir(dirname(root));
      await cp(join(dirname(pinned), '.gitattributes'), join(dirname(root), '.gitattributes'));
      await writePinnedHistory(filesStore(root));
      await rm(join(root, 'cache'), { recursive: true });
      const files = await filesBelow(root);
      assert.deepEqual(files, await filesBelow(pinned));
      for (const file of files)
        assert.equal(
          await readFile(join(root, file), 'utf8'),
          await readFile(join(pinned, file), 'utf8'),
          file,
        );
    }));

  it('reads what was written before', () =>
    withRegistry(async root => {
      await cp(pinned, root, { recursive: true });
      const store = filesStore(root);
      const { damage, orphans, events, versions } = await verify(store);
      assert.deepEqual(
        { damage, orphans, events, versions },
        { damage: [], orphans: [], events: 7, versions: 2 },
      );
      const state = await store.readState(id);
      assert.deepEqual(state.labels, { staging: { version: '1.0.0', since: time(30), revision: 6 } });
      assert.deepEqual(
        state.versions.map(({ version, was }) => [version, was]),
        [
          ['1.1.0', '1.0.1'],
          ['1.0.0', undefined],
        ],
      );
    }));

  it('shares a folder between writers with and without hard links', () =>
    withRegistry(async root => {
      const stores = [filesStore(root), filesStore(root, { fs: withoutHardLinks(nodeFileSystem) })];
      for (let round = 1; round <= 10; round++) {
        const state = await filesStore(root).readState(id);
        const tries = stores.map((store, index) =>
          store.commit(id, state.head, publishing(state, versionSaying(`1.${round}.0`, `by ${index}`))),
        );
        const won = (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled');
        assert.equal(won.length, 1);
      }
      await publish(stores[1] as Store, '2.0.0');
      await publish(stores[0] as Store, '3.0.0');
      const { damage, events } = await verify(filesStore(root));
      assert.deepEqual(damage, []);
      assert.equal(events, 12);
    }));

  it('takes no part in names that are not its own', () =>
    withRegistry(async root => {
      const store = filesStore(root);
      await publish(store, '1.0.0');
      for (const name of ['.DS_Store', '000002.json~', '2.json', '0000003.json', '000000.json', 'notes.txt'])
        await writeFile(join(logOf(root), name), 'x');
      await writeFile(join(root, 'prompts', 'README.md'), 'x');
      await writeFile(join(root, 'prompts', 'support', 'README.md'), 'x');
      await mkdir(join(root, 'prompts', 'support', 'Not An Id', 'log'), { recursive: true });
      assert.deepEqual(
        (await filesStore(root).list()).map(summary => summary.id),
        [id],
      );
      assert.equal((await promote(store, 'staging', '1.0.0')).head.revision, 2);
    }));

  it('numbers beyond a million', () => {
    assert.equal(revisionOf(eventFileName(1)), 1);
    assert.equal(eventFileName(1_234_567), '1234567.json');
    assert.equal(revisionOf('1234567.json'), 1_234_567);
  });

  it('lists what can be read when one log cannot, and says what is wrong with that one', () =>
    withRegistry(async root => {
      const store = filesStore(root);
      await publish(store, '1.0.0');
      await publish(store, '1.0.0', 'billing/invoice');
      const text = await readFile(join(logOf(root), '000001.json'), 'utf8');
      await writeFile(
        join(logOf(root), '000001.json'),
        `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> other\n`,
      );
      const found = await store.list();
      assert.deepEqual(
        found.map(summary => [summary.id, summary.problem?.code]),
        [
          ['billing/invoice', undefined],
          [id, 'log-conflict'],
        ],
      );
      await assert.rejects(store.readState(id), {
        code: 'log-conflict',
        message: /promptgate registry resolve/,
      });
    }));

  it('says that a newer Promptgate is needed for what a newer one wrote', () =>
    withRegistry(async root => {
      const store = filesStore(root);
      await publish(store, '1.0.0');
      const path = join(logOf(root), '000001.json');
      await writeFile(
        path,
        (await readFile(path, 'utf8')).replace('promptgate/event/1', 'promptgate/event/2'),
      );
      await assert.rejects(filesStore(root).readState(id), {
        code: 'newer-format',
        message: /event\/2.*Update/,
      });
    }));

  it('does not give out a version that was edited by hand', () =>
    withRegistry(async root => {
      const store = filesStore(root);
      await publish(store, '1.0.0');
      for (const suffix of ['.yml', '.json']) {
        const name = (await readdir(versionsOf(root))).find(file => file.endsWith(suffix)) ?? '';
        const path = join(versionsOf(root), name);
        const text = await readFile(path, 'utf8');
        await writeFile(path, text.replaceAll('1.0.0', '1.0.1'));
        await assert.rejects(filesStore(root).readVersion(id, '1.0.0'), (error: Error & { code: string }) => {
          assert.equal(error.code, 'damaged');
          assert.ok(error.message.includes(path));
          return true;
        });
        await writeFile(path, text);
      }
      assert.equal((await filesStore(root).readVersion(id, '1.0.0'))?.version, '1.0.0');
    }));

  it('replaces a torn leftover that has the name of what it writes', () =>
    withRegistry(async root => {
      const store = filesStore(root);
      const empty = emptyState(id);
      const change = publishing(empty, versionSaying('1.0.0', 'x'));
      await store.commit(id, empty.head, change);
      await rm(logOf(root), { recursive: true });
      for (const name of await readdir(versionsOf(root)))
        await writeFile(join(versionsOf(root), name), 'torn');
      await filesStore(root).commit(id, empty.head, change);
      assert.deepEqual((await verify(filesStore(root))).damage, []);
    }));
});

describe('read hints', () => {
  const hintsOf = (root: string) => join(root, 'cache', 'hints');

  async function filled(root: string): Promise<void> {
    const store = filesStore(root);
    await publish(store, '1.0.0');
    await promote(store, 'staging', '1.0.0');
    await publish(store, '1.1.0');
    await promote(store, 'staging', '1.1.0');
    await publish(store, '1.2.0');
    await publish(store, '1.0.0', 'billing/invoice');
    await store.list();
  }

  async function whatIsRead(root: string) {
    const store = filesStore(root);
    return {
      list: await store.list(),
      state: await filesStore(root).readState(id),
      version: await filesStore(root).readVersion(id, '1.1.0'),
      none: await filesStore(root).readVersion(id, '7.0.0'),
    };
  }

  it('hide no event that is missing from the log', () =>
    withRegistry(async root => {
      await filled(root);
      await rm(join(logOf(root), eventFileName(2)));
      await assert.rejects(async () => {
        for await (const event of filesStore(root).readLog(id)) assert.ok(event.revision);
      }, /000002\.json is missing from the release log/);
    }));

  it('change nothing of what is read, whatever they say', () =>
    withRegistry(async root => {
      await filled(root);
      const truth = await whatIsRead(root);
      const heads = join(hintsOf(root), 'heads.json');
      const publishes = join(hintsOf(root), 'support', 'refund.json');
      const lies: readonly [string, string][] = [
        ...['', 'null', '[]', '{"', '"x"', '7', '\u0000\u0001'].flatMap((text): [string, string][] => [
          [heads, text],
          [publishes, text],
        ]),
        [heads, JSON.stringify({ [id]: 1, 'billing/invoice': 1, 'ghost/prompt': 3 })],
        [heads, JSON.stringify({ [id]: 4 })],
        [heads, JSON.stringify({ [id]: 99 })],
        [heads, JSON.stringify({ [id]: -1, __proto__: 1 })],
        [heads, JSON.stringify({ [id]: { revision: 5 } })],
        [publishes, JSON.stringify({ '1.0.0': 1 })],
        [publishes, JSON.stringify({ '1.0.0': 1, '1.1.0': 3 })],
        [publishes, JSON.stringify({ '1.1.0': 3, '1.2.0': 5 })],
        [publishes, JSON.stringify({ '1.0.0': 3, '1.1.0': 1, '1.2.0': 5 })],
        [publishes, JSON.stringify({ '1.0.0': 2, '1.1.0': 3, '1.2.0': 5 })],
        [publishes, JSON.stringify({ '1.0.0': 1, '1.1.0': 3, '1.2.0': 5, '7.0.0': 4 })],
        [publishes, JSON.stringify({ '7.0.0': 400 })],
        [publishes, JSON.stringify({ '1.1.0': 'three' })],
      ];
      for (const [path, text] of lies) {
        await writeFile(path, text);
        assert.deepEqual(await whatIsRead(root), truth, `${path}: ${text}`);
      }
      await rm(hintsOf(root), { recursive: true });
      assert.deepEqual(await whatIsRead(root), truth);
      await rm(join(root, 'cache'), { recursive: true });
      assert.deepEqual(await whatIsRead(root), truth);
    }));

  it('from before another branch was checked out change nothing', () =>
    withRegistry(async root => {
      await filled(root);
      const other = `${root}-other`;
      await cp(root, other, { recursive: true });
      await publish(filesStore(other), '1.3.0');
      await promote(filesStore(other), 'staging', '1.0.0');
      const truth = await whatIsRead(other);
      await filesStore(root).list();
      for (const name of ['prompts', 'evidence', 'datasets'])
        if (nodeFileSystem.stat(join(root, name))) {
          await rm(join(root, name), { recursive: true });
          await cp(join(other, name), join(root, name), { recursive: true, preserveTimestamps: true });
        }
      assert.deepEqual(await whatIsRead(root), truth);
    }));

  it('find the head though the folder’s time stands still', () =>
    withRegistry(async root => {
      await filled(root);
      const frozen = new Date(1_700_000_000_000);
      await utimes(logOf(root), frozen, frozen);
      await filesStore(root).list();
      const after = await publish(filesStore(root), '1.3.0');
      await utimes(logOf(root), frozen, frozen);
      const found = (await filesStore(root).list()).find(summary => summary.id === id);
      assert.deepEqual(found?.head, after.head);
    }));

  it('spare a list the reading of log folders', () =>
    withRegistry(async root => {
      await filled(root);
      await filesStore(root).list();
      const listed: string[] = [];
      const fs = counted(nodeFileSystem, (_call, name, [path]) => {
        if (name === 'names') listed.push(String(path));
      });
      await filesStore(root, { fs }).list();
      assert.deepEqual(
        listed.filter(path => path.endsWith('log')),
        [],
      );
    }));

  it('spare a state the reading of what is no publish', () =>
    withRegistry(async root => {
      await filled(root);
      await filesStore(root).readState(id);
      const read = new Set<string>();
      const fs = counted(nodeFileSystem, (_call, name, [path]) => {
        if (name === 'readText' && String(path).includes('/log/')) read.add(String(path).slice(-11));
      });
      await filesStore(root, { fs }).readState(id);
      assert.deepEqual([...read].sort(), ['000001.json', '000003.json', '000005.json']);
    }));
});

describe('watching a registry', () => {
  /** What a watcher is told: `next` waits until it is told of this prompt. */
  function watched(store: Store) {
    const seen: string[] = [];
    let wake = () => {};
    const watching = store.watch(changed => {
      seen.push(changed);
      wake();
    });
    async function next(expected: string): Promise<void> {
      while (!seen.includes(expected)) await new Promise<void>(resolve => (wake = resolve));
      seen.length = 0;
    }
    return { next, seen, dispose: () => watching.dispose() };
  }
  const quick = { ...defaultWatchOptions, settleMs: 5, pollMs: 20 };

  for (const [name, notify] of [
    ['notified', defaultWatchOptions.notify],
    [
      'by looking now and then where no notifier is to be had',
      () => {
        throw systemError('ENOSPC');
      },
    ],
  ] as const)
    it(`sees what others release, ${name}`, () =>
      withRegistry(async root => {
        const watch = watched(filesStore(root, { watch: { ...quick, notify } }));
        const other = filesStore(root);
        await publish(other, '1.0.0');
        await watch.next(id);
        await publish(other, '1.0.0', 'billing/invoice');
        await watch.next('billing/invoice');
        await promote(other, 'staging', '1.0.0');
        await watch.next(id);
        watch.dispose();
      }));

  it('goes on looking while a folder cannot be read', () =>
    withRegistry(async root => {
      await publish(filesStore(root), '1.0.0');
      let locked = true;
      const fs = counted(nodeFileSystem, (_call, name, [path]) => {
        if (locked && name === 'names' && String(path).endsWith('support')) throw systemError('EACCES');
      });
      const watch = watched(filesStore(root, { fs, watch: quick }));
      await publish(filesStore(root), '1.1.0');
      await new Promise(resolve => setTimeout(resolve, 3 * quick.pollMs));
      assert.deepEqual(watch.seen, []);
      locked = false;
      await watch.next(id);
      watch.dispose();
    }));

  it('outlives that the registry is moved away, brought back, deleted and made anew', () =>
    withRegistry(async root => {
      await publish(filesStore(root), '1.0.0');
      const watch = watched(filesStore(root, { watch: quick }));
      await rename(root, `${root}-away`);
      await watch.next(id);
      await rename(`${root}-away`, root);
      await watch.next(id);
      await publish(filesStore(root), '1.1.0');
      await watch.next(id);
      await rm(root, { recursive: true });
      await watch.next(id);
      await publish(filesStore(root), '1.0.0', 'billing/invoice');
      await watch.next('billing/invoice');
      await rm(dirname(logOf(root)), { recursive: true, force: true });
      await publish(filesStore(root), '1.0.0', 'billing/invoice2');
      await watch.next('billing/invoice2');
      watch.dispose();
    }));

  it('sees a log that git replaced by another of the same length', () =>
    withRegistry(async root => {
      await publish(filesStore(root), '1.0.0');
      const watch = watched(filesStore(root, { watch: quick }));
      const other = `${root}-other`;
      await publish(filesStore(other), '1.0.1');
      await cp(join(logOf(other), '000001.json'), join(logOf(root), '000001.json'));
      await watch.next(id);
      watch.dispose();
    }));

  it('is silent about hints, answers and other files in the cache', () =>
    withRegistry(async root => {
      const store = filesStore(root, { watch: quick });
      await publish(store, '1.0.0');
      const watch = watched(store);
      await writeFile(join(root, 'cache', 'answer.json'), '{}');
      await filesStore(root).list();
      await publish(filesStore(root), '1.0.0', 'billing/invoice');
      while (!watch.seen.includes('billing/invoice')) await new Promise(resolve => setTimeout(resolve, 5));
      assert.deepEqual(watch.seen, ['billing/invoice']);
      watch.dispose();
    }));

  it('gives all notifiers back when it is disposed of', () =>
    withRegistry(async root => {
      await publish(filesStore(root), '1.0.0');
      let open = 0;
      const notify: typeof defaultWatchOptions.notify = (folder, onEvent) => {
        const notifier = defaultWatchOptions.notify(folder, onEvent);
        open += 1;
        notifier.on('close', () => (open -= 1));
        return notifier;
      };
      const watch = watched(filesStore(root, { watch: { ...quick, notify } }));
      assert.ok(open > 3);
      watch.dispose();
      await new Promise(resolve => setImmediate(resolve));
      assert.equal(open, 0);
    }));
});
