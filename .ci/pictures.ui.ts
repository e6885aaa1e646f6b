/**
 * The README's pictures, from the running product: `npm run pictures`.
 * Told as a test, since they need the same window that the UI tests use.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Workbench } from '../test/ui/workbench.ts';

const pictures = path.resolve(import.meta.dirname, '../media/pictures');

describe('pictures for the README', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({
      size: { width: 1440, height: 860 },
      settings: {
        'workbench.colorTheme': 'Default Dark Modern',
        'editor.minimap.enabled': false,
        'editor.stickyScroll.enabled': false,
        'breadcrumbs.enabled': false,
        'testing.showAllMessages': false,
      },
    });
    const refund = 'prompts/support/refund.prompt.yml';
    await workbench.writeFile(
      refund,
      (await workbench.readFile(refund)).replace('{{customr}}', '{{customer}}'),
    );
    await mkdir(pictures, { recursive: true });
  });
  after(() => workbench.close());

  it('shows the tree, a failing row and what is not live', async () => {
    await workbench.openView('Promptgate');
    await widenSideBar(workbench, 430);
    await workbench.treeItem(/^prompt support\/refund/).click();
    await workbench.codeLens(/3 changes not live/).waitFor();
    await workbench.treeItem(/^prompt support\/refund/).press('ArrowRight');
    await workbench.treeItem(/^label production serves/).waitFor();
    await workbench.runCommand('Promptgate: Run Evals');
    await workbench.statusItem(/17\/18/).waitFor();
    await workbench.treeItem(/^prompt support\/refund.*gate fails/).waitFor();
    await workbench.openProblems();
    await workbench.goTo(54, 1);
    await workbench
      .problem(/late-delivery/)
      .first()
      .waitFor();
    await workbench.page.screenshot({ path: path.join(pictures, 'overview.png') });
  });
});

async function widenSideBar({ page }: Workbench, width: number): Promise<void> {
  const sideBar = await page.locator('.part.sidebar').boundingBox();
  if (!sideBar) throw new Error('the side bar is hidden');
  const edge = sideBar.x + sideBar.width;
  await page.mouse.move(edge, 400);
  await page.mouse.down();
  await page.mouse.move(sideBar.x + width, 400, { steps: 5 });
  await page.mouse.up();
}
