import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deleteFolder, freshSample } from '../host/folders.ts';
import { startModelServer, type ModelServer } from '../modelServer.ts';
import { Workbench } from './workbench.ts';

describe('a folder that is not trusted', () => {
  let workbench: Workbench;
  let folder: string;
  /** Where evals would go if they ran. */
  let model: ModelServer;
  before(async () => {
    model = await startModelServer();
    folder = await freshSample('restricted');
    const file = path.join(folder, 'promptgate.yml');
    const config = await readFile(file, 'utf8');
    await writeFile(file, config.replace('{ scripted: answers.yml }', `{ baseURL: "${model.baseURL}" }`));
    workbench = await Workbench.open({ folder, server: { trusted: false } });
  });
  after(async () => {
    await workbench.close();
    await deleteFolder(path.dirname(folder));
    await model.stop();
  });

  it('shows problems and what is live, but runs and releases nothing', async () => {
    await workbench.openFile('refund.prompt.yml');
    await workbench.goTo(40);
    await workbench.squiggles('error').first().waitFor();
    await workbench.statusItem(/evals off/).waitFor();
    const offered = await workbench.findCommands('Promptgate: ');
    for (const title of ['Promptgate: Run Evals', 'Promptgate: Publish…', 'Promptgate: Roll Back…']) {
      assert.ok(!offered.includes(title), `${title} is offered`);
    }
    await workbench.screenshot('restricted');
  });

  it('evaluates nothing on save', async () => {
    await workbench.openFile('greeting.prompt.yml');
    for (const word of ['Hello', 'Good day']) {
      await workbench.line('content:').first().click();
      await workbench.press('End');
      await workbench.press('Enter');
      await workbench.type(word);
      await workbench.save();
      await workbench.statusItem(/evals off/).waitFor();
    }
    // What a save starts shows in the window; the second save came long after the first.
    assert.deepEqual(model.requests, []);
  });
});
