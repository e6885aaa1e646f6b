import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitAuthor, runGit } from '../../src/project/git.ts';

describe('who releases', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'promptgate-git-'));
    await runGit(folder, ['init', '-q']);
    await runGit(folder, ['config', 'user.email', '']);
    await runGit(folder, ['config', 'user.name', '']);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is who the environment names, else git, else the account', async () => {
    const account = () => 'ana';
    assert.equal(await gitAuthor(folder, {}, account), 'ana');
    await runGit(folder, ['config', 'user.email', 'ana@example.com']);
    assert.equal(await gitAuthor(folder, {}, account), 'ana@example.com');
    await runGit(folder, ['config', 'user.name', 'Ana Ruiz']);
    assert.equal(await gitAuthor(folder, {}, account), 'Ana Ruiz <ana@example.com>');
    assert.equal(await gitAuthor(folder, { PROMPTGATE_AUTHOR: ' Ben ' }, account), 'Ben');
  });

  it('must be said where not even the account has a name', async () => {
    const account = () => {
      throw new Error('no such user');
    };
    await assert.rejects(gitAuthor(folder, {}, account), {
      code: 'no-author',
      message: /no such user\. Set PROMPTGATE_AUTHOR, or "git config user\.name"/,
    });
  });
});
