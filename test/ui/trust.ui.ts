import assert from 'node:assert/strict';
import { Workbench } from './workbench.ts';

describe('a folder that is not trusted', () => {
  let workbench: Workbench;
  before(async () => void (workbench = await Workbench.open({ server: { trusted: false } })));
  after(() => workbench.close());

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
    await workbench.press('Control+End');
    await workbench.type('# seen');
    await workbench.save();
    await workbench.statusItem(/evals off/).waitFor();
    assert.equal(await workbench.statusItem(/\d+\/\d+/).count(), 0);
  });
});
