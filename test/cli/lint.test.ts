import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFiles, refundFile, refundPrompt, TestProject } from './cli.ts';

const typo = refundPrompt.replace('{{question}}', '{{questoin}}');

describe('promptgate lint', () => {
  let project: TestProject;
  beforeEach(() => (project = new TestProject(projectFiles)));
  afterEach(() => project.dispose());

  it('says that all is well', async () => {
    const { code, stdout, stderr } = await project.run('lint');
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '✓ 1 prompt: no problems\n', stderr: '' });
  });

  it('shows file, line, column, code and the place', async () => {
    project.write({ [refundFile]: typo });
    const { code, stdout } = await project.run('lint');
    assert.equal(code, 1);
    const [head, line, carets] = stdout.split('\n');
    assert.match(
      head ?? '',
      /^prompts\/support\/refund\.prompt\.yml:9:17: error undefined-variable: .*question/,
    );
    assert.equal(line, '     9 |     content: "{{questoin}}"');
    assert.equal(carets, '       |                 ^^^^^^^^');
    assert.match(stdout, /✗ 1 prompt: 1 error/);
  });

  it('gives the same as JSON', async () => {
    project.write({ [refundFile]: typo });
    const { code, document } = await project.json('lint');
    assert.equal(code, 1);
    assert.equal(document.ok, false);
    assert.equal(document.data.counts.error, 1);
    const problem = document.problems.find(({ code: name }) => name === 'undefined-variable');
    assert.equal(problem?.file, refundFile);
    assert.deepEqual(problem?.start, { offset: typo.indexOf('questoin'), line: 9, column: 17 });
  });

  it('takes ids, files and folders', async () => {
    project.write({ [refundFile]: typo, 'prompts/billing/invoice.prompt.yml': refundPrompt });
    for (const [argument, code, files] of [
      ['billing/invoice', 0, 1],
      ['support/refund', 1, 1],
      [refundFile, 1, 1],
      ['./prompts/billing', 0, 1],
      ['./prompts', 1, 2],
    ] as const) {
      const result = await project.json(`lint ${argument}`);
      assert.deepEqual([result.code, result.document.data.files], [code, files], argument);
    }
  });

  it('fixes what it knows, once and for all, and keeps the rest of the file', async () => {
    project.write({ [refundFile]: `\uFEFF# kept\r\n${typo.replaceAll('\n', '\r\n')}` });
    const { code, document } = await project.json('lint --fix');
    assert.equal(code, 0);
    assert.ok(document.data.fixed >= 1);
    assert.equal(project.read(refundFile), `\uFEFF# kept\r\n${refundPrompt.replaceAll('\n', '\r\n')}`);
    assert.equal((await project.json('lint --fix')).document.data.fixed, 0);
  });

  it('takes nothing out of a file in which git left a conflict, and says that it did', async () => {
    const conflicted = refundPrompt.replace(
      /^messages:\n/m,
      'messages:\n  - role: developer\n    content: |\n<<<<<<< HEAD\n      Be kind.\n=======\n      Be brief.\n>>>>>>> other\n',
    );
    project.write({ [refundFile]: conflicted });
    const { code, document } = await project.json('lint --fix');
    assert.deepEqual([code, document.data.fixed, project.read(refundFile)], [1, 0, conflicted]);
    assert.match(document.problems[0]?.message ?? '', /^Git left a conflict here: settle it/);
    assert.deepEqual(
      document.problems.filter(({ code: of }) => of !== 'yaml-syntax'),
      [],
    );
  });

  it('leaves a file in another encoding as it is, and reads on', async () => {
    const file = join(project.root, refundFile);
    const latin1 = Buffer.from(refundPrompt.replace('{{question}}', '{{questoin}} café'), 'latin1');
    writeFileSync(file, latin1);
    project.write({ 'prompts/other.prompt.yml': refundPrompt });
    const { code, document } = await project.json('lint --fix');
    assert.deepEqual([code, document.data.files], [2, 2]);
    assert.match(document.problems[0]?.message ?? '', /refund\.prompt\.yml: it is not UTF-8 text/);
    assert.deepEqual(readFileSync(file), latin1);
  });

  it('finds two files with one id', async () => {
    project.write({ 'prompts/other.prompt.yml': `id: support/refund\n${refundPrompt}` });
    const { code, document } = await project.json('lint');
    assert.equal(code, 1);
    const files = document.problems
      .filter(({ code: name }) => name === 'duplicate-id')
      .map(({ file }) => file);
    assert.deepEqual(files.sort(), ['prompts/other.prompt.yml', refundFile]);
  });

  it('shows what is wrong in promptgate.yml at its place', async () => {
    project.write({
      'promptgate.yml': 'version: 1\nprompts: [{ root: prompts }]\nlint: { no-rows: loud }\n',
    });
    const { code, document } = await project.json('lint');
    assert.equal(code, 1);
    const problem = document.problems.find(({ file }) => file === 'promptgate.yml');
    assert.equal(problem?.start?.line, 3);
  });

  it('shows what is wrong in a dataset at its line, and reads on', async () => {
    project.write({
      [refundFile]: refundPrompt.replace('evaluators:', 'datasets: [golden.jsonl]\nevaluators:'),
      'prompts/support/golden.jsonl': '{"question": "one"}\n{"question": \n{"question": "three"}\n',
    });
    const { code, document } = await project.json('lint');
    assert.equal(code, 1);
    const problem = document.problems.find(({ code: name }) => name === 'dataset-row');
    assert.equal(problem?.file, 'prompts/support/golden.jsonl');
    assert.equal(problem?.start?.line, 2);
  });

  it('shows as much as is asked for', async () => {
    project.write({ [refundFile]: `colour: red\n${refundPrompt}` });
    const all = await project.json('lint --severity hint');
    const errors = await project.json('lint --severity error');
    assert.ok(all.document.problems.length > errors.document.problems.length);
    assert.deepEqual(all.document.data.counts, errors.document.data.counts);
    assert.equal(errors.code, 0);
  });
});
