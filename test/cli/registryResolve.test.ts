import assert from 'node:assert/strict';
import { mendedPrompt, projectFiles, refundFile, TestProject } from './cli.ts';

/** Two branches that both released support/refund, in the middle of their merge. */
async function merging(): Promise<TestProject> {
  const project = new TestProject({ ...projectFiles, [refundFile]: mendedPrompt });
  const publish = async (word: string): Promise<void> => {
    project.now += 60_000;
    project.write({ [refundFile]: mendedPrompt.replace('for Acme.', `for Acme, ${word}.`) });
    for (const line of ['eval support/refund', `publish support/refund -m ${word}`]) {
      const { code, stdout, stderr } = await project.run(line);
      assert.equal(code, 0, stdout + stderr);
    }
  };
  project.startGit();
  project.write({ '.gitignore': '.promptgate/cache\n' });
  await publish('first');
  project.commitAll('First');
  project.git('checkout', '-q', '-b', 'theirs');
  await publish('kindly');
  await project.run('promote support/refund@1.0.1 staging');
  project.commitAll('Theirs');
  project.git('checkout', '-q', 'main');
  await publish('briefly');
  await project.run('promote support/refund@1.0.1 staging');
  project.commitAll('Ours');
  assert.throws(() => project.git('merge', '-q', 'theirs'));
  project.git('checkout', '--ours', '--', refundFile);
  project.git('add', refundFile);
  return project;
}

describe('promptgate registry resolve', () => {
  let project: TestProject;
  beforeEach(async function () {
    this.timeout(20_000);
    project = await merging();
  });
  afterEach(() => project.dispose());

  it('shows what it would do and changes nothing on a dry run', async () => {
    const before = project.git('status', '--porcelain');
    const { code, document } = await project.json('registry resolve --dry-run');
    assert.equal(code, 0);
    const [prompt] = document.data.prompts;
    assert.deepEqual(prompt.moved, [{ was: '1.0.1', version: '1.0.2' }]);
    assert.deepEqual(prompt.questions, [{ label: 'staging', ours: '1.0.2', theirs: '1.0.1' }]);
    assert.equal(project.git('status', '--porcelain'), before);
  });

  it('does not guess which of two moves holds', async () => {
    const { code, stderr } = await project.run('registry resolve');
    assert.equal(code, 2);
    assert.match(stderr, /Both branches moved a label.*--take ours, or --take theirs/);
  });

  it('takes the side that was named, and leaves a registry that verifies', async () => {
    const { code, stdout, stderr } = await project.run('registry resolve --take theirs');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /1\.0\.1 is 1\.0\.2 now: both branches took that number/);
    assert.match(stdout, /✓ 1 prompt resolved/);
    assert.match(stderr, /git commit/);
    project.git('commit', '-q', '-m', 'Merge');
    assert.equal((await project.run('verify')).code, 0);
    const { document } = await project.json('show support/refund');
    assert.equal(document.data.labels.staging.version, '1.0.1');
    assert.deepEqual(
      document.data.versions.map(({ version, message }: { version: string; message: string }) => [
        version,
        message,
      ]),
      [
        ['1.0.2', 'briefly'],
        ['1.0.1', 'kindly'],
        ['1.0.0', 'first'],
      ],
    );
    assert.match((await project.run('registry resolve')).stdout, /Nothing to resolve/);
  });

  it('asks at a terminal', async () => {
    const { code, stderr } = await project.run('registry resolve', { answers: ['ours'] });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Both moved staging of support\/refund: ours to 1\.0\.2, theirs to 1\.0\.1/);
    assert.equal((await project.json('list')).document.data.prompts[0].labels.staging.version, '1.0.2');
  });
});
