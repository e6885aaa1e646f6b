import { Workbench } from './workbench.ts';

describe('the code of a problem', () => {
  let workbench: Workbench;
  before(async () => void (workbench = await Workbench.open()));
  after(() => workbench.close());

  it('leads to its explanation', async () => {
    await workbench.openFile('refund.prompt.yml');
    await workbench.squiggles().first().waitFor();
    await workbench.openProblems();
    await workbench
      .problem(/Undefined variable 'customr'/)
      .first()
      .getByText('undefined-variable')
      .click();
    const preview = workbench.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    await preview.getByRole('heading', { name: 'undefined-variable' }).waitFor();
    await workbench.screenshot('problem-docs');
  });
});
