import assert from 'node:assert/strict';
import { Workbench } from './workbench.ts';

describe('a window', () => {
  let workbench: Workbench;
  before(async () => void (workbench = await Workbench.open()));
  after(() => workbench.close());

  it('shows the extension among the running ones', async () => {
    await workbench.waitForActivation(/promptgate/i);
  });

  it('opens a prompt file', async () => {
    await workbench.openFile('refund.prompt.yml');
    await workbench.line('model:').waitFor();
    await workbench.screenshot('window');
  });

  it('reads commands, problems and notifications', async () => {
    assert.ok((await workbench.findCommands('Problems: Focus')).length > 0);
    await workbench.openProblems();
    assert.equal(await (await workbench.openNotifications()).count(), 0);
  });
});
