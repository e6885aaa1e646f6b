import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PromptgateError } from '../../src/errors.ts';
import { copySample } from '../../src/project/copySample.ts';

const sample = path.resolve(import.meta.dirname, '../../media/sample');

describe('copySample', () => {
  let parent: string;
  beforeEach(async () => void (parent = await mkdtemp(path.join(tmpdir(), 'promptgate-sample-'))));
  afterEach(() => rm(parent, { recursive: true }));

  it('copies all of it, the registry included', async () => {
    const copy = await copySample(sample, parent);
    assert.equal(copy, path.join(parent, 'promptgate-sample'));
    const files = async (folder: string) => (await readdir(folder, { recursive: true })).sort();
    assert.deepEqual(await files(copy), await files(sample));
  });

  it('never writes into an earlier copy', async () => {
    const first = await copySample(sample, parent);
    await writeFile(path.join(first, 'promptgate.yml'), 'mine');
    const second = await copySample(sample, parent);
    assert.equal(second, path.join(parent, 'promptgate-sample-2'));
    assert.equal(await readFile(path.join(first, 'promptgate.yml'), 'utf8'), 'mine');
  });

  it('says which folder cannot be written to', async () => {
    const file = path.join(parent, 'a file');
    await writeFile(file, '');
    await assert.rejects(copySample(sample, file), (error: unknown) => {
      assert.ok(error instanceof PromptgateError);
      assert.equal(error.code, 'cannot-write');
      assert.match(error.message, /a file/);
      return true;
    });
  });
});
