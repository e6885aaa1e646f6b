import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('activation', () => {
  it('finds the extension and activates it', async () => {
    const extension = vscode.extensions.getExtension('promptgate.promptgate');
    assert.ok(extension, 'promptgate.promptgate is not installed in this window');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('opens the workspace that the runner prepared', () => {
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
  });
});
