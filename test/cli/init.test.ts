import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TestProject } from './cli.ts';

describe('promptgate init', () => {
  let project: TestProject;
  beforeEach(() => (project = new TestProject()));
  afterEach(() => project.dispose());

  const has = (path: string): boolean => existsSync(join(project.root, path));

  it('writes a configuration, a policy and what git needs, all of which read back without a problem', async () => {
    const { code, document } = await project.json('init');
    assert.equal(code, 0);
    assert.deepEqual(
      document.data.files.map((file: { path: string; action: string }) => `${file.action} ${file.path}`),
      [
        'create promptgate.yml',
        'create .promptgate/policy.yml',
        'create .promptgate/cache/.gitignore',
        'create .gitattributes',
      ],
    );
    assert.equal(project.read('.gitattributes'), '.promptgate/** -text\n');
    assert.equal(project.read('.promptgate/cache/.gitignore'), '*\n');
    project.write({
      'a/b.prompt.yml': 'messages: [{ role: user, content: Hello }]\nmodel: openai/gpt-5.4\n',
    });
    const lint = await project.json('lint');
    assert.deepEqual([lint.code, lint.document.data.files], [0, 1]);
    // A policy that cannot be read would stop the plan.
    const plan = await project.run('publish a/b -m first --dry-run');
    assert.doesNotMatch(plan.stderr, /policy/);
  });

  it('changes nothing on a dry run', async () => {
    const { code, stdout } = await project.run('init --dry-run');
    assert.equal(code, 0);
    assert.match(stdout, /would create promptgate\.yml/);
    assert.ok(!has('promptgate.yml') && !has('.promptgate'));
  });

  it('never overwrites, and adds its line to .gitattributes once', async () => {
    project.write({ 'promptgate.yml': '# mine\n', '.gitattributes': '*.png binary' });
    await project.run('init');
    const again = await project.run('init');
    assert.equal(again.code, 0);
    assert.match(again.stdout, /^Already initialized:/);
    assert.equal(project.read('promptgate.yml'), '# mine\n');
    assert.equal(project.read('.gitattributes'), '*.png binary\n.promptgate/** -text\n');
  });

  it('looks for prompts where a folder of that name is', async () => {
    project.write({ 'prompts/support/refund.prompt.yml': 'messages: [{ role: user, content: Hello }]\n' });
    await project.run('init');
    const { document } = await project.json('list');
    assert.deepEqual(
      document.data.prompts.map(({ id }: { id: string }) => id),
      ['support/refund'],
    );
  });

  it('says what is in the way', async () => {
    project.write({ '.promptgate': 'a file where a folder should be' });
    const { code, stderr } = await project.run('init');
    assert.equal(code, 2);
    assert.match(stderr, /\.promptgate.*not a folder/);
    assert.ok(!has('promptgate.yml'), 'nothing was half done');
  });
});
