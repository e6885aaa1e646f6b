import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deleteFolder, freshSample } from '../host/folders.ts';
import { screenshotOpenWindows, Workbench } from './workbench.ts';

const prompt = `model: openai/gpt-5.4-mini
variables: { name: { type: string } }
messages:
  - { role: user, content: "Hello {{nme}}" }
`;

/** Windows other than one with one folder full of prompts. */
describe('a window', () => {
  let workbench: Workbench | undefined;
  const folders: string[] = [];

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await screenshotOpenWindows(this.currentTest.fullTitle());
    await workbench?.close();
    workbench = undefined;
  });
  after(async () => {
    for (const folder of folders) await deleteFolder(folder);
  });

  const fresh = async (name: string): Promise<string> => {
    // Below no repository: its root would be the project's.
    const folder = await mkdtemp(path.join(tmpdir(), `promptgate-${name}-`));
    folders.push(folder);
    return folder;
  };

  it('of a folder without prompts says what a prompt file is, and makes one', async () => {
    const folder = await fresh('empty');
    workbench = await Workbench.open({ folder });
    await workbench.openView('Promptgate');
    await workbench.page.getByText('holds what a model is told').waitFor();
    for (const link of ['Open the sample workspace', 'Initialize a registry']) {
      await workbench.page.locator('.sidebar a').filter({ hasText: link }).waitFor();
    }
    await workbench.screenshot('welcome');
    await workbench.page.locator('.sidebar').getByRole('button', { name: 'Create a Prompt' }).click();
    await workbench.answer('support/refund');
    await workbench.line('messages:').waitFor();
    await workbench.treeItem(/^prompt support\/refund, not published/).waitFor();
    await workbench.codeLens('Not published').waitFor();
    await workbench.screenshot('new-prompt');
  });

  it('of an empty folder starts a registry', async () => {
    const folder = await fresh('init');
    workbench = await Workbench.open({ folder });
    await workbench.openView('Promptgate');
    await workbench.runCommand('Promptgate: Initialize Registry');
    await workbench.notification(/Registry initialized/);
    assert.match(await workbench.readFile('promptgate.yml'), /^prompts:/m);
    assert.match(await workbench.readFile('.promptgate/policy.yml'), /production/);
    assert.match(await workbench.readFile('.gitattributes'), /\.promptgate/);
  });

  it('without a folder says so, and offers to open one', async () => {
    workbench = await Workbench.open({ none: true });
    await workbench.openView('Promptgate');
    await workbench.page.locator('.sidebar').getByText('Prompts live in the files of a folder').waitFor();
    await workbench.runCommand('Promptgate: New Prompt');
    await workbench.notification(/Open a folder first/);
  });

  it('without a folder opens the sample, as a copy in a folder of the person', async () => {
    const folder = await fresh('sample');
    workbench = await Workbench.open({ none: true });
    await workbench.openView('Promptgate');
    await workbench.runCommand('Promptgate: Open Sample Workspace');
    await workbench.chooseFolder(folder, 'Copy Sample Here');
    await workbench.page.waitForURL(/folder=.*promptgate-sample/);
    await workbench.ready();
    await workbench.page.locator('.getting-started-step').nth(4).waitFor();
    await workbench.openView('Promptgate');
    await workbench.treeItem(/^prompt support\/refund, 1 error in the file/).waitFor();
  });

  it('of two folders shows the prompts of each under its name', async () => {
    const folder = await fresh('multi');
    for (const name of ['one', 'two']) {
      await mkdir(path.join(folder, name, 'support'), { recursive: true });
      await writeFile(path.join(folder, name, 'promptgate.yml'), 'version: 1\n');
      await writeFile(path.join(folder, name, `support/${name}.prompt.yml`), prompt);
    }
    const workspace = path.join(folder, 'both.code-workspace');
    await writeFile(workspace, JSON.stringify({ folders: [{ path: 'one' }, { path: 'two' }] }));
    workbench = await Workbench.open({ workspace });
    await workbench.openView('Promptgate');
    await workbench.treeItem('folder one').waitFor();
    await workbench.treeItem('folder two').waitFor();
    await workbench.treeItem(/^prompt support\/two/).waitFor();
    await workbench.runCommand('Promptgate: New Prompt');
    await workbench.option('two').first().waitFor();
    await workbench.press('Escape');
  });

  it('with a broken promptgate.yml names the place and keeps checking prompts', async () => {
    const folder = await freshSample('broken');
    folders.push(path.dirname(folder));
    await writeFile(path.join(folder, 'promptgate.yml'), 'version: 1\nprompts: [\nproviders: {\n');
    workbench = await Workbench.open({ folder });
    await workbench.openFile('refund.prompt.yml');
    await workbench.squiggles().first().waitFor();
    await workbench.codeLens('promptgate.yml is broken').click();
    await workbench
      .problem(/Flow sequence/)
      .first()
      .waitFor();
    await workbench.openView('Promptgate');
    await workbench.treeItem(/^problem: promptgate\.yml is broken, defaults hold: /).waitFor();
    await workbench.screenshot('broken-config');
  });

  it('of a folder that cannot be written to says so when a prompt is to be made there', async function () {
    // Root may write anywhere: there is nothing to test then.
    if (process.getuid?.() === 0) this.skip();
    const folder = await freshSample('read-only');
    folders.push(path.dirname(folder));
    await chmod(path.join(folder, 'prompts/support'), 0o555);
    workbench = await Workbench.open({ folder });
    await workbench.openView('Promptgate');
    await workbench.runCommand('Promptgate: New Prompt');
    await workbench.answer('support/another');
    await workbench.notification(/Cannot create/);
    await chmod(path.join(folder, 'prompts/support'), 0o755);
  });
});
