import assert from 'node:assert/strict';
import { Workbench } from './workbench.ts';

describe('the library of prompts', () => {
  let workbench: Workbench;
  before(async () => void (workbench = await Workbench.open()));
  after(() => workbench.close());

  it('shows services, prompts, labels and versions in the side bar', async () => {
    await workbench.openView('Promptgate');
    await workbench.treeItem(/^prompt support\/refund, .*production serves/).waitFor();
    await workbench.treeItem(/^prompt support\/refund/).click();
    await workbench.treeItem(/^prompt support\/refund/).press('ArrowRight');
    await workbench
      .treeItem(/^label production serves/)
      .first()
      .waitFor();
    await workbench
      .treeItem(/^\d+ versions/)
      .first()
      .click();
    await workbench
      .treeItem(/^version \d/)
      .first()
      .waitFor();
    await workbench.screenshot('tree');
  });

  it('fixes a misspelt variable from the keyboard', async () => {
    await workbench.openFile('refund.prompt.yml');
    await workbench.squiggles().first().waitFor();
    await workbench.codeLens(/production .* not live/).waitFor();
    await workbench.screenshot('prompt');
    const text = await workbench.readFile('prompts/support/refund.prompt.yml');
    const line = text.split('\n').findIndex(each => each.includes('{{customr}}'));
    assert.notEqual(line, -1, 'the sample has its typo');
    await workbench.goTo(line + 1, (text.split('\n')[line]?.indexOf('customr') ?? 0) + 2);
    await workbench.page.locator('[class*=lightbulb]:visible, .lightBulbWidget:visible').first().waitFor();
    const fixes = await workbench.quickFixes();
    await workbench.screenshot('quick-fix', ['dark']);
    await fixes.filter({ hasText: 'customer' }).first().click();
    await workbench.line('{{customer}}').waitFor();
  });

  it('offers variables after {{', async () => {
    await workbench.press('End');
    await workbench.type(' {{');
    await workbench.suggestions.first().waitFor();
    await workbench.screenshot('completion');
    await workbench.press('Enter');
    await workbench.line('tone. {{company}}').waitFor();
  });

  it('tells what a variable is on hover', async () => {
    const hover = await workbench.hoverText('company');
    await hover.filter({ hasText: 'Used in' }).waitFor();
    await workbench.screenshot('hover', ['dark']);
  });

  it('opens the diff between production and the working copy from the link above', async () => {
    await workbench.goTo(1);
    await workbench.codeLens(/production .* not live/).click();
    await workbench.tab('refund: production').waitFor();
    await workbench.page.locator('.monaco-diff-editor .line-insert').first().waitFor();
    await workbench.screenshot('diff');
    await workbench.press('ControlOrMeta+F4');
  });

  it('tells the history', async () => {
    await workbench.openFile('refund.prompt.yml');
    await workbench.runCommand('Promptgate: Show History');
    await workbench.options.filter({ hasText: 'published' }).first().waitFor();
    await workbench.screenshot('history');
    await workbench.press('Escape');
  });

  it('explains itself in five steps', async () => {
    await workbench.runCommand('Promptgate: Get Started');
    await workbench.page.locator('.getting-started-step').nth(4).waitFor();
    await workbench.screenshot('walkthrough');
  });
});
