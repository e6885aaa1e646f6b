import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PromptgateError } from '../../src/errors.ts';
import { findWorkingCopy, loadWorkingCopy } from '../../src/project/workingCopy.ts';
import { makeWorkspace, type TestWorkspace } from './workspace.ts';

const prompt = `model: openai/gpt-5.4-mini
variables: { question: { type: string } }
messages: [{ role: user, content: "{{question}}" }]
datasets: [rows.jsonl, ../../../outside.jsonl, missing.csv]
evaluators: [{ name: same, uses: promptgate/equals }]
`;

describe('a working copy', () => {
  let workspace: TestWorkspace;
  before(async () => {
    workspace = await makeWorkspace({
      'promptgate.yml': 'prompts: [{ root: prompts, include: "**/*.prompt.yml" }]\n',
      'prompts/a/one.prompt.yml': prompt,
      'prompts/a/rows.jsonl':
        '{"id":"x","question":"?"}\n{"id":"broken","question":\n\n{"id":"y","questoin":"?"}\n',
      'prompts/b/twin.prompt.yml': 'id: a/twin\nmessages: [{ role: user, content: hi }]\n',
      'prompts/a/twin.prompt.yml': 'messages: [{ role: user, content: hi }]\n',
    });
  });
  after(() => workspace.remove());

  it('is found by the id that it gives itself, after a byte order mark too', async () => {
    await writeFile(join(workspace.root, 'prompts/b/bom.prompt.yml'), '\uFEFFid: shop/bom\nmessages: []\n');
    assert.equal((await findWorkingCopy(workspace.project, 'shop/bom')).id, 'shop/bom');
    await rm(join(workspace.root, 'prompts/b/bom.prompt.yml'));
  });

  it('names a broken line of a dataset, and the rest still runs', async () => {
    const copy = await findWorkingCopy(workspace.project, 'a/one');
    assert.deepEqual(
      copy.rows.map(row => row.id),
      ['x', 'y'],
    );
    assert.deepEqual(
      copy.unreadable.map(({ file, line }) => [file, line]),
      [['rows.jsonl', 2]],
    );
    const inFile = copy.problems.filter(problem => problem.file?.endsWith('rows.jsonl'));
    assert.deepEqual(
      inFile.map(({ code, start }) => [code, start]),
      [
        ['dataset-row', 26],
        ['missing-in-row', 54],
      ],
    );
  });

  it('places what is wrong in a dataset in its text as it is, with CRLF and BOM', async () => {
    const file = '{"id":"x","question":"?"}\r\n\r\n{"id":\r\n{"id":"y"}\r\n';
    await workspace.write('prompts/c/rows.jsonl', `\uFEFF${file}`);
    const path = await workspace.write(
      'prompts/c/crlf.prompt.yml',
      'variables: { question: {}, tone: { default: warm, required: true } }\nmessages: [{ role: user, content: "{{question}} {{tone}}" }]\ndatasets: [rows.jsonl]\n',
    );
    const { problems } = await loadWorkingCopy(workspace.project, path);
    assert.deepEqual(
      problems.map(({ code, start, end }) => [code, file.slice(start, end)]),
      [
        ['dataset-row', '{"id":'],
        ['missing-in-row', '{"id":"y"}'],
      ],
    );
  });

  it('takes no dataset from outside of the project, and says which cannot be read', async () => {
    const copy = await findWorkingCopy(workspace.project, 'a/one');
    const messages = copy.problems.filter(({ code, file }) => code === 'dataset-row' && file === undefined);
    assert.equal(messages.length, 2);
    assert.match(messages[0]?.message ?? '', /outside\.jsonl" lies outside/);
    assert.match(messages[1]?.message ?? '', /missing\.csv" cannot be read: there is no such file/);
  });

  it('is found by its id, and two with one id are named', async () => {
    await assert.rejects(
      findWorkingCopy(workspace.project, 'a/twin'),
      (error: PromptgateError) =>
        error.code === 'duplicate-id' && /a\/twin\.prompt\.yml and prompts\/b\/twin/.test(error.message),
    );
  });

  it('says why a file cannot be read', async () => {
    const path = join(workspace.root, 'prompts', 'nothing.prompt.yml');
    await assert.rejects(loadWorkingCopy(workspace.project, path), /there is no such file/);
    await assert.rejects(
      loadWorkingCopy(workspace.project, join(workspace.root, 'prompts')),
      (error: PromptgateError) => error.code === 'cannot-read',
    );
  });

  it('is not read, and its datasets are not, in another encoding than UTF-8', async () => {
    const latin1 = (text: string) => Buffer.from(text, 'latin1');
    const file = await workspace.write(
      'prompts/d/cafe.prompt.yml',
      'variables: { question: {} }\nmessages: [{ role: user, content: "{{question}}" }]\ndatasets: [rows.csv]\n',
    );
    await writeFile(join(workspace.root, 'prompts/d/rows.csv'), latin1('question\nHow was the café?\n'));
    const copy = await loadWorkingCopy(workspace.project, file);
    assert.deepEqual(copy.rows, []);
    assert.match(
      copy.problems.find(({ code }) => code === 'dataset-row')?.message ?? '',
      /"rows\.csv" cannot be read: it is not UTF-8 text, save it as UTF-8\.$/,
    );
    await writeFile(file, latin1('messages: [{ role: user, content: "café" }]\n'));
    await assert.rejects(loadWorkingCopy(workspace.project, file), {
      code: 'cannot-read',
      message: /cafe\.prompt\.yml: it is not UTF-8 text, save it as UTF-8\.$/,
    });
    await rm(file);
  });

  it('is of the editor’s text when that is newer', async () => {
    const path = join(workspace.root, 'prompts', 'a', 'twin.prompt.yml');
    const saved = await loadWorkingCopy(workspace.project, path);
    const edited = await loadWorkingCopy(workspace.project, path, {
      text: 'messages: [{ role: user, content: bye }]\n',
    });
    assert.notEqual(edited.digests?.content, saved.digests?.content);
  });
});
