import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promptFiles } from '../../src/project/find.ts';
import { findRoot } from '../../src/project/project.ts';

describe('finding prompts', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'promptgate-find-'));
    for (const path of [
      'prompts/support/refund.prompt.yml',
      'prompts/Support Team/Über uns/Hello World.prompt.yaml',
      'prompts/top.prompt.yml',
      'prompts/node_modules/x/y.prompt.yml',
      'prompts/notes.yml',
      'other/z.prompt.yml',
      '.promptgate/prompts/a/b/versions/1.0.0.prompt.yml',
    ]) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), 'messages: []\n');
    }
    await symlink(root, join(root, 'prompts', 'loop'));
  });
  after(() => rm(root, { recursive: true }));

  it('follows the globs, and no link, dependency or registry', async () => {
    const files = promptFiles(root, [{ root: 'prompts', include: '**/*.prompt.{yml,yaml}' }]);
    assert.deepEqual(
      (await files.find()).map(path => [path.slice(root.length + 1), files.idOf(path)]),
      [
        ['prompts/Support Team/Über uns/Hello World.prompt.yaml', 'support-team/ber-uns-hello-world'],
        ['prompts/support/refund.prompt.yml', 'support/refund'],
        ['prompts/top.prompt.yml', 'default/top'],
      ],
    );
  });

  it('says of one path what it says of all', async () => {
    const files = promptFiles(root, [{ root: 'prompts', include: '**/*.prompt.yml' }]);
    assert.ok(files.has(join(root, 'prompts/new/not-there-yet.prompt.yml')));
    for (const path of [
      'other/z.prompt.yml',
      'prompts/notes.yml',
      'prompts/node_modules/x/y.prompt.yml',
      '../prompts/a.prompt.yml',
    ]) {
      assert.ok(!files.has(join(root, path)), path);
    }
  });

  it('looks below a folder only for a pattern that may match there', async () => {
    const files = promptFiles(root, [{ root: 'prompts', include: '*.prompt.{yml,yaml}' }]);
    assert.deepEqual(await files.find(), [join(root, 'prompts/top.prompt.yml')]);
    const deeper = promptFiles(root, [{ root: '.', include: 'prompts/{support,x}/*.prompt.yml' }]);
    assert.deepEqual(await deeper.find(), [join(root, 'prompts/support/refund.prompt.yml')]);
  });

  it('finds nothing in a folder that is not there', async () => {
    assert.deepEqual(await promptFiles(root, [{ root: 'missing', include: '**/*' }]).find(), []);
  });

  it('takes the nearest promptgate.yml for the root, before a registry or a git folder further in', async () => {
    const deep = join(root, 'prompts', 'support');
    await mkdir(join(root, 'prompts', '.git'), { recursive: true });
    assert.equal(await findRoot(deep), root, '.promptgate before .git');
    await writeFile(join(root, 'prompts', 'promptgate.yml'), 'version: 1\n');
    assert.equal(await findRoot(deep), join(root, 'prompts'));
  });
});
