import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { versionScheme } from '../../../src/extension/versions.ts';
import { answering, until } from './evalWindow.ts';
import { openLibrary, refund, type Library } from './library.ts';

describe('versions, diffs and history', () => {
  let library: Library;
  const second = refund.replace('You answer for', 'You write for');

  before(async () => {
    library = await openLibrary('diffs');
    await library.write('refund', refund);
    await library.publish('refund', 'the first');
    await library.write('refund', second);
    const document = await library.open('refund');
    await until(() => document.getText() === second, 'the editor has the second text');
    await library.publish('refund', 'the second');
    await library.promote('refund', '1.0.0', 'staging');
    await library.promote('refund', '1.0.1', 'staging');
  });
  after(() => library.close());

  const subject = async (more: object = {}): Promise<object> => ({
    project: await library.project(),
    id: library.id('refund'),
    ...more,
  });

  /** Left and right text of the diff in front. */
  async function diffInFront(): Promise<{ left: string; right: string; title: string }> {
    const tab = await until(() => {
      const active = vscode.window.tabGroups.activeTabGroup.activeTab;
      return active?.input instanceof vscode.TabInputTextDiff && active;
    }, 'a diff is in front');
    assert.ok(tab.input instanceof vscode.TabInputTextDiff);
    const { original, modified } = tab.input;
    const [left, right] = await Promise.all(
      [original, modified].map(async uri => (await vscode.workspace.openTextDocument(uri)).getText()),
    );
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    return { left: left ?? '', right: right ?? '', title: tab.label };
  }

  it('opens a version read-only, coloured as YAML, without problems', async () => {
    await vscode.commands.executeCommand('promptgate.openVersion', await subject({ version: '1.0.0' }));
    const document = await until(() => {
      const active = vscode.window.activeTextEditor?.document;
      return active?.uri.scheme === versionScheme && active;
    }, 'the version is open');
    assert.equal(document.getText(), refund);
    assert.equal(document.languageId, 'yaml');
    assert.deepEqual(vscode.languages.getDiagnostics(document.uri), []);
    assert.notEqual(vscode.workspace.fs.isWritableFileSystem(versionScheme), true);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('compares any version with any other, in the order that was chosen', async () => {
    const picks = ['1.0.0', '1.0.1'];
    const dialogs = answering(library.api, {
      pick: async items => {
        const wanted = picks.shift();
        return (await items).find(({ label }) => label.endsWith(` ${wanted}`));
      },
    });
    await vscode.commands.executeCommand('promptgate.compare', await subject());
    dialogs.dispose();
    const { left, right, title } = await diffInFront();
    assert.equal(left, refund);
    assert.equal(right, second);
    assert.equal(title, 'refund: 1.0.0 ↔ 1.0.1');
  });

  it('compares a label with the working copy', async () => {
    await vscode.commands.executeCommand(
      'promptgate.compareWithWorkingCopy',
      await subject({ label: 'staging' }),
    );
    const { left, right, title } = await diffInFront();
    assert.equal(left, second);
    assert.equal(right, second);
    assert.equal(title, 'refund: staging 1.0.1 ↔ working copy');
  });

  it('says so when there is nothing to compare with', async () => {
    await library.write('lonely', refund);
    const dialogs = answering(library.api, {});
    await vscode.commands.executeCommand('promptgate.compare', await subject({ id: library.id('lonely') }));
    dialogs.dispose();
    assert.match(dialogs.told[0]?.message ?? '', /publish it first/);
    assert.ok(dialogs.told[0]?.actions.some(({ title }) => title === 'Show Log'));
  });

  it('tells the history newest first, and shows what an entry changed', async () => {
    let shown: readonly vscode.QuickPickItem[] = [];
    const dialogs = answering(library.api, {
      pick: async items => {
        shown = await items;
        return (await items)[0];
      },
    });
    await vscode.commands.executeCommand('promptgate.showHistory', await subject());
    dialogs.dispose();
    assert.deepEqual(
      shown.map(({ label }) => label.replace(/^\S+ /, '')),
      ['staging: 1.0.0 → 1.0.1', 'staging: 1.0.0', 'published 1.0.1', 'published 1.0.0'],
    );
    assert.match(shown[2]?.detail ?? '', /the second/);
    const { left, right } = await diffInFront();
    assert.deepEqual([left, right], [refund, second]);
  });

  it('restores a version into the working copy, unsaved and undoable', async () => {
    await vscode.commands.executeCommand('promptgate.restoreVersion', await subject({ version: '1.0.0' }));
    const document = await library.open('refund');
    assert.equal(document.getText(), refund);
    assert.equal(document.isDirty, true);
    await vscode.commands.executeCommand('undo');
    await until(() => document.getText() === second, 'undo brings the text back');
    await document.save();
  });

  it('gives a prompt without a file its file back', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(library.uri('refund'));
    await until(
      async () => !(await library.api.workspace.entry(await library.project(), library.id('refund')))?.path,
      'the file is gone',
    );
    await vscode.commands.executeCommand('promptgate.restoreVersion', await subject({ version: '1.0.1' }));
    const restored = await vscode.workspace.openTextDocument(library.uri('refund'));
    assert.equal(restored.getText(), second);
  });

  it('copies a reference', async () => {
    await vscode.commands.executeCommand('promptgate.copyReference', await subject({ version: '1.0.0' }));
    assert.equal(await vscode.env.clipboard.readText(), 'diffs/refund@1.0.0');
  });
});
