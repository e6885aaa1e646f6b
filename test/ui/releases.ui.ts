import { Workbench } from './workbench.ts';

describe('releases, as a person makes them', () => {
  let workbench: Workbench;
  before(async () => void (workbench = await Workbench.open()));
  after(() => workbench.close());

  it('show the plan, ask for a message, and publish', async () => {
    await workbench.openFile('escalation.prompt.yml');
    await workbench.runCommand('Promptgate: Publish…');
    await workbench.options.filter({ hasText: 'Publish without passing evidence' }).waitFor();
    await workbench.screenshot('publish-refused');
    await workbench.press('Escape');
    await workbench.openFile('greeting.prompt.yml');
    await workbench.runCommand('Promptgate: Publish…');
    await workbench.options.filter({ hasText: 'Publish 1.0.0' }).first().waitFor();
    await workbench.screenshot('publish-plan');
    await workbench.press('Enter');
    await workbench.quickInputMessage.filter({ hasText: 'Why this version?' }).waitFor();
    await workbench.screenshot('publish-message', ['dark']);
    await workbench.answer('First greeting');
    await workbench.notification(/Published support\/greeting 1\.0\.0/);
    await workbench.screenshot('publish-done', ['dark']);
  });

  it('promote: version, label, review', async () => {
    await workbench.runCommand('Promptgate: Promote…');
    await workbench.options.first().waitFor();
    await workbench.screenshot('promote-version', ['dark']);
    await workbench.press('Enter');
    await workbench.options.filter({ hasText: 'production' }).first().waitFor();
    await workbench.screenshot('promote-label', ['dark']);
    await workbench.options.filter({ hasText: 'production' }).first().click();
    await workbench.options.filter({ hasText: 'staging first' }).first().waitFor();
    await workbench.screenshot('promote-refused');
    await workbench.press('Escape');
  });

  it('roll back with one Enter', async () => {
    await workbench.openFile('refund.prompt.yml');
    await workbench.runCommand('Promptgate: Roll Back…');
    await workbench.options.filter({ hasText: 'production' }).first().click();
    await workbench.options.filter({ hasText: 'Roll back to' }).first().waitFor();
    await workbench.screenshot('rollback-plan');
    await workbench.press('Enter');
    await workbench.notification(/serves .* again/);
    await workbench.screenshot('rollback-done', ['light']);
  });
});
