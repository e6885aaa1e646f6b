import assert from 'node:assert/strict';
import path from 'node:path';
import { writeLibrary } from '../bench/library.ts';
import { deleteFolder, freshFolder } from '../host/folders.ts';
import { Workbench } from './workbench.ts';

// The size that the tree is made for. How long it takes is printed, not asserted: machines that test are busy.

describe('a library of 500 prompts with 200 versions each', () => {
  let workbench: Workbench;
  let folder: string;
  before(async function () {
    this.timeout(300_000); // it is 220,000 files
    folder = path.join(await freshFolder('large'), 'library');
    writeLibrary(folder, { prompts: 500, versions: 200 });
    workbench = await Workbench.open({ folder });
    workbench.page.setDefaultTimeout(90_000); // the disk is still busy with what was just written
  });
  after(async function () {
    this.timeout(300_000);
    await workbench.close();
    await deleteFolder(path.dirname(folder));
  });

  it('opens in the tree', async () => {
    const clicked = performance.now();
    await workbench.openView('Promptgate');
    await workbench.treeItem(/^service service-0\b/).waitFor();
    console.log(`      first rows ${Math.round(performance.now() - clicked)} ms after the click`);
    assert.equal(await workbench.treeItem(/^service /).count(), 12);
  });

  it('shows the prompts of a service, and the 200 versions of one of them', async () => {
    await workbench.expand(/^service service-0\b/);
    await workbench.treeItem(/^prompt service-0\/prompt-0, .*not live/).waitFor();
    await workbench.expand(/^prompt service-0\/prompt-0\b/);
    await workbench.treeItem(/^label production serves/).waitFor();
    await workbench.expand(/^200 versions, highest 1\.9\.19/);
    await workbench.treeItem(/^version 1\.9\.19/).waitFor();
    await workbench.screenshot('large-library');
  });

  it('compares a prompt with what is live, and says so above its text', async () => {
    await workbench.treeItem(/^label production serves/).click();
    await workbench.page.locator('.monaco-diff-editor .line-insert').first().waitFor();
    await workbench.openFile('service-0/prompt-0.prompt.yml');
    await workbench.codeLens(/production 1\.9\.\d+ · .* not live/).waitFor();
  });
});
