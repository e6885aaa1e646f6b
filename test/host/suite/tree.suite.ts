import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { TreeNode } from '../../../src/extension/treeNodes.ts';
import { until } from './evalWindow.ts';
import { openLibrary, refund, type Library } from './library.ts';

describe('the tree of prompts', () => {
  let library: Library;
  before(async () => {
    library = await openLibrary('tree');
    await library.write('refund', refund);
    await library.write('draft', refund);
    await library.publish('refund', 'first');
    await library.promote('refund', '1.0.0', 'dev');
  });
  after(() => library.close());

  /** The tree as text: a line per item, `label | description`. */
  async function show(node?: TreeNode, depth = 0): Promise<string[]> {
    const { tree } = library.api;
    const lines: string[] = [];
    for (const child of await tree.getChildren(node)) {
      const item = tree.getTreeItem(child);
      lines.push(`${'  '.repeat(depth)}${String(item.label)} | ${String(item.description ?? '')}`);
      lines.push(...(await show(child, depth + 1)));
    }
    return lines;
  }

  async function service(): Promise<TreeNode> {
    const roots = await library.api.tree.getChildren();
    const found = roots.find(node => node.kind === 'service' && node.service === 'tree');
    assert.ok(found);
    return found;
  }

  const prompt = async (name: string): Promise<TreeNode> => {
    const nodes = await library.api.tree.getChildren(await service());
    const found = nodes.find(node => node.kind === 'prompt' && node.id === `tree/${name}`);
    assert.ok(found);
    return found;
  };

  const describePrompt = async (name: string): Promise<string> =>
    String(library.api.tree.getTreeItem(await prompt(name)).description);

  it('shows services, prompts, labels and versions with their states in words', async () => {
    for (const name of ['refund', 'draft']) {
      await until(async () => (await describePrompt(name)).includes('not evaluated'), 'the state is known');
    }
    const lines = await show(await service());
    const texts = lines.map(line => line.replace(/just now|\d+ \w+ ago/, 'now'));
    assert.deepEqual(texts, [
      'draft | not published · not evaluated',
      'refund | 1.0.0 ◐ dev · not evaluated',
      '  dev | 1.0.0 · not evaluated · now',
      '  versions | 1.0.0',
      '    1.0.0 | dev · not evaluated · now · first',
    ]);
  });

  it('counts what is not live, by itself, when the file changes', async () => {
    const document = await library.open('refund');
    await library.replace(document, 'You answer for', 'You speak for');
    await until(
      async () => (await describePrompt('refund')).includes('1 change since 1.0.0'),
      'it is counted',
    );
    await library.replace(document, 'You speak for', 'You answer for');
    await until(async () => !(await describePrompt('refund')).includes('change'), 'it is taken back');
  });

  it('forgets what was typed and not saved', async () => {
    const document = await library.open('refund');
    await library.replace(document, '{{company}}', '{{compny}}');
    await until(async () => (await describePrompt('refund')).includes('✗ 1 error'), 'the error is counted');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await until(async () => !(await describePrompt('refund')).includes('error'), 'it is taken back');
  });

  it('follows an id that is typed, though somebody asked for it before the pause', async () => {
    const { workspace } = library.api;
    const document = await library.open('refund');
    const names = async (): Promise<(string | undefined)[]> =>
      (await library.api.tree.getChildren(await service())).map(node =>
        node.kind === 'prompt' ? node.id : undefined,
      );
    let told = 0;
    const counting = library.api.tree.onDidChangeTreeData(node => node ?? told++);
    await library.replace(document, 'model:', 'id: tree/other-name\nmodel:');
    assert.equal(workspace.get(document.uri)?.id, 'tree/other-name');
    await until(() => told > 0, 'the tree is told');
    assert.ok((await names()).includes('tree/other-name'));
    counting.dispose();
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await until(async () => !(await names()).includes('tree/other-name'), 'it is taken back');
  });

  it('follows a release made elsewhere', async () => {
    const version = await library.publish('draft', 'from another window');
    await until(async () => (await describePrompt('draft')).includes(version), 'the new version shows');
  });

  it('follows files made and deleted elsewhere', async () => {
    const uri = await library.write('passing', refund);
    await prompt('passing');
    await vscode.workspace.fs.delete(uri);
    await until(async () => {
      const nodes = await library.api.tree.getChildren(await service());
      return !nodes.some(node => node.kind === 'prompt' && node.id === 'tree/passing');
    }, 'it is gone');
  });

  it('says of every item what it is, for those who hear it', async () => {
    const visit = async (node?: TreeNode): Promise<void> => {
      for (const child of await library.api.tree.getChildren(node)) {
        const item = library.api.tree.getTreeItem(child);
        const label = item.accessibilityInformation?.label;
        assert.ok(label, String(item.label));
        assert.doesNotMatch(label, /[●◐✗⚠]/u);
        await visit(child);
      }
    };
    await visit();
  });

  it('opens the working copy, the diff of a label, a version, on a click', async () => {
    const item = library.api.tree.getTreeItem(await prompt('refund'));
    assert.equal(item.command?.command, 'vscode.open');
    const [label, versions] = await library.api.tree.getChildren(await prompt('refund'));
    assert.ok(label && versions);
    assert.equal(library.api.tree.getTreeItem(label).command?.command, 'vscode.diff');
    const [version] = await library.api.tree.getChildren(versions);
    assert.ok(version);
    assert.equal(library.api.tree.getTreeItem(version).command?.command, 'vscode.open');
  });

  it('marks two files with one id', async () => {
    await library.write('twin', `id: tree/draft\n${refund}`);
    await until(async () => (await describePrompt('draft')).includes('2 files with this id'), 'it is marked');
    await vscode.workspace.fs.delete(library.uri('twin'));
  });

  it('marks a version that was changed by hand', async () => {
    const folder = path.join((await library.project()).root, '.promptgate/prompts/tree/draft/versions');
    const file = (await readdir(folder)).find(name => name.endsWith('.yml'));
    assert.ok(file);
    await writeFile(path.join(folder, file), 'messages: []\n');
    await until(async () => {
      const [versions] = await library.api.tree.getChildren(await prompt('draft'));
      const [version] = await library.api.tree.getChildren(versions);
      return version && String(library.api.tree.getTreeItem(version).description).includes('changed by hand');
    }, 'the damage shows');
  });

  it('lists prompts without reading more than their heads', async () => {
    const { tree, workspace } = library.api;
    const project = await library.project();
    const reads: string[] = [];
    const { store } = project;
    const counting = new Proxy(store, {
      get(target, name) {
        reads.push(String(name));
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const before = workspace.projects;
    workspace.projects = async () => [{ ...project, store: counting }];
    try {
      await tree.getChildren();
      assert.deepEqual([...new Set(reads)], ['list']);
    } finally {
      workspace.projects = before;
    }
  });
});
