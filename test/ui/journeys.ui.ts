import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deleteFolder, freshSample } from '../host/folders.ts';
import { startModelServer, type ModelServer, type Reply } from '../modelServer.ts';
import { allThemes, Workbench } from './workbench.ts';

// journeys.md in the window, by mouse and keyboard: each test goes on where the one before has ended.

describe('the first ten minutes', () => {
  let workbench: Workbench;
  before(async () => void (workbench = await Workbench.open()));
  after(() => workbench.close());

  it('begin in the tree, which opens a prompt with one click', async () => {
    await workbench.openView('Promptgate');
    await workbench.treeItem(/^prompt support\/refund, 1 error in the file/).click();
    await workbench.tab('refund.prompt.yml').waitFor();
    await workbench.codeLens(/production 2\.3\.1 · \d+ changes not live/).waitFor();
    await workbench.codeLens('Run 18 rows (scripted, no cost)').waitFor();
    await workbench.screenshot('journey-open', allThemes);
  });

  it('say that {{customr}} is misspelt, and Ctrl+. mends it', async () => {
    await workbench.openProblems();
    await workbench.goToProblem(/Undefined variable 'customr'/);
    await workbench.statusItem(/Ln 40, Col (17|24)/).waitFor();
    const hover = await workbench.hoverText('customr');
    await hover.filter({ hasText: "Did you mean 'customer'?" }).waitFor();
    await workbench.screenshot('journey-squiggle', allThemes);
    const fixes = await workbench.quickFixes();
    await workbench.screenshot('journey-quick-fix');
    await fixes.filter({ hasText: "Change to 'customer'" }).first().click();
    await workbench.line('{{customer}}').first().waitFor();
    await workbench.problem(/customr/).waitFor({ state: 'hidden' });
  });

  it('show on save which row fails, and what it answered instead', async () => {
    await workbench.save();
    await workbench.statusItem(/17\/18 · scripted, no cost/).waitFor();
    await workbench.goToProblem(/late-delivery: "no promise": output contains "we will refund"/);
    await workbench.screenshot('journey-failed', allThemes);
    const fixes = await workbench.quickFixes();
    await fixes.filter({ hasText: 'Compare expected with actual' }).first().click();
    await workbench.tab('late-delivery: expected ↔ actual').waitFor();
    await workbench.page.locator('.monaco-diff-editor .line-insert').first().waitFor();
    await workbench.screenshot('journey-answer', allThemes);
    await workbench.runCommand('View: Close Editor');
  });

  it('call results outdated at the first edit', async () => {
    await workbench.openFile('refund.prompt.yml');
    await workbench.line('At most four sentences').click();
    await workbench.press('End');
    await workbench.press('Enter');
    await workbench.type('- Never promise a refund.');
    await workbench.statusItem(/17\/18 · outdated/).waitFor();
    await workbench.problem(/late-delivery/).waitFor({ state: 'hidden' });
    await workbench.screenshot('journey-outdated');
  });

  it('pass all rows once the prompt is mended', async () => {
    await workbench.save();
    await workbench.statusItem(/18\/18 · scripted, no cost/).waitFor();
    await workbench.screenshot('journey-passed');
  });

  it('end with a version that the tree shows', async () => {
    await workbench.goTo(1);
    await workbench.codeLens('Publish…').click();
    await workbench.options.filter({ hasText: 'Publish 2.4.1' }).first().waitFor();
    await workbench.options.filter({ hasText: 'gate passed 18/18' }).waitFor();
    await workbench.screenshot('journey-publish', allThemes);
    await workbench.press('Enter');
    await workbench.quickInputMessage.filter({ hasText: 'Why this version?' }).waitFor();
    await workbench.screenshot('journey-message');
    await workbench.answer('Promises no refund', 'Why this version?');
    await workbench.notification(/Published support\/refund 2\.4\.1/);
    await workbench.screenshot('journey-published');
    await workbench.closeNotifications();
    await workbench.treeItem(/^prompt support\/refund, 2\.4\.1 not live/).waitFor();
    await workbench.codeLens('production 2.3.1 · 2.4.1 not live').waitFor();
    await workbench.expand(/^prompt support\/refund/);
    await workbench.treeItem(/^\d+ versions, highest 2\.4\.1/).waitFor();
    await workbench.expand(/^\d+ versions, highest 2\.4\.1/);
    await workbench.treeItem(/^version 2\.4\.1/).waitFor();
    await workbench.screenshot('journey-tree', allThemes);
  });
});

describe('a release', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open();
    // 2.4.1, as the first ten minutes leave it.
    await workbench.openView('Promptgate');
    const file = 'prompts/support/refund.prompt.yml';
    const mended = (await workbench.readFile(file))
      .replace('{{customr}}', '{{customer}}')
      .replace('no bullet points.\n', 'no bullet points.\n      - Never promise a refund.\n');
    await workbench.writeFile(file, mended);
    await workbench.openFile('refund.prompt.yml');
    await workbench.runCommand('Promptgate: Publish…');
    await workbench.options.filter({ hasText: 'Publish 2.4.1' }).first().click();
    await workbench.answer('Promises no refund', 'Why this version?');
    await workbench.treeItem(/^prompt support\/refund, 2\.4\.1 not live/).waitFor();
  });
  after(() => workbench.close());

  it('to production is refused before staging, and says what is missing', async () => {
    await workbench.runCommand('Promptgate: Promote…');
    await workbench.options.filter({ hasText: '2.4.1' }).first().waitFor();
    await workbench.screenshot('journey-promote-version');
    await workbench.press('Enter');
    await workbench.options.filter({ hasText: 'after staging · protected' }).first().waitFor();
    await workbench.screenshot('journey-promote-label');
    await workbench.options.filter({ hasText: 'after staging · protected' }).first().click();
    await workbench.options.filter({ hasText: 'Promote 2.4.1 to staging first' }).waitFor();
    await workbench.options.filter({ hasText: 'only what was on staging before' }).first().waitFor();
    await workbench.screenshot('journey-promote-refused', allThemes);
  });

  it('takes the way that the refusal offers', async () => {
    await workbench.options.filter({ hasText: 'Promote 2.4.1 to staging first' }).click();
    await workbench.options.filter({ hasText: 'Promote 2.4.1 to staging' }).waitFor();
    await workbench.screenshot('journey-promote-staging');
    await workbench.press('Enter');
    await workbench.options.filter({ hasText: 'Promote 2.4.1 to production' }).waitFor();
    await workbench.screenshot('journey-promote-production', allThemes);
  });

  it('to a protected label wants the name of the prompt', async () => {
    await workbench.press('Enter');
    await workbench.quickInputMessage.filter({ hasText: 'production is protected' }).waitFor();
    await workbench.type('support/refnd');
    await workbench.press('Enter');
    await workbench.quickInputMessage.filter({ hasText: 'Type support/refund to promote' }).waitFor();
    await workbench.screenshot('journey-confirm');
    await workbench.answer('support/refund');
    await workbench.notification(/production of support\/refund now serves 2\.4\.1, was 2\.3\.1/);
    await workbench.screenshot('journey-promoted');
    await workbench.closeNotifications();
  });

  it('shows in the tree, above the text and in the gutter', async () => {
    await workbench.treeItem(/^prompt support\/refund, production serves 2\.4\.1/).waitFor();
    await workbench.codeLens('production 2.4.1 · nothing changed').waitFor();
    await workbench.editor.locator('.dirty-diff-glyph').first().waitFor({ state: 'hidden' });
    await workbench.expand(/^prompt support\/refund/);
    await workbench.treeItem(/^label production serves, 2\.4\.1/).waitFor();
    await workbench.treeItem(/^label staging serves, 2\.4\.1/).waitFor();
    await workbench.screenshot('journey-released', allThemes);
    // A label opens the diff against the working copy: there is none by now, so change something.
    await workbench.goTo(44);
    await workbench.press('End');
    await workbench.type('!');
    await workbench.goTo(1);
    await workbench.codeLens('production 2.4.1 · 1 change not live').waitFor();
    await workbench.goTo(44);
    await workbench.editor.locator('.dirty-diff-glyph').first().waitFor();
    await workbench.treeItem(/^label production serves, 2\.4\.1/).click();
    await workbench.tab('refund: production 2.4.1').waitFor();
    await workbench.page.locator('.monaco-diff-editor .line-insert').first().waitFor();
    await workbench.screenshot('journey-label-diff');
    await workbench.runCommand('View: Close Editor');
  });

  it('is rolled back by hand with one Enter', async () => {
    await workbench.contextMenu(workbench.treeItem(/^label production serves, 2\.4\.1/), 'Roll Back…');
    await workbench.options.filter({ hasText: 'Roll back to 2.3.1' }).waitFor();
    await workbench.options.filter({ hasText: 'temperature changed from 0.2 to 0' }).waitFor();
    await workbench.screenshot('journey-rollback', allThemes);
    await workbench.press('Enter');
    await workbench.notification(
      /Rolled back: production of support\/refund serves 2\.3\.1 again, was 2\.4\.1/,
    );
    await workbench.closeNotifications();
    await workbench.treeItem(/^label production serves, 2\.3\.1/).waitFor();
    await workbench.screenshot('journey-rolled-back');
    await workbench.openFile('refund.prompt.yml');
    await workbench.runCommand('Promptgate: Show History');
    await workbench.options.filter({ hasText: 'production rolled back: 2.4.1 → 2.3.1' }).waitFor();
    await workbench.screenshot('journey-history', allThemes);
    await workbench.press('Escape');
  });
});

describe('when something is wrong', () => {
  let workbench: Workbench;
  let folder: string;
  let server: ModelServer;
  /** What the provider answers from now on. */
  let trouble: Reply | undefined;
  before(async () => {
    trouble = { status: 503, message: 'The model is overloaded', retryAfter: 0 };
    server = await startModelServer({ script: () => trouble });
    folder = await freshSample('trouble');
    const file = path.join(folder, 'promptgate.yml');
    const config = await readFile(file, 'utf8');
    const provider = `{ baseURL: "${server.baseURL}" }`;
    await writeFile(file, config.replace('{ scripted: answers.yml }', provider));
    workbench = await Workbench.open({ folder });
  });
  after(async () => {
    await workbench.close();
    await deleteFolder(path.dirname(folder));
    await server.stop();
  });

  it('with the provider, rows are errored in its own words, and can be tried again', async () => {
    await workbench.openView('Promptgate');
    await workbench.openFile('greeting.prompt.yml');
    await workbench.runCommand('Promptgate: Run Evals');
    await workbench.statusItem(/0\/2, 2 errored \(503 provider failed\)/).waitFor();
    await workbench.openProblems();
    await workbench
      .problem(/2 rows could not be evaluated: 127\.0\.0\.1:\d+ answered 503: The model is overloaded/)
      .first()
      .waitFor();
    await workbench.treeItem(/^prompt support\/greeting, .*2 of 2 rows errored/).waitFor();
    await workbench.screenshot('journey-provider-down', allThemes);
    trouble = undefined;
    await workbench.goToProblem(/could not be evaluated/);
    const fixes = await workbench.quickFixes();
    await workbench.screenshot('journey-retry');
    await fixes.filter({ hasText: 'Retry errored rows' }).click();
    await workbench.statusItem(/\d\/2 ·/).waitFor();
    await workbench.problem(/could not be evaluated/).waitFor({ state: 'hidden' });
  });

  it('with a release, as another window was faster: says who, and leaves one version', async () => {
    const other = await Workbench.open({ folder });
    try {
      await workbench.openFile('greeting.prompt.yml');
      await workbench.runCommand('Promptgate: Publish…');
      await workbench.options.filter({ hasText: 'Publish without passing evidence' }).waitFor();
      await other.openView('Promptgate');
      await other.openFile('greeting.prompt.yml');
      await publishWithoutEvidence(other, 'The other window');
      await other.notification(/Published support\/greeting 1\.0\.0/);

      await workbench.pick('Publish without passing evidence…');
      await workbench.answer('no time', 'The reason stands');
      await workbench.answer('This window', 'Why this version?');
      await workbench.notification(/Changed meanwhile, just now: published 1\.0\.0/);
      await workbench.screenshot('journey-conflict', allThemes);
      await workbench.closeNotifications();
      for (const each of [workbench, other]) {
        await each.treeItem(/^prompt support\/greeting, .*1\.0\.0, no label/).waitFor();
        await each.codeLens('1.0.0, nothing on production').waitFor();
      }
    } finally {
      await other.close();
    }
  });
});

async function publishWithoutEvidence(workbench: Workbench, message: string): Promise<void> {
  await workbench.runCommand('Promptgate: Publish…');
  await workbench.pick('Publish without passing evidence…');
  await workbench.answer('no time', 'The reason stands');
  await workbench.answer(message, 'Why this version?');
}
