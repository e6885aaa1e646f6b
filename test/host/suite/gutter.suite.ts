import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { until } from './evalWindow.ts';
import { openLibrary, refund, type Library } from './library.ts';

describe('above and beside a prompt', () => {
  let library: Library;
  const settings = () => vscode.workspace.getConfiguration('promptgate');

  before(async () => {
    library = await openLibrary('gutter');
    await library.write('refund', refund);
    await library.publish('refund', 'first');
    await library.promote('refund', '1.0.0', 'production');
    await library.write('new', refund);
  });
  after(async () => {
    await settings().update('gutter', undefined);
    await settings().update('codeLens', undefined);
    await library.close();
  });

  async function lenses(document: vscode.TextDocument): Promise<string[]> {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      10,
    );
    return found
      .filter(({ command }) => command?.command.startsWith('promptgate.'))
      .map(({ command }) => command?.title ?? '');
  }

  it('says what is live, what a run costs, and offers to publish', async () => {
    const document = await library.open('refund');
    const [live, run, publish] = await lenses(document);
    assert.equal(live, 'production 1.0.0 · nothing changed');
    assert.equal(run, 'Run 2 rows (scripted, no cost)');
    assert.equal(publish, 'Publish…');
  });

  it('counts changes that are not live as they are typed', async () => {
    const document = await library.open('refund');
    await library.replace(document, 'You answer for', 'You speak for');
    await until(
      async () => (await lenses(document))[0] === 'production 1.0.0 · 1 change not live',
      'the change is counted',
    );
  });

  it('says of a new prompt that it is not published', async () => {
    const [first] = await lenses(await library.open('new'));
    assert.equal(first, 'Not published');
  });

  it('compares with the chosen label, or the highest version where that serves nothing', async () => {
    const document = await library.open('refund');
    const says = (text: string) => async () => (await lenses(document))[0] === text;
    await settings().update('gutter', 'staging');
    await until(says('1.0.0, nothing on staging · 1 change since'), 'the highest version is meant');
    await library.promote('refund', await library.publish('refund', 'as typed'), 'staging');
    await until(says('staging 1.0.1 · nothing changed'), 'the other label is meant');
    await settings().update('gutter', undefined);
    await until(says('production 1.0.0 · 1.0.1 not live (1 change)'), 'the count is of production again');
  });

  it('says of a prompt whose file has gone that it has', async () => {
    await library.write('gone', refund);
    await library.open('gone');
    await library.publish('gone', 'first');
    await library.promote('gone', '1.0.0', 'production');
    const document = await library.open('gone');
    await until(
      async () => (await lenses(document))[0] === 'production 1.0.0 · nothing changed',
      'it is live',
    );
    // Text that is not saved keeps the document open.
    await library.replace(document, 'You answer for', 'You speak for');
    await vscode.workspace.fs.delete(document.uri);
    await until(
      async () => (await lenses(document))[0] === 'production 1.0.0 · this file is gone',
      'the lens says so',
    );
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('can be switched off', async () => {
    const document = await library.open('refund');
    await settings().update('codeLens', false);
    await until(async () => (await lenses(document)).length === 0, 'no links are shown');
    await settings().update('codeLens', undefined);
  });

  it('offers the live version as the original of an open prompt, for marks in the gutter', async () => {
    const document = await library.open('refund');
    const original = await until(
      () => library.api.gutter.originalOf(document.uri),
      'the prompt has an original',
    );
    assert.equal((await vscode.workspace.openTextDocument(original)).getText(), refund);
    assert.equal(await library.api.gutter.originalOf(library.uri('new')), undefined);
    await settings().update('gutter', 'off');
    await until(async () => !(await library.api.gutter.originalOf(document.uri)), 'off means off');
    await settings().update('gutter', undefined);
  });
});
