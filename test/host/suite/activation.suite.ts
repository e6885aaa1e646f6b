import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension.ts';

describe('activation', () => {
  it('finds the extension and activates it', async () => {
    const extension = vscode.extensions.getExtension('promptgate.promptgate');
    assert.ok(extension, 'promptgate.promptgate is not installed in this window');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('tells what activating took', async function () {
    const extension = vscode.extensions.getExtension<ExtensionApi>('promptgate.promptgate');
    const { activationMs } = (await extension?.activate()) ?? {};
    assert.ok(activationMs !== undefined, 'the extension gives no figure');
    // The reporter prints the title: this is how the figure gets out of the extension host to `npm run bench`.
    if (this.test) this.test.title = `activate() took ${activationMs.toFixed(2)} ms`;
  });

  it('opens the workspace that the runner prepared', () => {
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
  });
});
