import assert from 'node:assert/strict';
import { join } from 'node:path';
import { newPromptPath, newPromptText, servicePrefix } from '../../src/project/newPrompt.ts';
import { loadWorkingCopy } from '../../src/project/workingCopy.ts';
import { makeWorkspace, type TestWorkspace } from './workspace.ts';

describe('a new prompt', () => {
  let workspace: TestWorkspace;
  before(async () => {
    workspace = await makeWorkspace({ 'promptgate.yml': 'version: 1\nprompts: [{ root: prompts }]\n' });
  });
  after(() => workspace.remove());

  it('lies where its id says, and has no problem', async () => {
    const { project } = workspace;
    for (const id of ['support/refund', 'support/x-1_y']) {
      const path = newPromptPath(project, id);
      assert.equal(path, join(workspace.root, 'prompts', `${id}.prompt.yml`));
      const copy = await loadWorkingCopy(project, path, { text: newPromptText(project, id) });
      assert.deepEqual([copy.id, copy.problems], [id, []]);
    }
  });

  it('takes its service from the folder that it is made in, if that is one for prompts', () => {
    const prefixOf = (...folder: readonly string[]) =>
      servicePrefix(workspace.project, join(workspace.root, ...folder));
    assert.equal(prefixOf('prompts', 'support'), 'support/');
    assert.equal(prefixOf('prompts', 'support', 'deep'), 'support/');
    for (const folder of ['prompts', '', 'prompts-old', join('prompts-old', 'support'), '..'])
      assert.equal(prefixOf(folder), '', folder);
  });
});
