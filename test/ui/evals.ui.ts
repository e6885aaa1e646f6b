import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deleteFolder, freshSample } from '../host/folders.ts';
import { startModelServer, type ModelServer } from '../modelServer.ts';
import { Workbench } from './workbench.ts';

const oneLiners = `model: local/test-model
variables:
  question: { type: string }
messages:
  - role: user
    content: "{{question}}"
testData:
  - { id: parcel, question: Where is my parcel, expected: Where is my parcel }
  - { id: kettle, question: The kettle is broken, expected: Sorry about the kettle }
  - { id: asleep, question: Is anybody there }
datasets: [one-liners.jsonl]
evaluators:
  - { name: as expected, uses: promptgate/equals }
  - { name: polite, uses: promptgate/not-contains, with: { value: broken } }
`;

describe('evals, as a person sees them', () => {
  let workbench: Workbench;
  let server: ModelServer;
  before(async () => {
    server = await startModelServer({
      script: ({ body }) => {
        const text = JSON.stringify(body);
        if (text.includes('for ever')) return { fault: 'hang' };
        return text.includes('anybody') ? { status: 400, message: 'This model is asleep' } : undefined;
      },
    });
    workbench = await Workbench.open();
    await workbench.writeFile('prompts/demo/one-liners.prompt.yml', oneLiners);
    await workbench.writeFile(
      'prompts/demo/one-liners.jsonl',
      '{"id":"greeting","question":"Hello","expected":"Good morning"}\n{"id":"farewell","question":"Bye","expected":"Bye"}\n',
    );
  });
  after(async () => {
    await workbench.close();
    await server.stop();
  });

  it('run when the prompt is saved; the failing row shows in the panel and the editor', async () => {
    await workbench.openFile('escalation.prompt.yml');
    await workbench.press('Control+End');
    await workbench.press('Enter');
    await workbench.save();
    await workbench.statusItem(/8\/9 · scripted, no cost/).waitFor();
    await workbench.openProblems();
    await workbench
      .problem(/data-deletion: "right team or time"/)
      .first()
      .waitFor();
    await workbench.screenshot('evals-saved');
  });

  it('show their prompts and rows in the Test Explorer', async () => {
    await workbench.openView('Testing');
    const service = workbench.page.locator('.test-explorer').getByRole('treeitem', { name: /support/ });
    await service.first().click();
    await workbench.press('ArrowRight');
    await workbench.page
      .locator('.test-explorer')
      .getByRole('treeitem', { name: /escalation/ })
      .first()
      .click();
    await workbench.press('ArrowRight');
    await workbench.page
      .locator('.test-explorer')
      .getByRole('treeitem', { name: /data-deletion/ })
      .first()
      .waitFor();
    await workbench.screenshot('evals-explorer');
  });

  it('go grey at the first edit', async () => {
    await workbench
      .line('GDPR')
      .last()
      .click({ position: { x: 300, y: 8 } });
    await workbench.press('End');
    await workbench.type('s');
    await workbench.statusItem(/8\/9 · outdated/).waitFor();
    await workbench.editor.locator('.view-line', { hasText: 'data-deletion' }).waitFor();
    await workbench.screenshot('evals-outdated');
  });

  it('tell errored from failed', async () => {
    await workbench.writeFile(
      'promptgate.yml',
      `version: 1\nprompts: [{ root: prompts, include: "**/*.prompt.yml" }]\nproviders:\n  local: { baseURL: "${server.baseURL}" }\ndefaultProvider: local\n`,
    );
    await workbench.openFile('one-liners.prompt.yml');
    await workbench.runCommand('Promptgate: Run Evals');
    await workbench.statusItem(/1 errored/).waitFor();
    await workbench.squiggles('warning').first().waitFor();
    await workbench.screenshot('evals-errored');
    await workbench.openFile('one-liners.jsonl');
    await workbench.screenshot('evals-dataset', ['dark']);
    assert.ok(
      await workbench
        .problem(/greeting: "as expected"/)
        .first()
        .isVisible(),
    );
  });

  it('show how far they are, and stop when they are told to', async () => {
    await workbench.openFile('one-liners.prompt.yml');
    await workbench
      .line('kettle')
      .last()
      .click({ position: { x: 200, y: 8 } });
    await workbench.press('End');
    await workbench.press('Enter');
    await workbench.type('- { id: waiting, question: Waiting for ever }');
    await workbench.save();
    await workbench.statusItem(/5\/6 …/).waitFor();
    await workbench.statusItem(/Evaluating demo\/one-liners/).waitFor();
    await workbench.screenshot('evals-running');
    await workbench.runCommand('Promptgate: Cancel Evals');
    await workbench.statusItem(/…/).waitFor({ state: 'hidden' });
    await workbench.screenshot('evals-cancelled', ['dark']);
  });
});

describe('evals in a new window', () => {
  it('show the results of the last time, without a run', async () => {
    const workbench = await Workbench.open();
    try {
      await workbench.openFile('escalation.prompt.yml');
      await workbench.runCommand('Promptgate: Run Evals');
      await workbench.statusItem(/8\/9 · scripted, no cost/).waitFor();
      await workbench.page.reload();
      await workbench.ready();
      await workbench.openFile('escalation.prompt.yml');
      await workbench.statusItem(/8\/9 · scripted, no cost/).waitFor();
      await workbench.openProblems();
      await workbench
        .problem(/data-deletion: "right team or time"/)
        .first()
        .waitFor();
    } finally {
      await workbench.close();
    }
  });

  it('without an API key, say so and offer the ways on', async () => {
    const folder = await freshSample('no-key');
    const file = path.join(folder, 'promptgate.yml');
    const config = await readFile(file, 'utf8');
    await writeFile(
      file,
      config.replace('{ scripted: answers.yml }', '{ baseURL: "https://models.invalid/v1" }'),
    );
    const workbench = await Workbench.open({ folder });
    try {
      await workbench.openFile('escalation.prompt.yml');
      await workbench.runCommand('Promptgate: Run Evals');
      const told = await workbench.notification(/No API key for models\.invalid/);
      await told.getByRole('button', { name: 'Set API Key…' }).waitFor();
      await workbench.screenshot('evals-no-key');
      await workbench.clickInNotification(/No API key/, 'Use Another Provider');
      await workbench.tab('promptgate.yml').waitFor();
    } finally {
      await workbench.close();
      await deleteFolder(path.dirname(folder));
    }
  });
});
