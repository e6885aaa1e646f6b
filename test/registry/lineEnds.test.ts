import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesStore } from '../../src/registry/filesStore.ts';
import { verify } from '../../src/registry/verify.ts';
import { id, moving, withFolder } from './fixtures.ts';
import { writePinnedHistory } from './pinned.ts';

/** A repository as git for Windows makes it: text files get Windows line ends when they are checked out. */
const withRepository = (
  use: (repository: { root: string; git: (...args: string[]) => void }) => Promise<void>,
) =>
  withFolder(async folder => {
    const settings = [
      'core.autocrlf=true',
      'core.safecrlf=false',
      'user.name=Ana',
      'user.email=ana@example.com',
    ];
    const git = (...args: string[]): void =>
      void execFileSync('git', [...settings.flatMap(setting => ['-c', setting]), ...args], {
        cwd: folder,
        stdio: 'pipe',
      });
    git('init', '-q');
    git('config', 'core.autocrlf', 'true');
    const root = join(folder, '.promptgate');
    await use({ root, git });
  });

async function removeContents(root: string): Promise<void> {
  for (const folder of ['prompts', 'evidence', 'datasets']) await rm(join(root, folder), { recursive: true });
}

async function checkOutAgain({
  root,
  git,
}: {
  root: string;
  git: (...args: string[]) => void;
}): Promise<void> {
  git('add', '--all');
  git('commit', '-q', '-m', 'released');
  await removeContents(root);
  git('checkout', '--', '.promptgate');
}

describe('line ends', () => {
  it('are kept by a registry that was started by its first release', () =>
    withRepository(async ({ root, git }) => {
      await writePinnedHistory(filesStore(root));
      await checkOutAgain({ root, git });
      assert.deepEqual((await verify(filesStore(root))).damage, []);
    }));

  it('that git has changed are named as that, before anything is released on top of them', () =>
    withRepository(async ({ root, git }) => {
      const store = filesStore(root);
      await writePinnedHistory(store);
      const state = await store.readState(id);
      await rm(join(root, '.gitattributes'));
      await checkOutAgain({ root, git });
      assert.match(await readFile(join(root, 'prompts', id, 'log', '000001.json'), 'utf8'), /\r\n/);
      const changed = filesStore(root);
      const told = { code: 'damaged', message: /line ends.*core\.autocrlf.*\.gitattributes.*git checkout/ };
      await assert.rejects(changed.readState(id), told);
      await assert.rejects(changed.commit(id, state.head, moving(state, 'staging', '1.1.0')), told);
      const { damage } = await verify(changed);
      assert.ok(damage.length > 0);
      for (const { message } of damage) assert.doesNotMatch(message, /was changed after/);
      // What the message says to do.
      await writeFile(join(root, '..', '.gitattributes'), '.promptgate/** -text\n');
      await removeContents(root);
      git('checkout', '--', '.promptgate');
      assert.deepEqual((await verify(filesStore(root))).damage, []);
    }));

  it('are said once where the folder around the registry says so already', () =>
    withFolder(async folder => {
      await mkdir(join(folder, 'team'));
      await writeFile(join(folder, 'team', '.gitattributes'), '# ours\n.promptgate/** -text\n');
      await writePinnedHistory(filesStore(join(folder, 'team', '.promptgate')));
      await assert.rejects(readFile(join(folder, 'team', '.promptgate', '.gitattributes')), {
        code: 'ENOENT',
      });
    }));
});
