import assert from 'node:assert/strict';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { sha256 } from '../../src/prompt/digest.ts';
import { nodeFileSystem, type FileSystem } from '../../src/registry/fileSystem.ts';
import { filesStore } from '../../src/registry/filesStore.ts';
import type { Change, PromptState } from '../../src/registry/store.ts';
import { verify } from '../../src/registry/verify.ts';
import { evidenceFor, id, moving, publishing, versionSaying, withFolder } from './fixtures.ts';
import { counted, Crash, crashingAt, systemError, withoutHardLinks } from './troubledFileSystem.ts';

const fileSystems: Readonly<Record<string, FileSystem>> = {
  'with hard links': nodeFileSystem,
  'without hard links': withoutHardLinks(nodeFileSystem),
};

const text = '{"question":"Where?"}\n';
const dataset = { path: 'golden.jsonl', text, digest: sha256(text) };

function publishingAll(state: PromptState, number: string): Change {
  const version = versionSaying(number, `text of ${number}`, {
    datasets: [{ path: dataset.path, digest: dataset.digest }],
  });
  return publishing(state, version, { evidence: evidenceFor(version), datasets: [dataset] });
}

/** Publishes once and counts the calls that it takes to publish again. */
async function callsOfAPublish(fs: FileSystem, first: boolean): Promise<number> {
  return withFolder(async folder => {
    const root = join(folder, '.promptgate');
    const store = filesStore(root, { fs });
    let state = await store.readState(id);
    if (!first) state = await store.commit(id, state.head, publishingAll(state, '1.0.0'));
    let calls = 0;
    const counting = counted(fs, call => (calls = call));
    await filesStore(root, { fs: counting }).commit(id, state.head, publishingAll(state, '1.1.0'));
    return calls;
  });
}

/** Several at once, each in a folder of its own: most of the time the disk is waited for. */
async function forEach(
  first: number,
  last: number,
  step: number,
  run: (number: number) => Promise<void>,
): Promise<void> {
  const numbers = Array.from(
    { length: Math.floor((last - first) / step) + 1 },
    (_, index) => first + index * step,
  );
  await pLimit(8).map(numbers, run);
}

for (const [name, fs] of Object.entries(fileSystems))
  for (const first of [true, false])
    describe(`a process that dies while it publishes ${first ? 'the first' : 'another'} version, ${name}`, () => {
      it('leaves the registry as it was before or as it is after, at whichever call it dies', async () => {
        const calls = await callsOfAPublish(fs, first);
        assert.ok(calls > 30, `a publish makes ${calls} calls`);
        const outcomes = new Set<string>();
        await forEach(1, calls, 1, at =>
          withFolder(async folder => {
            const root = join(folder, '.promptgate');
            const before = first
              ? await filesStore(root, { fs }).readState(id)
              : await filesStore(root, { fs }).commit(
                  id,
                  { revision: 0, hash: '' },
                  publishingAll(await filesStore(root, { fs }).readState(id), '1.0.0'),
                );
            const change = publishingAll(before, '1.1.0');
            const dying = crashingAt(fs, at);
            await assert.rejects(filesStore(root, { fs: dying.fs }).commit(id, before.head, change), Crash);

            const store = filesStore(root, { fs });
            const found = await store.readState(id);
            const outcome = found.head.revision === before.head.revision ? 'before' : 'after';
            outcomes.add(outcome);
            if (outcome === 'before') assert.deepEqual(found, before);
            else {
              assert.equal(found.latest, '1.1.0');
              assert.deepEqual(await store.readVersion(id, '1.1.0'), withoutExtras(change));
            }
            assert.deepEqual((await verify(store)).damage, [], `after dying at call ${at}`);

            const retried = await store.commit(id, before.head, change);
            assert.equal(
              retried.head.revision,
              before.head.revision + 1,
              'the same change again is made once',
            );
            const later = await store.commit(id, retried.head, publishingAll(retried, '1.2.0'));
            assert.equal(later.latest, '1.2.0');
            assert.deepEqual((await verify(store)).damage, []);
          }),
        );
        assert.deepEqual([...outcomes].sort(), ['after', 'before']);
      });
    });

function withoutExtras({ version }: Change) {
  return version;
}

describe('trouble with the disk', () => {
  for (const [code, expected] of [
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EROFS', 'read-only'],
    ['EACCES', 'read-only'],
    ['EIO', 'cannot-write'],
  ] as const)
    it(`says ${expected} for ${code}, with the path, and leaves nothing half-written`, async () => {
      const writing = ['makeFolder', 'makeTemporaryFolder', 'write', 'link', 'rename'];
      const calls = await callsOfAPublish(nodeFileSystem, true);
      let failures = 0;
      await forEach(1, calls, 3, from =>
        withFolder(async folder => {
          const root = join(folder, '.promptgate');
          const full = counted(nodeFileSystem, (call, name) => {
            if (call >= from && writing.includes(name)) throw systemError(code);
          });
          const empty = await filesStore(root).readState(id);
          const change = publishingAll(empty, '1.0.0');
          await filesStore(root, { fs: full })
            .commit(id, empty.head, change)
            .then(
              state => assert.equal(state.head.revision, 1, 'only a hint failed'),
              (error: { code: string; message: string; data: { file: string } }) => {
                failures += 1;
                assert.equal(error.code, expected);
                assert.ok(error.message.includes(error.data.file));
                assert.ok(error.data.file.startsWith(folder));
              },
            );
          const store = filesStore(root);
          assert.deepEqual((await verify(store)).damage, []);
          assert.equal((await store.commit(id, empty.head, change)).head.revision, 1);
          assert.deepEqual((await verify(store)).orphans, []);
        }),
      );
      assert.ok(failures > 5);
    });

  it('does not say that nothing was released when the disk only fails to confirm it', () =>
    withFolder(async folder => {
      const root = join(folder, '.promptgate');
      let linked = false;
      const failing = counted(nodeFileSystem, (_call, name) => {
        if (linked && name === 'syncFolder') throw systemError('EIO');
        linked ||= name === 'link';
      });
      const empty = await filesStore(root).readState(id);
      const change = publishingAll(empty, '1.0.0');
      for (const _again of [1, 2])
        await assert.rejects(filesStore(root, { fs: failing }).commit(id, empty.head, change), {
          code: 'not-confirmed',
          message: /was released, but .* EIO.*promptgate history support\/refund/,
        });
      assert.equal((await filesStore(root).readState(id)).head.revision, 1);
    }));

  it('brings an event to the disk before its name, also where it has to be a folder', () =>
    withFolder(async folder => {
      const root = join(folder, '.promptgate');
      const calls: string[] = [];
      const fs = counted(withoutHardLinks(nodeFileSystem), (_call, name, [path]) => {
        calls.push(`${name} ${String(path)}`);
      });
      const empty = await filesStore(root).readState(id);
      await filesStore(root, { fs }).commit(id, empty.head, publishingAll(empty, '1.0.0'));
      const renamed = calls.findLastIndex(call => /^rename .*commit-\w+$/.test(call));
      assert.equal(calls[renamed - 1], calls[renamed]?.replace('rename', 'syncFolder'));
    }));

  it('reads from a folder in which nothing can be written', () =>
    withFolder(async folder => {
      const root = join(folder, '.promptgate');
      const empty = await filesStore(root).readState(id);
      const state = await filesStore(root).commit(id, empty.head, publishingAll(empty, '1.0.0'));
      await nodeFileSystem.remove(join(root, 'cache'));
      const readOnly = counted(nodeFileSystem, (_call, name) => {
        if (!['read', 'readText', 'names', 'stat'].includes(name)) throw systemError('EROFS');
      });
      const store = filesStore(root, { fs: readOnly });
      assert.deepEqual(await store.readState(id), state);
      assert.equal((await store.list()).length, 1);
      await assert.rejects(store.commit(id, state.head, moving(state, 'staging', '1.0.0')), {
        code: 'read-only',
      });
    }));

  it('takes a commit as done though the clean-up behind it fails', () =>
    withFolder(async folder => {
      const root = join(folder, '.promptgate');
      const untidy = counted(nodeFileSystem, (_call, name) => {
        if (name === 'remove') throw systemError('EBUSY');
      });
      const store = filesStore(root, { fs: untidy });
      const empty = await store.readState(id);
      assert.equal((await store.commit(id, empty.head, publishingAll(empty, '1.0.0'))).head.revision, 1);
    }));
});
