import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mendedPrompt, projectFiles, refundFile, refundPrompt, TestProject } from './cli.ts';

describe('the CLI given bad input', () => {
  let project: TestProject;
  beforeEach(() => (project = new TestProject(projectFiles)));
  afterEach(() => project.dispose());

  const fails = async (line: string, code: number, message: RegExp): Promise<void> => {
    const text = await project.run(line);
    assert.equal(text.code, code, `${line}\n${text.stdout}${text.stderr}`);
    assert.match(text.stderr + text.stdout, message, line);
    assert.doesNotMatch(text.stderr, /unexpected error|\n {4}at /, line);
    const json = await project.json(line);
    assert.equal(json.code, code);
    assert.ok(json.document.problems.length > 0, line);
  };

  it('names a path that does not exist', async () => {
    await fails('lint ./nowhere', 2, /Cannot read \.\/nowhere: there is no such file or folder/);
    await fails('show none.prompt.yml', 2, /Cannot read none\.prompt\.yml: there is no such file/);
    await fails('list -C nowhere', 2, /nowhere is not a folder/);
  });

  it('names a folder without prompts', async () => {
    mkdirSync(join(project.root, 'empty'));
    await fails('lint ./empty', 2, /no prompt file in \.\/empty.*prompts\/\*\*/);
    await fails(
      'lint prompts/support',
      2,
      /prompts\/support is taken for an id\. .*write \.\/prompts\/support/,
    );
    await fails('show ./empty', 2, /it is a folder, and one prompt file is expected/);
  });

  it('shows the way in a folder where nothing is yet', async () => {
    const empty = new TestProject();
    const list = await empty.run('list');
    assert.equal(list.code, 0);
    assert.match(list.stdout, /no prompt in .* yet\.[\s\S]*Next: promptgate init/);
    const lint = await empty.run('lint');
    assert.deepEqual([lint.code, lint.stdout], [0, '✓ 0 prompts: no problems\n']);
    assert.match(lint.stderr, /No prompt file was found: \*\*\/\*\.prompt\.\{yml,yaml\} in \./);
    const verify = await empty.run('verify');
    assert.equal(verify.code, 2, 'what is not there was not proven');
    assert.match(verify.stderr, /no registry in .*Next: promptgate init/);
    await empty.run('init');
    assert.equal((await empty.run('verify')).code, 0);
    assert.match((await empty.run('list')).stdout, /Next: write one, then promptgate lint/);
    const { code, stderr } = await empty.run('eval support/refund');
    assert.equal(code, 2);
    assert.match(stderr, /no prompt file in this project yet/);
    empty.dispose();
  });

  it('wants a reference', async () => {
    for (const word of ['refund', 'Support/Refund', 'support/refund@', 'a/b/c', '@production']) {
      await fails(`show ${word}`, 2, /support\/refund/);
    }
    await fails('history support/refund@1.0.0', 2, /An id alone is expected/);
  });

  it('reads a broken file as far as it goes', async () => {
    project.write({ [refundFile]: 'messages:\n  - role: user\n   content: "x\n' });
    await fails('lint', 1, /yaml-syntax/);
    await fails('render support/refund', 2, /cannot be read whole/);
    await fails('eval support/refund', 2, /cannot be read whole/);
    await fails('publish support/refund -m x', 2, /cannot be (published|read whole)/);
  });

  it('survives binary, empty and huge files', async () => {
    const binary = Buffer.from(Array.from({ length: 512 }, (_, index) => (index * 37) % 256)).toString(
      'latin1',
    );
    project.write({ [refundFile]: binary });
    assert.equal((await project.json('lint')).code, 1);
    project.write({ [refundFile]: '' });
    assert.ok((await project.json('lint')).code <= 1);
    project.write({ [refundFile]: `# ${'x'.repeat(9 * 1024 * 1024)}\n` });
    await fails('lint', 2, /has 9 MB/);
  });

  it('releases and spends nothing on a broken promptgate.yml', async () => {
    project.write({
      'promptgate.yml': 'version: 1\nprompts: [{ root: prompts }\n',
      [refundFile]: mendedPrompt,
    });
    await fails('eval --all', 2, /promptgate\.yml is broken: /);
    await fails('publish support/refund -m x', 2, /promptgate\.yml is broken/);
  });

  it('stops at a broken policy', async () => {
    project.write({ '.promptgate/policy.yml': 'version: 1\nlabels: { production: { gat: off } }\n' });
    await fails('publish support/refund -m x', 2, /policy\.yml, line 2: .*Did you mean "gate"/);
  });

  it('names both files of a duplicate id', async () => {
    project.write({ 'prompts/other.prompt.yml': `id: support/refund\n${refundPrompt}` });
    await fails('eval support/refund', 2, /id of prompts\/other\.prompt\.yml and prompts\/support\/refund/);
    await fails('eval --all', 2, /id of prompts\/other\.prompt\.yml and prompts\/support\/refund/);
  });

  it('says what is in the way of a release, and leaves nothing half done', async () => {
    project.write({ [refundFile]: mendedPrompt, '.promptgate/prompts': 'a file where a folder should be' });
    const { code, stderr } = await project.run('publish support/refund -m x --override "no evidence"');
    assert.equal(code, 2);
    assert.match(stderr, /\.promptgate/);
    assert.doesNotMatch(stderr, /unexpected error/);
  });

  it('stops other verbs at Ctrl-C as well', async () => {
    const stop = new AbortController();
    stop.abort();
    const { code, stderr } = await project.run('lint', { signal: stop.signal });
    assert.deepEqual([code, stderr], [130, 'Stopped.\n']);
  });
});
